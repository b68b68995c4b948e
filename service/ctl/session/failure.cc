// Turns the service's errors into exit codes, texts and advice.
#include "service/ctl/session/failure.h"

#include <grpcpp/support/status.h>

#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lots/v1/errors.pb.h"
#include "service/ctl/output/text_width.h"

namespace lots::ctl {
namespace {

constexpr char kUsagePayload[] = "lotctl/usage";
constexpr char kDetailsPayload[] = "lotctl/details";
constexpr char kRequestIdPayload[] = "lotctl/request_id";

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

std::string RequestIdOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRequestIdPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
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
      {"LOT_NOT_FOUND", "name it as UUID or PRODUCT/NUMBER; search with 'lotctl lot find NUMBER'"},
      {"LOTS_DISABLED", "switch lots on with 'lotctl settings update --lots on'"},
      {"NO_NUMBER_TEMPLATE", "give numbers, or a template with 'lotctl product upsert --template'"},
      {"ETAG_MISMATCH", "read it again, and decide anew"},
      {"NOT_ENOUGH", "see where it is with 'lotctl lot locations PRODUCT/NUMBER'"},
      {"SERIAL_NOT_THERE", "see where it is with 'lotctl lot locations PRODUCT/NUMBER'"},
      {"BEFORE_ARRIVAL", "see its history with 'lotctl lot history PRODUCT/NUMBER'"},
      {"EXPIRY_LATER", "where it is right: --accept later-expiry --note WHY"},
      {"LOTS_DIFFER", "say it: --reference, --notes or --attribute NAME=VALUE"},
      {"LOT_ARCHIVED", "unarchive it first with 'lotctl lot unarchive'"},
      {"LOT_EXPIRED", "where it must be recorded nevertheless: --accept expired"},
      {"PART_OF_TRANSFORMATION", "reverse the completion with 'lotctl work-order reverse'"},
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

std::string AdviceFor(const absl::Status& status, absl::string_view address) {
  const absl::string_view advice = AdviceForReason(ReasonOf(status));
  if (!advice.empty()) return std::string(advice);
  if (IsUsage(status)) return "'lotctl COMMAND --help' shows what is expected";
  if (status.code() == absl::StatusCode::kDeadlineExceeded) {
    return "give it more time with --timeout, for example --timeout 120";
  }
  if (status.code() == absl::StatusCode::kUnavailable && ReasonOf(status).empty()) {
    return absl::StrCat("is lotd running at ", address,
                        "? Name another address with --address or LOTS_ADDRESS");
  }
  return "";
}

std::string HeadOf(const absl::Status& status) {
  // What lotctl itself found needs no code: it never was a call.
  if (!status.GetPayload(kDetailsPayload).has_value()) return "lotctl: ";
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
    terminal.err << "  " << Printable(name) << ": " << Printable(value) << "\n";
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
    const std::string reason = v1::ErrorReason_Name(problem.reason());
    terminal.err << "  " << absl::StripPrefix(reason, "ERROR_REASON_") << "  ";
    // Texts about one field begin with it.
    if (!absl::StartsWith(problem.message(), problem.field())) {
      terminal.err << Printable(problem.field()) << ": ";
    }
    terminal.err << Printable(problem.message()) << "\n";
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

void SetUnknownOutcome(absl::Status& status, absl::string_view request_id) {
  status.SetPayload(kRequestIdPayload, absl::Cord(request_id));
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

void PrintFailure(const absl::Status& status, absl::string_view address, const Terminal& terminal) {
  terminal.err << HeadOf(status) << Printable(status.message()) << "\n";
  PrintFacts(status, terminal);
  PrintProblems(status, terminal);
  const std::string request_id = RequestIdOf(status);
  if (!request_id.empty()) {
    terminal.err << "  It is not known whether it was done. Repeating it with --request-id "
                 << request_id << " does it once at the most.\n";
  }
  const std::string advice = AdviceFor(status, address);
  if (!advice.empty()) terminal.err << "  What to do: " << advice << ".\n";
}

}  // namespace lots::ctl
