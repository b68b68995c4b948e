// Merges what each table tells of a lot into one page of its history.
#include "storage/lots/lists/history.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/lots/lists/history_holds.h"
#include "storage/lots/lists/history_inspections.h"
#include "storage/lots/lists/history_recalls.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// Every statement reads one page of its own kind of entry; what they have in common is put in order
// afterwards. $3 and $4 are the place after which the page begins, $5 is how many to read.

// The serials that this one was before a relabel.
constexpr const char* kReadFormerText = R"sql(
  WITH RECURSIVE self AS (
    SELECT l.lot_id, 0 AS depth FROM lots l
    WHERE l.company = $1 AND l.lot_id = $2 AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql()
  SELECT lot_id FROM self WHERE depth > 0 ORDER BY depth)sql"_sql;
constexpr pg::Statement kReadFormer{"read_history_former_lots", kReadFormerText};

constexpr pg::Statement kReadLot{"read_history_lot", R"sql(
  SELECT product_id, number, scale, created_by, created_at, entry_id FROM lots
  WHERE company = $1 AND lot_id = $2)sql"};

constexpr pg::Statement kHasEvents{"has_lot_events", R"sql(
  SELECT EXISTS (SELECT 1 FROM lot_events WHERE company = $1 AND lot_id = $2))sql"};

constexpr pg::Statement kReadEvents{"read_history_events", R"sql(
  SELECT event_id, kind, work_order_id, actor, recorded_at, changes::text, entry_id, hold_id
  FROM lot_events
  WHERE company = $1 AND lot_id = $2 AND (recorded_at, event_id) > ($3, $4)
  ORDER BY recorded_at, event_id LIMIT $5)sql"};

// An assignment that ended, or was made again, may have its event already. The id only breaks ties.
constexpr pg::Statement kReadAssignments{"read_history_assignments", R"sql(
  SELECT event_id, work_order_id, assigned_by, assigned_at, entry_id
  FROM (SELECT md5(a.work_order_id)::uuid AS event_id, a.work_order_id, a.assigned_by,
               a.assigned_at, a.entry_id
        FROM assignments a WHERE a.company = $1 AND a.lot_id = $2
          AND NOT EXISTS (SELECT 1 FROM lot_events e
                          WHERE e.company = $1 AND e.lot_id = $2 AND e.kind = {EVENT_ASSIGNED}
                            AND e.work_order_id = a.work_order_id
                            AND e.recorded_at = a.assigned_at)) AS assigned
  WHERE (assigned_at, event_id) > ($3, $4)
  ORDER BY assigned_at, event_id LIMIT $5)sql"_sql};

constexpr pg::Statement kReadMovements{"read_history_movements", R"sql(
  SELECT movement_id, kind, quantity, from_location_id, to_location_id, document_type,
         document_number, partner_id, occurred_at, recorded_at, actor, note, reverses_id,
         delivery_id, transformation_id, work_order_id, entry_id, receipt_id
  FROM movements
  WHERE company = $1 AND lot_id = $2 AND (recorded_at, movement_id) > ($3, $4)
  ORDER BY recorded_at, movement_id LIMIT $5)sql"};

constexpr pg::Statement kReadTransformations{"read_history_transformations", R"sql(
  SELECT t.transformation_id, t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.actor,
         t.note, t.reverses_id, r.transformation_id,
         (SELECT sum(i.quantity) FROM transformation_inputs i
          WHERE i.company = $1 AND i.lot_id = $2 AND i.transformation_id = t.transformation_id),
         (SELECT sum(o.quantity) FROM transformation_outputs o
          WHERE o.company = $1 AND o.lot_id = $2 AND o.transformation_id = t.transformation_id),
         t.entry_id, t.operation, t.work_centre, t.subcontractor_id,
         unit.lot_id, unit.product_id, unit.number
  FROM transformations t
  LEFT JOIN LATERAL (
    SELECT u.lot_id, u.product_id, u.number
    FROM (SELECT o.lot_id FROM transformation_outputs o
          WHERE o.company = $1 AND o.transformation_id = t.transformation_id
            AND t.kind = {TRANSFORMATION_MAINTENANCE} AND o.role = {OUTPUT_MAINTAINED}
          UNION ALL
          SELECT i.lot_id FROM transformation_inputs i
          WHERE i.company = $1 AND i.transformation_id = t.transformation_id
            AND t.kind = {TRANSFORMATION_DISASSEMBLY}) worked_on
    JOIN lots u ON u.company = $1 AND u.lot_id = worked_on.lot_id
    WHERE worked_on.lot_id <> $2
    LIMIT 1) unit ON TRUE
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND (t.recorded_at, t.transformation_id) > ($3, $4)
    AND t.transformation_id IN (
      SELECT transformation_id FROM transformation_inputs WHERE company = $1 AND lot_id = $2
      UNION
      SELECT transformation_id FROM transformation_outputs WHERE company = $1 AND lot_id = $2)
  ORDER BY t.recorded_at, t.transformation_id LIMIT $5)sql"_sql};

using Entries = std::vector<LotHistoryEntry>;

LotHistoryEntry EntryOf(LotEvent event) {
  LotHistoryEntry entry{.recorded_at = event.recorded_at,
                        .id = event.event_id,
                        .occurred_at = event.inspection.has_value() ? event.inspection->inspected_at
                                                                    : event.recorded_at,
                        .actor = event.actor,
                        .entry_id = event.entry_id,
                        .what = {}};
  entry.what = std::move(event);
  return entry;
}

// Until it is deleted, a lot's creation is read from the lot itself.
void AppendCreation(const pg::Result& lot, const LotHistoryQuery& query, Entries& entries) {
  if (lot.empty()) return;
  LotEvent creation{.event_id = query.lot_id.value(),
                    .lot_id = query.lot_id,
                    .kind = LotEventKind::kCreated,
                    .actor = lot[0].Get<std::string>(3),
                    .recorded_at = lot[0].Get<absl::Time>(4),
                    .entry_id = lot[0].Get<std::optional<Uuid>>(5)};
  const bool is_listed = std::pair(query.after.recorded_at, query.after.id) >=
                         std::pair(creation.recorded_at, creation.event_id);
  if (!is_listed) entries.push_back(EntryOf(std::move(creation)));
}

void AppendEvents(const pg::Result& rows, const LotId& lot_id, Entries& entries) {
  for (const pg::Row row : rows) {
    entries.push_back(EntryOf({.event_id = row.Get<Uuid>(0),
                               .lot_id = lot_id,
                               .kind = row.Get<LotEventKind>(1),
                               .work_order = row.Get<std::optional<WorkOrderId>>(2),
                               .actor = row.Get<std::string>(3),
                               .recorded_at = row.Get<absl::Time>(4),
                               .changes = ChangesFromJson(row.Get<absl::string_view>(5)),
                               .entry_id = row.Get<std::optional<Uuid>>(6),
                               .hold_id = row.Get<std::optional<HoldId>>(7)}));
  }
}

void AppendAssignments(const pg::Result& rows, const LotId& lot_id, Entries& entries) {
  for (const pg::Row row : rows) {
    entries.push_back(EntryOf({.event_id = row.Get<Uuid>(0),
                               .lot_id = lot_id,
                               .kind = LotEventKind::kAssigned,
                               .work_order = row.Get<WorkOrderId>(1),
                               .actor = row.Get<std::string>(2),
                               .recorded_at = row.Get<absl::Time>(3),
                               .entry_id = row.Get<std::optional<Uuid>>(4)}));
  }
}

Movement ReadMovement(const pg::Row& row, const pg::Row& lot, const LotHistoryQuery& query) {
  return {.movement_id = row.Get<MovementId>(0),
          .company = query.company,
          .kind = row.Get<MovementKind>(1),
          .lot_id = query.lot_id,
          .product_id = lot.Get<ProductId>(0),
          .number = lot.Get<std::string>(1),
          .scale = lot.Get<int>(2),
          .quantity = row.Get<Quantity>(2),
          .from = row.Get<LocationId>(3),
          .to = row.Get<LocationId>(4),
          .document = {row.Get<std::string>(5), row.Get<std::string>(6)},
          .partner_id = row.Get<std::string>(7),
          .occurred_at = row.Get<absl::Time>(8),
          .recorded_at = row.Get<absl::Time>(9),
          .actor = row.Get<std::string>(10),
          .note = row.Get<std::string>(11),
          .reverses = row.Get<std::optional<MovementId>>(12),
          .delivery = row.Get<std::optional<MovementId>>(13),
          .receipt = row.Get<std::optional<MovementId>>(17),
          .transformation = row.Get<std::optional<TransformationId>>(14),
          .work_order = row.Get<std::optional<WorkOrderId>>(15)};
}

// A lot that has movements is never deleted.
void AppendMovements(const pg::Result& rows, const pg::Result& lot, const LotHistoryQuery& query,
                     Entries& entries) {
  for (const pg::Row row : rows) {
    Movement movement = ReadMovement(row, lot[0], query);
    entries.push_back({.recorded_at = movement.recorded_at,
                       .id = movement.movement_id.value(),
                       .occurred_at = movement.occurred_at,
                       .actor = movement.actor,
                       .entry_id = row.Get<std::optional<Uuid>>(16),
                       .what = {}});
    entries.back().what = std::move(movement);
  }
}

Transformation ReadTransformation(const pg::Row& row) {
  return {.transformation_id = row.Get<TransformationId>(0),
          .kind = row.Get<TransformationKind>(1),
          .work_order = row.Get<std::optional<WorkOrderId>>(2),
          .occurred_at = row.Get<absl::Time>(3),
          .recorded_at = row.Get<absl::Time>(4),
          .actor = row.Get<std::string>(5),
          .note = row.Get<std::string>(6),
          .reverses = row.Get<std::optional<TransformationId>>(7),
          .reversed_by = row.Get<std::optional<TransformationId>>(8),
          .work_place = {.operation = row.Get<std::string>(12),
                         .work_centre = row.Get<std::string>(13),
                         .subcontractor_id = row.Get<std::string>(14)}};
}

void AppendTransformations(const pg::Result& rows, Entries& entries) {
  for (const pg::Row row : rows) {
    TransformationPart part{.transformation = ReadTransformation(row),
                            .input = row.Get<std::optional<Quantity>>(9),
                            .output = row.Get<std::optional<Quantity>>(10),
                            .unit = {}};
    if (const auto unit = row.Get<std::optional<LotId>>(15)) {
      part.unit = {*unit, row.Get<ProductId>(16), row.Get<std::string>(17)};
    }
    entries.push_back({.recorded_at = part.transformation.recorded_at,
                       .id = part.transformation.transformation_id.value(),
                       .occurred_at = part.transformation.occurred_at,
                       .actor = part.transformation.actor,
                       .entry_id = row.Get<std::optional<Uuid>>(11),
                       .what = {}});
    entries.back().what = std::move(part);
  }
}

// What AddReads adds to a pipeline for one lot.
constexpr size_t kReadsOfLot = 9;

void AddReads(pg::Transaction& snapshot, const LotHistoryQuery& query) {
  const auto& [company, lot_id, after, limit] = query;
  snapshot.Add(kReadLot, company, lot_id);
  snapshot.Add(kHasEvents, company, lot_id);
  for (const pg::Statement& statement :
       {kReadEvents, kReadAssignments, kReadMovements, kReadTransformations}) {
    snapshot.Add(statement, company, lot_id, after.recorded_at, after.id, limit + 1);
  }
  AddHoldEvents(snapshot, query);
  AddInspectionEvents(snapshot, query);
  AddRecallEvents(snapshot, query);
}

// Appends the entries of the query's lot, from the results of AddReads.
void AppendLot(const pg::Results& read, size_t first, const LotHistoryQuery& query,
               Entries& entries) {
  const pg::Result& lot = read[first];
  const size_t before = entries.size();
  AppendCreation(lot, query, entries);
  AppendEvents(read[first + 2], query.lot_id, entries);
  AppendAssignments(read[first + 3], query.lot_id, entries);
  AppendMovements(read[first + 4], lot, query, entries);
  AppendTransformations(read[first + 5], entries);
  for (LotEvent& event : ReadHoldEvents(read[first + 6])) {
    entries.push_back(EntryOf(std::move(event)));
  }
  for (LotEvent& event : ReadInspectionEvents(read[first + 7])) {
    entries.push_back(EntryOf(std::move(event)));
  }
  for (LotEvent& event : ReadRecallEvents(read[first + 8])) {
    entries.push_back(EntryOf(std::move(event)));
  }
  for (size_t i = before; i < entries.size(); ++i) {
    entries[i].lot_id = query.lot_id;
    if (lot.empty()) continue;
    entries[i].product_id = lot[0].Get<ProductId>(0);
    entries[i].number = lot[0].Get<std::string>(1);
  }
}

// All kinds and all lots in one snapshot: an entry that commits between two statements would be
// passed over. Results: the former lots of the first one, then what AddReads adds for each lot.
absl::StatusOr<pg::Results> ReadAll(pg::Connection& db, const LotHistoryQuery& query,
                                    const std::vector<LotId>& lots) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  snapshot.Add(kReadFormer, query.company, query.lot_id);
  for (const LotId& lot_id : lots) {
    LotHistoryQuery of_lot = query;
    of_lot.lot_id = lot_id;
    AddReads(snapshot, of_lot);
  }
  return snapshot.Commit();
}

bool IsBefore(const LotHistoryEntry& a, const LotHistoryEntry& b) {
  return std::pair(a.recorded_at, a.id) < std::pair(b.recorded_at, b.id);
}

// A relabel is told by the lot that went in and by the lot that came out: one entry, of the latter.
void MergeRelabels(Entries& entries) {
  Entries merged;
  for (LotHistoryEntry& entry : entries) {
    const bool is_again = !merged.empty() && merged.back().id == entry.id;
    auto* first = is_again ? std::get_if<TransformationPart>(&merged.back().what) : nullptr;
    auto* second = std::get_if<TransformationPart>(&entry.what);
    if (first == nullptr || second == nullptr) {
      merged.push_back(std::move(entry));
    } else if (second->output.has_value()) {
      if (first->input.has_value()) second->input = first->input;
      merged.back() = std::move(entry);
    } else {
      first->input = second->input;
    }
  }
  entries = std::move(merged);
}

}  // namespace

absl::StatusOr<LotHistory> ListLotHistory(pg::Connection& db, const LotHistoryQuery& query) {
  std::vector<LotId> lots = {query.lot_id};
  ASSIGN_OR_RETURN(pg::Results read, ReadAll(db, query, lots));
  const bool is_unknown = read[1].empty() && !read[2][0].Get<bool>(0);
  if (is_unknown) return Refuse(LotNotFound(query.lot_id, "lot_id"));
  // Few units were relabelled: only these are read once more, with what they were.
  for (const pg::Row row : read[0]) lots.push_back(row.Get<LotId>(0));
  if (lots.size() > 1) {
    ASSIGN_OR_RETURN(read, ReadAll(db, query, lots));
  }
  LotHistory history;
  if (!read[1].empty()) history.scale = read[1][0].Get<int>(2);
  for (size_t i = 0; i < lots.size(); ++i) {
    LotHistoryQuery of_lot = query;
    of_lot.lot_id = lots[i];
    AppendLot(read, 1 + i * kReadsOfLot, of_lot, history.entries);
  }
  absl::c_sort(history.entries, IsBefore);
  MergeRelabels(history.entries);
  const size_t limit = static_cast<size_t>(query.limit);
  history.has_more = history.entries.size() > limit;
  if (history.has_more)
    history.entries.erase(history.entries.begin() + limit, history.entries.end());
  return history;
}

}  // namespace lots
