// Adds entries to the audit log and lists them.
#include "storage/writes/audit.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/query/filter.h"

namespace lots {
namespace {

constexpr pg::Statement kAddEntry{"add_audit_entry", R"sql(
  INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
                             method, request_id, trace_id, work_order_id, recall_id, lot_ids,
                             lot_count)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))sql"};

#define LOTS_AUDIT_COLUMNS                                                          \
  " a.entry_id, a.recorded_at, a.actor, a.method, a.request_id, a.caller, a.peer, " \
  "a.certificate, a.trace_id, a.work_order_id, a.recall_id, a.lot_ids, a.lot_count "

constexpr pg::Statement kFindEntries{
    "find_audit_entries", "SELECT" LOTS_AUDIT_COLUMNS
                          "FROM audit_entries a WHERE a.company = $1 AND a.entry_id = ANY($2)"};

constexpr pg::Statement kFindLots{"find_audited_lots", R"sql(
  SELECT lot_id, product_id, number FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

// What a serial was before it was relabelled, and what it became.
constexpr const char* kFindIdentitiesText = R"sql(
  WITH RECURSIVE self AS (
    SELECT l.lot_id, 0 AS depth FROM lots l
    WHERE l.company = $1 AND l.lot_id = $2 AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql(),
  later AS (
    SELECT l.lot_id, 0 AS depth FROM lots l
    WHERE l.company = $1 AND l.lot_id = $2 AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_LATER_IDENTITY R"sql()
  SELECT lot_id FROM self WHERE depth > 0
  UNION
  SELECT lot_id FROM later WHERE depth > 0)sql"_sql;
constexpr pg::Statement kFindIdentities{"find_audited_identities", kFindIdentitiesText};

// $2 are the lot and its other identities. What went into a transformation moved, too; a unit that
// was maintained did not.
constexpr absl::string_view kOfLot = R"sql(a.entry_id IN (
  SELECT l.entry_id FROM lots l WHERE l.company = $1 AND l.lot_id = ANY($2)
  UNION ALL
  SELECT m.entry_id FROM movements m WHERE m.company = $1 AND m.lot_id = ANY($2)
  UNION ALL
  SELECT e.entry_id FROM lot_events e WHERE e.company = $1 AND e.lot_id = ANY($2)
  UNION ALL
  SELECT t.entry_id
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
  WHERE o.company = $1 AND o.lot_id = ANY($2)
  UNION ALL
  SELECT s.entry_id FROM assignments s WHERE s.company = $1 AND s.lot_id = ANY($2)
  UNION ALL
  SELECT w.entry_id
  FROM holds h CROSS JOIN LATERAL (VALUES (h.entry_id), (h.release_entry_id)) AS w (entry_id)
  WHERE h.company = $1 AND h.lot_id = ANY($2)
  UNION ALL
  SELECT w.entry_id
  FROM recall_members b
  JOIN recalls r ON r.company = $1 AND r.recall_id = b.recall_id
  CROSS JOIN LATERAL (
    VALUES (CASE WHEN b.transformation_id IS NULL THEN COALESCE(b.entry_id, r.entry_id) END),
           (CASE WHEN b.ended_at IS NULL THEN r.close_entry_id END))
    AS w (entry_id)
  WHERE b.company = $1 AND b.lot_id = ANY($2)
  UNION ALL
  SELECT c.entry_id FROM recall_member_changes c WHERE c.company = $1 AND c.lot_id = ANY($2)
  UNION ALL
  SELECT d.entry_id FROM recall_dispositions d WHERE d.company = $1 AND d.lot_id = ANY($2)
  UNION ALL
  SELECT i.entry_id FROM inspections i WHERE i.company = $1 AND i.lot_id = ANY($2)))sql";

const FilterField kFilterFields[] = {
    {.name = "record_time", .type = FilterType::kTime, .sql = "a.recorded_at"},
    {.name = "actor", .type = FilterType::kText, .sql = "a.actor"},
    {.name = "method", .type = FilterType::kText, .sql = "a.method"},
    {.name = "request_id", .type = FilterType::kText, .sql = "a.request_id"},
    {.name = "caller", .type = FilterType::kText, .sql = "a.caller"},
    {.name = "peer", .type = FilterType::kText, .sql = "a.peer"},
    {.name = "certificate", .type = FilterType::kText, .sql = "a.certificate"},
    {.name = "trace_id", .type = FilterType::kText, .sql = "a.trace_id"},
    {.name = "work_order_id", .type = FilterType::kText, .sql = "a.work_order_id"},
    {.name = "recall_id", .type = FilterType::kText, .sql = "a.recall_id"},
};

AuditEntry EntryOf(const pg::Row& row) {
  AuditEntry entry{.entry_id = row.Get<Uuid>(0),
                   .recorded_at = row.Get<absl::Time>(1),
                   .actor = row.Get<std::string>(2),
                   .method = row.Get<std::string>(3),
                   .request_id = row.Get<std::string>(4),
                   .origin = {.caller = row.Get<std::string>(5),
                              .peer = row.Get<std::string>(6),
                              .certificate = row.Get<std::string>(7),
                              .trace_id = row.Get<std::string>(8)},
                   .work_order = row.Get<std::optional<WorkOrderId>>(9),
                   .recall = row.Get<std::optional<RecallId>>(10),
                   .lots = {},
                   .lot_count = row.Get<int64_t>(12)};
  for (const LotId& lot_id : row.Get<std::vector<LotId>>(11)) {
    entry.lots.push_back({.lot_id = lot_id, .product_id = {}, .number = {}});
  }
  return entry;
}

// " AND …" for the entries after the position; nothing at the first page.
absl::StatusOr<std::string> After(const std::vector<std::string>& position, pg::Params& params) {
  if (position.empty()) return std::string();
  int64_t micros = 0;
  const std::optional<Uuid> id =
      position.size() == 2 ? Uuid::Parse(position[1]) : std::optional<Uuid>();
  if (!id.has_value() || !absl::SimpleAtoi(position[0], &micros)) {
    return Refuse(PageTokenInvalid("list"));
  }
  const int recorded_at = params.Add(absl::FromUnixMicros(micros));
  return absl::StrCat(" AND (a.recorded_at, a.entry_id) < ($", recorded_at, ", $", params.Add(*id),
                      ")");
}

// The lot, and what else the unit is called that it is.
absl::StatusOr<std::vector<LotId>> FindIdentities(pg::Connection& db, const CompanyId& company,
                                                  const LotId& lot_id) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindIdentities, company, lot_id));
  std::vector<LotId> identities = {lot_id};
  for (const pg::Row row : rows) identities.push_back(row.Get<LotId>(0));
  return identities;
}

// `asked` gets the resources that the filter names.
absl::StatusOr<pg::Result> ReadEntries(pg::Connection& db, const ListAuditEntriesQuery& query,
                                       AskedResources& asked) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  pg::Params params = pg::Params::Of(query.company);
  std::string sql = "SELECT" LOTS_AUDIT_COLUMNS "FROM audit_entries a WHERE a.company = $1";
  if (query.lot_id.has_value()) {
    ASSIGN_OR_RETURN(const std::vector<LotId> identities,
                     FindIdentities(db, query.company, *query.lot_id));
    params.Add(identities);
    absl::StrAppend(&sql, " AND ", kOfLot);
  }
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, kFilterFields, zone, params));
  asked.AddFilter(filter.equalities);
  ASSIGN_OR_RETURN(const std::string after, After(query.after, params));
  absl::StrAppend(&sql, " AND ", filter.sql, after,
                  " ORDER BY a.recorded_at DESC, a.entry_id DESC LIMIT $",
                  params.Add(query.limit + 1));
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("list_audit_entries", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(pg::Results results, pipeline.Send());
  return std::move(results.front());
}

// Says what the lots are called now.
absl::Status NameLots(pg::Connection& db, const CompanyId& company,
                      std::vector<AuditEntry>& entries) {
  absl::flat_hash_map<LotId, std::vector<AuditedLot*>> places;
  std::vector<LotId> ids;
  for (AuditEntry& entry : entries) {
    for (AuditedLot& lot : entry.lots) {
      std::vector<AuditedLot*>& of_lot = places[lot.lot_id];
      if (of_lot.empty()) ids.push_back(lot.lot_id);
      of_lot.push_back(&lot);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindLots, company, ids));
  for (const pg::Row row : found) {
    for (AuditedLot* const lot : places[row.Get<LotId>(0)]) {
      lot->product_id = row.Get<ProductId>(1);
      lot->number = row.Get<std::string>(2);
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddAuditEntry(pg::Transaction& transaction, const WriteContext& context,
                   const AuditSubject& subject) {
  std::vector<LotId> first;
  absl::flat_hash_set<LotId> distinct;
  for (const LotId& lot : subject.lots) {
    if (distinct.insert(lot).second && first.size() < kAuditLotsMax) first.push_back(lot);
  }
  transaction.Add(kAddEntry, context.company, context.entry_id, context.now, context.actor,
                  context.origin.caller, context.origin.peer, context.origin.certificate,
                  context.method, context.request_id, context.origin.trace_id, subject.work_order,
                  subject.recall, first, distinct.size());
}

std::vector<std::string> PositionOf(const AuditEntry& entry) {
  return {absl::StrCat(absl::ToUnixMicros(entry.recorded_at)), entry.entry_id.ToString()};
}

absl::StatusOr<AuditPage> ListAuditEntries(pg::Connection& db, const ListAuditEntriesQuery& query) {
  AskedResources asked{.company = query.company, .finds_deleted_lots = true};
  if (query.lot_id.has_value()) asked.lots.emplace_back("lot_id", *query.lot_id);
  ASSIGN_OR_RETURN(const pg::Result rows, ReadEntries(db, query, asked));
  if (rows.empty()) RETURN_IF_ERROR(CheckExistence(db, asked));
  AuditPage page;
  const size_t limit = static_cast<size_t>(query.limit);
  for (const pg::Row row : rows) {
    if (page.entries.size() == limit) break;
    page.entries.push_back(EntryOf(row));
  }
  if (rows.size() > limit) page.after = PositionOf(page.entries.back());
  RETURN_IF_ERROR(NameLots(db, query.company, page.entries));
  return page;
}

absl::StatusOr<absl::flat_hash_map<Uuid, AuditEntry>> FindAuditEntries(
    pg::Connection& db, const CompanyId& company, const std::vector<Uuid>& entry_ids) {
  absl::flat_hash_map<Uuid, AuditEntry> entries;
  if (entry_ids.empty()) return entries;
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindEntries, company, entry_ids));
  for (const pg::Row row : rows) {
    AuditEntry entry = EntryOf(row);
    entry.lots.clear();
    entries.emplace(entry.entry_id, std::move(entry));
  }
  return entries;
}

}  // namespace lots
