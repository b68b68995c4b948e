// Work orders: their serials, and what a completion makes of what.
#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/rules.h"
#include "tests/simulator/rules_lines.h"

namespace lots::simulator {

WorkOrder* Rules::NameOrder(const std::string& id, const std::string& product_id) {
  work_order_ = id;
  const Product* product = FindProduct(product_id);
  if (history_.work_orders.count(id) == 0) {
    if (product_id.empty()) Refuse("WORK_ORDER_NEEDS_PRODUCT");
    if (!product_id.empty() && product == nullptr) Refuse("PRODUCT_NOT_FOUND");
    if (product == nullptr) return nullptr;
    history_.work_orders[id].product = product;
  }
  WorkOrder& order = history_.work_orders[id];
  if (order.state != v1::WORK_ORDER_STATE_OPEN) Refuse("WORK_ORDER_CLOSED");
  if (!product_id.empty() && order.product->id != product_id) {
    Refuse("WORK_ORDER_PRODUCT_MISMATCH");
  }
  if (order.product->tracking == v1::TRACKING_NONE) Refuse("PRODUCT_NOT_TRACKED");
  if (!order.product->producible) Refuse("PRODUCT_NOT_PRODUCIBLE");
  return &order;
}

WorkOrder* Rules::FindOpenOrder(const std::string& id) {
  work_order_ = id;
  const auto found = history_.work_orders.find(id);
  if (found == history_.work_orders.end()) {
    Refuse("WORK_ORDER_NOT_FOUND");
    return nullptr;
  }
  if (found->second.state != v1::WORK_ORDER_STATE_OPEN) Refuse("WORK_ORDER_CLOSED");
  return &found->second;
}

void Rules::Do(const v1::AssignSerialsRequest& request) {
  WorkOrder* order = NameOrder(request.work_order_id(), request.product_id());
  if (order == nullptr) return;
  if (!order->product->is_serial()) Refuse("TRACKING_MISMATCH");
  std::set<LotIndex> named;
  for (const std::string& number : request.numbers()) {
    const LotIndex stored = history_.FindLot(order->product->id, number);
    if (stored != kNone && !named.insert(stored).second) Refuse("DUPLICATE_IN_REQUEST");
    AssignOne(number, request.work_order_id(), *order);
    named.insert(history_.FindLot(order->product->id, number));
  }
}

// A serial that was created and never moved, or that was taken apart.
bool Rules::CanBeMade(LotIndex serial) const {
  const bool is_active = history_.lots[serial].state == v1::LOT_STATE_ACTIVE;
  return is_active && (!history_.HasMoved(serial) || WasTakenApart(serial));
}

// A serial that is planned and free, void, or can be made is taken over, and a new number is a new
// serial.
void Rules::AssignOne(const std::string& number, const std::string& order_id, WorkOrder& order) {
  LotIndex serial = history_.FindLot(order.product->id, number);
  if (serial == kNone) {
    serial = AddLot(*order.product, number, v1::LOT_STATE_PLANNED);
  } else {
    touched_.insert(serial);
    Lot& lot = history_.lots[serial];
    const bool is_free = lot.state == v1::LOT_STATE_VOID || CanBeMade(serial);
    const bool is_archived = lot.state == v1::LOT_STATE_ARCHIVED &&
                             (!history_.HasMoved(serial) || WasTakenApart(serial));
    if (is_archived) return (void)Refuse("LOT_ARCHIVED");
    if (!is_free && (!IsPlanned(lot) || lot.planned_for == order_id)) {
      return (void)Refuse("LOT_NUMBER_TAKEN");
    }
    if (!lot.planned_for.empty()) return (void)Refuse("SERIAL_ASSIGNED_ELSEWHERE");
    lot.was_active = lot.was_active || lot.state == v1::LOT_STATE_ACTIVE;
    lot.state = v1::LOT_STATE_PLANNED;
  }
  history_.lots[serial].planned_for = order_id;
  if (!absl::c_linear_search(order.serials, serial)) order.serials.push_back(serial);
}

void Rules::EndAssignment(const std::string& order_id, LotIndex lot, bool keep) {
  touched_.insert(lot);
  auto& serials = history_.work_orders[order_id].serials;
  serials.erase(std::remove(serials.begin(), serials.end(), lot), serials.end());
  history_.lots[lot].planned_for.clear();
  if (!keep) GiveUp(lot);
}

// A number that was never ACTIVE is void; any other serial is again what it was. What was made, and
// that was taken back, is a number only.
void Rules::GiveUp(LotIndex serial) {
  Lot& lot = history_.lots[serial];
  if (!lot.was_active) {
    lot.state = v1::LOT_STATE_VOID;
  } else if (history_.HasMoved(serial) || lot.by_hand) {
    lot.state = v1::LOT_STATE_ACTIVE;
  }
}

// A number that was kept.
bool Rules::IsGivenUp(const v1::UnassignSerialsRequest& request, LotIndex serial) const {
  const Lot& lot = history_.lots[serial];
  return !request.keep() && IsPlanned(lot) && lot.planned_for.empty();
}

void Rules::Do(const v1::UnassignSerialsRequest& request) {
  const std::string& id = request.work_order_id();
  work_order_ = id;
  const auto found = history_.work_orders.find(id);
  if (found == history_.work_orders.end()) return (void)Refuse("WORK_ORDER_NOT_FOUND");
  const std::string product = found->second.product->id;
  const auto find = [&](const std::string& number) { return history_.FindLot(product, number); };
  int known = 0, given_up = 0;
  for (const std::string& number : request.numbers()) {
    if (find(number) == kNone) continue;
    ++known;
    given_up += IsGivenUp(request, find(number)) ? 1 : 0;
  }
  const bool only_gives_up = known > 0 && given_up == known;
  const bool is_open = found->second.state == v1::WORK_ORDER_STATE_OPEN;
  if (!is_open && !only_gives_up) Refuse("WORK_ORDER_CLOSED");
  std::set<LotIndex> named;
  for (const std::string& number : request.numbers()) {
    const LotIndex serial = find(number);
    if (serial == kNone) {
      Refuse("LOT_NOT_FOUND");
      continue;
    }
    touched_.insert(serial);
    const Lot& lot = history_.lots[serial];
    const bool is_planned = (IsPlanned(lot) && lot.planned_for == id) || IsGivenUp(request, serial);
    if (!named.insert(serial).second) Refuse("DUPLICATE_IN_REQUEST");
    if (!is_planned && named.count(serial) > 0) Refuse("SERIAL_NOT_ASSIGNED");
    if (is_planned) EndAssignment(id, serial, request.keep());
  }
}

void Rules::Do(const v1::CancelWorkOrderRequest& request) {
  const std::string& id = request.work_order_id();
  WorkOrder* order = FindOpenOrder(id);
  if (order == nullptr) return;
  for (const LotIndex serial : history_.PlannedOf(id)) EndAssignment(id, serial, false);
  order->state = v1::WORK_ORDER_STATE_CANCELLED;
}

void Rules::Do(const v1::ReopenWorkOrderRequest& request) {
  work_order_ = request.work_order_id();
  const auto found = history_.work_orders.find(work_order_);
  if (found == history_.work_orders.end()) return (void)Refuse("WORK_ORDER_NOT_FOUND");
  found->second.state = v1::WORK_ORDER_STATE_OPEN;
}

int Rules::TakenApartBy(LotIndex serial) const {
  for (int i = static_cast<int>(history_.movements.size()) - 1; i >= 0; --i) {
    const Movement& last = history_.movements[i];
    if (last.lot != serial || !history_.Stands(i)) continue;
    const bool is_apart =
        last.transformation != kNone && last.to == "PRODUCTION" &&
        history_.transformations[last.transformation].kind == v1::TRANSFORMATION_KIND_DISASSEMBLY;
    return is_apart ? i : kNone;
  }
  return kNone;
}

// A unit that nothing came out of is the same goods as before.
bool Rules::WasMadeComponents(LotIndex serial) const {
  const int movement = TakenApartBy(serial);
  if (movement == kNone) return false;
  const int apart = history_.movements[movement].transformation;
  return !history_.transformations[apart].outputs.empty();
}

std::set<LotIndex> Rules::ComponentsOf(const v1::CompleteWorkOrderRequest& request) {
  std::set<LotIndex> components;
  for (const auto& component : request.components()) components.insert(Resolve(component.lot()));
  return components;
}

// A finished serial exists already, unless it is planned, reworked, was never moved, or was taken
// apart.
std::vector<Rules::Contents> Rules::ReworkedBy(const v1::CompleteWorkOrderRequest& request) {
  const std::string product = history_.work_orders.at(request.work_order_id()).product->id;
  std::vector<Contents> reworked;
  for (const v1::CompletionOutput& output : request.outputs()) {
    const LotIndex unit = history_.FindLot(product, output.number());
    if (unit == kNone || ComponentsOf(request).count(unit) == 0) continue;
    if (history_.lots[unit].product->is_serial()) reworked.push_back(ContentsOf(unit));
  }
  return reworked;
}

void Rules::FindRemoved(const v1::CompleteWorkOrderRequest& request, const std::vector<Made>& all,
                        Made& made) {
  if (made.role != Role::kByProduct || ComponentsOf(request).count(made.lot) > 0) return;
  const v1::LotState state = history_.lots[made.lot].state;
  if (state == v1::LOT_STATE_VOID || state == v1::LOT_STATE_PLANNED) return;
  Quantity left;
  std::optional<absl::Time> since;
  for (Contents& contents : ReworkedBy(request)) {
    left += contents.exact[made.lot];
    const bool is_there =
        contents.exact[made.lot].IsPositive() || contents.pooled[made.lot].IsPositive();
    if (is_there && LeftWith(contents, made.lot).has_value()) {
      since = LeftWith(contents, made.lot);
    }
  }
  for (const Made& other : all) {
    if (other.role == Role::kReturned && other.lot == made.lot) left -= other.quantity;
  }
  if (!made.quantity.IsPositive() || made.quantity > left) return;
  made.role = Role::kReturned;
  made.exact = true;
  made.since = since;
}

std::vector<Transformation::End> Rules::RemovalsOf(const std::vector<Contents>& reworked,
                                                   const std::vector<Made>& made) {
  std::map<LotIndex, Quantity> removed;
  for (const Made& one : made) {
    if (one.role == Role::kReturned) removed[one.lot] += one.quantity;
  }
  std::vector<Transformation::End> all;
  for (const Contents& contents : reworked) {
    std::vector<Made> out;
    for (const auto& [lot, quantity] : removed) {
      out.push_back({.lot = lot, .quantity = quantity, .exact = true});
    }
    for (const Transformation::End& end : EndsOf(contents, out)) {
      const auto line = absl::c_find_if(contents.lines, [&](const auto& one) {
        return one.transformation == end.transformation && one.input == end.input;
      });
      removed[line->lot] -= end.quantity;
      all.push_back(end);
    }
  }
  return all;
}

bool Rules::ValidateStored(const Made& made, const v1::CompleteWorkOrderRequest& request) {
  const Lot& lot = history_.lots[made.lot];
  const bool is_ours = lot.planned_for == request.work_order_id();
  switch (lot.state) {
    case v1::LOT_STATE_VOID:
      return Refuse("LOT_VOID");
    case v1::LOT_STATE_PLANNED:
      return RefuseUnless(lot.planned_for.empty() || is_ours, "SERIAL_ASSIGNED_ELSEWHERE");
    default:
      break;
  }
  if (made.role == Role::kReturned) return true;
  const bool is_archived = lot.state == v1::LOT_STATE_ARCHIVED;
  if (!lot.product->is_serial()) return RefuseUnless(!is_archived, "LOT_ARCHIVED");
  if (ComponentsOf(request).count(made.lot) > 0) return true;
  if (history_.HasMoved(made.lot) && !WasTakenApart(made.lot)) {
    return Refuse("SERIAL_ALREADY_PRODUCED");
  }
  return RefuseUnless(!is_archived, "LOT_ARCHIVED");
}

void Rules::PlanOne(Made made, absl::string_view quantity, std::vector<Made>& all,
                    const v1::CompleteWorkOrderRequest& request) {
  const bool is_serial = made.product->is_serial();
  made.lot = history_.FindLot(made.product->id, made.number);
  const bool is_new = made.lot == kNone;
  if (is_new) made.lot = AddLot(*made.product, made.number, v1::LOT_STATE_ACTIVE);
  touched_.insert(made.lot);
  const bool is_again =
      absl::c_any_of(all, [&](const Made& other) { return other.lot == made.lot; });
  made.quantity = QuantityOf(quantity);
  if (is_serial && quantity.empty()) made.quantity = Quantity::FromUnits(1);
  if (!is_new) FindRemoved(request, all, made);
  if (!is_new && !is_again) made.is_sound = ValidateStored(made, request);
  if (!is_new && !is_again) made.was_planned = IsPlanned(history_.lots[made.lot]);
  const bool goes_in = ComponentsOf(request).count(made.lot) > 0;
  const bool comes_out = made.role == Role::kReturned;
  if (!is_new && !goes_in && !comes_out && is_serial) made.before = history_.lots[made.lot];
  if (is_again && is_serial) made.is_sound = Refuse("DUPLICATE_IN_REQUEST");
  made.is_new = is_new;
  if (!is_serial && quantity.empty()) made.is_sound = Refuse("FIELD_INVALID");
  if (made.to.empty()) made.to = request.destination_location_id();
  if (made.to.empty()) made.is_sound = Refuse("FIELD_INVALID");
  all.push_back(made);
}

void Rules::PlanPlanned(const v1::CompleteWorkOrderRequest& request, std::vector<Made>& made) {
  std::set<LotIndex> named;
  for (const Made& other : made) named.insert(other.lot);
  for (const v1::CompletionByProduct& other : request.by_products()) {
    named.insert(history_.FindLot(other.lot().product_id(), other.lot().number()));
  }
  int left = request.planned_serial_count();
  if (left > 0 && request.destination_location_id().empty()) Refuse("FIELD_INVALID");
  for (const LotIndex serial : history_.PlannedOf(request.work_order_id())) {
    if (left == 0) return;
    if (named.count(serial) > 0) continue;
    made.push_back({.lot = serial,
                    .product = history_.lots[serial].product,
                    .number = history_.lots[serial].number,
                    .quantity = Quantity::FromUnits(1),
                    .to = request.destination_location_id(),
                    .was_planned = true,
                    .before = history_.lots[serial]});
    touched_.insert(serial);
    --left;
  }
  if (left > 0) Refuse("SERIAL_NOT_ASSIGNED");
}

void Rules::PlanMade(const v1::CompleteWorkOrderRequest& request, const WorkOrder& order,
                     std::vector<Made>& made) {
  for (const v1::CompletionOutput& output : request.outputs()) {
    PlanOne({.product = order.product, .number = output.number(), .to = output.to_location_id()},
            output.quantity(), made, request);
  }
  PlanPlanned(request, made);
  for (const v1::CompletionByProduct& other : request.by_products()) {
    const Product* product = FindProduct(other.lot().product_id());
    if (product == nullptr) {
      Refuse("PRODUCT_NOT_FOUND");
    } else if (product->tracking == v1::TRACKING_NONE) {
      Refuse("PRODUCT_NOT_TRACKED");
    } else {
      PlanOne({.product = product,
               .number = other.lot().number(),
               .to = other.to_location_id(),
               .role = Role::kByProduct},
              other.quantity(), made, request);
    }
  }
  const bool only_closes = request.close() && request.components().empty();
  if (made.empty() && request.planned_serial_count() == 0 && !only_closes) Refuse("FIELD_INVALID");
}

std::vector<Rules::Used> Rules::PlanUsed(const v1::CompleteWorkOrderRequest& request,
                                         const std::vector<Made>& made) {
  std::vector<LotIndex> outputs;
  for (const Made& one : made) {
    if (one.role == Role::kProduct) outputs.push_back(one.lot);
  }
  std::vector<Used> all;
  std::set<LotIndex> serials;
  for (const v1::CompletionComponent& component : request.components()) {
    Used used{.lot = Resolve(component.lot()), .from = component.from_location_id()};
    // What this completion makes anew is not there to be used.
    const bool is_made_here = std::any_of(made.begin(), made.end(), [&](const Made& one) {
      return one.is_new && one.lot == used.lot;
    });
    if (used.lot == kNone || is_made_here) {
      Refuse("LOT_NOT_FOUND");
      continue;
    }
    const bool is_serial = history_.lots[used.lot].product->is_serial();
    const bool says_how_much = !component.quantity().empty();
    used.quantity = QuantityOf(component.quantity());
    if (is_serial && !says_how_much) used.quantity = Quantity::FromUnits(1);
    if (used.from.empty()) used.from = request.source_location_id();
    if (is_serial && !serials.insert(used.lot).second) {
      used.is_sound = Refuse("DUPLICATE_IN_REQUEST");
    }
    if (used.from.empty()) used.is_sound = Refuse("FIELD_INVALID");
    if (!is_serial && !says_how_much) used.is_sound = Refuse("FIELD_INVALID");
    const int index = component.output_index();
    const bool has_output = index >= 0 && index < static_cast<int>(outputs.size());
    if (component.has_output_index() && !has_output) {
      used.is_sound = Refuse("OUTPUT_NOT_IN_COMPLETION");
    } else if (component.has_output_index()) {
      used.output = outputs[index];
    }
    all.push_back(used);
  }
  return all;
}

int Rules::AddTransformation(v1::TransformationKind kind, absl::Time occurred_at) {
  Transformation transformation;
  transformation.step = step_;
  transformation.symbol = TransformationSymbol(step_);
  transformation.kind = kind;
  transformation.occurred_at = occurred_at;
  history_.transformations.push_back(std::move(transformation));
  return static_cast<int>(history_.transformations.size()) - 1;
}

int Rules::PostCompletion(const v1::CompleteWorkOrderRequest& request,
                          const std::vector<Made>& made, const std::vector<Used>& used) {
  const absl::Time at = request.has_occur_time() ? TimeOf(request.occur_time()) : now_;
  const int posted = AddTransformation(v1::TRANSFORMATION_KIND_PRODUCTION, at);
  history_.transformations[posted].work_order = request.work_order_id();
  const Accepts accepts = AcceptsOf(request);
  std::set<LotIndex> not_used;
  std::map<LotIndex, std::optional<absl::Time>> since;
  for (const Used& one : used) {
    since[one.lot] = Earlier(since[one.lot], history_.PlacesOf(one.lot)[one.from].stock_since);
    Movement movement = NewMovement(v1::MOVEMENT_KIND_CONSUMPTION, one.lot, one.quantity);
    movement.from = one.from;
    movement.to = "PRODUCTION";
    movement.occurred_at = at;
    movement.transformation = posted;
    if (!one.is_sound || !Post(std::move(movement), accepts)) not_used.insert(one.lot);
    history_.transformations[posted].inputs.push_back({one.lot, one.quantity, one.output});
  }
  for (const Made& one : made) {
    if (!one.is_sound || not_used.count(one.lot) > 0) continue;
    if (one.was_planned) history_.lots[one.lot].state = v1::LOT_STATE_ACTIVE;
    const bool comes_out = one.role == Role::kReturned;
    Movement movement =
        NewMovement(comes_out ? v1::MOVEMENT_KIND_REMOVAL : v1::MOVEMENT_KIND_PRODUCTION, one.lot,
                    one.quantity);
    movement.stock_since = one.since;
    movement.from = "PRODUCTION";
    movement.to = one.to;
    movement.occurred_at = at;
    movement.transformation = posted;
    // What is left over of a component is as old as it was.
    if (one.role == Role::kByProduct) movement.stock_since = since[one.lot];
    Post(std::move(movement), {});
    history_.transformations[posted].outputs.push_back(
        {one.lot, one.quantity, one.role, comes_out, one.before});
  }
  return posted;
}

// A lot that is made anew has no expiry date but the one that it inherits: the earliest of what
// went into it. One that is made more of keeps its own while that is earlier.
void Rules::DateMade(const std::vector<Made>& made, const std::vector<Used>& used, int posted) {
  Transformation& own = history_.transformations[posted];
  for (const Made& one : made) {
    if (one.role == Role::kReturned) continue;
    Lot& lot = history_.lots[one.lot];
    const std::optional<absl::CivilDay> before = lot.expires_on;
    if (one.was_apart) lot.expires_on.reset();
    const bool is_made = one.is_new || one.before.has_value();
    if (is_made) lot.manufactured_on = absl::ToCivilDay(own.occurred_at, absl::UTCTimeZone());
    if (!lot.product->inherit_expiry) continue;
    for (const Used& other : used) {
      if (other.output != kNone && other.output != one.lot) continue;
      lot.expires_on = EarlierDay(lot.expires_on, other.expires_on);
    }
    if (is_made || lot.expires_on == before) continue;
    const auto output =
        absl::c_find_if(own.outputs, [&](const auto& line) { return line.lot == one.lot; });
    output->expiry = ExpiryChange{before};
  }
}

void Rules::FinishCompletion(const v1::CompleteWorkOrderRequest& request,
                             const std::vector<Made>& made, WorkOrder& order) {
  const std::string& id = request.work_order_id();
  for (const Made& one : made) {
    // What is of second grade is the order's, and not counted.
    if (one.product != order.product || one.role == Role::kReturned) continue;
    if (one.role == Role::kProduct) order.completed += one.quantity;
    history_.lots[one.lot].planned_for.clear();
    const bool is_listed = absl::c_linear_search(order.serials, one.lot);
    if (one.product->is_serial() && !is_listed) order.serials.push_back(one.lot);
  }
  if (!request.close()) return;
  for (const LotIndex serial : history_.PlannedOf(id)) EndAssignment(id, serial, false);
  order.state = v1::WORK_ORDER_STATE_CLOSED;
}

void Rules::Do(const v1::CompleteWorkOrderRequest& request) {
  WorkOrder* order = NameOrder(request.work_order_id(), request.product_id());
  ComponentsOf(request);  // these are looked at afterwards, whatever comes of it
  if (order == nullptr || !reasons_.empty()) return;
  std::vector<Made> made;
  PlanMade(request, *order, made);
  for (Made& one : made) {
    one.was_apart = !one.is_new && one.product->is_serial() && WasMadeComponents(one.lot);
  }
  std::vector<Used> used = PlanUsed(request, made);
  for (Used& one : used) one.expires_on = history_.lots[one.lot].expires_on;
  if (made.empty() && used.empty() && reasons_.empty()) {
    return FinishCompletion(request, made, *order);
  }
  const std::vector<Transformation::End> ends = RemovalsOf(ReworkedBy(request), made);
  const int posted = PostCompletion(request, made, used);
  history_.transformations[posted].ends = ends;
  if (!reasons_.empty()) return;
  DateMade(made, used, posted);
  PassHoldsOn(posted);
  FinishCompletion(request, made, *order);
}

}  // namespace lots::simulator
