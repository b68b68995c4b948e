// Taking a unit apart, and taking a transformation back.
#include <algorithm>

#include "absl/algorithm/container.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/rules.h"
#include "tests/simulator/rules_lines.h"

namespace lots::simulator {

// What the completions that made the unit put in, and what did not come out again.
Rules::Contents Rules::ContentsOf(LotIndex unit) const {
  const std::vector<LotIndex> identities = history_.IdentitiesOf(unit);
  const auto is_unit = [&](LotIndex lot) { return absl::c_linear_search(identities, lot); };
  Contents contents;
  for (size_t i = 0; i < history_.transformations.size(); ++i) {
    const int transformation = static_cast<int>(i);
    const Transformation& own = history_.transformations[i];
    if (!history_.TransformationStands(transformation)) continue;
    if (own.kind != v1::TRANSFORMATION_KIND_PRODUCTION) continue;
    const auto made = absl::c_find_if(own.outputs, [&](const auto& output) {
      return output.role != Role::kReturned && is_unit(output.lot);
    });
    const bool is_made =
        made != own.outputs.end() && history_.IsStillMade(transformation, made->lot);
    if (is_made) contents.makings.emplace_back(transformation, made->lot);
    for (size_t j = 0; j < own.inputs.size(); ++j) {
      const auto& input = own.inputs[j];
      const bool exact = input.output != kNone && is_unit(input.output);
      const bool pooled = input.output == kNone && is_made;
      const Quantity left = history_.LeftOf(transformation, static_cast<int>(j));
      if (is_unit(input.lot) || (!exact && !pooled) || !left.IsPositive()) continue;
      contents.lines.push_back({.transformation = transformation,
                                .input = static_cast<int>(j),
                                .lot = input.lot,
                                .unit = input.output,
                                .exact = exact,
                                .left = left});
    }
  }
  absl::c_stable_sort(contents.lines, [&](const auto& a, const auto& b) {
    return history_.transformations[a.transformation].occurred_at <
           history_.transformations[b.transformation].occurred_at;
  });
  for (const Contents::Line& line : contents.lines) {
    contents.completions.insert(line.transformation);
    (line.exact ? contents.exact : contents.pooled)[line.lot] += line.left;
  }
  return contents;
}

std::vector<Transformation::End> Rules::EndsOf(const Contents& contents,
                                               const std::vector<Made>& out) {
  std::map<std::pair<LotIndex, bool>, Quantity> left;
  for (const Made& one : out) left[{one.lot, one.exact}] += one.quantity;
  std::vector<Transformation::End> ends;
  for (const Contents::Line& line : contents.lines) {
    Quantity& of_line = left[{line.lot, line.exact}];
    const Quantity ended = std::min(of_line, line.left);
    if (!ended.IsPositive()) continue;
    of_line -= ended;
    ends.push_back({.transformation = line.transformation,
                    .input = line.input,
                    .unit = line.unit,
                    .quantity = ended});
  }
  return ends;
}

// Since when the component had been in stock when it went in.
std::optional<absl::Time> Rules::LeftWith(const Contents& contents, LotIndex lot) const {
  std::optional<absl::Time> since;
  for (size_t i = 0; i < history_.movements.size(); ++i) {
    const Movement& used = history_.movements[i];
    const bool is_own = used.lot == lot && used.kind == v1::MOVEMENT_KIND_CONSUMPTION &&
                        contents.completions.count(used.transformation) > 0;
    if (is_own) since = Earlier(since, history_.StockSinceBefore(static_cast<int>(i)));
  }
  return since;
}

// Takes what the request states out of what is in the unit: exact components first.
void Rules::TakeComponent(const v1::DisassembleRequest& request,
                          const v1::DisassembleRequest::Component& component, Contents& contents,
                          std::vector<Made>& back) {
  const LotIndex lot = Resolve(component.lot());
  if (lot == kNone) return (void)Refuse("LOT_NOT_FOUND");
  Quantity wanted = QuantityOf(component.quantity());
  if (component.quantity().empty()) {
    wanted = contents.exact[lot];
    const bool is_serial = history_.lots[lot].product->is_serial();
    if (wanted.IsZero() && is_serial) wanted = Quantity::FromUnits(1);
    if (wanted.IsZero()) return (void)Refuse("FIELD_INVALID");
  }
  const Quantity exact = std::min(wanted, contents.exact[lot]);
  const Quantity pooled = wanted - exact;
  if (pooled > contents.pooled[lot]) Refuse("NOT_A_COMPONENT");
  const std::string to = component.to_location_id().empty() ? request.destination_location_id()
                                                            : component.to_location_id();
  contents.exact[lot] -= exact;
  contents.pooled[lot] -= pooled;
  const Product* product = history_.lots[lot].product;
  Made line{.lot = lot, .product = product, .to = to};
  line.quantity = exact;
  line.exact = true;
  if (exact.IsPositive()) back.push_back(line);
  line.quantity = pooled;
  line.exact = false;
  if (pooled.IsPositive()) back.push_back(line);
}

void Rules::Do(const v1::DisassembleRequest& request) {
  const LotIndex unit = Resolve(request.lot());
  if (unit == kNone) return (void)Refuse("LOT_NOT_FOUND");
  if (!history_.lots[unit].product->is_serial()) return (void)Refuse("FIELD_INVALID");
  Contents contents = ContentsOf(unit);
  const Contents whole = contents;
  std::vector<Made> back;
  std::set<LotIndex> stated;
  for (const auto& component : request.components()) {
    TakeComponent(request, component, contents, back);
    stated.insert(Resolve(component.lot()));
  }
  for (const auto& [lot, left] : contents.exact) {
    if (left.IsZero()) continue;
    if (stated.count(lot) > 0) Refuse("COMPONENT_MISSING");
    back.push_back({.lot = lot,
                    .product = history_.lots[lot].product,
                    .quantity = left,
                    .to = request.destination_location_id(),
                    .exact = true});
  }
  const absl::Time at = request.has_occur_time() ? TimeOf(request.occur_time()) : now_;
  const int posted = AddTransformation(v1::TRANSFORMATION_KIND_DISASSEMBLY, at);
  Movement gone = NewMovement(v1::MOVEMENT_KIND_CONSUMPTION, unit, Quantity::FromUnits(1));
  const std::string where = history_.WhereIs(unit);
  gone.from = !request.from_location_id().empty() ? request.from_location_id()
              : HoldsGoods(where)                 ? where
                                                  : request.destination_location_id();
  gone.to = "PRODUCTION";
  gone.occurred_at = at;
  gone.transformation = posted;
  Post(std::move(gone), {.expired = true});
  history_.transformations[posted].inputs.push_back({unit, Quantity::FromUnits(1)});
  for (const Made& line : back) {
    Movement movement = NewMovement(v1::MOVEMENT_KIND_PRODUCTION, line.lot, line.quantity);
    movement.from = "PRODUCTION";
    movement.to = line.to;
    movement.occurred_at = at;
    movement.transformation = posted;
    movement.stock_since = LeftWith(contents, line.lot);
    Post(std::move(movement), {});
    history_.transformations[posted].outputs.push_back(
        {line.lot, line.quantity, Role::kReturned, line.exact});
  }
  auto& ends = history_.transformations[posted].ends;
  ends = EndsOf(whole, back);
  for (const auto& [making, made] : whole.makings) {
    ends.push_back({.transformation = making, .unit = made});
  }
}

// Whether the order has the serial by another completion, which stands.
bool Rules::IsMadeElsewhere(LotIndex serial, int original) const {
  const std::string& order = history_.transformations[original].work_order;
  for (size_t i = 0; i < history_.transformations.size(); ++i) {
    const Transformation& other = history_.transformations[i];
    if (static_cast<int>(i) == original || other.work_order != order) continue;
    const bool made = absl::c_any_of(other.outputs, [&](const auto& output) {
      return output.lot == serial && output.role != Role::kReturned;
    });
    if (made && history_.TransformationStands(static_cast<int>(i))) return true;
  }
  return false;
}

// The earliest expiry date among what was added to the lot, where the lot has it from there.
std::optional<absl::CivilDay> Rules::ExpiryOfGoods(const Transformation& added,
                                                   LotIndex lot) const {
  const bool is_production = added.kind == v1::TRANSFORMATION_KIND_PRODUCTION;
  std::optional<absl::CivilDay> earliest;
  if (is_production && !history_.lots[lot].product->inherit_expiry) return earliest;
  for (const auto& input : added.inputs) {
    if (input.lot == lot || !input.MayBeIn(lot)) continue;
    earliest = EarlierDay(earliest, history_.lots[input.lot].expires_on);
  }
  return earliest;
}

// The expiry date is what it was before the first of those transformations that set it since the
// last one in effect that did; but not later than that of goods that were added since and stay.
void Rules::RestoreExpiry(LotIndex index, int original) {
  Lot& lot = history_.lots[index];
  std::optional<ExpiryChange> undone;
  std::optional<absl::CivilDay> of_goods;
  for (size_t i = 0; i < history_.transformations.size(); ++i) {
    const Transformation& added = history_.transformations[i];
    const auto output =
        absl::c_find_if(added.outputs, [&](const auto& line) { return line.lot == index; });
    if (output == added.outputs.end() || output->role == Role::kReturned) continue;
    const auto number = static_cast<int>(i);
    const bool stands = number != original && history_.TransformationStands(number);
    const bool is_anew =
        lot.product->is_serial() &&
        absl::c_none_of(added.inputs, [&](const auto& input) { return input.lot == index; });
    if (stands) {
      if (output->expiry.has_value() || is_anew) undone.reset();
      of_goods = EarlierDay(of_goods, ExpiryOfGoods(added, index));
    } else if (output->expiry.has_value() && !undone.has_value()) {
      undone = output->expiry;
      of_goods.reset();
    }
  }
  if (!undone.has_value()) return;
  const std::optional<absl::CivilDay> day = EarlierDay(undone->before, of_goods);
  const bool is_later = lot.expires_on.has_value() && (!day.has_value() || *day > *lot.expires_on);
  if (is_later) lot.expires_on = day;
}

// Serials that it made are again what they were: a new one is PLANNED, for the order when they are
// of its product. A unit that was there before is no longer the order's, unless it is planned for
// it or the order made it too.
void Rules::UndoCompletion(int original) {
  const Transformation& undone = history_.transformations[original];
  WorkOrder* order = undone.work_order.empty() ? nullptr : &history_.work_orders[undone.work_order];
  for (const auto& output : undone.outputs) {
    if (output.role == Role::kReturned) continue;
    const bool is_product = output.role == Role::kProduct;
    if (order != nullptr && is_product) order->completed -= output.quantity;
    Lot& lot = history_.lots[output.lot];
    const bool went_in =
        absl::c_any_of(undone.inputs, [&](const auto& input) { return input.lot == output.lot; });
    if (!lot.product->is_serial() || went_in) RestoreExpiry(output.lot, original);
    if (!lot.product->is_serial()) continue;
    if (!went_in) {
      lot.expires_on = output.before.has_value() ? output.before->expires_on : std::nullopt;
      lot.manufactured_on =
          output.before.has_value() ? output.before->manufactured_on : std::nullopt;
      lot.state = output.before.has_value() ? output.before->state : v1::LOT_STATE_PLANNED;
      lot.was_active = true;
    }
    if (order == nullptr) continue;
    const bool is_orders = is_product || lot.product == order->product;
    if (IsPlanned(lot)) {
      lot.planned_for = is_orders ? undone.work_order : "";
    } else if (!IsMadeElsewhere(output.lot, original)) {
      auto& serials = order->serials;
      serials.erase(std::remove(serials.begin(), serials.end(), output.lot), serials.end());
    }
  }
  if (order != nullptr) order->state = v1::WORK_ORDER_STATE_OPEN;
}

void Rules::Do(const v1::ReverseCompletionRequest& request) {
  const int original = history_.FindTransformation(request.transformation_id());
  if (original == kNone) return (void)Refuse("TRANSFORMATION_NOT_FOUND");
  const Transformation undone = history_.transformations[original];
  work_order_ = undone.work_order;
  if (undone.reverses != kNone) Refuse("REVERSAL_NOT_REVERSIBLE");
  if (history_.ReversalOfTransformation(original) != kNone) Refuse("ALREADY_REVERSED");
  const int reversal = AddTransformation(undone.kind, undone.occurred_at);
  history_.transformations[reversal].reverses = original;
  history_.transformations[reversal].work_order = undone.work_order;
  for (int i = static_cast<int>(history_.movements.size()) - 1; i >= 0; --i) {
    if (history_.movements[i].transformation != original) continue;
    const Movement movement = history_.movements[i];
    touched_.insert(movement.lot);
    const v1::LotState state = history_.lots[movement.lot].state;
    const bool returns = HoldsGoods(movement.from);
    if (returns && state == v1::LOT_STATE_PLANNED) Refuse("LOT_PLANNED");
    if (returns && state == v1::LOT_STATE_VOID) Refuse("LOT_VOID");
    const Reasons why = ValidateReversal(i);
    reasons_.insert(why.begin(), why.end());
    if (why.empty()) AppendReversal(i, reversal);
  }
  if (reasons_.empty() && undone.kind != v1::TRANSFORMATION_KIND_DISASSEMBLY) {
    UndoCompletion(original);
  }
  if (reasons_.empty()) PassRegainedOn(original, reversal);
}

}  // namespace lots::simulator
