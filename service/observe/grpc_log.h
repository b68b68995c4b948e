// gRPC's own messages (a failed handshake, no files left) in lotd's log.
#pragma once

#include "service/observe/log.h"

namespace lots {

// While a GrpcLog exists, gRPC's messages are log lines {"event":"grpc","text":…} instead of lines
// on stderr. At most one exists in a process, because gRPC has one log.
class GrpcLog {
 public:
  explicit GrpcLog(Log& log);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
};

}  // namespace lots
