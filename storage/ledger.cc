// What the ledger locks and what it then knows. Judging is in ledger_judge.cc, ledger_holds.cc and
// ledger_reverse.cc, what a movement does in ledger_apply.cc, writing in ledger_write.cc.
#include "storage/ledger.h"

#include <algorithm>
#include <tuple>

#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/dates.h"
#include "storage/refusals.h"

namespace lots {

namespace {

constexpr pg::Statement kReadCompany{"ledger_read_company", R"sql(
SELECT lots_enabled, expiry_enabled, time_zone FROM companies WHERE company = $1)sql"};

constexpr pg::Statement kLockSerials{"ledger_lock_serials", R"sql(
SELECT lot_id, product_id, number, tracking, scale, state, expires_on,
       CASE WHEN state = 1 THEN (
         SELECT work_order_id FROM assignments
         WHERE assignments.company = $1 AND assignments.lot_id = lots.lot_id
           AND assignments.state = 1) END
FROM lots
WHERE company = $1 AND lot_id = ANY($2) AND tracking = 3
ORDER BY lot_id
FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kLockLots{"ledger_lock_lots", R"sql(
SELECT lot_id, product_id, number, tracking, scale, state, expires_on, NULL::text
FROM lots
WHERE company = $1 AND lot_id = ANY($2) AND tracking <> 3
ORDER BY lot_id
FOR KEY SHARE)sql"};

constexpr pg::Statement kReadKinds{"ledger_read_kinds", R"sql(
SELECT location_id, kind FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

// Of lots alone: the balances of a serial are written under the lock on its own row, so that nobody
// else adds one meanwhile. Sorted, so that two writers that both miss several rows wait for each
// other in one direction; most miss none, and pay for one look at an index each.
constexpr pg::Statement kAddMissingBalances{"ledger_add_missing_balances", R"sql(
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                      arrived_at, stock_since, last_recorded_at)
SELECT $1, lots.lot_id, locations.location_id, lots.product_id, locations.kind, false, 0, NULL,
       NULL, '-infinity'
FROM unnest($2::uuid[], $3::text[]) AS touched (lot_id, location_id)
JOIN lots ON lots.company = $1 AND lots.lot_id = touched.lot_id AND lots.tracking <> 3
JOIN locations ON locations.company = $1 AND locations.location_id = touched.location_id
WHERE NOT EXISTS (
  SELECT FROM balances AS present
  WHERE present.company = $1 AND present.lot_id = touched.lot_id
    AND present.location_id = touched.location_id)
ORDER BY touched.lot_id, touched.location_id
ON CONFLICT (company, lot_id, location_id) DO NOTHING)sql"};

constexpr pg::Statement kLockBalances{"ledger_lock_balances", R"sql(
SELECT balances.lot_id, balances.location_id, balances.kind, balances.quantity,
       balances.arrived_at, balances.stock_since, balances.last_recorded_at
FROM unnest($2::uuid[], $3::text[]) AS touched (lot_id, location_id)
JOIN balances ON balances.company = $1 AND balances.lot_id = touched.lot_id
             AND balances.location_id = touched.location_id
ORDER BY balances.lot_id, balances.location_id
FOR UPDATE OF balances)sql"};

// Every place where a serial has been, and where lots are on hand.
constexpr pg::Statement kReadPlaces{"ledger_read_places", R"sql(
SELECT lot_id, location_id, kind, quantity, last_recorded_at, is_serial
FROM balances
WHERE company = $1 AND lot_id = ANY($2)
  AND CASE WHEN is_serial THEN last_recorded_at > '-infinity'
           ELSE quantity > 0 AND kind IN (1, 2) END)sql"};

constexpr pg::Statement kLockDeliveries{"ledger_lock_deliveries", R"sql(
SELECT deliveries.movement_id, movements.lot_id, movements.to_location_id, movements.partner_id,
       deliveries.returnable
FROM deliveries
JOIN movements ON movements.company = $1 AND movements.movement_id = deliveries.movement_id
WHERE deliveries.company = $1 AND deliveries.movement_id = ANY($2)
ORDER BY deliveries.movement_id
FOR UPDATE OF deliveries)sql"};

// For each movement that will be reversed and is of a serial: the first later one that stands, that
// is, neither reverses nor was reversed, nor is reversed together with it.
constexpr pg::Statement kReadLaterMovements{"ledger_read_later_movements", R"sql(
SELECT original.movement_id, later.movement_id
FROM movements AS original
JOIN lots ON lots.company = $1 AND lots.lot_id = original.lot_id AND lots.tracking = 3
CROSS JOIN LATERAL (
  SELECT next.movement_id
  FROM movements AS next
  WHERE next.company = $1 AND next.lot_id = original.lot_id
    AND (next.recorded_at, next.movement_id) > (original.recorded_at, original.movement_id)
    AND next.reverses_id IS NULL AND next.movement_id <> ALL($2)
    AND NOT EXISTS (
      SELECT FROM movements AS reversal
      WHERE reversal.company = $1 AND reversal.reverses_id = next.movement_id)
  ORDER BY next.recorded_at, next.movement_id
  LIMIT 1
) AS later
WHERE original.company = $1 AND original.movement_id = ANY($2))sql"};

// The reversals that exist of the movements that will be reversed.
constexpr pg::Statement kReadReversals{"ledger_read_reversals", R"sql(
SELECT reverses_id, movement_id FROM movements
WHERE company = $1 AND reverses_id = ANY($2))sql"};

LotFacts LotFactsOf(const pg::Row& row) {
  return {.lot_id = row.Get<LotId>(0),
          .product_id = row.Get<ProductId>(1),
          .number = row.Get<std::string>(2),
          .tracking = row.Get<Tracking>(3),
          .scale = row.Get<int>(4),
          .state = row.Get<LotState>(5),
          .expires_on = row.Get<std::optional<absl::CivilDay>>(6),
          .planned_for = row.Get<std::optional<WorkOrderId>>(7)};
}

// For the text of a refusal.
constexpr size_t kLotPlacesMax = 4;

void KeepLargest(std::vector<Place>& places) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(b.quantity, a.location_id) < std::tie(a.quantity, b.location_id);
  });
  if (places.size() > kLotPlacesMax) places.resize(kLotPlacesMax);
}

Place PlaceOf(const pg::Row& row) {
  return {.location_id = row.Get<LocationId>(1),
          .kind = row.Get<LocationKind>(2),
          .quantity = row.Get<Quantity>(3)};
}

}  // namespace

Ledger::Ledger(const WriteContext& context, Accept accept)
    : context_(context),
      accept_(accept),
      now_(absl::FromUnixMicros(absl::ToUnixMicros(context.now))),
      recorded_at_(now_) {}

void Ledger::Touch(const LotId& lot_id, const LocationId& location_id) {
  touched_.emplace(lot_id, location_id);
  TouchLot(lot_id);
  TouchLocation(location_id);
  if (!accept_.shortage) return;
  const LocationId adjustment = DefaultLocation(LocationKind::kAdjustment);
  touched_.emplace(lot_id, adjustment);
  TouchLocation(adjustment);
}

void Ledger::TouchLot(const LotId& lot_id) { touched_lots_.insert(lot_id); }

void Ledger::TouchLocation(const LocationId& location_id) {
  touched_locations_.insert(location_id);
}

void Ledger::TouchDelivery(const MovementId& delivery) { touched_deliveries_.insert(delivery); }

void Ledger::TouchReversal(const PostedMovement& original) {
  const Movement& movement = original.movement;
  Touch(movement.lot_id, movement.from);
  Touch(movement.lot_id, movement.to);
  if (movement.kind == MovementKind::kDelivery) TouchDelivery(movement.movement_id);
  if (movement.delivery.has_value()) TouchDelivery(*movement.delivery);
  reversed_.push_back(movement.movement_id);
}

void Ledger::AddNewLot(const LotFacts& lot) {
  lots_[lot.lot_id] = lot;
  new_lots_.insert(lot.lot_id);
}

void Ledger::AddLocks(pg::Transaction& transaction) {
  std::vector<LotId> lot_ids, place_lots;
  std::vector<LocationId> place_locations;
  for (const LotId& lot_id : touched_lots_) {
    if (!new_lots_.contains(lot_id)) lot_ids.push_back(lot_id);
  }
  for (const auto& [lot_id, location_id] : touched_) {
    if (new_lots_.contains(lot_id)) continue;
    place_lots.push_back(lot_id);
    place_locations.push_back(location_id);
  }
  const std::vector<LocationId> location_ids(touched_locations_.begin(), touched_locations_.end());
  const CompanyId& company = context_.company;
  locks_.company = transaction.Add(kReadCompany, company);
  locks_.serials = transaction.Add(kLockSerials, company, lot_ids);
  locks_.lots = transaction.Add(kLockLots, company, lot_ids);
  locks_.kinds = transaction.Add(kReadKinds, company, location_ids);
  transaction.Add(kAddMissingBalances, company, place_lots, place_locations);
  locks_.balances = transaction.Add(kLockBalances, company, place_lots, place_locations);
  locks_.holds = AddHolds(transaction, lot_ids);
  locks_.places = transaction.Add(kReadPlaces, company, lot_ids);
  AddReturnLocks(transaction);
}

void Ledger::AddReturnLocks(pg::Transaction& transaction) {
  if (!touched_deliveries_.empty()) {
    const std::vector<MovementId> ids(touched_deliveries_.begin(), touched_deliveries_.end());
    locks_.deliveries = transaction.Add(kLockDeliveries, context_.company, ids);
  }
  if (!reversed_.empty()) {
    locks_.later_movements = transaction.Add(kReadLaterMovements, context_.company, reversed_);
    locks_.reversals = transaction.Add(kReadReversals, context_.company, reversed_);
  }
}

absl::Status Ledger::Load(const pg::Results& results) {
  const pg::Result& company = results[locks_.company];
  if (company.empty()) return Refuse(CompanyNotFound(context_.company));
  company_.lots_enabled = company[0].Get<bool>(0);
  company_.expiry_enabled = company[0].Get<bool>(1);
  ASSIGN_OR_RETURN(company_.zone, LoadZone(company[0].Get<absl::string_view>(2)));
  if (!company_.lots_enabled) return Refuse(LotsDisabled(context_.company));

  for (const size_t lots : {locks_.serials, locks_.lots}) {
    for (const pg::Row row : results[lots]) lots_[row.Get<LotId>(0)] = LotFactsOf(row);
  }
  for (const pg::Row row : results[locks_.kinds]) {
    kinds_[row.Get<LocationId>(0)] = row.Get<LocationKind>(1);
  }
  LoadBalances(results);
  LoadHolds(results[locks_.holds]);
  LoadReturns(results);
  return absl::OkStatus();
}

void Ledger::LoadBalances(const pg::Results& results) {
  for (const pg::Row row : results[locks_.balances]) {
    const Quantity quantity = row.Get<Quantity>(3);
    balances_[{row.Get<LotId>(0), row.Get<LocationId>(1)}] = {
        .kind = row.Get<LocationKind>(2),
        .quantity_before = quantity,
        .quantity = quantity,
        .dates = {.arrived_at = row.Get<std::optional<absl::Time>>(4),
                  .stock_since = row.Get<std::optional<absl::Time>>(5)},
        .last_recorded_at = row.Get<absl::Time>(6),
        .stored = true};
  }
  LoadPlaces(results[locks_.places]);
}

void Ledger::LoadPlaces(const pg::Result& rows) {
  for (const pg::Row row : rows) {
    const LotId lot_id = row.Get<LotId>(0);
    const Place place = PlaceOf(row);
    if (!row.Get<bool>(5)) {
      lot_places_[lot_id].push_back(place);
      continue;
    }
    const SerialPlace candidate{.place = place, .last_recorded_at = row.Get<absl::Time>(4)};
    const auto [known, is_first] = serial_places_.emplace(lot_id, candidate);
    if (!is_first && Closeness(candidate) > Closeness(known->second)) known->second = candidate;
  }
  for (auto& [lot_id, places] : lot_places_) KeepLargest(places);
}

void Ledger::LoadReturns(const pg::Results& results) {
  if (locks_.deliveries.has_value()) {
    for (const pg::Row row : results[*locks_.deliveries]) {
      deliveries_[row.Get<MovementId>(0)] = {.lot_id = row.Get<LotId>(1),
                                             .to = row.Get<LocationId>(2),
                                             .partner_id = row.Get<std::string>(3),
                                             .returnable = row.Get<Quantity>(4)};
    }
  }
  if (!locks_.later_movements.has_value()) return;
  for (const pg::Row row : results[*locks_.later_movements]) {
    later_movements_[row.Get<MovementId>(0)] = row.Get<MovementId>(1);
  }
  for (const pg::Row row : results[*locks_.reversals]) {
    reversals_[row.Get<MovementId>(0)] = row.Get<MovementId>(1);
  }
}

// The place that holds the serial; else the virtual side of its last movement, which is where it
// went: of the two balances that share the latest record, the other one is what it left.
std::tuple<bool, absl::Time, bool> Ledger::Closeness(const SerialPlace& candidate) {
  const Place& place = candidate.place;
  const bool holds = HoldsGoods(place.kind) && place.quantity > Quantity();
  return {holds, candidate.last_recorded_at, !HoldsGoods(place.kind)};
}

const LotFacts* Ledger::FindLot(const LotId& lot_id) const {
  const auto found = lots_.find(lot_id);
  return found == lots_.end() ? nullptr : &found->second;
}

std::optional<LocationKind> Ledger::FindKind(const LocationId& location_id) const {
  const auto found = kinds_.find(location_id);
  if (found == kinds_.end()) return std::nullopt;
  return found->second;
}

Quantity Ledger::At(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances_.find({lot_id, location_id});
  return found == balances_.end() ? Quantity() : found->second.quantity;
}

StockDates Ledger::DatesAt(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances_.find({lot_id, location_id});
  return found == balances_.end() ? StockDates() : found->second.dates;
}

std::optional<Place> Ledger::WhereIs(const LotId& serial) const {
  const auto found = serial_places_.find(serial);
  if (found == serial_places_.end()) return std::nullopt;
  return found->second.place;
}

void Ledger::SetState(const LotId& lot_id, LotState state) {
  const auto found = lots_.find(lot_id);
  Check(found != lots_.end());
  found->second.state = state;
}

Ledger::Balance& Ledger::BalanceOf(const LotId& lot_id, const LocationId& location_id) {
  const auto found = balances_.find({lot_id, location_id});
  if (found != balances_.end()) return found->second;
  // Places of new lots and of serials are not stored until something is there; any other should
  // have been touched.
  Check(new_lots_.contains(lot_id) || lots_.at(lot_id).tracking == Tracking::kSerial);
  Balance& added = balances_[{lot_id, location_id}];
  added.kind = kinds_.at(location_id);
  return added;
}

}  // namespace lots
