// Reads a lot's inspections as INSPECTED events.
#include "storage/lots/lists/history_inspections.h"

#include <optional>
#include <string>

namespace lots {
namespace {

constexpr pg::Statement kReadInspections{"read_history_inspections", R"sql(
  SELECT inspection_id, lot_id, plan, verdict, inspector, inspected_at, recorded_at, actor, note,
         hold_id, released_hold_id, entry_id
  FROM inspections
  WHERE company = $1 AND lot_id = $2 AND (recorded_at, inspection_id) > ($3, $4)
  ORDER BY recorded_at, inspection_id LIMIT $5)sql"};

Inspection InspectionOf(const pg::Row& row) {
  return {.inspection_id = row.Get<InspectionId>(0),
          .lot_id = row.Get<LotId>(1),
          .plan = row.Get<std::string>(2),
          .verdict = row.Get<Verdict>(3),
          .inspector = row.Get<std::string>(4),
          .inspected_at = row.Get<absl::Time>(5),
          .recorded_at = row.Get<absl::Time>(6),
          .actor = row.Get<std::string>(7),
          .note = row.Get<std::string>(8),
          .hold_id = row.Get<std::optional<HoldId>>(9),
          .released_hold_id = row.Get<std::optional<HoldId>>(10)};
}

}  // namespace

size_t AddInspectionEvents(pg::Transaction& snapshot, const LotHistoryQuery& query) {
  return snapshot.Add(kReadInspections, query.company, query.lot_id, query.after.recorded_at,
                      query.after.id, query.limit + 1);
}

std::vector<LotEvent> ReadInspectionEvents(const pg::Result& rows) {
  std::vector<LotEvent> events;
  for (const pg::Row row : rows) {
    Inspection inspection = InspectionOf(row);
    events.push_back({.event_id = inspection.inspection_id.value(),
                      .lot_id = inspection.lot_id,
                      .kind = LotEventKind::kInspected,
                      .actor = inspection.actor,
                      .recorded_at = inspection.recorded_at,
                      .entry_id = row.Get<std::optional<Uuid>>(11)});
    events.back().inspection = std::move(inspection);
  }
  return events;
}

}  // namespace lots
