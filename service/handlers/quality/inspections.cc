// InspectionService: records inspections, finds them, lists them.
#include "service/handlers/quality/inspections.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/convert/fields.h"
#include "service/convert/holds.h"
#include "service/convert/list_page.h"
#include "service/convert/writes.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/inspections/inspections.h"

namespace lots {
namespace {

// A decimal of any sign; none when empty.
std::optional<Quantity> Decimal(absl::string_view field, const std::string& text,
                                FieldChecker& fields) {
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<Quantity> decimal = Quantity::Parse(text);
  if (decimal.ok()) return *decimal;
  fields.Refused(field, text, decimal.status().message());
  return std::nullopt;
}

// Judges a decimal by its limits. Returns nothing when there is nothing to judge by.
std::optional<bool> IsWithinLimits(const InspectionResult& result) {
  const bool has_limits = result.lower_limit.has_value() || result.upper_limit.has_value();
  if (!has_limits || !result.value.has_value()) return std::nullopt;
  const Quantity* decimal = std::get_if<Quantity>(&*result.value);
  if (decimal == nullptr) return std::nullopt;
  return *decimal >= result.lower_limit.value_or(*decimal) &&
         *decimal <= result.upper_limit.value_or(*decimal);
}

void CheckLimits(const std::string& path, const InspectionResult& result, FieldChecker& fields) {
  const bool has_limits = result.lower_limit.has_value() || result.upper_limit.has_value();
  const bool is_decimal =
      result.value.has_value() && std::holds_alternative<Quantity>(*result.value);
  if (has_limits && !is_decimal) {
    fields.Refused(absl::StrCat(path, ".value"), "", "limits need a decimal value");
  }
  const bool is_empty_range = result.lower_limit.has_value() && result.upper_limit.has_value() &&
                              *result.lower_limit > *result.upper_limit;
  if (is_empty_range) {
    fields.Refused(absl::StrCat(path, ".upper_limit"), result.upper_limit->ToString(),
                   absl::StrCat("is below the lower limit ", result.lower_limit->ToString()));
  }
}

// Whether the result passed: as the request says, or else by the limits. The two must agree.
std::optional<bool> PassedOf(const std::string& path, const v1::InspectionResult& message,
                             const InspectionResult& result, FieldChecker& fields) {
  const std::optional<bool> judged = IsWithinLimits(result);
  if (!message.has_passed()) return judged;
  if (judged.has_value() && *judged != message.passed()) {
    fields.Refused(absl::StrCat(path, ".passed"), message.passed() ? "true" : "false",
                   absl::StrCat("contradicts the limits: the value is ",
                                *judged ? "within" : "outside of", " them"));
  }
  return message.passed();
}

InspectionResult ResultOf(const std::string& path, const v1::InspectionResult& message,
                          FieldChecker& fields) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  if (message.name().empty()) fields.Refused(at("name"), "", "is required");
  InspectionResult result{.name = fields.Line(at("name"), message.name(), kNameCharactersMax),
                          .value = std::nullopt,
                          .unit = fields.Line(at("unit"), message.unit(), kUnitCharactersMax),
                          .lower_limit = Decimal(at("lower_limit"), message.lower_limit(), fields),
                          .upper_limit = Decimal(at("upper_limit"), message.upper_limit(), fields)};
  if (message.has_value()) result.value = fields.AttributeOf(at("value"), message.value());
  CheckLimits(path, result, fields);
  result.passed = PassedOf(path, message, result, fields);
  return result;
}

bool IsAddress(absl::string_view url) {
  return absl::StartsWith(url, "https://") || absl::StartsWith(url, "http://");
}

InspectionDocument DocumentOf(const std::string& path, const v1::InspectionDocument& message,
                              FieldChecker& fields) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  if (!IsAddress(message.url())) {
    fields.Refused(at("url"), message.url(), "is an address that begins with https:// or http://");
  }
  return {.type = fields.Line(at("type"), message.type(), kDocumentTypeCharactersMax),
          .title = fields.Line(at("title"), message.title(), kNameCharactersMax),
          .url = fields.Line(at("url"), message.url(), kUrlBytesMax)};
}

template <class Documents>
std::vector<InspectionDocument> DocumentsOf(const std::string& path, const Documents& messages,
                                            FieldChecker& fields) {
  std::vector<InspectionDocument> documents;
  for (int i = 0; i < messages.size(); ++i) {
    documents.push_back(DocumentOf(Indexed(path, i), messages[i], fields));
  }
  return documents;
}

// Who lets a lot pass although something failed says why.
void CheckVerdict(const std::string& path, const NewInspection& inspection, FieldChecker& fields) {
  const bool something_failed =
      absl::c_any_of(inspection.results,
                     [](const InspectionResult& result) { return !result.passed.value_or(true); });
  if (inspection.verdict != Verdict::kPassed || !something_failed) return;
  if (!inspection.note.empty()) return;
  fields.Refused(absl::StrCat(path, ".verdict"), "PASSED",
                 "a result did not pass: the verdict is FAILED, or the note says why the lot "
                 "passes");
}

NewInspection InspectionOf(int index, const v1::RecordInspectionRequest& request,
                           const std::vector<InspectionDocument>& documents, FieldChecker& fields) {
  const v1::NewInspection& message = request.inspections(index);
  const std::string path = Indexed("inspections", index);
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  NewInspection inspection{
      .lot = fields.Lot(at("lot"), message.lot()),
      .verdict = fields.RequiredEnum<Verdict>(at("verdict"), message.verdict()),
      .note = fields.Text(at("note"), message.note(), kNoteCharactersMax),
      .results = {},
      .documents = documents};
  fields.Count(at("results"), message.results_size(), 0, kInspectionResultsMax);
  fields.Count(at("documents"), message.documents_size() + request.documents_size(), 0,
               kInspectionDocumentsMax);
  if (!fields.ok()) return inspection;
  for (int i = 0; i < message.results_size(); ++i) {
    inspection.results.push_back(ResultOf(Indexed(at("results"), i), message.results(i), fields));
  }
  for (InspectionDocument& document : DocumentsOf(at("documents"), message.documents(), fields)) {
    inspection.documents.push_back(std::move(document));
  }
  CheckVerdict(path, inspection, fields);
  return inspection;
}

HoldTerms TermsOf(const v1::RecordInspectionRequest& request, FieldChecker& fields) {
  const v1::FailedHold& message = request.failed_hold();
  HoldTerms terms{.reason = fields.Text("failed_hold.reason", message.reason(), kNoteCharactersMax),
                  .case_id = fields.OptionalId("failed_hold.case_id", message.case_id())};
  if (terms.reason.empty()) {
    terms.reason =
        absl::StrCat("failed inspection", request.plan().empty() ? "" : " ", request.plan());
  }
  fields.Count("failed_hold.exempt_location_ids", message.exempt_location_ids_size(), 0,
               kExemptLocationsMax);
  if (!fields.ok()) return terms;
  for (int i = 0; i < message.exempt_location_ids_size(); ++i) {
    terms.exempt_location_ids.push_back(fields.Required<LocationId>(
        Indexed("failed_hold.exempt_location_ids", i), message.exempt_location_ids(i)));
  }
  return terms;
}

int64_t ResultCount(const v1::RecordInspectionRequest& request) {
  int64_t count = 0;
  for (const v1::NewInspection& one : request.inspections()) count += one.results_size();
  return count;
}

RecordInspectionCommand CommandOf(const v1::RecordInspectionRequest& request, const Call& call,
                                  FieldChecker& fields) {
  RecordInspectionCommand command{
      .context = fields.Write(request, call),
      .plan = fields.OptionalId("plan", request.plan()),
      .inspector = fields.Line("inspector", request.inspector(), kNameCharactersMax),
      .inspected_at = fields.OccurTime(
          "inspect_time", request.has_inspect_time() ? &request.inspect_time() : nullptr, call.now),
      .inspections = {},
      .hold_failed = std::nullopt,
      .release_passed = request.release_passed()};
  if (command.inspector.empty()) command.inspector = call.actor;
  if (request.has_failed_hold()) command.hold_failed = TermsOf(request, fields);
  fields.Count("inspections", request.inspections_size(), 1, kInspectionsPerCallMax);
  const int64_t results = ResultCount(request);
  if (results > kInspectionResultsPerCallMax) {
    fields.Refused("inspections", absl::StrCat(results),
                   absl::StrCat("have ", results, " results together; one request has at most ",
                                kInspectionResultsPerCallMax));
  }
  fields.Count("documents", request.documents_size(), 0, kInspectionDocumentsMax);
  if (!fields.ok()) return command;
  const std::vector<InspectionDocument> documents =
      DocumentsOf("documents", request.documents(), fields);
  for (int i = 0; i < request.inspections_size(); ++i) {
    command.inspections.push_back(InspectionOf(i, request, documents, fields));
  }
  return command;
}

PageKeys KeysOf(const Inspection& inspection) {
  return {absl::StrCat(absl::ToUnixMicros(inspection.recorded_at)),
          inspection.inspection_id.value().ToString()};
}

// Page tokens are signed, so their contents can be trusted.
std::optional<InspectionPosition> InspectionAfter(const PageKeys& keys) {
  if (keys.empty()) return std::nullopt;
  int64_t micros = 0;
  Check(keys.size() == 2 && absl::SimpleAtoi(keys[0], &micros));
  const std::optional<Uuid> id = Uuid::Parse(keys[1]);
  Check(id.has_value());
  return InspectionPosition{absl::FromUnixMicros(micros), InspectionId(*id)};
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::RecordInspectionResponse> RecordInspection(
    const v1::RecordInspectionRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RecordInspectionCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const RecordedInspections recorded, lots::RecordInspection(db, command));
  v1::RecordInspectionResponse response;
  for (const InspectionId& id : recorded.inspections) {
    response.add_inspection_ids(id.value().ToString());
  }
  for (const HoldId& id : recorded.placed) response.add_hold_ids(id.value().ToString());
  for (const HoldId& id : recorded.released) {
    response.add_released_hold_ids(id.value().ToString());
  }
  return response;
}

absl::StatusOr<v1::Inspection> GetInspection(const v1::GetInspectionRequest& request,
                                             const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const auto inspection_id =
      fields.RequiredUuid<InspectionId>("inspection_id", request.inspection_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Inspection inspection,
                   lots::GetInspection(db, call.company, inspection_id));
  return ToProto(inspection);
}

absl::StatusOr<v1::ListInspectionsResponse> ListInspections(
    const v1::ListInspectionsRequest& request, const Call& call, pg::Connection& db) {
  v1::ListInspectionsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    // The surplus item shows that there is another page.
    ASSIGN_OR_RETURN(const std::vector<Inspection> inspections,
                     lots::ListInspections(db, {.company = company,
                                                .filter = request.filter(),
                                                .after = InspectionAfter(after),
                                                .limit = room.items + 1}));
    return FillPiece(
        inspections, /*has_more=*/false, room,
        [](const Inspection& inspection) { return lots::ToProto(inspection); },
        [&](size_t i) { return KeysOf(inspections[i]); }, *response.mutable_inspections());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

}  // namespace handlers

}  // namespace lots
