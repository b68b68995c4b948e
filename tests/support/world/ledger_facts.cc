// Fills the facts of a small warehouse.
#include "tests/support/world/ledger_facts.h"

#include <array>

#include "storage/base/check.h"
#include "storage/domain/default_location.h"

namespace lots {

Uuid IdOf(int number) {
  std::array<uint8_t, 16> bytes{};
  bytes.back() = static_cast<uint8_t>(number);
  return Uuid(bytes);
}

const LotId kSteel(IdOf(1));
const LotId kBike(IdOf(2));

absl::Time Noon(int day) {
  return absl::FromCivil(absl::CivilHour(2026, 3, day, 12), absl::UTCTimeZone());
}

LedgerFacts Warehouse() {
  LedgerFacts facts;
  facts.now = facts.recorded_at = Noon(10);
  facts.company = {.lots_enabled = true, .expiry_enabled = true, .zone = absl::UTCTimeZone()};
  facts.kinds = {{LocationId("stock"), LocationKind::kInternal},
                 {LocationId("yard"), LocationKind::kInternal},
                 {LocationId("truck"), LocationKind::kTransit}};
  for (const LocationKind kind :
       {LocationKind::kSupplier, LocationKind::kCustomer, LocationKind::kProduction,
        LocationKind::kScrap, LocationKind::kAdjustment}) {
    facts.kinds[DefaultLocation(kind)] = kind;
  }
  facts.lots[kSteel] = {
      .lot_id = kSteel, .product_id = ProductId("steel"), .number = "L1", .scale = 3};
  facts.lots[kBike] = {.lot_id = kBike,
                       .product_id = ProductId("bike"),
                       .number = "S1",
                       .tracking = Tracking::kSerial};
  for (const auto& [location, kind] : facts.kinds) {
    facts.balances[{kSteel, location}].kind = kind;
    facts.balances[{kBike, location}].kind = kind;
  }
  Put(facts, kSteel, "stock", "10");
  PutSerial(facts, kBike, "stock");
  return facts;
}

void Put(LedgerFacts& facts, const LotId& lot, const std::string& location,
         const std::string& quantity) {
  BalanceFacts& balance = facts.balances.at({lot, LocationId(location)});
  const auto parsed = Quantity::Parse(quantity);
  Check(parsed.ok());
  balance.quantity = balance.quantity_before = *parsed;
  balance.last_recorded_at = Noon(1);
  balance.stored = true;
  balance.dates = {};
  if (balance.quantity.IsZero()) return;
  if (HoldsGoods(balance.kind)) balance.dates.arrived_at = Noon(1);
  if (IsOnHand(balance.kind)) balance.dates.stock_since = Noon(1);
}

void PutSerial(LedgerFacts& facts, const LotId& serial, const std::string& location) {
  for (const auto& [place, kind] : facts.kinds) Put(facts, serial, place.value(), "0");
  Put(facts, serial, location, "1");
  facts.serial_places[serial] = {.place = {.location_id = LocationId(location),
                                           .kind = facts.kinds.at(LocationId(location)),
                                           .quantity = Quantity::FromUnits(1)},
                                 .last_recorded_at = Noon(1),
                                 .since = Noon(1)};
}

Posting Move(MovementKind kind, const LotId& lot, const std::string& quantity,
             const std::string& from, const std::string& to) {
  const auto parsed = Quantity::Parse(quantity);
  Check(parsed.ok());
  return {.movement_id = MovementId(Uuid::MakeV7()),
          .kind = kind,
          .lot_id = lot,
          .quantity = *parsed,
          .from = LocationId(from),
          .to = LocationId(to),
          .occurred_at = Noon(10),
          .field = "m"};
}

}  // namespace lots
