// Reads one inspection, and lists inspections.
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/inspections/inspections.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"

namespace lots {
namespace {

#define LOTS_INSPECTION_COLUMNS                                                         \
  " i.inspection_id, i.lot_id, l.product_id, l.number, i.plan, i.verdict, i.inspector," \
  " i.inspected_at, i.recorded_at, i.actor, i.note, i.hold_id, i.released_hold_id "

constexpr FilterEnumValue kVerdicts[] = {
    {"PASSED", static_cast<int64_t>(Verdict::kPassed)},
    {"FAILED", static_cast<int64_t>(Verdict::kFailed)},
};

constexpr FilterField kFields[] = {
    {.name = "lot_id", .type = FilterType::kUuid, .sql = "i.lot_id"},
    {.name = "product_id", .sql = "l.product_id"},
    {.name = "plan", .sql = "i.plan"},
    {.name = "verdict",
     .type = FilterType::kEnum,
     .sql = "i.verdict",
     .values = kVerdicts,
     .value_prefix = "VERDICT_"},
    {.name = "inspector", .sql = "i.inspector COLLATE \"C\""},
    {.name = "inspect_time", .type = FilterType::kTime, .sql = "i.inspected_at"},
    {.name = "record_time", .type = FilterType::kTime, .sql = "i.recorded_at"},
    {.name = "failed_result",
     .type = FilterType::kMember,
     .sql = "EXISTS (SELECT 1 FROM inspection_results r WHERE r.company = $1 "
            "AND r.inspection_id = i.inspection_id AND r.name = $? AND NOT r.passed)"},
};

constexpr pg::Statement kGetInspection{"get_inspection", "SELECT" LOTS_INSPECTION_COLUMNS R"sql(
  FROM inspections i
  JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  WHERE i.company = $1 AND i.inspection_id = $2)sql"};

constexpr char kListInspections[] = "SELECT" LOTS_INSPECTION_COLUMNS R"sql(
  FROM inspections i
  JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  WHERE i.company = $1)sql";

constexpr pg::Statement kReadResults{"read_inspection_results", R"sql(
  SELECT inspection_id, name, text_value, number_value, flag_value, date_value, time_value, unit,
         lower_limit, upper_limit, passed
  FROM inspection_results
  WHERE company = $1 AND inspection_id = ANY($2)
  ORDER BY inspection_id, line)sql"};

constexpr pg::Statement kReadDocuments{"read_inspection_documents", R"sql(
  SELECT inspection_id, document_type, title, url
  FROM inspection_documents
  WHERE company = $1 AND inspection_id = ANY($2)
  ORDER BY inspection_id, line)sql"};

Problem InspectionNotFound(const InspectionId& inspection_id) {
  const std::string id = inspection_id.value().ToString();
  return {.reason = Reason::kInspectionNotFound,
          .field = "inspection_id",
          .message = absl::StrCat("no inspection ", id, " in this company"),
          .facts = {{"inspection_id", id}}};
}

Inspection InspectionOf(const CompanyId& company, const pg::Row& row) {
  return {.inspection_id = row.Get<InspectionId>(0),
          .company = company,
          .lot_id = row.Get<LotId>(1),
          .product_id = row.Get<ProductId>(2),
          .number = row.Get<std::string>(3),
          .plan = row.Get<std::string>(4),
          .verdict = row.Get<Verdict>(5),
          .inspector = row.Get<std::string>(6),
          .inspected_at = row.Get<absl::Time>(7),
          .recorded_at = row.Get<absl::Time>(8),
          .actor = row.Get<std::string>(9),
          .note = row.Get<std::string>(10),
          .hold_id = row.Get<std::optional<HoldId>>(11),
          .released_hold_id = row.Get<std::optional<HoldId>>(12)};
}

std::optional<AttributeValue> ValueOf(const pg::Row& row, int first) {
  if (!row.IsNull(first)) return row.Get<std::string>(first);
  if (!row.IsNull(first + 1)) return row.Get<Quantity>(first + 1);
  if (!row.IsNull(first + 2)) return row.Get<bool>(first + 2);
  if (!row.IsNull(first + 3)) return row.Get<absl::CivilDay>(first + 3);
  if (!row.IsNull(first + 4)) return row.Get<absl::Time>(first + 4);
  return std::nullopt;
}

InspectionResult ResultOf(const pg::Row& row) {
  return {.name = row.Get<std::string>(1),
          .value = ValueOf(row, 2),
          .unit = row.Get<std::string>(7),
          .lower_limit = row.Get<std::optional<Quantity>>(8),
          .upper_limit = row.Get<std::optional<Quantity>>(9),
          .passed = row.Get<std::optional<bool>>(10)};
}

// Fills in the results and documents. Inspections never change, so this needs no snapshot.
absl::Status ReadDetails(pg::Connection& db, const CompanyId& company,
                         std::vector<Inspection>& inspections) {
  if (inspections.empty()) return absl::OkStatus();
  std::vector<InspectionId> ids;
  absl::flat_hash_map<InspectionId, Inspection*> by_id;
  for (Inspection& inspection : inspections) {
    ids.push_back(inspection.inspection_id);
    by_id[inspection.inspection_id] = &inspection;
  }
  pg::Pipeline pipeline(db);
  const size_t results = pipeline.Add(kReadResults, company, ids);
  const size_t documents = pipeline.Add(kReadDocuments, company, ids);
  ASSIGN_OR_RETURN(const pg::Results read, pipeline.Send());
  for (const pg::Row row : read[results]) {
    by_id.at(row.Get<InspectionId>(0))->results.push_back(ResultOf(row));
  }
  for (const pg::Row row : read[documents]) {
    by_id.at(row.Get<InspectionId>(0))
        ->documents.push_back({.type = row.Get<std::string>(1),
                               .title = row.Get<std::string>(2),
                               .url = row.Get<std::string>(3)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Inspection> GetInspection(pg::Connection& db, const CompanyId& company,
                                         const InspectionId& inspection_id) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kGetInspection, company, inspection_id));
  if (found.empty()) return Refuse(InspectionNotFound(inspection_id));
  std::vector<Inspection> inspections = {InspectionOf(company, found[0])};
  RETURN_IF_ERROR(ReadDetails(db, company, inspections));
  return std::move(inspections.front());
}

absl::StatusOr<std::vector<Inspection>> ListInspections(pg::Connection& db,
                                                        const ListInspectionsQuery& query) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  pg::Params params = pg::Params::Of(query.company);
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, kFields, zone, params));
  std::string sql = absl::StrCat(kListInspections, " AND ", filter.sql);
  if (query.after.has_value()) {
    const int recorded_at = params.Add(query.after->recorded_at);
    const int inspection_id = params.Add(query.after->inspection_id);
    absl::StrAppend(&sql, " AND (i.recorded_at, i.inspection_id) < ($", recorded_at, ", $",
                    inspection_id, ")");
  }
  absl::StrAppend(&sql, " ORDER BY i.recorded_at DESC, i.inspection_id DESC LIMIT $",
                  params.Add(query.limit));
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("list_inspections", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  std::vector<Inspection> inspections;
  for (const pg::Row row : results.front()) {
    inspections.push_back(InspectionOf(query.company, row));
  }
  if (inspections.empty()) {
    AskedResources asked{.company = query.company};
    asked.AddFilter(filter.equalities);
    RETURN_IF_ERROR(CheckExistence(db, asked));
  }
  RETURN_IF_ERROR(ReadDetails(db, query.company, inspections));
  return inspections;
}

}  // namespace lots
