// Calls of methods that lotd does not have: an older lotd, a typing error, or somebody who tries
// doors. gRPC would refuse them without a word.
#pragma once

#include "grpcpp/generic/async_generic_service.h"
#include "service/observe/log.h"
#include "service/observe/log_rate_limiter.h"
#include "service/observe/metrics/metrics.h"

namespace lots {

// Answers UNIMPLEMENTED to whoever calls, known or not: what methods there are is no secret. They
// are counted as one method, "unknown", and share one line a second for each address.
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
