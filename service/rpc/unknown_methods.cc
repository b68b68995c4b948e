// Refuses calls of methods that do not exist.
#include "service/rpc/unknown_methods.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "service/base/peer_address.h"
#include "service/base/server_limits.h"
#include "service/base/status.h"

namespace lots {
namespace {

// A name as the log and the answer can show it: anybody may send any bytes.
std::string Printable(absl::string_view name) {
  return absl::CHexEscape(name.substr(0, kUnknownMethodBytesMax));
}

class Unimplemented final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Unimplemented(absl::string_view method) {
    Finish({grpc::StatusCode::UNIMPLEMENTED,
            absl::StrCat("lotd has no method ", method,
                         ": is the name right, and the server as new as its client?")});
  }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* call) {
  const MethodMetrics& metrics = metrics_.Of(Metrics::kUnknownMethod);
  metrics.started->Increment();
  metrics.handled[grpc::StatusCode::UNIMPLEMENTED]->Increment();
  const std::string method = Printable(call->method());
  const std::string peer = call->peer();
  const int64_t times = lines_.Count(AddressOf(peer), absl::Now());
  if (times > 0) {
    LogFields fields;
    fields.Add("method", method)
        .Add("code", CodeName(grpc::StatusCode::UNIMPLEMENTED))
        .Add("peer", peer);
    if (times > 1) fields.Add("times", times);
    log_.Write(LogLevel::kInfo, "unknown_method", fields);
  }
  return new Unimplemented(method);
}

}  // namespace lots
