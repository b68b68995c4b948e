// Reads a lot's holds and recalls as HELD and RELEASED events.
#include "storage/lots/lists/history_holds.h"

#include <optional>
#include <string>

#include "storage/domain/kinds/sql_words.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {
namespace {

// Each hold may be two events, its placing and its release, and so may each membership in a recall:
// that ends when the recall is closed. An id that there is no row for only breaks ties.
constexpr pg::Statement kReadHoldEvents{"read_history_holds",
                                        "SELECT" LOTS_HOLD_COLUMNS
                                        R"sql(, h.released_by, h.released_at, h.release_note,
         h.event_id, h.kind, h.actor, h.recorded_at, h.entry_id
  FROM (
    SELECT o.lot_id, o.cause, o.hold_id, o.location_id, o.source_lot_id, NULL::text AS recall_id,
           o.reason, o.exempt_location_ids, o.expires_at, o.placed_by, o.placed_at, true AS binding,
           o.quantity, o.case_id, o.awaits_inspection, o.version, o.updated_at,
           o.released_by, o.released_at, o.release_note,
           e.event_id, e.kind, e.actor, e.recorded_at, e.entry_id
    FROM holds o
    CROSS JOIN LATERAL (
      SELECT o.hold_id, {EVENT_HELD}, o.placed_by, o.placed_at, o.entry_id
      UNION ALL
      SELECT md5('release ' || o.hold_id)::uuid, {EVENT_RELEASED}, o.released_by, o.released_at,
             o.release_entry_id
      WHERE o.released_at IS NOT NULL) AS e (event_id, kind, actor, recorded_at, entry_id)
    WHERE o.company = $1 AND o.lot_id = $2
    UNION ALL
    SELECT m.lot_id, {CAUSE_RECALL}::smallint, NULL, NULL, NULL, m.recall_id, r.reason,
           r.exempt_location_ids, NULL, r.opened_by, m.joined_at, true, NULL, NULL, false, 1, NULL,
           r.closed_by, r.closed_at,
           r.closing_note, e.event_id, e.kind, e.actor, e.recorded_at, e.entry_id
    FROM recall_members m
    JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id AND NOT r.drill
    LEFT JOIN transformations t
      ON t.company = $1 AND t.transformation_id = m.transformation_id
    CROSS JOIN LATERAL (
      SELECT md5(r.recall_id)::uuid, {EVENT_HELD}, r.opened_by, m.joined_at,
             CASE WHEN m.transformation_id IS NULL THEN COALESCE(m.entry_id, r.entry_id)
                  ELSE t.entry_id END
      UNION ALL
      SELECT md5('release ' || r.recall_id)::uuid, {EVENT_RELEASED}, r.closed_by, r.closed_at,
             r.close_entry_id
      WHERE r.closed_at IS NOT NULL AND m.ended_at IS NULL)
      AS e (event_id, kind, actor, recorded_at, entry_id)
    WHERE m.company = $1 AND m.lot_id = $2) AS h
  WHERE (h.recorded_at, h.event_id) > ($3, $4)
  ORDER BY h.recorded_at, h.event_id LIMIT $5)sql"_sql};

}  // namespace

size_t AddHoldEvents(pg::Transaction& snapshot, const LotHistoryQuery& query) {
  return snapshot.Add(kReadHoldEvents, query.company, query.lot_id, query.after.recorded_at,
                      query.after.id, query.limit + 1);
}

std::vector<LotEvent> ReadHoldEvents(const pg::Result& rows) {
  constexpr int kEvent = kPlacedHoldColumnCount;
  std::vector<LotEvent> events;
  for (const pg::Row row : rows) {
    events.push_back({.event_id = row.Get<Uuid>(kEvent),
                      .lot_id = row.Get<LotId>(0),
                      .kind = row.Get<LotEventKind>(kEvent + 1),
                      .actor = row.Get<std::string>(kEvent + 2),
                      .recorded_at = row.Get<absl::Time>(kEvent + 3),
                      .entry_id = row.Get<std::optional<Uuid>>(kEvent + 4),
                      .hold = ReadPlacedHold(row)});
  }
  return events;
}

}  // namespace lots
