// lotctl server ping
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "service/ctl/commands/commands.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// grpc.health.v1.Health/Check. gRPC's C++ packages bring no generated code for its messages, so two
// messages with the same bytes stand for them: the request is empty, and the answer has one field,
// an enumeration, that travels as the value of an Int32Value does.
constexpr char kHealthPath[] = "/grpc.health.v1.Health/Check";
constexpr int32_t kServing = 1;

struct PingOptions {};

void Declare(Command&, PingOptions&) {}

absl::Status Ping(Session& session, const PingOptions&) {
  const absl::Time started_at = absl::Now();
  google::protobuf::Int32Value answer;
  RETURN_IF_ERROR(session.CallAsIs(kHealthPath, google::protobuf::Empty(), answer));
  const bool serving = answer.value() == kServing;
  const absl::string_view state = serving ? "SERVING" : "NOT_SERVING";
  if (session.json()) {
    session.terminal().out << "{\"status\":\"" << state << "\"}\n";
  } else {
    session.terminal().out << session.options().address << " is " << state << ", "
                           << absl::ToInt64Milliseconds(absl::Now() - started_at) << " ms\n";
  }
  if (serving) return absl::OkStatus();
  return absl::UnavailableError("the server runs and does not serve; its database may be away");
}

}  // namespace

void AddServerCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "server", "The service itself", chosen);
  group.Add<PingOptions>({"ping", "Asks whether the service serves; exits 3 when it does not",
                          "server ping --address localhost:50051"},
                         Declare, Ping);
}

}  // namespace lots::ctl
