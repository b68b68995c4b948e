// Turns the service's errors into exit codes, texts and advice.
#include "service/ctl/session/failure.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lots/v1/errors.pb.h"
#include "service/ctl/output/table.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/output/words.h"

namespace lots::ctl {
namespace {

constexpr char kUsagePayload[] = "lotctl/usage";
constexpr char kDetailsPayload[] = "lotctl/details";
constexpr char kRepeatPayload[] = "lotctl/repeat";
constexpr char kDryRunPayload[] = "lotctl/dry-run";

template <class Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kDetailsPayload);
  google::rpc::Status details;
  if (!payload.has_value() || !details.ParseFromString(std::string(*payload))) return std::nullopt;
  for (const google::protobuf::Any& any : details.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

std::string RepeatOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRepeatPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

// Whether the failure is the end of a call; the others are lotctl's own.
bool WasCall(const absl::Status& status) { return status.GetPayload(kDetailsPayload).has_value(); }

std::string HowTo(const Repeat& repeat) {
  if (repeat.request_id.empty()) return "Repeating the command";
  return absl::StrCat("Repeating it with --request-id ", repeat.request_id);
}

bool IsUsage(const absl::Status& status) { return status.GetPayload(kUsagePayload).has_value(); }

// What to do about a reason that the service gave, where its own text cannot know about lotctl.
absl::string_view AdviceForReason(absl::string_view reason) {
  static constexpr std::pair<absl::string_view, absl::string_view> kAdvice[] = {
      {"COMPANY_NOT_FOUND",
       "name the company with --company or LOTS_COMPANY; a new one begins with 'lotctl settings "
       "update --company NAME'"},
      {"PRODUCT_NOT_FOUND",
       "register it with 'lotctl product upsert', or see 'lotctl product list'"},
      {"LOCATION_NOT_FOUND",
       "register it with 'lotctl location upsert', or see 'lotctl location list'"},
      {"LOT_NOT_FOUND", "search with 'lotctl lot list --query TEXT', or 'lotctl lot find NUMBER'"},
      {"LOTS_DISABLED", "switch lots on with 'lotctl settings update --lots on'"},
      {"NO_NUMBER_TEMPLATE", "give numbers, or a template with 'lotctl product upsert --template'"},
      {"ETAG_MISMATCH", "read it again, and decide anew"},
      {"RETIRED",
       "take it back with 'lotctl product retire --undo' or 'lotctl location retire --undo'"},
      {"STILL_IN_USE", "see what is there with 'lotctl stock list', and 'lotctl work-order list'"},
      {"NOT_ENOUGH", "see where it is with 'lotctl lot locations PRODUCT/NUMBER'"},
      {"SERIAL_NOT_THERE", "see where it is with 'lotctl lot locations PRODUCT/NUMBER'"},
      {"BEFORE_ARRIVAL", "see its history with 'lotctl lot history PRODUCT/NUMBER'"},
      {"NOT_A_COMPONENT", "see what is in it with 'lotctl unit show PRODUCT/NUMBER'"},
      {"UNIT_NOT_IN_USE", "see where it is with 'lotctl lot locations PRODUCT/NUMBER'"},
      {"COMPONENT_CONTAINS_UNIT", "see what is in it with 'lotctl unit show PRODUCT/NUMBER'"},
      {"EXPIRY_LATER", "where it is right: --accept later-expiry --note WHY"},
      {"LOTS_DIFFER", "say it: --reference, --notes or --attribute NAME=VALUE"},
      {"LOT_ARCHIVED", "unarchive it first with 'lotctl lot unarchive'"},
      {"LOT_EXPIRED", "where it must be recorded nevertheless: --accept expired"},
      {"RECALL_UNACCOUNTED",
       "see 'lotctl recall report'; then 'lotctl recall exclude' or 'dispose'"},
      {"LOT_NOT_IN_RECALL", "include it first with 'lotctl recall include'"},
      {"PART_OF_TRANSFORMATION",
       "reverse it as a whole: a completion or disassembly with 'lotctl work-order reverse', a "
       "split, merge or relabelling with 'lotctl lot reverse'"},
      {"NOT_A_COMPONENT", "see what is in it with 'lotctl trace transformation ID'"},
      {"UNIT_NOT_CORRECTABLE", "see what came out with 'lotctl trace transformation ID'"},
      {"CREDENTIALS_MISSING",
       "show who you are with --token FILE or LOTS_TOKEN, or --tls-certificate and --tls-key"},
      {"TOKEN_EXPIRED", "get a new token, and give it with --token FILE or LOTS_TOKEN"},
      {"PERMISSION_MISSING", "the administrator of lotd's tokens or access list can grant it"},
      {"COMPANY_FORBIDDEN", "name another company with --company, or have this one granted"},
      {"REQUEST_ID_REUSED", "leave --request-id out, or repeat exactly what was sent under it"},
  };
  for (const auto& [name, advice] : kAdvice) {
    if (name == reason) return advice;
  }
  return "";
}

// How gRPC names what went wrong with a connection, as far as the cause is known from it. A
// server that turned the connection down is running.
constexpr absl::string_view kNoSuchName[] = {"DNS resolution failed", "Name or service not known",
                                             "name resolution"};
constexpr absl::string_view kNotTrusted[] = {
    "CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "Peer name", "Hostname Verification"};
constexpr absl::string_view kNoTlsThere[] = {"WRONG_VERSION_NUMBER", "wrong version number"};
constexpr absl::string_view kClosed[] = {"Socket closed",    "Connection reset", "Broken pipe",
                                         "Endpoint closing", "recvmsg",          "handshake"};

bool HasOneOf(absl::string_view text, absl::Span<const absl::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](absl::string_view part) { return absl::StrContains(text, part); });
}

std::string AdviceForClosed(const Endpoint& endpoint) {
  const absl::string_view wanted =
      !endpoint.tls           ? "TLS (--tls, or --tls-ca FILE)"
      : !endpoint.certificate ? "a client certificate (--tls-certificate FILE and --tls-key FILE)"
                              : "another client certificate than this one";
  return absl::StrCat("lotd at ", endpoint.address, " closed the connection: it may want ", wanted,
                      ", or it was just stopped");
}

std::string AdviceForConnection(absl::string_view message, const Endpoint& endpoint) {
  const std::string& address = endpoint.address;
  if (HasOneOf(message, kNoSuchName)) {
    return absl::StrCat("the name in ", address,
                        " is not known here; name another address with --address or LOTS_ADDRESS");
  }
  if (HasOneOf(message, kNoTlsThere)) {
    return absl::StrCat("what listens at ", address,
                        " speaks no TLS: leave the --tls options and LOTS_TLS_CA out");
  }
  if (HasOneOf(message, kNotTrusted)) {
    return absl::StrCat("the certificate at ", address,
                        " is not from the authorities in --tls-ca, or it is for another name");
  }
  if (HasOneOf(message, kClosed)) return AdviceForClosed(endpoint);
  return absl::StrCat("is lotd running at ", address,
                      "? Name another address with --address or LOTS_ADDRESS");
}

std::string AdviceFor(const absl::Status& status, const Endpoint& endpoint) {
  const absl::string_view advice = AdviceForReason(ReasonOf(status));
  if (!advice.empty()) return std::string(advice);
  if (IsUsage(status)) return "'lotctl COMMAND --help' shows what is expected";
  if (!WasCall(status)) return "";
  if (status.code() == absl::StatusCode::kDeadlineExceeded) {
    return "give it more time with --timeout, for example --timeout 300";
  }
  if (status.code() == absl::StatusCode::kUnavailable && ReasonOf(status).empty()) {
    return AdviceForConnection(status.message(), endpoint);
  }
  return "";
}

std::string HeadOf(const absl::Status& status) {
  // What lotctl itself found needs no code: it never was a call.
  if (!WasCall(status)) return "lotctl: ";
  const std::string reason = ReasonOf(status);
  const std::string code = absl::StatusCodeToString(status.code());
  return absl::StrCat("lotctl: ", reason.empty() ? code : absl::StrCat(reason, " (", code, ")"),
                      ": ");
}

void PrintFacts(const absl::Status& status, const Terminal& terminal) {
  const std::optional<google::rpc::ErrorInfo> info = DetailOf<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return;
  const std::map<std::string, std::string> facts(info->metadata().begin(), info->metadata().end());
  for (const auto& [name, value] : facts) {
    const std::string shown = name == "field" ? WithFlag(value) : value;
    terminal.err << "  " << Printable(name) << ": " << Printable(shown) << "\n";
  }
}

void PrintProblems(const absl::Status& status, const Terminal& terminal) {
  const std::optional<v1::ProblemList> list = DetailOf<v1::ProblemList>(status);
  if (!list.has_value() || list->problem_count() < 2) return;
  terminal.err << list->problem_count() << " problems";
  if (list->problem_count() > list->problems_size()) {
    terminal.err << ", the first " << list->problems_size();
  }
  terminal.err << ":\n";
  for (const v1::Problem& problem : list->problems()) {
    terminal.err << "  " << NameOf(problem.reason()) << "  ";
    // Texts about one field begin with it.
    if (!absl::StartsWith(problem.message(), problem.field())) {
      terminal.err << Printable(WithFlag(problem.field())) << ": ";
    }
    terminal.err << Printable(InCommands(problem.message())) << "\n";
  }
}

}  // namespace

absl::Status UsageError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord());
  return status;
}

absl::Status Refused(absl::string_view message) { return absl::FailedPreconditionError(message); }

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status converted(static_cast<absl::StatusCode>(status.error_code()),
                         status.error_message());
  converted.SetPayload(kDetailsPayload, absl::Cord(status.error_details()));
  return converted;
}

std::string ReasonOf(const absl::Status& status) {
  const std::optional<google::rpc::ErrorInfo> info = DetailOf<google::rpc::ErrorInfo>(status);
  return info.has_value() ? info->reason() : std::string();
}

std::string FactOf(const absl::Status& status, absl::string_view name) {
  const std::optional<google::rpc::ErrorInfo> info = DetailOf<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return "";
  const auto fact = info->metadata().find(std::string(name));
  return fact == info->metadata().end() ? std::string() : fact->second;
}

void PrintDryRun(const google::protobuf::RepeatedPtrField<v1::Problem>& problems,
                 const Terminal& terminal) {
  Table table({{"REASON"}, {"FIELD"}, {"PROBLEM"}});
  for (const v1::Problem& problem : problems) {
    table.Add({NameOf(problem.reason()), WithFlag(problem.field()), InCommands(problem.message())});
  }
  table.Print(terminal);
  if (problems.empty()) terminal.out << "nothing would be refused\n";
}

absl::Status EndOfDryRun() {
  absl::Status status = absl::CancelledError("a dry run: nothing was written");
  status.SetPayload(kDryRunPayload, absl::Cord());
  return status;
}

bool IsEndOfDryRun(const absl::Status& status) {
  return status.GetPayload(kDryRunPayload).has_value();
}

bool OutcomeUnknown(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return false;
  }
}

std::string TextOf(const Repeat& repeat) {
  return absl::StrCat("  It is not known whether it was done. ", HowTo(repeat),
                      " does it once at the most:\n    ", repeat.command, "\n");
}

std::string RestOf(const Repeat& repeat) {
  return absl::StrCat("  ", HowTo(repeat), " does what is missing, and nothing twice:\n    ",
                      repeat.command, "\n");
}

void SetUnknownOutcome(absl::Status& status, const Repeat& repeat) {
  status.SetPayload(kRepeatPayload, absl::Cord(TextOf(repeat)));
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (IsUsage(status)) return kExitUsage;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return kExitUnavailable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return kExitForbidden;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnimplemented:
      return kExitInternal;
    default:
      return kExitRefused;
  }
}

void PrintFailure(const absl::Status& status, const Endpoint& endpoint, const Terminal& terminal) {
  const std::string message =
      WasCall(status) ? InCommands(status.message()) : std::string(status.message());
  terminal.err << HeadOf(status) << Printable(message) << "\n";
  PrintFacts(status, terminal);
  PrintProblems(status, terminal);
  terminal.err << RepeatOf(status);
  const std::string advice = AdviceFor(status, endpoint);
  if (!advice.empty()) terminal.err << "  What to do: " << advice << ".\n";
}

}  // namespace lots::ctl
