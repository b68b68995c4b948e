// The statements that lock and read for postings, and their rows as facts.
#include "storage/ledger/loader.h"

#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {

namespace {

// One row for each of the locations, or one row without a location; the company stands in each. The
// lock is the one that the foreign keys of movements take anyway: RetireLocations waits for it, and
// a movement waits for RetireLocations before it looks whether the place is retired.
constexpr pg::Statement kReadCompany{"ledger_read_company", R"sql(
  SELECT c.lots_enabled, c.expiry_enabled, c.time_zone, l.location_id, l.kind,
         l.retired_at IS NOT NULL, l.is_quarantine
  FROM companies c
  LEFT JOIN (
    SELECT place.location_id, place.kind, place.retired_at, place.is_quarantine
    FROM locations place
    WHERE place.company = $1 AND place.location_id = ANY($2)
    ORDER BY place.location_id
    FOR KEY SHARE) AS l ON true
  WHERE c.company = $1)sql"};

constexpr pg::Statement kLockSerials{"ledger_lock_serials", R"sql(
  SELECT lot_id, product_id, number, tracking, scale, state, expires_on
  FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking = {TRACKING_SERIAL}
  ORDER BY lot_id
  FOR NO KEY UPDATE)sql"_sql};

constexpr pg::Statement kLockLots{"ledger_lock_lots", R"sql(
  SELECT lot_id, product_id, number, tracking, scale, state, expires_on
  FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking <> {TRACKING_SERIAL}
  ORDER BY lot_id
  FOR KEY SHARE)sql"_sql};

// Only the balances of lots: the lock on a serial's own row protects the serial's balances. The
// condition on lot_id comes first, because one look at the index then finds all places of a lot.
// The CASE makes the hash table of touched places only when a lot is looked up in it.
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

// Not locked: what comes to another place at this moment is found there the next time.
constexpr pg::Statement kReadOnHand{"ledger_read_on_hand", R"sql(
  SELECT lot_id, location_id, quantity
  FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND NOT is_serial AND quantity > 0
    AND kind IN ({PLACES_ON_HAND}))sql"_sql};

// Every place that a serial has ever been at.
constexpr pg::Statement kReadSerialPlaces{"ledger_read_serial_places", R"sql(
  SELECT lot_id, location_id, kind, quantity, arrived_at, stock_since, last_recorded_at
  FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND is_serial)sql"};

// When the last movement of a serial happened that is in effect. One look at the index for each
// serial, whatever the statistics are.
constexpr pg::Statement kReadLastTimes{"ledger_read_last_times", R"sql(
  SELECT wanted.lot_id, last.occurred_at
  FROM unnest($2::uuid[]) AS wanted (lot_id)
  CROSS JOIN LATERAL (
    SELECT m.occurred_at
    FROM movements m
    WHERE m.company = $1 AND m.lot_id = wanted.lot_id AND m.reverses_id IS NULL
      AND NOT EXISTS (
        SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id)
    ORDER BY m.recorded_at DESC, m.movement_id DESC
    LIMIT 1) AS last)sql"};

constexpr pg::Statement kLockDeliveries{"ledger_lock_deliveries", R"sql(
  SELECT deliveries.movement_id, movements.lot_id, movements.to_location_id, movements.partner_id,
         deliveries.returnable, movements.from_stock_since
  FROM deliveries
  JOIN movements ON movements.company = $1 AND movements.movement_id = deliveries.movement_id
  WHERE deliveries.company = $1 AND deliveries.movement_id = ANY($2)
  ORDER BY deliveries.movement_id
  FOR UPDATE OF deliveries)sql"};

// Read and not locked: what is left of a delivery changes with a movement of its lot from or to its
// place, and that balance, or the serial, is locked.
constexpr pg::Statement kReadOpenDeliveries{"ledger_read_open_deliveries", R"sql(
  SELECT deliveries.movement_id, movements.lot_id, movements.to_location_id, movements.partner_id,
         deliveries.returnable, movements.from_stock_since
  FROM movements
  JOIN deliveries ON deliveries.company = $1 AND deliveries.movement_id = movements.movement_id
  WHERE movements.company = $1 AND movements.lot_id = ANY($2)
    AND movements.kind = {MOVEMENT_DELIVERY} AND deliveries.returnable > 0)sql"_sql};

// The receipts of the lots, and how much of each was sent back. Not locked: returns to a supplier
// of one lot and the reversal of a receipt wait for each other at the supplier's balance, or at the
// serial.
constexpr pg::Statement kReadReceipts{"ledger_read_receipts", R"sql(
  SELECT m.movement_id, m.lot_id, m.from_location_id, m.partner_id, m.quantity - COALESCE((
           SELECT sum(back.quantity)
           FROM movements back
           WHERE back.company = $1 AND back.lot_id = m.lot_id
             AND back.kind = {MOVEMENT_SUPPLIER_RETURN} AND back.receipt_id = m.movement_id
             AND back.reverses_id IS NULL AND NOT EXISTS (
               SELECT FROM movements r
               WHERE r.company = $1 AND r.reverses_id = back.movement_id)), 0)
  FROM movements m
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.kind = {MOVEMENT_RECEIPT}
    AND m.reverses_id IS NULL AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id))sql"_sql};

// For each movement of a serial that will be reversed: the later movements that are no reversals,
// were not reversed, and are not reversed in this call. The last one first, as they can be
// reversed.
constexpr pg::Statement kReadLaterMovements{"ledger_read_later_movements", R"sql(
  SELECT original.movement_id, later.movement_id, later.kind, later.transformation_id, later.count
  FROM movements AS original
  JOIN lots ON lots.company = $1 AND lots.lot_id = original.lot_id
    AND lots.tracking = {TRACKING_SERIAL}
  CROSS JOIN LATERAL (
    SELECT next.movement_id, next.kind, next.transformation_id, next.recorded_at,
           count(*) OVER () AS count
    FROM movements AS next
    WHERE next.company = $1 AND next.lot_id = original.lot_id
      AND (next.recorded_at, next.movement_id) > (original.recorded_at, original.movement_id)
      AND next.reverses_id IS NULL AND next.movement_id <> ALL($2)
      AND NOT EXISTS (
        SELECT FROM movements AS reversal
        WHERE reversal.company = $1 AND reversal.reverses_id = next.movement_id)
    ORDER BY next.recorded_at DESC, next.movement_id DESC
    LIMIT $3
  ) AS later
  WHERE original.company = $1 AND original.movement_id = ANY($2)
  ORDER BY original.movement_id, later.recorded_at DESC, later.movement_id DESC)sql"_sql};

// The reversals that exist of the movements that will be reversed.
constexpr pg::Statement kReadReversals{"ledger_read_reversals", R"sql(
  SELECT reverses_id, movement_id FROM movements
  WHERE company = $1 AND reverses_id = ANY($2))sql"};

constexpr pg::Statement kReadHeldOnReceipt{"ledger_read_held_on_receipt", R"sql(
  SELECT l.lot_id
  FROM lots l
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id AND p.hold_on_receipt
  WHERE l.company = $1 AND l.lot_id = ANY($2))sql"};

// Runs after the locks: a hold that was placed while this transaction waited for a lock is seen.
constexpr pg::Statement kReadHolds{"ledger_read_holds",
                                   "SELECT" LOTS_HOLD_COLUMNS
                                   ", r.recall_id IS NOT NULL AND NOT r.only_listed_exempt "
                                   "FROM lot_holds h "
                                   "LEFT JOIN recalls r "
                                   "ON r.company = $1 AND r.recall_id = h.recall_id "
                                   "WHERE h.company = $1 AND h.lot_id = ANY($2) "
                                   "ORDER BY h.lot_id, h.placed_at, h.hold_id"};

using MaybeTime = std::optional<absl::Time>;

LotFacts LotFactsOf(const pg::Row& row) {
  return {.lot_id = row.Get<LotId>(0),
          .product_id = row.Get<ProductId>(1),
          .number = row.Get<std::string>(2),
          .tracking = row.Get<Tracking>(3),
          .scale = row.Get<int>(4),
          .state = row.Get<LotState>(5),
          .expires_on = row.Get<std::optional<absl::CivilDay>>(6)};
}

absl::Status LoadCompany(const CompanyId& company, const pg::Result& rows, LedgerFacts& facts) {
  if (rows.empty()) return Refuse(CompanyNotFound(company));
  const pg::Row first = rows[0];
  facts.company.lots_enabled = first.Get<bool>(0);
  facts.company.expiry_enabled = first.Get<bool>(1);
  ASSIGN_OR_RETURN(facts.company.zone, LoadZone(first.Get<absl::string_view>(2)));
  if (!facts.company.lots_enabled) return Refuse(LotsDisabled(company));
  for (const pg::Row row : rows) {
    const auto location_id = row.Get<std::optional<LocationId>>(3);
    if (!location_id.has_value()) continue;
    facts.kinds[*location_id] = row.Get<LocationKind>(4);
    if (row.Get<bool>(5)) facts.retired.insert(*location_id);
    if (row.Get<bool>(6)) facts.quarantines.insert(*location_id);
  }
  return absl::OkStatus();
}

void LoadBalance(const pg::Row& row, LedgerFacts& facts) {
  const Quantity quantity = row.Get<Quantity>(3);
  facts.balances[{row.Get<LotId>(0), row.Get<LocationId>(1)}] = {
      .kind = row.Get<LocationKind>(2),
      .quantity_before = quantity,
      .quantity = quantity,
      .dates = {.arrived_at = row.Get<MaybeTime>(4), .stock_since = row.Get<MaybeTime>(5)},
      .last_recorded_at = row.Get<absl::Time>(6),
      .stored = true};
}

// A serial is at the place with the greatest rank: the place that holds it; else the virtual side
// of its last movement. The two balances of that movement share the latest record; the other one
// is the place that the serial left. Between an order's work in process and what it is used up in,
// the quantity decides: work in process has 1 or nothing.
std::tuple<bool, absl::Time, int> PlaceRank(const SerialPlace& candidate) {
  const Place& place = candidate.place;
  const bool has_some = place.quantity > Quantity();
  const bool is_in_process = place.location_id == WorkInProcess();
  int virtual_rank = HoldsGoods(place.kind) ? 0 : 1;
  if (is_in_process) virtual_rank = has_some ? 2 : 0;
  return {HoldsGoods(place.kind) && has_some, candidate.last_recorded_at, virtual_rank};
}

void LoadSerialPlaces(const pg::Result& rows, LedgerFacts& facts) {
  for (const pg::Row row : rows) {
    LoadBalance(row, facts);
    const SerialPlace candidate{.place = {.location_id = row.Get<LocationId>(1),
                                          .kind = row.Get<LocationKind>(2),
                                          .quantity = row.Get<Quantity>(3)},
                                .last_recorded_at = row.Get<absl::Time>(6),
                                .since = row.Get<MaybeTime>(4).value_or(absl::InfinitePast())};
    const auto [known, is_first] = facts.serial_places.emplace(row.Get<LotId>(0), candidate);
    if (!is_first && PlaceRank(candidate) > PlaceRank(known->second)) known->second = candidate;
  }
}

void LoadHolds(const pg::Result& rows, LedgerFacts& facts) {
  for (const pg::Row row : rows) {
    Hold hold = ReadHold(row);
    hold.exempts_disposal = row.Get<bool>(kHoldColumnCount);
    if (IsInEffect(hold, facts.now)) facts.holds[hold.lot_id].push_back(std::move(hold));
  }
}

}  // namespace

void LedgerLoader::Touch(const LotId& lot_id, const LocationId& location_id) {
  places_.emplace(lot_id, location_id);
  lots_.insert(lot_id);
  TouchLocation(location_id);
}

void LedgerLoader::ExpectNoSerial(const LotId& lot_id) { expected_no_serials_.insert(lot_id); }

void LedgerLoader::TouchLocation(const LocationId& location_id) { locations_.insert(location_id); }

void LedgerLoader::TouchDelivery(const MovementId& delivery) { deliveries_.insert(delivery); }

void LedgerLoader::TouchDeliveriesOf(const LotId& lot_id) { delivered_.insert(lot_id); }

void LedgerLoader::TouchReceiptsOf(const LotId& lot_id) { received_.insert(lot_id); }

void LedgerLoader::ExpectReceipt(const LotId& lot_id) { expected_receipts_.push_back(lot_id); }

void LedgerLoader::TouchReversal(const PostedMovement& original) {
  const Movement& movement = original.movement;
  Touch(movement.lot_id, movement.from);
  Touch(movement.lot_id, movement.to);
  if (movement.kind == MovementKind::kDelivery) TouchDelivery(movement.movement_id);
  if (movement.kind == MovementKind::kReceipt) TouchReceiptsOf(movement.lot_id);
  if (movement.delivery.has_value()) TouchDelivery(*movement.delivery);
  reversed_.push_back(movement.movement_id);
}

void LedgerLoader::AddLocks(pg::Transaction& transaction,
                            const absl::flat_hash_set<LotId>& new_lots) {
  std::vector<LotId> lot_ids, perhaps_serials, place_lots;
  std::vector<LocationId> place_locations;
  for (const LotId& lot_id : lots_) {
    if (new_lots.contains(lot_id)) continue;
    lot_ids.push_back(lot_id);
    if (!expected_no_serials_.contains(lot_id)) perhaps_serials.push_back(lot_id);
  }
  for (const auto& [lot_id, location_id] : places_) {
    if (new_lots.contains(lot_id)) continue;
    place_lots.push_back(lot_id);
    place_locations.push_back(location_id);
  }
  const std::vector<LocationId> location_ids(locations_.begin(), locations_.end());
  locks_.company = transaction.Add(kReadCompany, company_, location_ids);
  locks_.serials = transaction.Add(kLockSerials, company_, lot_ids);
  locks_.balances = transaction.Add(kLockBalances, company_, lot_ids, place_lots, place_locations);
  locks_.lots = transaction.Add(kLockLots, company_, lot_ids);
  locks_.holds = transaction.Add(kReadHolds, company_, lot_ids);
  if (!perhaps_serials.empty()) {
    locks_.serial_places = transaction.Add(kReadSerialPlaces, company_, perhaps_serials);
  }
  if (accepts_shortage_) locks_.on_hand = transaction.Add(kReadOnHand, company_, lot_ids);
  if (!expected_receipts_.empty()) {
    locks_.held_on_receipt = transaction.Add(kReadHeldOnReceipt, company_, expected_receipts_);
  }
  AddReversalLocks(transaction);
}

void LedgerLoader::AddReversalLocks(pg::Transaction& transaction) {
  if (!deliveries_.empty()) {
    const std::vector<MovementId> ids(deliveries_.begin(), deliveries_.end());
    locks_.deliveries = transaction.Add(kLockDeliveries, company_, ids);
  }
  if (!delivered_.empty()) {
    const std::vector<LotId> lots(delivered_.begin(), delivered_.end());
    locks_.open_deliveries = transaction.Add(kReadOpenDeliveries, company_, lots);
  }
  if (!received_.empty()) {
    const std::vector<LotId> lots(received_.begin(), received_.end());
    locks_.receipts = transaction.Add(kReadReceipts, company_, lots);
  }
  if (!reversed_.empty()) {
    locks_.later_movements =
        transaction.Add(kReadLaterMovements, company_, reversed_, kLaterMovementsShownMax);
    locks_.reversals = transaction.Add(kReadReversals, company_, reversed_);
  }
}

absl::Status LedgerLoader::Load(pg::Transaction& transaction, const pg::Results& results,
                                LedgerFacts& facts) {
  RETURN_IF_ERROR(LoadCompany(company_, results[locks_.company], facts));
  for (const size_t lots : {locks_.serials, locks_.lots}) {
    for (const pg::Row row : results[lots]) facts.lots[row.Get<LotId>(0)] = LotFactsOf(row);
  }
  for (const pg::Row row : results[locks_.balances]) LoadBalance(row, facts);
  if (locks_.serial_places.has_value()) LoadSerialPlaces(results[*locks_.serial_places], facts);
  LoadHolds(results[locks_.holds], facts);
  if (locks_.held_on_receipt.has_value()) {
    for (const pg::Row row : results[*locks_.held_on_receipt]) {
      facts.held_on_receipt.insert(row.Get<LotId>(0));
    }
  }
  LoadOnHandElsewhere(results, facts);
  LoadDeliveries(results, facts);
  LoadReceipts(results, facts);
  LoadReversals(results, facts);
  RETURN_IF_ERROR(LoadUnexpectedSerials(transaction, facts));
  RETURN_IF_ERROR(LoadLastTimes(transaction, facts));
  AddEmptyBalances(facts);
  return absl::OkStatus();
}

absl::Status LedgerLoader::LoadUnexpectedSerials(pg::Transaction& transaction,
                                                 LedgerFacts& facts) const {
  std::vector<LotId> serials;
  for (const auto& [lot_id, lot] : facts.lots) {
    const bool is_serial = lot.tracking == Tracking::kSerial && !facts.new_lots.contains(lot_id);
    if (is_serial && expected_no_serials_.contains(lot_id)) serials.push_back(lot_id);
  }
  if (serials.empty()) return absl::OkStatus();
  const size_t places = transaction.Add(kReadSerialPlaces, company_, serials);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  LoadSerialPlaces(results[places], facts);
  return absl::OkStatus();
}

// A place that holds goods says itself since when it has the serial. The other side of the books
// keeps no dates. A serial of which every movement was reversed is nowhere. A reversal has the time
// of what it reverses, so that it needs none of this.
absl::Status LedgerLoader::LoadLastTimes(pg::Transaction& transaction, LedgerFacts& facts) const {
  std::vector<LotId> serials;
  for (const auto& [lot_id, here] : facts.serial_places) {
    if (!HoldsGoods(here.place.kind)) serials.push_back(lot_id);
  }
  if (serials.empty() || !reversed_.empty()) return absl::OkStatus();
  const size_t times = transaction.Add(kReadLastTimes, company_, serials);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  for (const LotId& serial : serials) facts.serial_places.at(serial).is_nowhere = true;
  for (const pg::Row row : results[times]) {
    SerialPlace& place = facts.serial_places.at(row.Get<LotId>(0));
    place.since = row.Get<absl::Time>(1);
    place.is_nowhere = false;
  }
  return absl::OkStatus();
}

void LedgerLoader::LoadOnHandElsewhere(const pg::Results& results, LedgerFacts& facts) const {
  if (!locks_.on_hand.has_value()) return;
  for (const pg::Row row : results[*locks_.on_hand]) {
    const LotId lot_id = row.Get<LotId>(0);
    if (places_.contains({lot_id, row.Get<LocationId>(1)})) continue;
    facts.on_hand_elsewhere[lot_id] += row.Get<Quantity>(2);
  }
}

void LedgerLoader::LoadReceipts(const pg::Results& results, LedgerFacts& facts) const {
  if (!locks_.receipts.has_value()) return;
  for (const pg::Row row : results[*locks_.receipts]) {
    facts.receipts[row.Get<MovementId>(0)] = {.lot_id = row.Get<LotId>(1),
                                              .from = row.Get<LocationId>(2),
                                              .partner_id = row.Get<std::string>(3),
                                              .returnable = row.Get<Quantity>(4)};
  }
}

void LedgerLoader::LoadDeliveries(const pg::Results& results, LedgerFacts& facts) const {
  for (const auto& rows : {locks_.deliveries, locks_.open_deliveries}) {
    if (!rows.has_value()) continue;
    for (const pg::Row row : results[*rows]) {
      facts.deliveries[row.Get<MovementId>(0)] = {.lot_id = row.Get<LotId>(1),
                                                  .to = row.Get<LocationId>(2),
                                                  .partner_id = row.Get<std::string>(3),
                                                  .returnable = row.Get<Quantity>(4),
                                                  .stock_since = row.Get<MaybeTime>(5)};
    }
  }
}

void LedgerLoader::LoadReversals(const pg::Results& results, LedgerFacts& facts) const {
  if (!locks_.later_movements.has_value()) return;
  for (const pg::Row row : results[*locks_.later_movements]) {
    LaterMovements& later = facts.later_movements[row.Get<MovementId>(0)];
    later.first.push_back({.movement_id = row.Get<MovementId>(1),
                           .kind = row.Get<MovementKind>(2),
                           .transformation = row.Get<std::optional<TransformationId>>(3)});
    later.count = row.Get<int64_t>(4);
  }
  for (const pg::Row row : results[*locks_.reversals]) {
    facts.reversals[row.Get<MovementId>(0)] = row.Get<MovementId>(1);
  }
}

// A place without a row cannot be locked. Its balance is among the facts all the same: ApplyPosting
// stops the program for a place that was not touched. Both containers have the same order, so each
// insertion begins where the one before ended.
void LedgerLoader::AddEmptyBalances(LedgerFacts& facts) const {
  auto next = facts.balances.begin();
  for (const LedgerFacts::BalanceKey& place : places_) {
    const std::optional<LocationKind> kind = facts.FindKind(place.second);
    if (!kind.has_value() || !facts.lots.contains(place.first)) continue;
    BalanceFacts empty;
    empty.kind = *kind;
    next = std::next(facts.balances.try_emplace(next, place, empty));
  }
}

}  // namespace lots
