// Reads what recalls say about a lot: exclusions, inclusions and dispositions.
#include "storage/lots/lists/history_recalls.h"

#include <optional>
#include <string>

#include "storage/domain/kinds/recall.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots {
namespace {

// Drills hold nothing, and what they say happened to no goods.
constexpr pg::Statement kReadRecallEvents{"read_history_recalls", R"sql(
  SELECT e.lot_id, e.event_id, e.event, e.actor, e.recorded_at, e.entry_id, e.recall_id, e.kind,
         e.text, e.link, e.location_id, e.quantity, l.scale
  FROM (
    SELECT c.lot_id, md5('member ' || c.entry_id || c.recall_id || c.kind)::uuid AS event_id,
           {EVENT_RECALL_MEMBER} AS event, c.changed_by AS actor, c.changed_at AS recorded_at,
           c.entry_id, c.recall_id, c.kind, c.evidence AS text, c.evidence_link AS link,
           NULL::text AS location_id, NULL::numeric AS quantity
    FROM recall_member_changes c
    WHERE c.company = $1 AND c.lot_id = $2
    UNION ALL
    SELECT d.lot_id, md5('disposition ' || d.entry_id || d.location_id || d.kind)::uuid,
           {EVENT_RECALL_DISPOSITION}, d.recorded_by, d.recorded_at, d.entry_id, d.recall_id,
           d.kind, d.note, d.link, d.location_id, d.quantity
    FROM recall_dispositions d
    WHERE d.company = $1 AND d.lot_id = $2) AS e
  JOIN lots l ON l.company = $1 AND l.lot_id = e.lot_id
  JOIN recalls r ON r.company = $1 AND r.recall_id = e.recall_id AND NOT r.drill
  WHERE (e.recorded_at, e.event_id) > ($3, $4)
  ORDER BY e.recorded_at, e.event_id LIMIT $5)sql"_sql};

RecallLotEvent RecallOf(const pg::Row& row, LotEventKind event) {
  RecallLotEvent recall{.recall_id = row.Get<RecallId>(6)};
  recall.text = row.Get<std::string>(8);
  recall.link = row.Get<std::string>(9);
  recall.scale = row.Get<int>(12);
  if (event == LotEventKind::kRecallMember) {
    recall.change = row.Get<RecallMemberChange>(7);
  } else {
    recall.disposition = row.Get<RecallDispositionKind>(7);
    recall.location_id = row.Get<LocationId>(10);
    recall.quantity = row.Get<Quantity>(11);
  }
  return recall;
}

}  // namespace

size_t AddRecallEvents(pg::Transaction& snapshot, const LotHistoryQuery& query) {
  return snapshot.Add(kReadRecallEvents, query.company, query.lot_id, query.after.recorded_at,
                      query.after.id, query.limit + 1);
}

std::vector<LotEvent> ReadRecallEvents(const pg::Result& rows) {
  std::vector<LotEvent> events;
  for (const pg::Row row : rows) {
    const auto kind = row.Get<LotEventKind>(2);
    events.push_back({.event_id = row.Get<Uuid>(1),
                      .lot_id = row.Get<LotId>(0),
                      .kind = kind,
                      .actor = row.Get<std::string>(3),
                      .recorded_at = row.Get<absl::Time>(4),
                      .entry_id = row.Get<std::optional<Uuid>>(5),
                      .recall = RecallOf(row, kind)});
  }
  return events;
}

}  // namespace lots
