// What is done to units. unit_answers.cc answers the questions.
#include "tests/support/model/unit_model.h"

#include <algorithm>

namespace lots {

template <class Change>
std::string UnitModel::Try(const Change& change) {
  UnitModel next = *this;
  std::string refusal = change(next);
  if (refusal.empty()) *this = std::move(next);
  return refusal;
}

bool UnitModel::IsOnHand(const std::string& place) {
  return !place.empty() && place != kInside && place != "SCRAP" && !IsCustomer(place);
}

bool UnitModel::IsCustomer(const std::string& place) {
  return place == "shop" || place == "CUSTOMER";
}

bool UnitModel::Fits(Move kind, const std::string& from, const std::string& to) {
  const bool out_of_it = from == kInside;
  switch (kind) {
    case Move::kIn:
      return from.empty() && IsOnHand(to);
    case Move::kTransfer:
      return IsOnHand(from) && IsOnHand(to) && from != to;
    case Move::kDeliver:
      return IsOnHand(from) && IsCustomer(to);
    case Move::kReturn:
      return IsCustomer(from) && IsOnHand(to);
    case Move::kConsume:
      return IsOnHand(from) && to == kInside;
    case Move::kProduce:
      return out_of_it && (IsOnHand(to) || to == "SCRAP");
    case Move::kInstall:
      return (IsOnHand(from) || IsCustomer(from)) && to == kInside;
    case Move::kRemove:
      return out_of_it && !to.empty() && to != kInside;
  }
  return false;
}

// A serial is where it is taken from, and came there before.
std::string UnitModel::PostSerial(const Movement& movement) const {
  const std::string here = PlaceOf(movement.lot);
  const bool is_at_a_place = !here.empty() && here != kInside;
  if (movement.from == kInside && is_at_a_place) return "it is at a place";
  if (movement.from.empty() && !here.empty()) return "it is there already";
  const bool is_from_a_place = movement.from != kInside && !movement.from.empty();
  if (is_from_a_place && movement.from != here) return "it is not there";
  if (movement.occurred < CameAt(movement.lot)) return "it came there later";
  return "";
}

std::string UnitModel::Post(Move kind, Movement movement) {
  if (!Fits(kind, movement.from, movement.to)) return "the kinds of the places do not fit";
  const LotFacts& lot = lots_.at(movement.lot);
  if (lot.planned) return "it is planned";
  if (lot.is_serial) {
    std::string refusal = PostSerial(movement);
    if (!refusal.empty()) return refusal;
  } else if (movement.from != kInside && !movement.from.empty() &&
             At(movement.lot, movement.from) < movement.quantity) {
    return "there is not enough";
  }
  if (kind == Move::kReturn || kind == Move::kInstall) {
    movement.delivery = DeliveryOf(movement.lot, movement.from);
  }
  Apply(movement, /*forward=*/true);
  movements_.push_back(std::move(movement));
  return "";
}

std::optional<size_t> UnitModel::DeliveryOf(const std::string& lot,
                                            const std::string& place) const {
  for (size_t i = 0; i < deliveries_.size(); ++i) {
    const Delivery& delivery = deliveries_[i];
    const bool is_of_it = delivery.lot == lot && delivery.place == place;
    if (is_of_it && delivery.outstanding.IsPositive()) return i;
  }
  return std::nullopt;
}

void UnitModel::Apply(const Movement& movement, bool forward) {
  const Quantity quantity = forward ? movement.quantity : -movement.quantity;
  LotFacts& lot = lots_.at(movement.lot);
  lot.at[movement.from] -= quantity;
  lot.at[movement.to] += quantity;
  if (movement.delivery.has_value()) deliveries_[*movement.delivery].outstanding -= quantity;
}

int UnitModel::AddStep(Kind kind, absl::Time occurred, absl::Time recorded) {
  Step& step = steps_.emplace_back();
  step.kind = kind;
  step.occurred = occurred;
  step.recorded = recorded;
  return step_count() - 1;
}

std::string UnitModel::Receive(const std::string& lot, bool is_serial, Quantity quantity,
                               const std::string& place, When when) {
  return Try([&](UnitModel& next) {
    next.lots_[lot].is_serial = is_serial;
    return next.Post(Move::kIn, {lot, quantity, "", place, when.occurred});
  });
}

std::string UnitModel::Make(const std::vector<std::string>& units, const std::vector<Part>& used,
                            const std::string& to, When when) {
  return Try([&](UnitModel& next) -> std::string {
    for (const std::string& unit : units) {
      const auto stored = lots_.find(unit);
      if (stored == lots_.end()) continue;
      if (stored->second.planned) return "it is planned for another order";
      const bool was_apart = PlaceOf(unit) == kInside && UnitsOf(unit).empty();
      if (!was_apart) return "it is made already";
    }
    const int step = next.AddStep(Kind::kMade, when.occurred, when.recorded);
    for (const Part& part : used) {
      std::string refusal = next.Post(
          Move::kConsume, {part.lot, part.quantity, part.place, kInside, when.occurred, step});
      if (!refusal.empty()) return refusal;
    }
    next.steps_[step].lines = used;
    next.steps_[step].units = units;
    for (const std::string& unit : units) {
      next.lots_[unit].is_serial = true;
      next.units_.insert(unit);
      std::string refusal = next.Post(
          Move::kProduce, {unit, Quantity::FromUnits(1), kInside, to, when.occurred, step});
      if (!refusal.empty()) return refusal;
    }
    return "";
  });
}

void UnitModel::EndLinks(const std::vector<Link>& links, const std::string& lot, bool exact,
                         Quantity quantity, int step) {
  for (const Link& link : links) {
    if (link.lot != lot || link.exact != exact) continue;
    const Quantity part = std::min(link.left, quantity);
    if (!part.IsPositive()) continue;
    quantity -= part;
    steps_[link.step].ends.push_back({.step = step, .line = link.line, .quantity = part});
  }
}

namespace {

template <class Links>
Quantity SumOf(const Links& links, const std::string& lot, bool exact) {
  Quantity sum;
  for (const auto& link : links) {
    if (link.lot == lot && link.exact == exact) sum += link.left;
  }
  return sum;
}

}  // namespace

std::string UnitModel::Maintain(const std::string& unit, const std::vector<Part>& removed,
                                const std::vector<Part>& installed, When when) {
  return Try([&](UnitModel& next) -> std::string {
    if (lots_.at(unit).planned) return "the unit is planned";
    const std::string here = PlaceOf(unit);
    const bool is_inside = here == kInside && !UnitsOf(unit).empty();
    if (!is_inside && !IsOnHand(here) && !IsCustomer(here)) return "the unit is not in use";
    if (when.occurred < CameAt(unit)) return "the unit came there later";
    const int step = next.AddStep(Kind::kMaintained, when.occurred, when.recorded);
    next.steps_[step].units = {unit};
    const std::vector<Link> contents = ContentsOf(unit);
    for (const Part& part : removed) {
      const Quantity exact = SumOf(contents, part.lot, true);
      if (exact + SumOf(contents, part.lot, false) < part.quantity) return "it is not in the unit";
      const Quantity of_exact = std::min(exact, part.quantity);
      next.EndLinks(contents, part.lot, true, of_exact, step);
      next.EndLinks(contents, part.lot, false, part.quantity - of_exact, step);
      for (const Quantity& moved : {of_exact, part.quantity - of_exact}) {
        if (!moved.IsPositive()) continue;
        std::string refusal =
            next.Post(Move::kRemove, {part.lot, moved, kInside, part.place, when.occurred, step});
        if (!refusal.empty()) return refusal;
      }
    }
    for (const Part& part : installed) {
      if (part.lot == unit || Contains(part.lot, unit)) return "the unit is in it";
      std::string refusal = next.Post(
          Move::kInstall, {part.lot, part.quantity, part.place, kInside, when.occurred, step});
      if (!refusal.empty()) return refusal;
      next.steps_[step].lines.push_back({part.lot, part.quantity, part.place, unit});
    }
    return "";
  });
}

std::string UnitModel::TakeApart(const std::string& unit, const std::string& to,
                                 const std::vector<Part>& stated, When when) {
  return Try([&](UnitModel& next) -> std::string {
    const int step = next.AddStep(Kind::kTakenApart, when.occurred, when.recorded);
    const std::string here = PlaceOf(unit);
    std::string refusal = next.Post(
        Move::kConsume, {unit, Quantity::FromUnits(1), here, kInside, when.occurred, step});
    if (!refusal.empty()) return refusal;
    const std::vector<Link> contents = ContentsOf(unit);
    std::map<std::string, Quantity> exact, pooled;
    for (const Link& link : contents) (link.exact ? exact : pooled)[link.lot] += link.left;
    std::vector<Part> back;
    for (const Part& part : stated) {
      if (exact[part.lot] + pooled[part.lot] < part.quantity) return "so much is not in it";
      if (part.quantity < exact[part.lot]) return "more of it must come back";
      next.EndLinks(contents, part.lot, true, exact[part.lot], step);
      next.EndLinks(contents, part.lot, false, part.quantity - exact[part.lot], step);
      exact.erase(part.lot);
      back.push_back(part);
    }
    for (const auto& [lot, quantity] : exact) {
      if (!quantity.IsPositive()) continue;
      next.EndLinks(contents, lot, true, quantity, step);
      back.push_back({lot, quantity, to});
    }
    for (const Part& part : back) {
      refusal = next.Post(Move::kProduce,
                          {part.lot, part.quantity, kInside, part.place, when.occurred, step});
      if (!refusal.empty()) return refusal;
    }
    // It is no longer what was made.
    for (int made = 0; made < step; ++made) {
      const Step& making = steps_[made];
      const bool counts = making.kind == Kind::kMade || making.kind == Kind::kCorrected;
      const bool has_it = std::count(making.units.begin(), making.units.end(), unit) > 0;
      if (!counts || !has_it || making.reversed.has_value() || IsApart(made, unit, {})) continue;
      next.steps_[made].ends.push_back({.step = step, .line = {}, .unit = unit});
    }
    next.steps_[step].lines = {{unit, Quantity::FromUnits(1), here}};
    return "";
  });
}

// What is recorded comes back to where it was taken from.
std::string UnitModel::TakeOutWrong(int corrected, const Correction& line, int step,
                                    std::vector<Movement>& returned) {
  std::vector<int> own = CorrectionsOf(corrected);
  own.insert(own.begin(), corrected);
  Quantity rest = line.quantity;
  for (const int from : own) {
    Step& of = steps_[from];
    for (int i = 0; i < static_cast<int>(of.lines.size()); ++i) {
      const Part& part = of.lines[i];
      if (part.lot != line.wrong || part.unit != line.unit) continue;
      const Quantity ended = std::min(rest, Left(from, i, {}));
      if (!ended.IsPositive()) continue;
      rest -= ended;
      of.ends.push_back({.step = step, .line = i, .quantity = ended});
      returned.push_back({part.lot, ended, kInside, part.place, of.occurred, step});
    }
  }
  return rest.IsPositive() ? "so much is not recorded there" : "";
}

std::string UnitModel::UseRight(int corrected, const Correction& line,
                                const std::string& wrong_place, int step) {
  const std::vector<std::string>& units = steps_[corrected].units;
  for (const std::string& unit : line.unit.has_value() ? std::vector{*line.unit} : units) {
    if (unit == line.right || Contains(line.right, unit)) return "the unit is in it";
  }
  const LotFacts& lot = lots_.at(line.right);
  std::string from = line.from.empty() ? wrong_place : line.from;
  const std::string here = lot.is_serial ? PlaceOf(line.right) : "";
  if (line.from.empty() && !here.empty() && here != kInside) from = here;
  if (from.empty()) return "nothing says from where";
  absl::Time occurred = steps_[corrected].occurred;
  if (lot.is_serial) occurred = std::max(occurred, CameAt(line.right));
  return Post(Move::kConsume, {line.right, line.quantity, from, kInside, occurred, step});
}

std::string UnitModel::Correct(int corrected, const std::vector<Correction>& lines,
                               absl::Time recorded) {
  return Try([&](UnitModel& next) -> std::string {
    const Step& of = steps_[corrected];
    const bool has_components = of.kind == Kind::kMade || of.kind == Kind::kMaintained;
    if (!has_components || of.reversed.has_value()) return "it is not correctable";
    const int step = next.AddStep(Kind::kCorrected, of.occurred, recorded);
    next.steps_[step].corrects = corrected;
    std::vector<std::string> places(lines.size());
    std::vector<Movement> returned;
    bool is_pooled = false;
    std::set<std::string> touched;
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::optional<std::string>& unit = lines[i].unit;
      if (unit.has_value()) {
        if (std::count(of.units.begin(), of.units.end(), *unit) == 0) return "it has no such unit";
        if (WasTakenApartAfter(corrected, *unit)) return "the unit was taken apart";
        touched.insert(*unit);
      }
      is_pooled = is_pooled || (!unit.has_value() && !lines[i].right.empty());
      if (lines[i].wrong.empty()) continue;
      const size_t first = returned.size();
      std::string refusal = next.TakeOutWrong(corrected, lines[i], step, returned);
      if (!refusal.empty()) return refusal;
      places[i] = returned[first].to;
    }
    for (Movement& movement : returned) {
      const bool is_serial = lots_.at(movement.lot).is_serial;
      movement.occurred =
          is_serial ? std::max(of.occurred, next.CameAt(movement.lot)) : of.occurred;
      std::string refusal = next.Post(Move::kProduce, movement);
      if (!refusal.empty()) return refusal;
    }
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].right.empty()) continue;
      std::string refusal = next.UseRight(corrected, lines[i], places[i], step);
      if (!refusal.empty()) return refusal;
      next.steps_[step].lines.push_back(
          {lines[i].right, lines[i].quantity, next.movements_.back().from, lines[i].unit});
    }
    for (const std::string& unit : of.units) {
      const bool is_of_all = is_pooled && !WasTakenApartAfter(corrected, unit);
      if (is_of_all || touched.count(unit) > 0) next.steps_[step].units.push_back(unit);
    }
    return "";
  });
}

// What came back by a correction stays where it is, and with it what was there before.
std::vector<size_t> UnitModel::MovementsOfReversal(int step) const {
  const auto of = [&](int wanted) {
    std::vector<size_t> found;
    for (size_t i = 0; i < movements_.size(); ++i) {
      if (movements_[i].step == wanted && !movements_[i].reversed) found.push_back(i);
    }
    return found;
  };
  std::vector<size_t> own = of(step), later;
  for (const int correction : CorrectionsOf(step)) {
    for (const size_t movement : of(correction)) later.push_back(movement);
  }
  const auto is_back = [&](size_t i) { return movements_[i].from == kInside; };
  std::set<size_t> dropped;
  for (const size_t back : later) {
    const std::string& lot = movements_[back].lot;
    if (!is_back(back) || !lots_.at(lot).is_serial) continue;
    for (const size_t i : own) {
      if (movements_[i].lot == lot) dropped.insert(i);
    }
    for (const size_t i : later) {
      if (i <= back && movements_[i].lot == lot) dropped.insert(i);
    }
  }
  std::erase_if(own, [&](size_t i) { return dropped.count(i) > 0; });
  std::erase_if(later, [&](size_t i) { return dropped.count(i) > 0; });
  std::stable_partition(later.begin(), later.end(), is_back);
  const auto used = std::find_if_not(later.begin(), later.end(), is_back);
  own.insert(own.end(), used, later.end());
  own.insert(own.begin(), later.begin(), used);
  return own;
}

// Takes the movements back, the last one first.
std::string UnitModel::Undo(const std::vector<size_t>& movements) {
  const std::set<size_t> all(movements.begin(), movements.end());
  for (auto index = movements.rbegin(); index != movements.rend(); ++index) {
    Movement& movement = movements_[*index];
    const LotFacts& lot = lots_.at(movement.lot);
    for (size_t i = *index + 1; i < movements_.size() && lot.is_serial; ++i) {
      const bool is_later = movements_[i].lot == movement.lot && !movements_[i].reversed;
      if (is_later && all.count(i) == 0) return "it moved since";
    }
    const bool takes_goods = movement.to != kInside && !movement.to.empty();
    if (takes_goods && At(movement.lot, movement.to) < movement.quantity) return "it was used";
    if (movement.from != kInside && lot.planned) return "it is planned";
    Apply(movement, /*forward=*/false);
    movement.reversed = true;
  }
  return "";
}

// What was done since to what went in here, or to a unit that was made here. What a unit got in a
// life before this one does not count.
bool UnitModel::HasLaterWork(int step) const {
  const auto counts = [&](int later) {
    return !steps_[later].reversed.has_value() && steps_[later].corrects != step;
  };
  for (int i = 0; i < step_count(); ++i) {
    if (i != step && steps_[i].corrects != step) continue;
    for (const End& end : steps_[i].ends) {
      if (counts(end.step)) return true;
    }
  }
  if (steps_[step].kind != Kind::kMade) return false;
  const std::vector<std::string>& units = steps_[step].units;
  for (int later = step + 1; later < step_count(); ++later) {
    if (steps_[later].kind != Kind::kMaintained || !counts(later)) continue;
    for (const Part& line : steps_[later].lines) {
      if (std::count(units.begin(), units.end(), line.unit.value_or("")) > 0) return true;
    }
  }
  return false;
}

std::string UnitModel::Reverse(int step, absl::Time recorded) {
  return Try([&](UnitModel& next) -> std::string {
    const Step& of = steps_[step];
    if (of.reversed.has_value()) return "it is reversed already";
    if (of.kind == Kind::kCorrected) {
      for (const End& end : of.ends) {
        const bool came_out = end.line.has_value() && !steps_[end.step].reversed.has_value();
        if (came_out) return "what it put in came out since";
      }
      for (const Step& other : steps_) {
        for (const End& end : other.ends) {
          if (end.step != step || !end.line.has_value()) continue;
          const std::optional<std::string>& unit = other.lines[*end.line].unit;
          if (unit.has_value() && WasTakenApartAfter(*of.corrects, *unit)) {
            return "the unit was taken apart";
          }
        }
      }
    }
    const bool is_apart = of.kind == Kind::kMaintained && WasTakenApartAfter(step, of.units[0]);
    if (is_apart) return "the unit was taken apart";
    std::string refusal = next.Undo(MovementsOfReversal(step));
    if (!refusal.empty()) return refusal;
    if (of.kind != Kind::kCorrected && HasLaterWork(step)) return "something was done on top";
    for (const int correction : CorrectionsOf(step)) next.steps_[correction].reversed = recorded;
    next.steps_[step].reversed = recorded;
    for (const std::string& unit : of.units) {
      if (next.PlaceOf(unit).empty()) next.lots_.at(unit).planned = true;
    }
    return "";
  });
}

std::string UnitModel::Transfer(const std::string& lot, Quantity quantity, const std::string& from,
                                const std::string& to, When when) {
  return Try([&](UnitModel& next) {
    return next.Post(Move::kTransfer, {lot, quantity, from, to, when.occurred});
  });
}

std::string UnitModel::Deliver(const std::string& serial, const std::string& from,
                               const std::string& to, const std::string& partner, When when) {
  return Try([&](UnitModel& next) {
    next.deliveries_.push_back({serial, to, partner, Quantity::FromUnits(1)});
    return next.Post(Move::kDeliver, {serial, Quantity::FromUnits(1), from, to, when.occurred});
  });
}

std::string UnitModel::Return(const std::string& serial, const std::string& from,
                              const std::string& to, When when) {
  return Try([&](UnitModel& next) {
    return next.Post(Move::kReturn, {serial, Quantity::FromUnits(1), from, to, when.occurred});
  });
}

}  // namespace lots
