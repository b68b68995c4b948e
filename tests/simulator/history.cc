// Derives balances, dates and states from the records of a history.
#include "tests/simulator/history.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace lots::simulator {

namespace {

std::string KeyOf(const Product& product, absl::string_view number) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(number);
  return product.case_sensitive ? std::string(trimmed) : absl::AsciiStrToUpper(trimmed);
}

int Strength(v1::HoldCause cause) {
  switch (cause) {
    case v1::HOLD_CAUSE_RECALL:
      return 4;
    case v1::HOLD_CAUSE_LOT:
      return 3;
    case v1::HOLD_CAUSE_INHERITED:
      return 2;
    case v1::HOLD_CAUSE_PLACE:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::optional<absl::Time> Earlier(std::optional<absl::Time> a, std::optional<absl::Time> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

std::optional<absl::CivilDay> EarlierDay(std::optional<absl::CivilDay> a,
                                         std::optional<absl::CivilDay> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

LotIndex History::FindLot(absl::string_view product, absl::string_view number) const {
  for (size_t i = 0; i < lots.size(); ++i) {
    const Product& own = *lots[i].product;
    if (own.id == product && KeyOf(own, lots[i].number) == KeyOf(own, number)) {
      return static_cast<LotIndex>(i);
    }
  }
  return kNone;
}

int History::FindMovement(absl::string_view symbol) const {
  for (size_t i = 0; i < movements.size(); ++i) {
    if (movements[i].symbol == symbol) return static_cast<int>(i);
  }
  return kNone;
}

int History::FindTransformation(absl::string_view symbol) const {
  for (size_t i = 0; i < transformations.size(); ++i) {
    if (transformations[i].symbol == symbol) return static_cast<int>(i);
  }
  return kNone;
}

int History::ReversalOf(int movement) const {
  for (size_t i = movement + 1; i < movements.size(); ++i) {
    if (movements[i].reverses == movement) return static_cast<int>(i);
  }
  return kNone;
}

bool History::HasMoved(LotIndex lot) const {
  for (size_t i = 0; i < movements.size(); ++i) {
    if (movements[i].lot == lot && Stands(static_cast<int>(i))) return true;
  }
  return false;
}

int History::ReversalOfTransformation(int transformation, int known_after) const {
  for (size_t i = transformation + 1; i < transformations.size(); ++i) {
    const Transformation& other = transformations[i];
    if (other.reverses == transformation && other.step <= known_after) return static_cast<int>(i);
  }
  return kNone;
}

bool History::Stands(int movement) const {
  return movements[movement].reverses == kNone && ReversalOf(movement) == kNone;
}

bool History::TransformationStands(int transformation, const Moment& moment) const {
  const Transformation& own = transformations[transformation];
  return own.reverses == kNone && own.occurred_at <= moment.as_of &&
         own.step <= moment.known_after &&
         ReversalOfTransformation(transformation, moment.known_after) == kNone;
}

// Goods arrive in an empty place anew. In stock they are anew when they come from outside, and as
// long as they were when they only moved or came back; of goods that meet, the earlier date stays.
void History::Move(const Movement& movement, std::optional<absl::Time> since, Presences& places) {
  Presence& from = places[movement.from];
  Presence& to = places[movement.to];
  if (movement.stock_since.has_value()) since = movement.stock_since;
  if (!since.has_value() && movement.kind == v1::MOVEMENT_KIND_TRANSFER) since = from.stock_since;
  const bool was_empty = to.quantity.IsZero();
  from.quantity -= movement.quantity;
  to.quantity += movement.quantity;
  if (from.quantity.IsZero()) from.arrived_at = from.stock_since = std::nullopt;
  if (HoldsGoods(movement.to) && was_empty) to.arrived_at = movement.occurred_at;
  if (!IsOnHand(movement.to)) return;
  to.stock_since = Earlier(to.stock_since, since.value_or(movement.occurred_at));
}

// Whether nothing moved where the goods had arrived between a movement and its reversal, but what
// belongs to the same transformation.
bool History::NothingElseCame(int reversal) const {
  const Movement& back = movements[reversal];
  const Movement& original = movements[back.reverses];
  for (int i = back.reverses + 1; i < reversal; ++i) {
    const Movement& other = movements[i];
    const bool there = other.lot == back.lot && (other.from == back.from || other.to == back.from);
    const bool together =
        original.transformation != kNone && (other.transformation == original.transformation ||
                                             other.transformation == back.transformation);
    if (there && !together) return false;
  }
  return true;
}

void History::TakeBack(int reversal, const Before& before, Presences& places) const {
  const Movement& back = movements[reversal];
  Presence& left = places[back.from];
  Presence& returned = places[back.to];
  left.quantity -= back.quantity;
  returned.quantity += back.quantity;
  if (NothingElseCame(reversal)) {
    left.arrived_at = before.to.arrived_at;
    left.stock_since = before.to.stock_since;
  }
  if (left.quantity.IsZero()) left.arrived_at = left.stock_since = std::nullopt;
  returned.arrived_at = Earlier(returned.arrived_at, before.from.arrived_at);
  returned.stock_since = Earlier(returned.stock_since, before.from.stock_since);
}

std::map<std::string, Presence> History::PlacesOf(LotIndex lot) const {
  Presences places;
  std::map<int, Before> before;
  for (size_t i = 0; i < movements.size(); ++i) {
    const Movement& movement = movements[i];
    if (movement.lot != lot) continue;
    const Presence& from = places[movement.from];
    const Presence& to = places[movement.to];
    before[static_cast<int>(i)] = {{from.arrived_at, from.stock_since},
                                   {to.arrived_at, to.stock_since}};
    if (movement.reverses == kNone) {
      std::optional<absl::Time> left_with;
      if (movement.delivery != kNone) left_with = before.at(movement.delivery).from.stock_since;
      Move(movement, left_with, places);
    } else {
      TakeBack(static_cast<int>(i), before.at(movement.reverses), places);
    }
  }
  return places;
}

std::optional<absl::Time> History::StockSinceBefore(int movement) const {
  History then;
  then.lots = lots;
  then.transformations = transformations;
  then.movements.assign(movements.begin(), movements.begin() + movement);
  return then.PlacesOf(movements[movement].lot)[movements[movement].from].stock_since;
}

Quantity History::At(LotIndex lot, absl::string_view place) const {
  Quantity quantity;
  for (const Movement& movement : movements) {
    if (movement.lot != lot) continue;
    if (movement.to == place) quantity += movement.quantity;
    if (movement.from == place) quantity -= movement.quantity;
  }
  return quantity;
}

Quantity History::OnHand(LotIndex lot) const {
  Quantity quantity;
  for (const auto& [place, there] : PlacesThen(lot, {})) {
    if (IsOnHand(place)) quantity += there;
  }
  return quantity;
}

std::map<std::string, Quantity> History::PlacesThen(LotIndex lot, const Moment& moment) const {
  std::map<std::string, Quantity> places;
  for (const Movement& movement : movements) {
    if (movement.lot != lot || movement.occurred_at > moment.as_of) continue;
    if (movement.step > moment.known_after) continue;
    places[movement.to] += movement.quantity;
    places[movement.from] -= movement.quantity;
  }
  return places;
}

std::vector<LotIndex> History::PlannedOf(const std::string& work_order) const {
  std::vector<LotIndex> planned;
  for (const LotIndex serial : work_orders.at(work_order).serials) {
    const Lot& lot = lots[serial];
    const bool is_planned = lot.state == v1::LOT_STATE_PLANNED && lot.planned_for == work_order;
    if (is_planned) planned.push_back(serial);
  }
  return planned;
}

std::vector<int> History::RecordOrderOf(LotIndex lot) const {
  struct Place {
    int step;
    int after;  // so many of its step, one after the other
    int index;
  };
  std::vector<Place> places;
  for (size_t i = 0; i < movements.size(); ++i) {
    const Movement& own = movements[i];
    if (own.lot != lot) continue;
    Place place{own.step, 0, static_cast<int>(i)};
    for (const Place& before : places) {
      const Movement& other = movements[before.index];
      const bool shares = other.from == own.from || other.from == own.to || other.to == own.from ||
                          other.to == own.to;
      if (other.step == own.step && shares) place.after = std::max(place.after, before.after + 1);
    }
    places.push_back(place);
  }
  std::vector<int> order;
  for (size_t begin = 0, end = 0; begin < places.size(); begin = end) {
    while (end < places.size() && places[end].step == places[begin].step) ++end;
    std::stable_sort(places.begin() + static_cast<ptrdiff_t>(begin),
                     places.begin() + static_cast<ptrdiff_t>(end),
                     [](const Place& a, const Place& b) { return a.after < b.after; });
  }
  for (const Place& place : places) order.push_back(place.index);
  return order;
}

std::string History::WhereIs(LotIndex serial) const {
  if (!HasMoved(serial)) return "";
  for (auto movement = movements.rbegin(); movement != movements.rend(); ++movement) {
    if (movement->lot == serial) return movement->to;
  }
  return "";
}

absl::Time History::CameAt(LotIndex serial) const {
  for (int i = static_cast<int>(movements.size()) - 1; i >= 0; --i) {
    if (movements[i].lot == serial && Stands(i)) return movements[i].occurred_at;
  }
  return absl::InfinitePast();
}

Quantity History::Returned(int delivery) const {
  Quantity quantity;
  for (size_t i = 0; i < movements.size(); ++i) {
    const Movement& movement = movements[i];
    if (movement.delivery == delivery && Stands(static_cast<int>(i))) quantity += movement.quantity;
  }
  return quantity;
}

Quantity History::SentBack(int receipt) const {
  Quantity quantity;
  for (size_t i = 0; i < movements.size(); ++i) {
    const Movement& movement = movements[i];
    if (movement.receipt == receipt && Stands(static_cast<int>(i))) quantity += movement.quantity;
  }
  return quantity;
}

bool History::HoldStands(const Hold& hold, absl::Time now) const {
  return !hold.released && (!hold.expires_at.has_value() || *hold.expires_at > now);
}

bool History::IsHeld(LotIndex lot, absl::string_view from, absl::string_view to,
                     absl::Time now) const {
  if (!IsOnHand(from)) return false;
  const std::string destination(to);
  for (const Hold& hold : holds) {
    if (hold.lot != lot || !HoldStands(hold, now) || hold.exempt.count(destination) > 0) continue;
    if (hold.place.empty() || hold.place == from) return true;
  }
  // What a recall holds may be scrapped and sent back to a supplier.
  const Location* const place = FindLocation(destination);
  if (place != nullptr &&
      (place->kind == v1::LOCATION_KIND_SCRAP || place->kind == v1::LOCATION_KIND_SUPPLIER)) {
    return false;
  }
  for (const auto& [id, recall] : recalls) {
    const bool binds = recall.open && !recall.drill && recall.members.count(lot) > 0;
    if (binds && recall.exempt.count(destination) == 0) return true;
  }
  return false;
}

v1::HoldCause History::CauseOf(LotIndex lot, absl::Time now, absl::string_view place) const {
  v1::HoldCause strongest = v1::HOLD_CAUSE_UNSPECIFIED;
  for (const Hold& hold : holds) {
    const bool is_here = hold.place.empty() || place.empty() || hold.place == place;
    if (hold.lot != lot || !HoldStands(hold, now) || !is_here) continue;
    if (Strength(hold.cause) > Strength(strongest)) strongest = hold.cause;
  }
  for (const auto& [id, recall] : recalls) {
    if (recall.open && !recall.drill && recall.members.count(lot) > 0) {
      strongest = v1::HOLD_CAUSE_RECALL;
    }
  }
  return strongest;
}

std::vector<LotIndex> History::IdentitiesOf(LotIndex lot) const {
  std::vector<LotIndex> identities = {lot};
  if (!lots[lot].product->is_serial()) return identities;
  for (size_t i = transformations.size(); i-- > 0;) {
    const Transformation& own = transformations[i];
    if (own.kind != v1::TRANSFORMATION_KIND_RELABEL || own.outputs.empty()) continue;
    if (!TransformationStands(static_cast<int>(i))) continue;
    if (own.outputs[0].lot == identities.back()) identities.push_back(own.inputs[0].lot);
  }
  return identities;
}

Transformation History::GenealogyOf(int transformation) const {
  Transformation own = transformations[transformation];
  std::map<LotIndex, Quantity> left;
  for (const auto& input : own.inputs) left[input.lot] += input.quantity;
  for (const auto& output : own.outputs) {
    if (output.role == Role::kByProduct) left[output.lot] -= output.quantity;
  }
  for (auto& output : own.outputs) {
    const bool may_be = output.role == Role::kByProduct && !lots[output.lot].product->is_serial();
    if (may_be && !left[output.lot].IsNegative()) output.role = Role::kReturned;
  }
  return own;
}

Quantity History::LeftOf(int transformation, int input, const Moment& moment) const {
  Quantity left = transformations[transformation].inputs[input].quantity;
  for (size_t i = 0; i < transformations.size(); ++i) {
    const auto& ends = transformations[i].ends;
    if (ends.empty() || !TransformationStands(static_cast<int>(i), moment)) continue;
    for (const Transformation::End& end : ends) {
      if (end.transformation == transformation && end.input == input) left -= end.quantity;
    }
  }
  return left;
}

bool History::IsStillMade(int transformation, LotIndex unit, const Moment& moment) const {
  for (size_t i = 0; i < transformations.size(); ++i) {
    const auto& ends = transformations[i].ends;
    if (ends.empty() || !TransformationStands(static_cast<int>(i), moment)) continue;
    for (const Transformation::End& end : ends) {
      if (end.transformation == transformation && end.input == kNone && end.unit == unit) {
        return false;
      }
    }
  }
  return true;
}

Transformation History::WithoutEnded(int transformation, const Moment& moment) const {
  Transformation own = GenealogyOf(transformation);
  for (size_t i = 0; i < own.inputs.size(); ++i) {
    own.inputs[i].quantity = LeftOf(transformation, static_cast<int>(i), moment);
  }
  std::erase_if(own.inputs, [](const auto& input) { return !input.quantity.IsPositive(); });
  std::erase_if(own.outputs, [&](const auto& output) {
    return !IsStillMade(transformation, output.lot, moment);
  });
  return own;
}

// Certain is what is exact, and what went into the one thing that came out. What came back from a
// disassembly was not made of the unit.
std::vector<Edge> History::EdgesOf(int transformation, const Moment& moment) const {
  std::set<LotIndex> made;
  const Transformation whole = GenealogyOf(transformation);
  for (const auto& output : whole.outputs) {
    if (output.role != Role::kReturned) made.insert(output.lot);
  }
  const Transformation own = WithoutEnded(transformation, moment);
  std::set<LotIndex> outputs;
  for (const auto& output : own.outputs) {
    if (output.role != Role::kReturned) outputs.insert(output.lot);
  }
  std::vector<Edge> edges;
  for (const auto& input : own.inputs) {
    for (const LotIndex output : outputs) {
      if (!input.MayBeIn(output)) continue;
      edges.push_back({input.lot, output, input.output != kNone || made.size() == 1});
    }
  }
  return edges;
}

}  // namespace lots::simulator
