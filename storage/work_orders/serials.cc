// Writes assignments, their ends, and the states of their lots.
#include "storage/work_orders/serials.h"

#include <algorithm>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/base/uuid.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/work_order.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"

namespace lots::orders {
namespace {

using Days = std::vector<std::optional<absl::CivilDay>>;

struct DateColumns {
  Days manufactured_on, expires_on, best_before_on, removal_on, alert_on;

  void Add(const LotDates& dates) {
    manufactured_on.push_back(dates.manufactured_on);
    expires_on.push_back(dates.expires_on);
    best_before_on.push_back(dates.best_before_on);
    removal_on.push_back(dates.removal_on);
    alert_on.push_back(dates.alert_on);
  }
};

constexpr pg::Statement kChangeLots{"change_made_lots", R"sql(
  UPDATE lots l
  SET state = n.state, manufactured_on = n.manufactured_on, expires_on = n.expires_on,
      best_before_on = n.best_before_on, removal_on = n.removal_on, alert_on = n.alert_on,
      active_before = l.active_before OR l.state IN ({STATE_ACTIVE}, {STATE_ARCHIVED}),
      version = l.version + 1, updated_at = $2
  FROM unnest($3::uuid[], $4::bigint[], $5::date[], $6::date[], $7::date[], $8::date[], $9::date[])
    AS n (lot_id, state, manufactured_on, expires_on, best_before_on, removal_on, alert_on)
  WHERE l.company = $1 AND l.lot_id = n.lot_id)sql"_sql};

constexpr pg::Statement kPlanLots{"plan_lots", R"sql(
  UPDATE lots
  SET active_before = active_before OR state IN ({STATE_ACTIVE}, {STATE_ARCHIVED}),
      state = {STATE_PLANNED}, version = version + 1, updated_at = $3
  WHERE company = $1 AND lot_id = ANY($2))sql"_sql};

constexpr pg::Statement kAssign{"put_assignments", R"sql(
  INSERT INTO assignments AS a (company, work_order_id, lot_id, assigned_at, position,
                                assigned_by, state, entry_id)
  SELECT $1, $2, n.lot_id, $4, n.position, $5, $6, $7
  FROM unnest($3::uuid[]) WITH ORDINALITY AS n (lot_id, position)
  ON CONFLICT (company, work_order_id, lot_id) DO UPDATE
  SET state = EXCLUDED.state,
      assigned_at = CASE WHEN a.state IN ({ASSIGNMENTS_IN_EFFECT})
        THEN a.assigned_at ELSE EXCLUDED.assigned_at END,
      position = CASE WHEN a.state IN ({ASSIGNMENTS_IN_EFFECT})
        THEN a.position ELSE EXCLUDED.position END,
      assigned_by = CASE WHEN a.state IN ({ASSIGNMENTS_IN_EFFECT})
        THEN a.assigned_by ELSE EXCLUDED.assigned_by END,
      entry_id = CASE WHEN a.state IN ({ASSIGNMENTS_IN_EFFECT})
        THEN a.entry_id ELSE EXCLUDED.entry_id END
  )sql"_sql};

// Runs before the assignments end: after that, only events have their history. Of one that ended
// before, they have it already.
constexpr pg::Statement kRecordAssigned{"record_assigned", R"sql(
  INSERT INTO lot_events (company, event_id, lot_id, kind, work_order_id, actor, recorded_at,
                          changes, entry_id)
  SELECT $1, n.event_id, a.lot_id, {EVENT_ASSIGNED}, a.work_order_id, a.assigned_by,
         a.assigned_at, '[]', a.entry_id
  FROM unnest($3::uuid[], $4::uuid[]) AS n (event_id, lot_id)
  JOIN assignments a ON a.company = $1 AND a.work_order_id = $2 AND a.lot_id = n.lot_id
    AND a.state IN ({ASSIGNMENTS_IN_EFFECT}))sql"_sql};

constexpr pg::Statement kRecordEnd{"record_end_of_assignment", R"sql(
  INSERT INTO lot_events (company, event_id, lot_id, kind, work_order_id, actor, recorded_at,
                          changes, entry_id)
  SELECT $1, n.event_id, n.lot_id, $5, $2, $6, $7, '[]', $8
  FROM unnest($3::uuid[], $4::uuid[]) AS n (event_id, lot_id))sql"};

constexpr pg::Statement kEndAssignments{"end_assignments", R"sql(
  UPDATE assignments SET state = $4
  WHERE company = $1 AND work_order_id = $2 AND lot_id = ANY($3))sql"};

constexpr pg::Statement kVoidLots{"void_lots", R"sql(
  UPDATE lots SET state = {STATE_VOID}, version = version + 1, updated_at = $3
  WHERE company = $1 AND lot_id = ANY($2))sql"_sql};

// What a serial that was ACTIVE before is without its order. One that has moved is ACTIVE. One that
// an assignment, or a PRODUCTION that was reversed, put into the world is a number only. One that
// was created by hand is ACTIVE, whatever was reversed since. The entry of a lot is that of the
// write that made it.
constexpr pg::Statement kReleaseLots{"release_planned_lots", R"sql(
  UPDATE lots l
  SET state = CASE
        WHEN EXISTS (SELECT FROM movements m
                     WHERE m.company = $1 AND m.lot_id = l.lot_id AND m.reverses_id IS NULL
                       AND NOT EXISTS (SELECT FROM movements r
                                       WHERE r.company = $1 AND r.reverses_id = m.movement_id))
          THEN {STATE_ACTIVE}
        WHEN EXISTS (SELECT FROM assignments a
                     WHERE a.company = $1 AND a.lot_id = l.lot_id AND a.entry_id = l.entry_id)
          OR EXISTS (SELECT FROM lot_events e
                     WHERE e.company = $1 AND e.lot_id = l.lot_id AND e.entry_id = l.entry_id
                       AND e.kind = {EVENT_ASSIGNED})
          OR EXISTS (SELECT FROM movements m
                     WHERE m.company = $1 AND m.lot_id = l.lot_id AND m.entry_id = l.entry_id
                       AND m.kind = {MOVEMENT_PRODUCTION})
          THEN {STATE_PLANNED}
        ELSE {STATE_ACTIVE} END,
      version = l.version + 1, updated_at = $3
  WHERE l.company = $1 AND l.lot_id = ANY($2))sql"_sql};

constexpr pg::Statement kPlannedSerials{"lock_planned_serials", R"sql(
  SELECT l.lot_id, l.number, l.active_before, l.manufactured_on, l.expires_on, l.best_before_on,
         l.removal_on, l.alert_on
  FROM assignments a JOIN lots l ON l.company = $1 AND l.lot_id = a.lot_id
  WHERE a.company = $1 AND a.work_order_id = $2 AND a.state = {ASSIGNMENT_PLANNED}
    AND NOT EXISTS (SELECT FROM unnest($4::uuid[]) AS b (lot_id) WHERE b.lot_id = a.lot_id)
  ORDER BY a.assigned_at, a.position LIMIT $3
  FOR NO KEY UPDATE OF l)sql"_sql};

constexpr pg::Statement kFindNumbers{"find_assigned_numbers", R"sql(
  SELECT lot_id, number FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

std::vector<Uuid> MakeUuids(size_t count) {
  std::vector<Uuid> ids(count);
  std::generate(ids.begin(), ids.end(), Uuid::MakeV7);
  return ids;
}

void AddEnd(pg::Transaction& transaction, const WriteContext& context,
            const WorkOrderId& work_order, const std::vector<LotId>& serials, AssignmentState end,
            absl::Time at) {
  if (serials.empty()) return;
  const CompanyId& company = context.company;
  const bool voided = end == AssignmentState::kVoided;
  transaction.Add(kRecordAssigned, company, work_order, MakeUuids(serials.size()), serials);
  transaction.Add(kRecordEnd, company, work_order, MakeUuids(serials.size()), serials,
                  voided ? LotEventKind::kVoided : LotEventKind::kUnassigned, context.actor, at,
                  context.entry_id);
  transaction.Add(kEndAssignments, company, work_order, serials, end);
}

}  // namespace

void AddLotChanges(pg::Transaction& transaction, const CompanyId& company,
                   const LotChanges& changes, absl::Time at) {
  if (changes.ids.empty()) return;
  DateColumns dates;
  for (const LotDates& one : changes.dates) dates.Add(one);
  transaction.Add(kChangeLots, company, at, changes.ids, changes.states, dates.manufactured_on,
                  dates.expires_on, dates.best_before_on, dates.removal_on, dates.alert_on);
}

void AddPlanning(pg::Transaction& transaction, const CompanyId& company,
                 const std::vector<LotId>& serials, absl::Time at) {
  if (!serials.empty()) transaction.Add(kPlanLots, company, serials, at);
}

void AddAssignments(pg::Transaction& transaction, const WriteContext& context,
                    const WorkOrderId& work_order, const std::vector<LotId>& serials,
                    AssignmentState state, absl::Time at) {
  if (serials.empty()) return;
  transaction.Add(kAssign, context.company, work_order, serials, at, context.actor, state,
                  context.entry_id);
}

size_t AddPlannedSerials(pg::Transaction& transaction, const CompanyId& company,
                         const WorkOrderId& work_order, std::optional<int64_t> limit,
                         const std::vector<LotId>& besides) {
  return transaction.Add(kPlannedSerials, company, work_order, limit, besides);
}

std::vector<PlannedSerial> ReadPlannedSerials(const pg::Result& rows) {
  using Day = std::optional<absl::CivilDay>;
  std::vector<PlannedSerial> serials;
  serials.reserve(rows.size());
  for (const pg::Row row : rows) {
    serials.push_back({.lot_id = row.Get<LotId>(0),
                       .number = row.Get<std::string>(1),
                       .active_before = row.Get<bool>(2),
                       .dates = {.manufactured_on = row.Get<Day>(3),
                                 .expires_on = row.Get<Day>(4),
                                 .best_before_on = row.Get<Day>(5),
                                 .removal_on = row.Get<Day>(6),
                                 .alert_on = row.Get<Day>(7)}});
  }
  return serials;
}

void AddUnassigning(pg::Transaction& transaction, const WriteContext& context,
                    const WorkOrderId& work_order, const std::vector<LotId>& serials,
                    absl::Time at) {
  AddEnd(transaction, context, work_order, serials, AssignmentState::kUnassigned, at);
}

void AddGivingUp(pg::Transaction& transaction, const WriteContext& context,
                 const WorkOrderId& work_order, absl::Span<const PlannedSerial> serials,
                 absl::Time at) {
  std::vector<LotId> voided, released;
  for (const PlannedSerial& serial : serials) {
    (serial.active_before ? released : voided).push_back(serial.lot_id);
  }
  AddEnd(transaction, context, work_order, voided, AssignmentState::kVoided, at);
  AddEnd(transaction, context, work_order, released, AssignmentState::kUnassigned, at);
  if (!voided.empty()) transaction.Add(kVoidLots, context.company, voided, at);
  if (!released.empty()) transaction.Add(kReleaseLots, context.company, released, at);
}

std::vector<NumberedLot> VoidedOf(absl::Span<const PlannedSerial> serials) {
  std::vector<NumberedLot> voided;
  for (const PlannedSerial& serial : serials) {
    if (serial.active_before) continue;
    voided.push_back({.number = serial.number, .lot_id = serial.lot_id});
  }
  return voided;
}

absl::StatusOr<std::vector<NumberedLot>> FindNumbers(pg::Connection& db, const CompanyId& company,
                                                     const std::vector<LotId>& ids) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindNumbers, company, ids));
  absl::flat_hash_map<LotId, std::string> numbers;
  for (const pg::Row row : rows) numbers.emplace(row.Get<LotId>(0), row.Get<std::string>(1));
  std::vector<NumberedLot> lots;
  lots.reserve(ids.size());
  for (const LotId& id : ids) lots.push_back({.number = numbers[id], .lot_id = id});
  return lots;
}

std::vector<LotId> IdsOf(absl::Span<const NumberedLot> lots) {
  std::vector<LotId> ids;
  ids.reserve(lots.size());
  for (const NumberedLot& lot : lots) ids.push_back(lot.lot_id);
  return ids;
}

std::vector<LotId> IdsOf(absl::Span<const PlannedSerial> serials) {
  std::vector<LotId> ids;
  ids.reserve(serials.size());
  for (const PlannedSerial& serial : serials) ids.push_back(serial.lot_id);
  return ids;
}

std::vector<Uuid> UuidsOf(absl::Span<const NumberedLot> lots) {
  std::vector<Uuid> uuids;
  uuids.reserve(lots.size());
  for (const NumberedLot& lot : lots) uuids.push_back(lot.lot_id.value());
  return uuids;
}

std::vector<LotId> LotIdsOf(absl::Span<const Uuid> uuids) {
  return std::vector<LotId>(uuids.begin(), uuids.end());
}

}  // namespace lots::orders
