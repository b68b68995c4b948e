// Names and codes of the reasons, and how an absl::Status carries problems.
#include "storage/domain/errors.h"

#include <nlohmann/json.hpp>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

// Where a refusal's problems travel within its absl::Status. Never leaves the process.
constexpr char kPayload[] = "lots/problems";

struct ReasonRow {
  Reason reason;
  absl::string_view name;
  absl::StatusCode code;
};

constexpr ReasonRow kReasons[] = {
    {Reason::kFieldInvalid, "FIELD_INVALID", absl::StatusCode::kInvalidArgument},
    {Reason::kFilterInvalid, "FILTER_INVALID", absl::StatusCode::kInvalidArgument},
    {Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", absl::StatusCode::kInvalidArgument},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED", absl::StatusCode::kInvalidArgument},
    {Reason::kQuantityScale, "QUANTITY_SCALE", absl::StatusCode::kInvalidArgument},
    {Reason::kSerialQuantityNotOne, "SERIAL_QUANTITY_NOT_ONE", absl::StatusCode::kInvalidArgument},
    {Reason::kDuplicateInRequest, "DUPLICATE_IN_REQUEST", absl::StatusCode::kInvalidArgument},
    {Reason::kNumberInvalid, "NUMBER_INVALID", absl::StatusCode::kInvalidArgument},
    {Reason::kAnswerTooLarge, "ANSWER_TOO_LARGE", absl::StatusCode::kInvalidArgument},
    {Reason::kCompanyNotFound, "COMPANY_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kProductNotFound, "PRODUCT_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kLocationNotFound, "LOCATION_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kLotNotFound, "LOT_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kMovementNotFound, "MOVEMENT_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kWorkOrderNotFound, "WORK_ORDER_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kTransformationNotFound, "TRANSFORMATION_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kLotNumberTaken, "LOT_NUMBER_TAKEN", absl::StatusCode::kAlreadyExists},
    {Reason::kSerialAlreadyProduced, "SERIAL_ALREADY_PRODUCED", absl::StatusCode::kAlreadyExists},
    {Reason::kLotsDisabled, "LOTS_DISABLED", absl::StatusCode::kFailedPrecondition},
    {Reason::kProductNotTracked, "PRODUCT_NOT_TRACKED", absl::StatusCode::kFailedPrecondition},
    {Reason::kTrackingMismatch, "TRACKING_MISMATCH", absl::StatusCode::kFailedPrecondition},
    {Reason::kProductHasLots, "PRODUCT_HAS_LOTS", absl::StatusCode::kFailedPrecondition},
    {Reason::kProductNotProducible, "PRODUCT_NOT_PRODUCIBLE",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kNoNumberTemplate, "NO_NUMBER_TEMPLATE", absl::StatusCode::kFailedPrecondition},
    {Reason::kNumbersExhausted, "NUMBERS_EXHAUSTED", absl::StatusCode::kFailedPrecondition},
    {Reason::kLocationKindImmutable, "LOCATION_KIND_IMMUTABLE",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kLocationCycle, "LOCATION_CYCLE", absl::StatusCode::kFailedPrecondition},
    {Reason::kLocationKindMismatch, "LOCATION_KIND_MISMATCH",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kRetired, "RETIRED", absl::StatusCode::kFailedPrecondition},
    {Reason::kStillInUse, "STILL_IN_USE", absl::StatusCode::kFailedPrecondition},
    {Reason::kNotEnough, "NOT_ENOUGH", absl::StatusCode::kFailedPrecondition},
    {Reason::kSerialNotThere, "SERIAL_NOT_THERE", absl::StatusCode::kFailedPrecondition},
    {Reason::kSerialOnHand, "SERIAL_ON_HAND", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotExpired, "LOT_EXPIRED", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotArchived, "LOT_ARCHIVED", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotPlanned, "LOT_PLANNED", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotVoid, "LOT_VOID", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotOnHand, "LOT_ON_HAND", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotInUse, "LOT_IN_USE", absl::StatusCode::kFailedPrecondition},
    {Reason::kReturnExceedsDelivery, "RETURN_EXCEEDS_DELIVERY",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kReturnMismatch, "RETURN_MISMATCH", absl::StatusCode::kFailedPrecondition},
    {Reason::kQuantityOverflow, "QUANTITY_OVERFLOW", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotHeld, "LOT_HELD", absl::StatusCode::kFailedPrecondition},
    {Reason::kHoldEnded, "HOLD_ENDED", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotNotHeld, "LOT_NOT_HELD", absl::StatusCode::kFailedPrecondition},
    {Reason::kProductMismatch, "PRODUCT_MISMATCH", absl::StatusCode::kFailedPrecondition},
    {Reason::kBeforeArrival, "BEFORE_ARRIVAL", absl::StatusCode::kFailedPrecondition},
    {Reason::kExpiryLater, "EXPIRY_LATER", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotsDiffer, "LOTS_DIFFER", absl::StatusCode::kFailedPrecondition},
    {Reason::kRecallClosed, "RECALL_CLOSED", absl::StatusCode::kFailedPrecondition},
    {Reason::kRecallTooLarge, "RECALL_TOO_LARGE", absl::StatusCode::kFailedPrecondition},
    {Reason::kTraceTooLarge, "TRACE_TOO_LARGE", absl::StatusCode::kFailedPrecondition},
    {Reason::kRecallUnaccounted, "RECALL_UNACCOUNTED", absl::StatusCode::kFailedPrecondition},
    {Reason::kLotNotInRecall, "LOT_NOT_IN_RECALL", absl::StatusCode::kFailedPrecondition},
    {Reason::kHoldNotFound, "HOLD_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kRecallNotFound, "RECALL_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kInspectionNotFound, "INSPECTION_NOT_FOUND", absl::StatusCode::kNotFound},
    {Reason::kRecallExists, "RECALL_EXISTS", absl::StatusCode::kAlreadyExists},
    {Reason::kWorkOrderClosed, "WORK_ORDER_CLOSED", absl::StatusCode::kFailedPrecondition},
    {Reason::kWorkOrderProductMismatch, "WORK_ORDER_PRODUCT_MISMATCH",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kSerialAssignedElsewhere, "SERIAL_ASSIGNED_ELSEWHERE",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kSerialNotAssigned, "SERIAL_NOT_ASSIGNED", absl::StatusCode::kFailedPrecondition},
    {Reason::kWorkOrderNeedsProduct, "WORK_ORDER_NEEDS_PRODUCT",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kOutputNotInCompletion, "OUTPUT_NOT_IN_COMPLETION",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kNotAComponent, "NOT_A_COMPONENT", absl::StatusCode::kFailedPrecondition},
    {Reason::kComponentMissing, "COMPONENT_MISSING", absl::StatusCode::kFailedPrecondition},
    {Reason::kResultUsed, "RESULT_USED", absl::StatusCode::kFailedPrecondition},
    {Reason::kAlreadyReversed, "ALREADY_REVERSED", absl::StatusCode::kFailedPrecondition},
    {Reason::kReversalNotReversible, "REVERSAL_NOT_REVERSIBLE",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kPartOfTransformation, "PART_OF_TRANSFORMATION",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kUnitNotInUse, "UNIT_NOT_IN_USE", absl::StatusCode::kFailedPrecondition},
    {Reason::kComponentContainsUnit, "COMPONENT_CONTAINS_UNIT",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kTransformationNotCorrectable, "TRANSFORMATION_NOT_CORRECTABLE",
     absl::StatusCode::kFailedPrecondition},
    {Reason::kUnitNotCorrectable, "UNIT_NOT_CORRECTABLE", absl::StatusCode::kFailedPrecondition},
    {Reason::kComponentsIssued, "COMPONENTS_ISSUED", absl::StatusCode::kFailedPrecondition},
    {Reason::kNotIssued, "NOT_ISSUED", absl::StatusCode::kFailedPrecondition},
    {Reason::kConsumptionOfOrder, "CONSUMPTION_OF_ORDER", absl::StatusCode::kFailedPrecondition},
    {Reason::kComponentShort, "COMPONENT_SHORT", absl::StatusCode::kFailedPrecondition},
    {Reason::kEtagMismatch, "ETAG_MISMATCH", absl::StatusCode::kAborted},
    {Reason::kTransactionConflict, "TRANSACTION_CONFLICT", absl::StatusCode::kAborted},
    {Reason::kServerBusy, "SERVER_BUSY", absl::StatusCode::kResourceExhausted},
    {Reason::kCallerLimit, "CALLER_LIMIT", absl::StatusCode::kResourceExhausted},
    {Reason::kDatabaseUnavailable, "DATABASE_UNAVAILABLE", absl::StatusCode::kUnavailable},
    {Reason::kShuttingDown, "SHUTTING_DOWN", absl::StatusCode::kUnavailable},
    {Reason::kDeadlineExceeded, "DEADLINE_EXCEEDED", absl::StatusCode::kDeadlineExceeded},
    {Reason::kCancelled, "CANCELLED", absl::StatusCode::kCancelled},
    {Reason::kInternal, "INTERNAL", absl::StatusCode::kInternal},
    {Reason::kCredentialsMissing, "CREDENTIALS_MISSING", absl::StatusCode::kUnauthenticated},
    {Reason::kTokenInvalid, "TOKEN_INVALID", absl::StatusCode::kUnauthenticated},
    {Reason::kTokenExpired, "TOKEN_EXPIRED", absl::StatusCode::kUnauthenticated},
    {Reason::kPermissionMissing, "PERMISSION_MISSING", absl::StatusCode::kPermissionDenied},
    {Reason::kCompanyForbidden, "COMPANY_FORBIDDEN", absl::StatusCode::kPermissionDenied},
};

const ReasonRow& RowOf(Reason reason) {
  for (const ReasonRow& row : kReasons) {
    if (row.reason == reason) return row;
  }
  Check(false);
  return kReasons[0];
}

std::string Text(const std::vector<Problem>& problems) {
  if (problems.size() == 1) return problems.front().message;
  return absl::StrCat(problems.front().message, " (and ", problems.size() - 1,
                      problems.size() == 2 ? " more problem)" : " more problems)");
}

nlohmann::json ToJson(const Problem& problem) {
  nlohmann::json facts = nlohmann::json::array();
  for (const auto& [key, value] : problem.facts) facts.push_back({key, value});
  return {static_cast<int>(problem.reason), problem.field, problem.message, facts};
}

Problem FromJson(const nlohmann::json& json) {
  Problem problem{static_cast<Reason>(json[0].get<int>()),
                  json[1].get<std::string>(),
                  json[2].get<std::string>(),
                  {}};
  for (const nlohmann::json& fact : json[3]) {
    problem.facts.emplace_back(fact[0].get<std::string>(), fact[1].get<std::string>());
  }
  return problem;
}

}  // namespace

absl::string_view Name(Reason reason) { return RowOf(reason).name; }

absl::StatusCode CodeOf(Reason reason) { return RowOf(reason).code; }

absl::Status Refuse(std::vector<Problem> problems) {
  Check(!problems.empty());
  nlohmann::json payload = nlohmann::json::array();
  for (const Problem& problem : problems) payload.push_back(ToJson(problem));
  absl::Status status(CodeOf(problems.front().reason), Text(problems));
  // CBOR carries any bytes: a refused value need not be valid UTF-8.
  const std::vector<uint8_t> bytes = nlohmann::json::to_cbor(payload);
  status.SetPayload(kPayload, absl::Cord(std::string(bytes.begin(), bytes.end())));
  return status;
}

absl::Status Refuse(Problem problem) {
  std::vector<Problem> problems;
  problems.push_back(std::move(problem));
  return Refuse(std::move(problems));
}

Problem FieldInvalid(absl::string_view field, absl::string_view value, absl::string_view message) {
  return {Reason::kFieldInvalid,
          std::string(field),
          absl::StrCat(field, ": ", message),
          {{"field", std::string(field)}, {"value", std::string(value)}}};
}

std::vector<Problem> ProblemsOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return {};
  std::vector<Problem> problems;
  for (const nlohmann::json& json : nlohmann::json::from_cbor(std::string(*payload))) {
    problems.push_back(FromJson(json));
  }
  return problems;
}

std::string Indexed(absl::string_view list, size_t index, absl::string_view field) {
  return absl::StrCat(list, "[", index, "]", field.empty() ? "" : ".", field);
}

}  // namespace lots
