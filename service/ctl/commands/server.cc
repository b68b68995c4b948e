// lotctl server ping
#include <grpcpp/generic/generic_stub.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "service/ctl/commands/commands.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// grpc.health.v1.HealthCheckResponse has one field, an enum; gRPC's C++ packages bring no generated
// code for it, so its two bytes are read by hand.
constexpr char kHealthMethod[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";

struct PingOptions {};

void Declare(CLI::App&, PingOptions&) {}

absl::StatusOr<std::string> CallHealth(Session& session) {
  grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(session.channel());
  grpc::ClientContext context;
  session.Prepare(context);
  const grpc::ByteBuffer request(nullptr, 0);
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, kHealthMethod, grpc::StubOptions(), &request, &response,
                 [&](grpc::Status ended) {
                   status = std::move(ended);
                   done.Notify();
                 });
  done.WaitForNotification();
  if (!status.ok()) return FromGrpc(status);
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!response.Dump(&slices).ok()) return absl::InternalError("the health answer is unreadable");
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

absl::Status Ping(Session& session, const PingOptions&) {
  const absl::Time started_at = absl::Now();
  ASSIGN_OR_RETURN(const std::string answer, CallHealth(session));
  const bool serving = answer == kServing;
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

void AddServerCommands(CLI::App& program, Work& chosen) {
  CommandGroup group(program, "server", "The service itself", chosen);
  group.Add<PingOptions>({"ping", "Asks whether the service serves; exits 3 when it does not",
                          "server ping --address localhost:50051"},
                         Declare, Ping);
}

}  // namespace lots::ctl
