// Lots and movements: what is refused, and what moves.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/rules.h"

namespace lots::simulator {

namespace {

bool KindsFit(v1::MovementKind kind, const std::string& from, const std::string& to) {
  const v1::LocationKind source = FindLocation(from)->kind;
  const v1::LocationKind target = FindLocation(to)->kind;
  switch (kind) {
    case v1::MOVEMENT_KIND_RECEIPT:
      return source == v1::LOCATION_KIND_SUPPLIER && IsOnHand(target);
    case v1::MOVEMENT_KIND_TRANSFER:
      return IsOnHand(source) && IsOnHand(target);
    case v1::MOVEMENT_KIND_DELIVERY:
      return IsOnHand(source) && target == v1::LOCATION_KIND_CUSTOMER;
    case v1::MOVEMENT_KIND_RETURN:
      return source == v1::LOCATION_KIND_CUSTOMER && IsOnHand(target);
    case v1::MOVEMENT_KIND_CONSUMPTION:
      return IsOnHand(source) && target == v1::LOCATION_KIND_PRODUCTION;
    case v1::MOVEMENT_KIND_PRODUCTION:
      return source == v1::LOCATION_KIND_PRODUCTION &&
             (IsOnHand(target) || target == v1::LOCATION_KIND_SCRAP);
    case v1::MOVEMENT_KIND_REMOVAL:
      return source == v1::LOCATION_KIND_PRODUCTION && HoldsGoods(target);
    case v1::MOVEMENT_KIND_SCRAP:
      return IsOnHand(source) && target == v1::LOCATION_KIND_SCRAP;
    case v1::MOVEMENT_KIND_ADJUSTMENT:
      return (IsOnHand(source) && target == v1::LOCATION_KIND_ADJUSTMENT) ||
             (source == v1::LOCATION_KIND_ADJUSTMENT && IsOnHand(target));
    case v1::MOVEMENT_KIND_SUPPLIER_RETURN:
      return IsOnHand(source) && target == v1::LOCATION_KIND_SUPPLIER;
    default:
      return false;
  }
}

// Where a movement of this kind comes from, or goes, when that is left out.
std::string DefaultFrom(v1::MovementKind kind) {
  if (kind == v1::MOVEMENT_KIND_RECEIPT) return "SUPPLIER";
  return kind == v1::MOVEMENT_KIND_ADJUSTMENT ? "ADJUSTMENT" : "";
}
std::string DefaultTo(v1::MovementKind kind) {
  switch (kind) {
    case v1::MOVEMENT_KIND_DELIVERY:
      return "CUSTOMER";
    case v1::MOVEMENT_KIND_SUPPLIER_RETURN:
      return "SUPPLIER";
    case v1::MOVEMENT_KIND_CONSUMPTION:
      return "PRODUCTION";
    case v1::MOVEMENT_KIND_SCRAP:
      return "SCRAP";
    case v1::MOVEMENT_KIND_ADJUSTMENT:
      return "ADJUSTMENT";
    default:
      return "";
  }
}

}  // namespace

Quantity QuantityOf(absl::string_view text) {
  return text.empty() ? Quantity() : Quantity::Parse(text).value();
}

LotIndex Rules::Resolve(const v1::LotRef& ref) {
  const LotIndex lot = history_.FindLot(ref.product_id(), ref.number());
  if (lot != kNone) touched_.insert(lot);
  return lot;
}

LotIndex Rules::ResolveSymbol(absl::string_view lot_id) {
  for (size_t i = 0; i < history_.lots.size(); ++i) {
    const Lot& lot = history_.lots[i];
    if (LotSymbol(lot.product->id, lot.number) != lot_id) continue;
    touched_.insert(static_cast<LotIndex>(i));
    return static_cast<LotIndex>(i);
  }
  return kNone;
}

LotIndex Rules::AddLot(const Product& product, absl::string_view number, v1::LotState state) {
  history_.lots.push_back({.product = &product, .number = std::string(number), .state = state});
  const auto lot = static_cast<LotIndex>(history_.lots.size()) - 1;
  touched_.insert(lot);
  return lot;
}

Movement Rules::NewMovement(v1::MovementKind kind, LotIndex lot, Quantity quantity) const {
  Movement movement;
  movement.step = step_;
  movement.kind = kind;
  movement.lot = lot;
  movement.quantity = quantity;
  movement.occurred_at = now_;
  return movement;
}

void Rules::Append(Movement movement) {
  touched_.insert(movement.lot);
  v1::LotState& state = history_.lots[movement.lot].state;
  if (state == v1::LOT_STATE_ARCHIVED && IsOnHand(movement.to)) state = v1::LOT_STATE_ACTIVE;
  if (movement.symbol.empty()) movement.symbol = MovementSymbol(step_, posted_++);
  history_.movements.push_back(std::move(movement));
}

Reasons Rules::ValidateMovement(const Movement& movement, const Accepts& accepts) const {
  Reasons why;
  if (FindLocation(movement.from) == nullptr || FindLocation(movement.to) == nullptr) {
    why.insert("LOCATION_NOT_FOUND");
  } else if (!KindsFit(movement.kind, movement.from, movement.to)) {
    why.insert("LOCATION_KIND_MISMATCH");
  }
  if (movement.from == movement.to) why.insert("FIELD_INVALID");
  const Product& product = *history_.lots[movement.lot].product;
  if (!movement.quantity.IsPositive()) why.insert("FIELD_INVALID");
  if (!movement.quantity.FitsScale(product.scale)) why.insert("QUANTITY_SCALE");
  if (product.is_serial() && movement.quantity != Quantity::FromUnits(1)) {
    why.insert("SERIAL_QUANTITY_NOT_ONE");
  }
  // What makes no sense is not validated further.
  if (!why.empty()) return why;
  ValidateLotState(movement, accepts, why);
  ValidateReturn(movement, why);
  ValidateSupplierReturn(movement, why);
  ValidateSource(movement, why);
  return why;
}

void Rules::ValidateLotState(const Movement& movement, const Accepts& accepts, Reasons& why) const {
  const Lot& lot = history_.lots[movement.lot];
  if (lot.state == v1::LOT_STATE_PLANNED) why.insert("LOT_PLANNED");
  // Goods that come back make an archived lot ACTIVE again.
  const bool comes_back =
      movement.kind == v1::MOVEMENT_KIND_RETURN || movement.kind == v1::MOVEMENT_KIND_REMOVAL ||
      (movement.kind == v1::MOVEMENT_KIND_PRODUCTION && movement.transformation != kNone &&
       history_.transformations[movement.transformation].kind ==
           v1::TRANSFORMATION_KIND_DISASSEMBLY);
  if (lot.state == v1::LOT_STATE_ARCHIVED && !comes_back) why.insert("LOT_ARCHIVED");
  if (lot.state == v1::LOT_STATE_VOID) why.insert("LOT_VOID");
  const bool uses_up =
      movement.kind == v1::MOVEMENT_KIND_DELIVERY || movement.kind == v1::MOVEMENT_KIND_CONSUMPTION;
  const absl::CivilDay day = absl::ToCivilDay(movement.occurred_at, absl::UTCTimeZone());
  if (uses_up && !accepts.expired && lot.expires_on.has_value() && *lot.expires_on < day) {
    why.insert("LOT_EXPIRED");
  }
  if (!accepts.held && history_.IsHeld(movement.lot, movement.from, movement.to, now_)) {
    why.insert("LOT_HELD");
  }
}

void Rules::ValidateReturn(const Movement& movement, Reasons& why) const {
  if (movement.kind != v1::MOVEMENT_KIND_RETURN) return;
  if (movement.delivery == kNone) {
    const bool is_known = !OpenDeliveries(movement).empty() || IsWithPartnerElsewhere(movement);
    if (is_known) why.insert("RETURN_MISMATCH");
    return;
  }
  const Movement& delivery = history_.movements[movement.delivery];
  const bool is_delivery =
      delivery.kind == v1::MOVEMENT_KIND_DELIVERY && delivery.reverses == kNone;
  const bool fits = is_delivery && delivery.lot == movement.lot && delivery.to == movement.from &&
                    PartnerFits(movement, movement.delivery);
  if (!fits) {
    why.insert("RETURN_MISMATCH");
    return;
  }
  const Quantity left = history_.Stands(movement.delivery)
                            ? delivery.quantity - history_.Returned(movement.delivery)
                            : Quantity();
  if (movement.quantity > left) why.insert("RETURN_EXCEEDS_DELIVERY");
}

// Goods go back to where, and to whom, they came from.
void Rules::ValidateSupplierReturn(const Movement& movement, Reasons& why) const {
  if (movement.kind != v1::MOVEMENT_KIND_SUPPLIER_RETURN || movement.receipt == kNone) return;
  const Movement& receipt = history_.movements[movement.receipt];
  const bool is_receipt =
      receipt.kind == v1::MOVEMENT_KIND_RECEIPT && history_.Stands(movement.receipt);
  const bool same_partner = receipt.partner.empty() || receipt.partner == movement.partner;
  const bool fits = is_receipt && receipt.lot == movement.lot && receipt.from == movement.to;
  if (!fits || !same_partner) {
    why.insert("RETURN_MISMATCH");
  } else if (movement.quantity > receipt.quantity - history_.SentBack(movement.receipt)) {
    why.insert("RETURN_EXCEEDS_DELIVERY");
  }
}

// A serial is taken from where it is. It comes in from outside when it is nowhere, and out of
// production when it is not somewhere else.
void Rules::ValidateSource(const Movement& movement, Reasons& why) const {
  if (!history_.lots[movement.lot].product->is_serial()) {
    const bool enough = history_.At(movement.lot, movement.from) >= movement.quantity;
    if (HoldsGoods(movement.from) && !enough) why.insert("NOT_ENOUGH");
    return;
  }
  // Its facts are in order.
  if (movement.occurred_at < history_.CameAt(movement.lot)) why.insert("BEFORE_ARRIVAL");
  const std::string where = history_.WhereIs(movement.lot);
  if (HoldsGoods(movement.from)) {
    if (where != movement.from) why.insert("SERIAL_NOT_THERE");
    return;
  }
  const bool used_up = where == "PRODUCTION" && movement.from != "PRODUCTION";
  if (HoldsGoods(where) || used_up) why.insert("SERIAL_ON_HAND");
}

// The deliveries of the lot to where it comes back from of which something is left.
std::vector<int> Rules::OpenDeliveries(const Movement& back) const {
  std::vector<int> open;
  for (size_t i = 0; i < history_.movements.size(); ++i) {
    const Movement& delivery = history_.movements[i];
    if (delivery.kind != v1::MOVEMENT_KIND_DELIVERY || !history_.Stands(static_cast<int>(i)))
      continue;
    if (delivery.lot != back.lot || delivery.to != back.from) continue;
    if (history_.Returned(static_cast<int>(i)) < delivery.quantity) {
      open.push_back(static_cast<int>(i));
    }
  }
  return open;
}

// What is missing where it comes back from was delivered to the partner at another place.
bool Rules::IsWithPartnerElsewhere(const Movement& back) const {
  const bool is_serial = history_.lots[back.lot].product->is_serial();
  if (is_serial || history_.At(back.lot, back.from) >= back.quantity) return false;
  for (const auto& [place, quantity] : history_.PlacesThen(back.lot, {})) {
    if (place == back.from || !quantity.IsPositive()) continue;
    Movement there = back;
    there.from = place;
    for (const int delivery : OpenDeliveries(there)) {
      if (history_.movements[delivery].partner == back.partner) return true;
    }
  }
  return false;
}

// A unit may have a second owner, and a delivery that named nobody went to anybody.
bool Rules::PartnerFits(const Movement& back, int delivery) const {
  const std::string& partner = history_.movements[delivery].partner;
  return history_.lots[back.lot].product->is_serial() || partner.empty() || partner == back.partner;
}

// The only delivery that a return can mean.
int Rules::DeliveryOf(const Movement& back) const {
  if (back.kind != v1::MOVEMENT_KIND_RETURN) return kNone;
  std::vector<int> fitting;
  for (const int delivery : OpenDeliveries(back)) {
    if (PartnerFits(back, delivery)) fitting.push_back(delivery);
  }
  return fitting.size() == 1 ? fitting[0] : kNone;
}

bool Rules::Post(Movement movement, const Accepts& accepts) {
  if (history_.lots[movement.lot].product->is_serial()) {
    // The clocks of a caller and a server differ.
    const absl::Time came_at = history_.CameAt(movement.lot);
    const bool is_near = came_at < movement.occurred_at + kClockSkewMax;
    if (is_near) movement.occurred_at = std::max(movement.occurred_at, came_at);
  }
  if (movement.delivery == kNone) movement.delivery = DeliveryOf(movement);
  Reasons why = ValidateMovement(movement, accepts);
  const bool is_short = why == Reasons{"NOT_ENOUGH"} || why == Reasons{"SERIAL_NOT_THERE"};
  // What was never delivered comes back from a customer all the same.
  const bool is_unknown = movement.kind == v1::MOVEMENT_KIND_RETURN && movement.delivery == kNone;
  if ((accepts.shortage || is_unknown) && is_short) {
    CoverShortage(movement);
    why = ValidateMovement(movement, accepts);
  }
  if (!why.empty()) {
    reasons_.insert(why.begin(), why.end());
    return false;
  }
  Append(std::move(movement));
  return true;
}

// What is not on record was there all the same. A serial that is somewhere else is not short.
void Rules::CoverShortage(const Movement& movement) {
  if (!IsOnHand(movement.from) && movement.kind != v1::MOVEMENT_KIND_RETURN) return;
  if (movement.delivery != kNone) return;
  const std::string where = history_.WhereIs(movement.lot);
  const bool is_serial = history_.lots[movement.lot].product->is_serial();
  if (is_serial && (HoldsGoods(where) || where == "PRODUCTION")) return;
  // Nor is a lot that lies at another place.
  const bool is_short = movement.kind != v1::MOVEMENT_KIND_RETURN;
  if (is_short && history_.OnHand(movement.lot) > history_.At(movement.lot, movement.from)) return;
  Movement found = NewMovement(v1::MOVEMENT_KIND_ADJUSTMENT, movement.lot,
                               movement.quantity - history_.At(movement.lot, movement.from));
  found.from = "ADJUSTMENT";
  found.to = movement.from;
  found.occurred_at = movement.occurred_at;
  found.transformation = movement.transformation;
  // The answer to RecordMovements does not tell its id.
  if (movement.kind == v1::MOVEMENT_KIND_RETURN) {
    found.symbol = MovementSymbol(step_, kUntold + untold_++);
  }
  Append(std::move(found));
}

void Rules::Do(const v1::CreateLotRequest& request) {
  const Product* product = FindProduct(request.lot().product_id());
  if (product == nullptr) return (void)Refuse("PRODUCT_NOT_FOUND");
  if (product->tracking == v1::TRACKING_NONE) return (void)Refuse("PRODUCT_NOT_TRACKED");
  const LotIndex taken = history_.FindLot(product->id, request.lot().number());
  if (taken != kNone) {
    touched_.insert(taken);
    Refuse("LOT_NUMBER_TAKEN");
  }
  const LotIndex lot = AddLot(*product, request.lot().number(), v1::LOT_STATE_ACTIVE);
  history_.lots[lot].by_hand = true;
  if (request.lot().has_expire_date()) {
    history_.lots[lot].expires_on = DayOf(request.lot().expire_date());
  }
  if (request.opening_quantity().empty()) return;
  Movement opening =
      NewMovement(v1::MOVEMENT_KIND_ADJUSTMENT, lot, QuantityOf(request.opening_quantity()));
  opening.from = "ADJUSTMENT";
  opening.to = request.opening_location_id();
  Post(std::move(opening), {});
}

void Rules::Do(const v1::ArchiveLotRequest& request) {
  const LotIndex lot = ResolveSymbol(request.lot_id());
  if (lot == kNone) return (void)Refuse("LOT_NOT_FOUND");
  v1::LotState& state = history_.lots[lot].state;
  if (state == v1::LOT_STATE_PLANNED) Refuse("LOT_PLANNED");
  if (state == v1::LOT_STATE_VOID) Refuse("LOT_VOID");
  if (!history_.OnHand(lot).IsZero()) Refuse("LOT_ON_HAND");
  state = v1::LOT_STATE_ARCHIVED;
}

void Rules::Do(const v1::UnarchiveLotRequest& request) {
  const LotIndex lot = ResolveSymbol(request.lot_id());
  if (lot == kNone) return (void)Refuse("LOT_NOT_FOUND");
  v1::LotState& state = history_.lots[lot].state;
  if (state == v1::LOT_STATE_PLANNED) Refuse("LOT_PLANNED");
  if (state == v1::LOT_STATE_VOID) Refuse("LOT_VOID");
  state = v1::LOT_STATE_ACTIVE;
}

void Rules::Do(const v1::RecordMovementsRequest& request) {
  const Accepts accepts = AcceptsOf(request);
  std::set<LotIndex> serials;
  for (const v1::NewMovement& wanted : request.movements()) Record(wanted, accepts, serials);
}

// The delivery of a return, or the receipt of a return to a supplier, and the place and the partner
// that the request leaves to it. Whether the request names them as it may.
bool Rules::FindReturned(const v1::NewMovement& wanted, Movement& movement) {
  const bool is_return = wanted.kind() == v1::MOVEMENT_KIND_RETURN;
  const bool is_to_supplier = wanted.kind() == v1::MOVEMENT_KIND_SUPPLIER_RETURN;
  const std::string& delivery = wanted.delivery_movement_id();
  const std::string& receipt = wanted.receipt_movement_id();
  bool is_sound = RefuseUnless(delivery.empty() || is_return, "FIELD_INVALID");
  if (!receipt.empty() && !is_to_supplier) is_sound = Refuse("FIELD_INVALID");
  const bool is_nobodys = is_return && delivery.empty() &&
                          (wanted.partner_id().empty() || wanted.from_location_id().empty());
  if (is_nobodys) is_sound = Refuse("FIELD_INVALID");
  const std::string& named = is_return ? delivery : receipt;
  if (!is_sound || named.empty()) return is_sound;
  const int returned = history_.FindMovement(named);
  if (returned == kNone) return Refuse("MOVEMENT_NOT_FOUND");
  (is_return ? movement.delivery : movement.receipt) = returned;
  const Movement& original = history_.movements[returned];
  if (is_return && movement.from.empty()) movement.from = original.to;
  if (is_to_supplier && wanted.to_location_id().empty()) movement.to = original.from;
  if (movement.partner.empty()) movement.partner = original.partner;
  return true;
}

void Rules::Record(const v1::NewMovement& wanted, const Accepts& accepts,
                   std::set<LotIndex>& serials) {
  const LotIndex lot = Resolve(wanted.lot());
  if (lot == kNone) Refuse("LOT_NOT_FOUND");
  if (wanted.kind() == v1::MOVEMENT_KIND_PRODUCTION) return (void)Refuse("FIELD_INVALID");
  Movement movement = NewMovement(wanted.kind(), lot, QuantityOf(wanted.quantity()));
  movement.from =
      wanted.from_location_id().empty() ? DefaultFrom(wanted.kind()) : wanted.from_location_id();
  movement.to =
      wanted.to_location_id().empty() ? DefaultTo(wanted.kind()) : wanted.to_location_id();
  movement.partner = wanted.partner_id();
  if (wanted.has_occur_time()) movement.occurred_at = TimeOf(wanted.occur_time());
  // A return whose delivery is unknown may come from anywhere.
  const bool is_wrong = !FindReturned(wanted, movement);
  const bool from_missing = movement.from.empty() && !is_wrong;
  if (from_missing || movement.to.empty()) Refuse("FIELD_INVALID");
  if (lot == kNone || is_wrong) return;
  if (from_missing || movement.to.empty()) return;
  const bool is_serial = history_.lots[lot].product->is_serial();
  if (is_serial && wanted.quantity().empty()) movement.quantity = Quantity::FromUnits(1);
  if (is_serial && !serials.insert(lot).second) return (void)Refuse("DUPLICATE_IN_REQUEST");
  Post(std::move(movement), accepts);
}

// Of a serial: whether it moved on, and that was not taken back.
bool Rules::IsUsedLater(int movement) const {
  const Movement& original = history_.movements[movement];
  for (size_t i = movement + 1; i < history_.movements.size(); ++i) {
    const Movement& later = history_.movements[i];
    const bool together =
        original.transformation != kNone && later.transformation == original.transformation;
    if (later.lot == original.lot && !together && history_.Stands(static_cast<int>(i))) return true;
  }
  return false;
}

Reasons Rules::ValidateReversal(int movement) const {
  const Movement& original = history_.movements[movement];
  const Lot& lot = history_.lots[original.lot];
  Reasons why;
  if (original.reverses != kNone) why.insert("REVERSAL_NOT_REVERSIBLE");
  if (history_.ReversalOf(movement) != kNone) why.insert("ALREADY_REVERSED");
  const bool is_left =
      HoldsGoods(original.to) && history_.At(original.lot, original.to) < original.quantity;
  const bool came_back =
      original.kind == v1::MOVEMENT_KIND_DELIVERY && history_.Returned(movement).IsPositive();
  const bool went_back =
      original.kind == v1::MOVEMENT_KIND_RECEIPT && history_.SentBack(movement).IsPositive();
  const bool moved_on = lot.product->is_serial() && IsUsedLater(movement);
  if (is_left || came_back || went_back || moved_on) why.insert("RESULT_USED");
  if (history_.IsHeld(original.lot, original.to, original.from, now_)) why.insert("LOT_HELD");
  return why;
}

// A reversal happened when the movement did.
void Rules::AppendReversal(int movement, int transformation) {
  const Movement& original = history_.movements[movement];
  Movement back = NewMovement(original.kind, original.lot, original.quantity);
  back.from = original.to;
  back.to = original.from;
  back.occurred_at = original.occurred_at;
  back.partner = original.partner;
  back.delivery = original.delivery;
  back.receipt = original.receipt;
  back.reverses = movement;
  back.transformation = transformation;
  Append(std::move(back));
}

void Rules::Do(const v1::ReverseMovementRequest& request) {
  const int movement = history_.FindMovement(request.movement_id());
  if (movement == kNone) return (void)Refuse("MOVEMENT_NOT_FOUND");
  touched_.insert(history_.movements[movement].lot);
  if (history_.movements[movement].transformation != kNone) Refuse("PART_OF_TRANSFORMATION");
  const Reasons why = ValidateReversal(movement);
  reasons_.insert(why.begin(), why.end());
  if (reasons_.empty()) AppendReversal(movement, kNone);
}

}  // namespace lots::simulator
