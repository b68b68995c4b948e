// Calls of methods that this lotd does not have: the client is newer, misspells a name, or scans
// the server. gRPC alone would refuse them without a log line or a metric.
#pragma once

#include "grpcpp/generic/async_generic_service.h"
#include "service/observe/log.h"
#include "service/observe/log_rate_limiter.h"
#include "service/observe/metrics/metrics.h"

namespace lots {

// Answers UNIMPLEMENTED to every caller, authenticated or not: the names of methods are no secret.
// All such calls count as the method "unknown" and share one log line a second for each address.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  UnknownMethods(Metrics& metrics, Log& log) : metrics_(metrics), log_(log) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* call) override;

 private:
  Metrics& metrics_;
  Log& log_;
  LogRateLimiter lines_;
};

}  // namespace lots
