// Turns absl::Status into grpc::Status with google.rpc details, within the trailers' size.
#include "service/base/status.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/error_details.h"
#include "service/base/problems.h"
#include "service/base/server_limits.h"
#include "storage/base/limits.h"
#include "storage/base/utf8.h"
#include "storage/base/uuid.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/pg/error.h"

namespace lots {
namespace {

constexpr absl::string_view kDomain = "lots";

std::string Cut(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return absl::StrCat(Utf8Prefix(text, bytes_max), "…");
}

absl::string_view FactOf(const Problem& problem, absl::string_view key) {
  for (const auto& [name, value] : problem.facts) {
    if (name == key) return value;
  }
  return "";
}

struct Resource {
  absl::string_view type;
  absl::string_view fact;  // the one that names it
};

// The resource that a problem of this reason is about; empty when it is about none.
std::optional<Resource> ResourceOf(Reason reason) {
  switch (reason) {
    case Reason::kCompanyNotFound:
      return Resource{"lots.v1.Settings", "company"};
    case Reason::kProductNotFound:
      return Resource{"lots.v1.Product", "product_id"};
    case Reason::kLocationNotFound:
      return Resource{"lots.v1.Location", "location_id"};
    case Reason::kLotNotFound:
    case Reason::kLotNumberTaken:
    case Reason::kSerialAlreadyProduced:
      return Resource{"lots.v1.Lot", "lot_id"};
    case Reason::kMovementNotFound:
      return Resource{"lots.v1.Movement", "movement_id"};
    case Reason::kWorkOrderNotFound:
      return Resource{"lots.v1.WorkOrder", "work_order_id"};
    case Reason::kTransformationNotFound:
      return Resource{"lots.v1.Transformation", "transformation_id"};
    default:
      return std::nullopt;
  }
}

bool MayBeRepeated(Reason reason) {
  return reason == Reason::kTransactionConflict || reason == Reason::kServerBusy ||
         reason == Reason::kDatabaseUnavailable || reason == Reason::kShuttingDown ||
         reason == Reason::kCallerLimit;
}

void AddErrorInfo(const std::vector<Problem>& problems, google::rpc::Status& status) {
  const Problem& first = problems.front();
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(Name(first.reason)));
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : first.facts) {
    (*info.mutable_metadata())[key] = Cut(value, kErrorFactBytesMax);
  }
  if (problems.size() > 1) {
    (*info.mutable_metadata())["problem_count"] = absl::StrCat(problems.size());
  }
  status.add_details()->PackFrom(info);
}

// Adds the google.rpc detail that AIP-193 defines for the code, about the first problem. The
// ProblemList has the others.
void AddDetailOfCode(const Problem& problem, google::rpc::Status& status) {
  const std::string text = Cut(problem.message, kErrorTextBytesMax);
  if (const std::optional<Resource> resource = ResourceOf(problem.reason)) {
    google::rpc::ResourceInfo info;
    info.set_resource_type(std::string(resource->type));
    info.set_resource_name(Cut(FactOf(problem, resource->fact), kErrorFactBytesMax));
    info.set_description(text);
    status.add_details()->PackFrom(info);
  }
  if (CodeOf(problem.reason) == absl::StatusCode::kInvalidArgument) {
    google::rpc::BadRequest bad_request;
    auto* violation = bad_request.add_field_violations();
    violation->set_field(problem.field);
    violation->set_description(text);
    status.add_details()->PackFrom(bad_request);
  }
  if (CodeOf(problem.reason) == absl::StatusCode::kFailedPrecondition) {
    google::rpc::PreconditionFailure failure;
    auto* violation = failure.add_violations();
    violation->set_type(std::string(Name(problem.reason)));
    violation->set_subject(problem.field);
    violation->set_description(text);
    status.add_details()->PackFrom(failure);
  }
}

void AddRetryInfo(const Problem& problem, google::rpc::Status& status) {
  if (!MayBeRepeated(problem.reason)) return;
  int millis = 0;
  if (!absl::SimpleAtoi(FactOf(problem, "retry_ms"), &millis)) {
    millis = static_cast<int>(absl::ToInt64Milliseconds(kRetryAfter));
  }
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(millis / 1'000);
  info.mutable_retry_delay()->set_nanos(millis % 1'000 * 1'000'000);
  status.add_details()->PackFrom(info);
}

// As many of the first problems as fit.
void AddProblemList(const std::vector<Problem>& problems, google::rpc::Status& status) {
  const size_t room =
      kErrorDetailsBytesMax - std::min(kErrorDetailsBytesMax, status.ByteSizeLong());
  v1::ProblemList list;
  list.set_problem_count(static_cast<int32_t>(problems.size()));
  for (size_t i = 0; i < problems.size() && i < kProblemsShownMax; ++i) {
    *list.add_problems() = ProblemToProto(problems[i]);
    if (list.ByteSizeLong() + 80 <= room) continue;  // 80: the type's name around it
    list.mutable_problems()->RemoveLast();
    break;
  }
  status.add_details()->PackFrom(list);
}

grpc::Status StatusOf(const std::vector<Problem>& problems, absl::string_view text) {
  const Problem& first = problems.front();
  google::rpc::Status status;
  status.set_code(static_cast<int32_t>(CodeOf(first.reason)));
  status.set_message(Cut(text, kErrorTextBytesMax));
  AddErrorInfo(problems, status);
  AddDetailOfCode(first, status);
  AddRetryInfo(first, status);
  AddProblemList(problems, status);
  grpc::Status made;
  grpc::SetErrorDetails(status, &made);
  return made;
}

Outcome OutcomeOf(const Problem& problem, const absl::Status& cause) {
  return {.status = StatusOf({problem}, problem.message),
          .reason = Name(problem.reason),
          .error_id = "",
          .internal_text = cause.ToString()};
}

Outcome InternalOutcome(const absl::Status& cause) {
  const std::string error_id = Uuid::MakeV7().ToString();
  Outcome outcome =
      OutcomeOf({Reason::kInternal,
                 "",
                 absl::StrCat("internal error ", error_id, ": the server's log has it"),
                 {{"error_id", error_id}}},
                cause);
  outcome.error_id = error_id;
  return outcome;
}

Problem DatabaseUnavailable(const absl::Status& cause) {
  if (pg::IsUnknownOutcome(cause)) {
    return {Reason::kDatabaseUnavailable,
            "",
            "the database did not confirm the commit, which may have happened: repeat "
            "the call with the same request_id to get its answer",
            {}};
  }
  return {Reason::kDatabaseUnavailable,
          "",
          "the database cannot be reached and nothing was written: repeat the call",
          {}};
}

}  // namespace

Outcome OutcomeOf(const absl::Status& status) {
  if (status.ok()) return {};
  const std::vector<Problem> problems = ProblemsOf(status);
  if (!problems.empty()) {
    return {.status = StatusOf(problems, status.message()),
            .reason = Name(problems.front().reason),
            .error_id = "",
            .internal_text = ""};
  }
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      return OutcomeOf({Reason::kTransactionConflict,
                        "",
                        "other writers were faster, several times over: repeat the call with the "
                        "same request_id",
                        {}},
                       status);
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnknown:
      return OutcomeOf(DatabaseUnavailable(status), status);
    case absl::StatusCode::kDeadlineExceeded:
      return OutcomeOf({Reason::kDeadlineExceeded, "", "the deadline passed", {}}, status);
    case absl::StatusCode::kCancelled:
      return OutcomeOf({Reason::kCancelled, "", "the caller went away", {}}, status);
    default:
      return InternalOutcome(status);
  }
}

absl::string_view CodeName(grpc::StatusCode code) {
  static constexpr absl::string_view kNames[] = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  const size_t index = static_cast<size_t>(code);
  return index < std::size(kNames) ? kNames[index] : "Unknown";
}

v1::Problem ProblemToProto(const Problem& problem) {
  v1::Problem message;
  message.set_reason(static_cast<v1::ErrorReason>(problem.reason));
  message.set_field(problem.field);
  message.set_message(Cut(problem.message, kErrorTextBytesMax));
  for (const auto& [key, value] : problem.facts) {
    (*message.mutable_facts())[key] = Cut(value, kErrorFactBytesMax);
  }
  return message;
}

v1::Problem FurtherProblems(const std::vector<Problem>& problems, size_t first) {
  return ProblemToProto(
      {.reason = problems[first].reason,
       .message = absl::StrCat(problems.size() - first,
                               " more problems do not fit in the answer: mend these first"),
       .facts = {{"problem_count", absl::StrCat(problems.size())}}});
}

}  // namespace lots
