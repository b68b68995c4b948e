// Writes rows of recalls and reads holds.
#include "tests/support/world/holds.h"

#include "storage/base/check.h"
#include "storage/domain/lot.h"
#include "storage/lots/read.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

constexpr pg::Statement kOpenRecall{"test_open_recall", R"sql(
  INSERT INTO recalls (company, recall_id, reason, state, drill, exempt_location_ids, opened_by,
                       opened_at, open_micros)
  VALUES ($1, $2, 'glass in it', 1, $3, '{}', 'quality', '2026-03-01', 0)
  ON CONFLICT (company, recall_id) DO NOTHING)sql"};

constexpr pg::Statement kAddMember{"test_add_member", R"sql(
  INSERT INTO recall_members (company, lot_id, recall_id, depth, certain, joined_at)
  VALUES ($1, $2, $3, $4, $5, '2026-03-01'))sql"};

constexpr pg::Statement kEndRecall{"test_end_recall", R"sql(
  UPDATE recalls
  SET state = 2, closed_by = 'quality', closed_at = '2026-03-02', closing_note = 'done'
  WHERE company = $1 AND recall_id = $2)sql"};

constexpr pg::Statement kReadHolds{"test_read_holds", R"sql(
  SELECT CASE h.cause WHEN 1 THEN 'LOT' WHEN 2 THEN 'PLACE at ' || h.location_id
         WHEN 3 THEN 'INHERITED from ' || s.number
         ELSE CASE WHEN h.binding THEN 'RECALL ' ELSE 'drill ' END || h.recall_id || ' depth ' ||
              m.depth || CASE WHEN m.certain THEN ' certain' ELSE ' possible' END END
  FROM lot_holds h
  LEFT JOIN lots s ON s.company = $1 AND s.lot_id = h.source_lot_id
  LEFT JOIN recall_members m
    ON m.company = $1 AND m.lot_id = h.lot_id AND m.recall_id = h.recall_id
  WHERE h.company = $1 AND h.lot_id = $2
  ORDER BY h.cause, s.number, h.recall_id)sql"};

}  // namespace

void AddMember(pg::Connection& db, const TestMember& member) {
  Check(pg::Query(db, kOpenRecall, member.company, member.recall, member.drill).ok());
  Check(pg::Query(db, kAddMember, member.company, member.lot, member.recall, member.depth,
                  member.certain)
            .ok());
}

void EndRecall(pg::Connection& db, const CompanyId& company, absl::string_view recall) {
  Check(pg::Query(db, kEndRecall, company, recall).ok());
}

std::string CauseOf(pg::Connection& db, const CompanyId& company, const LotId& lot,
                    absl::Time now) {
  const auto found = GetLot(db, company, lot, now);
  Check(found.ok());
  return found->hold_cause.has_value() ? std::string(Name(*found->hold_cause)) : "";
}

std::vector<std::string> HoldsOn(pg::Connection& db, const CompanyId& company, const LotId& lot) {
  const auto rows = pg::Query(db, kReadHolds, company, lot);
  Check(rows.ok());
  std::vector<std::string> holds;
  for (const pg::Row row : *rows) holds.push_back(row.Get<std::string>(0));
  return holds;
}

}  // namespace lots
