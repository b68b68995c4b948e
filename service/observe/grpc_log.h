// What gRPC itself has to say (a handshake that failed, no more files), in lotd's own log.
#pragma once

#include "service/observe/log.h"

namespace lots {

// Lines of gRPC in a row; more are counted and told with the next one, so that whoever knocks
// without a certificate cannot fill the log.
inline constexpr int kGrpcLinesPerMinute = 30;
inline constexpr size_t kGrpcLineBytesMax = 500;

// While it lives, gRPC writes {"event":"grpc","text":…} to the log instead of lines of its own to
// stderr. One at a time in a process: gRPC has one log.
class GrpcLog {
 public:
  explicit GrpcLog(Log& log);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
};

}  // namespace lots
