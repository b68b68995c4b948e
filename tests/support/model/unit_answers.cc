// Answers what is in what, from the facts of a UnitModel.
#include <algorithm>
#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/model/unit_model.h"

namespace lots {
namespace {

// As deep as units are followed.
constexpr int kLevelsMax = 20;

}  // namespace

bool UnitModel::InEffect(const Step& step, Times times) const {
  const bool is_known = step.occurred <= times.as_of && step.recorded <= times.known_at;
  return is_known && !(step.reversed.has_value() && *step.reversed <= times.known_at);
}

Quantity UnitModel::Left(int step, int line, Times times) const {
  Quantity left = steps_[step].lines[line].quantity;
  for (const End& end : steps_[step].ends) {
    if (end.line == line && InEffect(steps_[end.step], times)) left -= end.quantity;
  }
  return left;
}

bool UnitModel::IsApart(int step, const std::string& unit, Times times) const {
  const std::vector<End>& ends = steps_[step].ends;
  return std::any_of(ends.begin(), ends.end(), [&](const End& end) {
    return !end.line.has_value() && end.unit == unit && InEffect(steps_[end.step], times);
  });
}

bool UnitModel::WasTakenApartAfter(int step, const std::string& unit) const {
  for (int later = step + 1; later < step_count(); ++later) {
    const Step& apart = steps_[later];
    const bool is_in_effect = apart.kind == Kind::kTakenApart && !apart.reversed.has_value();
    if (is_in_effect && apart.lines[0].lot == unit) return true;
  }
  return false;
}

bool UnitModel::HasUnitApart(int step) const {
  const std::vector<std::string>& units = steps_[step].units;
  return std::any_of(units.begin(), units.end(),
                     [&](const std::string& unit) { return WasTakenApartAfter(step, unit); });
}

std::vector<UnitModel::Link> UnitModel::Links(Times times) const {
  std::vector<Link> links;
  for (int i = 0; i < step_count(); ++i) {
    const Step& step = steps_[i];
    if (step.kind == Kind::kTakenApart || !InEffect(step, times)) continue;
    for (int line = 0; line < static_cast<int>(step.lines.size()); ++line) {
      const Part& part = step.lines[line];
      Link link{i, line, part.lot, part.unit.value_or(""), Left(i, line, times), true, true};
      if (!link.left.IsPositive()) continue;
      if (part.unit.has_value()) {
        links.push_back(link);
        continue;
      }
      link.exact = false;
      link.certain = step.units.size() == 1;
      for (const std::string& unit : step.units) {
        link.unit = unit;
        if (!IsApart(i, unit, times)) links.push_back(link);
      }
    }
  }
  return links;
}

// The oldest first.
std::vector<UnitModel::Link> UnitModel::ContentsOf(const std::string& unit) const {
  std::vector<Link> contents = Links({});
  std::erase_if(contents, [&](const Link& link) { return link.unit != unit; });
  std::stable_sort(contents.begin(), contents.end(), [&](const Link& a, const Link& b) {
    return steps_[a.step].occurred < steps_[b.step].occurred;
  });
  return contents;
}

bool UnitModel::Contains(const std::string& outer, const std::string& inner) const {
  for (const Link& link : Links({})) {
    const bool is_in = link.lot == inner && link.exact;
    if (is_in && (link.unit == outer || Contains(outer, link.unit))) return true;
  }
  return false;
}

std::vector<int> UnitModel::CorrectionsOf(int step) const {
  std::vector<int> corrections;
  for (int i = 0; i < step_count(); ++i) {
    if (steps_[i].corrects == step && !steps_[i].reversed.has_value()) corrections.push_back(i);
  }
  return corrections;
}

void UnitModel::AddContents(const std::string& unit, const std::vector<Link>& links,
                            const std::string& path, std::vector<std::string>& on_path,
                            std::map<std::string, Quantity>& tree) const {
  on_path.push_back(unit);
  for (const Link& link : links) {
    const bool is_round = std::count(on_path.begin(), on_path.end(), link.lot) > 0;
    if (link.unit != unit || is_round) continue;
    const std::string here = absl::StrCat(path, link.lot, link.certain ? "" : " pooled");
    tree[here] += link.left;
    AddContents(link.lot, links, absl::StrCat(here, "/"), on_path, tree);
  }
  on_path.pop_back();
}

std::map<std::string, Quantity> UnitModel::Composition(const std::string& unit, Times times) const {
  std::map<std::string, Quantity> tree;
  std::vector<std::string> on_path;
  AddContents(unit, Links(times), "", on_path, tree);
  return tree;
}

std::vector<std::string> UnitModel::UnitsOf(const std::string& lot, Times times) const {
  const std::vector<Link> links = Links(times);
  std::vector<std::string> units, level = {lot};
  for (int depth = 1; depth <= kLevelsMax && !level.empty(); ++depth) {
    std::vector<std::string> next;
    for (const std::string& inner : level) {
      for (const Link& link : links) {
        if (link.lot != inner || !link.exact) continue;
        units.push_back(absl::StrCat(depth, " ", link.unit, " ", link.left.ToString()));
        next.push_back(link.unit);
      }
    }
    level = std::move(next);
  }
  std::sort(units.begin(), units.end());
  return units;
}

std::map<std::string, bool> UnitModel::Trace(const std::string& lot, bool downstream,
                                             Times times) const {
  const std::vector<Link> links = Links(times);
  std::map<std::string, bool> reached;
  for (const bool is_certain : {false, true}) {
    std::set<std::string> seen = {lot};
    std::deque<std::string> queue = {lot};
    for (; !queue.empty(); queue.pop_front()) {
      for (const Link& link : links) {
        const std::string& near = downstream ? link.lot : link.unit;
        const std::string& far = downstream ? link.unit : link.lot;
        if (near != queue.front() || (is_certain && !link.certain)) continue;
        if (seen.insert(far).second) queue.push_back(far);
      }
    }
    seen.erase(lot);
    for (const std::string& each : seen) reached[each] = is_certain;
  }
  return reached;
}

std::vector<UnitModel::Span> UnitModel::SpansOf(const std::string& lot) const {
  std::vector<Span> spans;
  for (int i = 0; i < step_count(); ++i) {
    const Step& step = steps_[i];
    if (step.kind == Kind::kTakenApart || step.reversed.has_value()) continue;
    for (int line = 0; line < static_cast<int>(step.lines.size()); ++line) {
      const Part& part = step.lines[line];
      if (part.lot != lot) continue;
      absl::Time until = step.occurred;
      bool was_in_it = false;
      for (const End& end : step.ends) {
        const Step& ending = steps_[end.step];
        const bool came_out = end.line == line && ending.kind != Kind::kCorrected;
        if (!came_out || ending.reversed.has_value()) continue;
        was_in_it = true;
        until = std::max(until, ending.occurred);
      }
      const bool is_in_it = Left(i, line, {}).IsPositive();
      if (is_in_it) until = absl::InfiniteFuture();
      if (!is_in_it && !was_in_it) continue;
      if (part.unit.has_value()) {
        spans.push_back({*part.unit, true, step.occurred, until});
        continue;
      }
      for (const std::string& unit : step.units) {
        Span span{unit, step.units.size() == 1, step.occurred, until};
        for (const End& end : step.ends) {
          const bool is_making = !end.line.has_value() && end.unit == unit;
          if (!is_making || steps_[end.step].reversed.has_value()) continue;
          span.end = std::min(span.end, steps_[end.step].occurred);
        }
        spans.push_back(span);
      }
    }
  }
  return spans;
}

void UnitModel::Follow(const std::string& lot, Span through, std::vector<std::string>& path,
                       std::map<std::string, std::pair<absl::Time, bool>>& reached) const {
  path.push_back(lot);
  for (const Span& span : SpansOf(lot)) {
    if (std::count(path.begin(), path.end(), span.unit) > 0) continue;
    const Span both{span.unit, through.certain && span.certain, std::max(through.begin, span.begin),
                    std::min(through.end, span.end)};
    if (both.begin >= both.end) continue;
    auto& [until, certain] =
        reached.try_emplace(span.unit, absl::InfinitePast(), false).first->second;
    until = std::max(until, both.end);
    certain = certain || both.certain;
    Follow(span.unit, both, path, reached);
  }
  path.pop_back();
}

std::map<std::string, bool> UnitModel::Former(const std::string& lot) const {
  std::map<std::string, std::pair<absl::Time, bool>> reached;
  std::vector<std::string> path;
  Follow(lot, {"", true, absl::InfinitePast(), absl::InfiniteFuture()}, path, reached);
  std::map<std::string, bool> former;
  for (const auto& [unit, how] : reached) {
    if (how.first < absl::InfiniteFuture()) former[unit] = how.second;
  }
  return former;
}

std::vector<std::string> UnitModel::Recipients(const std::string& lot) const {
  std::map<std::string, bool> affected = Trace(lot, /*downstream=*/true);
  affected[lot] = true;
  std::vector<std::string> recipients;
  for (const Delivery& delivery : deliveries_) {
    const bool is_listed = delivery.outstanding.IsPositive() && affected.count(delivery.lot) > 0;
    if (is_listed) recipients.push_back(absl::StrCat(delivery.partner, " ", delivery.lot));
  }
  std::sort(recipients.begin(), recipients.end());
  return recipients;
}

std::string UnitModel::Where(const std::string& lot) const {
  std::vector<std::string> places;
  for (const auto& [place, quantity] : lots_.at(lot).at) {
    if (place.empty() || place == kInside || quantity.IsZero()) continue;
    places.push_back(absl::StrCat(place, " ", quantity.ToString()));
  }
  return absl::StrJoin(places, ", ");
}

std::vector<std::string> UnitModel::Lots() const {
  std::vector<std::string> lots;
  for (const auto& [lot, facts] : lots_) lots.push_back(lot);
  return lots;
}

std::string UnitModel::PlaceOf(const std::string& serial) const {
  for (const auto& [place, quantity] : lots_.at(serial).at) {
    if (!place.empty() && place != kInside && quantity.IsPositive()) return place;
  }
  for (auto last = movements_.rbegin(); last != movements_.rend(); ++last) {
    if (last->lot == serial && !last->reversed) return last->to;
  }
  return "";
}

Quantity UnitModel::At(const std::string& lot, const std::string& place) const {
  const std::map<std::string, Quantity>& at = lots_.at(lot).at;
  const auto found = at.find(place);
  return found == at.end() ? Quantity() : found->second;
}

absl::Time UnitModel::CameAt(const std::string& serial) const {
  for (auto last = movements_.rbegin(); last != movements_.rend(); ++last) {
    if (last->lot == serial && !last->reversed) return last->occurred;
  }
  return absl::InfinitePast();
}

std::vector<UnitModel::Part> UnitModel::LeftOf(int step) const {
  std::vector<int> own = CorrectionsOf(step);
  own.insert(own.begin(), step);
  std::vector<Part> left;
  for (const int from : own) {
    for (int line = 0; line < static_cast<int>(steps_[from].lines.size()); ++line) {
      Part part = steps_[from].lines[line];
      part.quantity = Left(from, line, {});
      if (part.quantity.IsPositive()) left.push_back(part);
    }
  }
  return left;
}

}  // namespace lots
