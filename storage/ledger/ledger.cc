// What the ledger locks and what it then knows. Judging is in ledger_judge.cc, ledger_holds.cc and
// ledger_reverse.cc, what a movement does in ledger_apply.cc, writing in ledger_write.cc.
#include "storage/ledger/ledger.h"

#include <algorithm>
#include <tuple>

#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/refusals.h"

namespace lots {

namespace {

// The company, once for each of the locations, or once without any.
constexpr pg::Statement kReadCompany{"ledger_read_company", R"sql(
SELECT c.lots_enabled, c.expiry_enabled, c.time_zone, l.location_id, l.kind
FROM companies c
LEFT JOIN locations l ON l.company = $1 AND l.location_id = ANY($2)
WHERE c.company = $1)sql"};

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

// Of lots alone: the balances of a serial are written under the lock on its own row. By lot, since
// one look at the index then finds all places of a lot, touched or not; the CASE keeps the touched
// ones in a hash table that is only made when there is a lot to look up in it.
constexpr pg::Statement kLockBalances{"ledger_lock_balances", R"sql(
SELECT lot_id, location_id, kind, quantity, arrived_at, stock_since, last_recorded_at
FROM balances
WHERE company = $1 AND lot_id = ANY($2)
  AND CASE WHEN is_serial THEN false
           ELSE (lot_id, location_id) IN (
             SELECT touched.lot_id, touched.location_id
             FROM unnest($3::uuid[], $4::text[]) AS touched (lot_id, location_id)) END
ORDER BY lot_id, location_id
FOR UPDATE)sql"};

// Every place where a serial has been.
constexpr pg::Statement kReadSerialPlaces{"ledger_read_serial_places", R"sql(
SELECT lot_id, location_id, kind, quantity, arrived_at, stock_since, last_recorded_at
FROM balances
WHERE company = $1 AND lot_id = ANY($2) AND is_serial)sql"};

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

void Ledger::ExpectNoSerial(const LotId& lot_id) { expected_no_serials_.insert(lot_id); }

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
  std::vector<LotId> lot_ids, perhaps_serials, place_lots;
  std::vector<LocationId> place_locations;
  for (const LotId& lot_id : touched_lots_) {
    if (new_lots_.contains(lot_id)) continue;
    lot_ids.push_back(lot_id);
    if (!expected_no_serials_.contains(lot_id)) perhaps_serials.push_back(lot_id);
  }
  for (const auto& [lot_id, location_id] : touched_) {
    if (new_lots_.contains(lot_id)) continue;
    place_lots.push_back(lot_id);
    place_locations.push_back(location_id);
  }
  const std::vector<LocationId> location_ids(touched_locations_.begin(), touched_locations_.end());
  const CompanyId& company = context_.company;
  locks_.company = transaction.Add(kReadCompany, company, location_ids);
  locks_.serials = transaction.Add(kLockSerials, company, lot_ids);
  locks_.lots = transaction.Add(kLockLots, company, lot_ids);
  locks_.balances = transaction.Add(kLockBalances, company, lot_ids, place_lots, place_locations);
  locks_.holds = AddHolds(transaction, lot_ids);
  if (!perhaps_serials.empty()) {
    locks_.serial_places = transaction.Add(kReadSerialPlaces, company, perhaps_serials);
  }
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

absl::Status Ledger::Load(pg::Transaction& transaction, const pg::Results& results) {
  transaction_ = &transaction;
  RETURN_IF_ERROR(LoadCompany(results[locks_.company]));
  for (const size_t lots : {locks_.serials, locks_.lots}) {
    for (const pg::Row row : results[lots]) lots_[row.Get<LotId>(0)] = LotFactsOf(row);
  }
  for (const pg::Row row : results[locks_.balances]) LoadBalance(row);
  if (locks_.serial_places.has_value()) LoadSerialPlaces(results[*locks_.serial_places]);
  LoadHolds(results[locks_.holds]);
  LoadReturns(results);
  return LoadUnexpectedSerials(transaction);
}

absl::Status Ledger::LoadCompany(const pg::Result& rows) {
  if (rows.empty()) return Refuse(CompanyNotFound(context_.company));
  const pg::Row first = rows[0];
  company_.lots_enabled = first.Get<bool>(0);
  company_.expiry_enabled = first.Get<bool>(1);
  ASSIGN_OR_RETURN(company_.zone, LoadZone(first.Get<absl::string_view>(2)));
  if (!company_.lots_enabled) return Refuse(LotsDisabled(context_.company));
  for (const pg::Row row : rows) {
    const auto location_id = row.Get<std::optional<LocationId>>(3);
    if (location_id.has_value()) kinds_[*location_id] = row.Get<LocationKind>(4);
  }
  return absl::OkStatus();
}

void Ledger::LoadBalance(const pg::Row& row) {
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

void Ledger::LoadSerialPlaces(const pg::Result& rows) {
  for (const pg::Row row : rows) {
    LoadBalance(row);
    const LotId lot_id = row.Get<LotId>(0);
    const SerialPlace candidate{.place = {.location_id = row.Get<LocationId>(1),
                                          .kind = row.Get<LocationKind>(2),
                                          .quantity = row.Get<Quantity>(3)},
                                .last_recorded_at = row.Get<absl::Time>(6)};
    const auto [known, is_first] = serial_places_.emplace(lot_id, candidate);
    if (!is_first && LocationRank(candidate) > LocationRank(known->second))
      known->second = candidate;
  }
}

absl::Status Ledger::LoadUnexpectedSerials(pg::Transaction& transaction) {
  std::vector<LotId> serials;
  for (const auto& [lot_id, lot] : lots_) {
    const bool is_serial = lot.tracking == Tracking::kSerial && !new_lots_.contains(lot_id);
    if (is_serial && expected_no_serials_.contains(lot_id)) serials.push_back(lot_id);
  }
  if (serials.empty()) return absl::OkStatus();
  const size_t places = transaction.Add(kReadSerialPlaces, context_.company, serials);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  LoadSerialPlaces(results[places]);
  return absl::OkStatus();
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
std::tuple<bool, absl::Time, bool> Ledger::LocationRank(const SerialPlace& candidate) {
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
  // A place is not stored until something is there. It should have been touched, unless nobody else
  // can store it meanwhile: the lot is new, or a serial, which is locked as a whole.
  Check(touched_.contains({lot_id, location_id}) || new_lots_.contains(lot_id) ||
        lots_.at(lot_id).tracking == Tracking::kSerial);
  Balance& added = balances_[{lot_id, location_id}];
  added.kind = kinds_.at(location_id);
  return added;
}

}  // namespace lots
