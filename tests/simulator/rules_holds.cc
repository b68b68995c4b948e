// Holds and recalls, and how they pass on to what is made of what they hold.
#include <algorithm>
#include <iterator>

#include "absl/algorithm/container.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/questions.h"
#include "tests/simulator/rules.h"
#include "tests/simulator/rules_lines.h"

namespace lots::simulator {

namespace {

template <class Request>
std::set<std::string> ExemptOf(const Request& request) {
  return {request.exempt_location_ids().begin(), request.exempt_location_ids().end()};
}

}  // namespace

void Rules::Do(const v1::HoldLotsRequest& request) {
  const std::set<std::string> exempt = ExemptOf(request);
  for (const std::string& place : exempt) {
    if (FindLocation(place) == nullptr) Refuse("LOCATION_NOT_FOUND");
  }
  std::optional<absl::Time> expires_at;
  if (request.has_expire_time()) expires_at = TimeOf(request.expire_time());
  if (expires_at.has_value() && *expires_at <= now_) Refuse("FIELD_INVALID");
  std::set<std::pair<LotIndex, std::string>> named;
  int index = 0;
  for (const v1::HoldTarget& target : request.targets()) {
    const LotIndex lot = Resolve(target.lot());
    const Location* place = FindLocation(target.location_id());
    if (!target.location_id().empty() && place == nullptr) Refuse("LOCATION_NOT_FOUND");
    if (place != nullptr && !IsOnHand(place->kind)) Refuse("LOCATION_KIND_MISMATCH");
    if (lot == kNone) {
      Refuse("LOT_NOT_FOUND");
      continue;
    }
    if (history_.lots[lot].state == v1::LOT_STATE_VOID) Refuse("LOT_VOID");
    if (!named.emplace(lot, target.location_id()).second) Refuse("DUPLICATE_IN_REQUEST");
    Hold hold{.step = step_, .symbol = HoldSymbol(step_, index++), .lot = lot};
    hold.cause = place == nullptr ? v1::HOLD_CAUSE_LOT : v1::HOLD_CAUSE_PLACE;
    hold.place = target.location_id();
    hold.exempt = exempt;
    hold.expires_at = expires_at;
    history_.holds.push_back(std::move(hold));
  }
}

void Rules::Do(const v1::ReleaseLotsRequest& request) {
  std::set<LotIndex> lots;
  for (const v1::LotRef& ref : request.lots()) {
    const LotIndex lot = Resolve(ref);
    if (lot == kNone) {
      Refuse("LOT_NOT_FOUND");
      continue;
    }
    if (!lots.insert(lot).second) Refuse("DUPLICATE_IN_REQUEST");
    bool any = false;
    for (Hold& hold : history_.holds) {
      if (hold.lot != lot || !history_.HoldStands(hold, now_)) continue;
      hold.released = any = true;
    }
    if (!any) Refuse("LOT_NOT_HELD");
  }
  std::set<std::string> symbols;
  for (const std::string& symbol : request.hold_ids()) {
    if (!symbols.insert(symbol).second) Refuse("DUPLICATE_IN_REQUEST");
    const auto hold =
        absl::c_find_if(history_.holds, [&](const Hold& other) { return other.symbol == symbol; });
    if (hold == history_.holds.end()) {
      Refuse("HOLD_NOT_FOUND");
      continue;
    }
    touched_.insert(hold->lot);
    if (!history_.HoldStands(*hold, now_)) Refuse("HOLD_ENDED");
    hold->released = true;
  }
}

void Rules::Do(const v1::OpenRecallRequest& request) {
  if (history_.recalls.count(request.recall_id()) > 0) Refuse("RECALL_EXISTS");
  Recall recall{.id = request.recall_id(), .step = step_, .drill = request.drill()};
  recall.exempt = ExemptOf(request);
  for (const std::string& place : recall.exempt) {
    if (FindLocation(place) == nullptr) Refuse("LOCATION_NOT_FOUND");
  }
  for (const v1::LotRef& seed : request.seeds()) {
    const LotIndex lot = Resolve(seed);
    if (lot == kNone) {
      Refuse("LOT_NOT_FOUND");
    } else if (!recall.seeds.insert(lot).second) {
      Refuse("DUPLICATE_IN_REQUEST");
    }
  }
  if (!reasons_.empty()) return;
  for (const auto& [lot, traced] : Trace(history_, {.seeds = recall.seeds})) {
    recall.members[lot] = {.certain = traced.certain, .depth = traced.depth, .step = step_};
    touched_.insert(lot);
  }
  history_.recalls[recall.id] = std::move(recall);
}

void Rules::Do(const v1::CloseRecallRequest& request) {
  const auto recall = history_.recalls.find(request.recall_id());
  if (recall == history_.recalls.end()) return (void)Refuse("RECALL_NOT_FOUND");
  for (const auto& [lot, member] : recall->second.members) touched_.insert(lot);
  if (!recall->second.open) return (void)Refuse("RECALL_CLOSED");
  if (!recall->second.drill) Account(recall->second, request.leave_held());
  recall->second.open = false;
}

// What a recall that ends leaves on hand stays held, or the recall does not end: nobody excludes
// lots here or says what became of goods.
void Rules::Account(const Recall& recall, bool leave_held) {
  for (const auto& [lot, member] : recall.members) {
    if (!history_.OnHand(lot).IsPositive()) continue;
    if (!leave_held) {
      Refuse("RECALL_UNACCOUNTED");
      continue;
    }
    Hold hold{.step = step_, .lot = lot, .cause = v1::HOLD_CAUSE_LOT};
    hold.exempt = recall.exempt;
    hold.exempt.insert("SCRAP");
    history_.holds.push_back(std::move(hold));
  }
}

// What the holds of a lot come to for what is made of it: as long as the longest, and free to go
// where all of them let it. What is held at a place passes on when goods were taken there.
Rules::Inheritance Rules::InheritanceOf(LotIndex source, int transformation) const {
  Inheritance inheritance;
  for (const Hold& hold : history_.holds) {
    if (hold.lot != source || !history_.HoldStands(hold, now_)) continue;
    const bool taken_there = absl::c_any_of(history_.movements, [&](const Movement& movement) {
      return movement.transformation == transformation && movement.lot == source &&
             movement.from == hold.place;
    });
    if (!hold.place.empty() && !taken_there) continue;
    if (!inheritance.any) {
      inheritance = {true, hold.expires_at, hold.exempt};
      continue;
    }
    const bool endless = !hold.expires_at.has_value() || !inheritance.expires_at.has_value();
    inheritance.expires_at =
        endless ? std::nullopt : std::optional(std::max(*hold.expires_at, *inheritance.expires_at));
    std::set<std::string> both;
    absl::c_set_intersection(inheritance.exempt, hold.exempt, std::inserter(both, both.begin()));
    inheritance.exempt = std::move(both);
  }
  return inheritance;
}

void Rules::PassHoldsOn(int transformation) {
  PassHoldsOn(transformation, history_.EdgesOf(transformation));
}

void Rules::PassHoldsOn(int transformation, const std::vector<Edge>& edges) {
  std::vector<Hold> inherited;
  std::set<std::pair<LotIndex, LotIndex>> seen;
  for (const Edge& edge : edges) {
    if (edge.input == edge.output || !seen.emplace(edge.input, edge.output).second) continue;
    const Inheritance inheritance = InheritanceOf(edge.input, transformation);
    if (!inheritance.any) continue;
    const bool has_it = absl::c_any_of(history_.holds, [&](const Hold& hold) {
      const bool is_same = hold.lot == edge.output && hold.source == edge.input && !hold.released;
      return is_same &&
             (!hold.expires_at.has_value() ||
              (inheritance.expires_at.has_value() && *hold.expires_at >= *inheritance.expires_at));
    });
    if (has_it) continue;
    Hold hold{.step = step_, .lot = edge.output, .cause = v1::HOLD_CAUSE_INHERITED};
    hold.source = edge.input;
    hold.exempt = inheritance.exempt;
    hold.expires_at = inheritance.expires_at;
    inherited.push_back(std::move(hold));
  }
  PassMembershipOn(edges);
  history_.holds.insert(history_.holds.end(), inherited.begin(), inherited.end());
}

// What is made of a member of an open recall becomes a member, a drill's too.
void Rules::PassMembershipOn(const std::vector<Edge>& edges) {
  for (auto& [id, recall] : history_.recalls) {
    if (!recall.open) continue;
    const std::map<LotIndex, Member> before = recall.members;
    for (const Edge& edge : edges) {
      const auto source = before.find(edge.input);
      if (source == before.end() || edge.input == edge.output) continue;
      const bool certain = source->second.certain && edge.certain;
      const int depth = source->second.depth + 1;
      Member& member =
          recall.members.emplace(edge.output, Member{certain, depth, step_}).first->second;
      member.certain |= certain;
      member.depth = std::min(member.depth, depth);
    }
  }
}

bool Rules::IsHeldOrMember(LotIndex lot) const {
  const bool is_held = absl::c_any_of(history_.holds, [&](const Hold& hold) {
    return hold.lot == lot && history_.HoldStands(hold, now_);
  });
  return is_held || absl::c_any_of(history_.recalls, [&](const auto& recall) {
           return recall.second.open && recall.second.members.count(lot) > 0;
         });
}

// Exact components are in their unit again. A pooled line of which nothing was left is in all that
// is still made of it; and what is pooled in the making of a unit is in the unit that is there
// again.
std::vector<Edge> Rules::RegainedBy(int original) const {
  std::vector<Edge> edges;
  for (const Transformation::End& end : history_.transformations[original].ends) {
    const Transformation into = history_.GenealogyOf(end.transformation);
    if (end.input == kNone) {
      for (size_t i = 0; i < into.inputs.size(); ++i) {
        const bool is_left = history_.LeftOf(end.transformation, static_cast<int>(i)).IsPositive();
        const bool is_pooled = into.inputs[i].output == kNone;
        if (is_left && is_pooled) edges.push_back({into.inputs[i].lot, end.unit, false});
      }
      continue;
    }
    const LotIndex component = into.inputs[end.input].lot;
    if (end.unit != kNone) {
      edges.push_back({component, end.unit, true});
      continue;
    }
    const Quantity before = history_.LeftOf(end.transformation, end.input) - end.quantity;
    if (before.IsPositive()) continue;
    for (const auto& output : into.outputs) {
      const bool is_made =
          output.role != Role::kReturned && history_.IsStillMade(end.transformation, output.lot);
      if (is_made) edges.push_back({component, output.lot, false});
    }
  }
  std::erase_if(edges, [&](const Edge& edge) { return !IsHeldOrMember(edge.input); });
  return edges;
}

void Rules::PassRegainedOn(int original, int reversal) {
  const std::vector<Edge> edges = RegainedBy(original);
  if (edges.empty()) return;
  std::set<LotIndex> components, units;
  for (const Edge& edge : edges) {
    components.insert(edge.input);
    units.insert(edge.output);
  }
  const size_t first = history_.holds.size();
  PassHoldsOn(reversal, edges);
  PassHoldsFurther(first, units);
  JoinRecalls(components, units);
}

// From the units that inherited a hold by this step, those from `first` on, to what was made of
// them: of several holds the one that ends last.
void Rules::PassHoldsFurther(size_t first, std::set<LotIndex> units) {
  const auto end_of = [](const Hold& hold) {
    return hold.expires_at.value_or(absl::InfiniteFuture());
  };
  const auto longest = [&](LotIndex lot) -> const Hold* {
    const Hold* found = nullptr;
    for (size_t i = first; i < history_.holds.size(); ++i) {
      const Hold& hold = history_.holds[i];
      if (hold.lot != lot) continue;
      if (found == nullptr || end_of(hold) > end_of(*found)) found = &hold;
    }
    return found;
  };
  while (!units.empty()) {
    std::vector<Hold> inherited;
    std::set<std::pair<LotIndex, LotIndex>> seen;
    for (size_t i = 0; i < history_.transformations.size(); ++i) {
      if (!history_.TransformationStands(static_cast<int>(i))) continue;
      for (const Edge& edge : history_.EdgesOf(static_cast<int>(i))) {
        if (units.count(edge.input) == 0 || edge.input == edge.output) continue;
        const Hold* const source = longest(edge.input);
        const bool has_it = absl::c_any_of(history_.holds, [&](const Hold& hold) {
          return hold.lot == edge.output && hold.source == edge.input && !hold.released;
        });
        if (source == nullptr || has_it || !seen.emplace(edge.input, edge.output).second) continue;
        Hold hold{.step = step_, .lot = edge.output, .cause = v1::HOLD_CAUSE_INHERITED};
        hold.source = edge.input;
        hold.exempt = source->exempt;
        hold.expires_at = source->expires_at;
        inherited.push_back(std::move(hold));
      }
    }
    units.clear();
    for (const Hold& hold : inherited) units.insert(hold.lot);
    touched_.insert(units.begin(), units.end());
    history_.holds.insert(history_.holds.end(), inherited.begin(), inherited.end());
  }
}

// The units, and what was made of them, are in the recalls that reach them now.
void Rules::JoinRecalls(const std::set<LotIndex>& components, const std::set<LotIndex>& units) {
  const std::map<LotIndex, TracedLot> made = Trace(history_, {.seeds = units});
  for (auto& [id, recall] : history_.recalls) {
    const bool concerns = absl::c_any_of(recall.members, [&](const auto& member) {
      return components.count(member.first) > 0 || made.count(member.first) > 0;
    });
    if (!recall.open || !concerns) continue;
    for (const auto& [lot, traced] : Trace(history_, {.seeds = recall.seeds})) {
      if (made.count(lot) == 0) continue;
      Member& member =
          recall.members.emplace(lot, Member{traced.certain, traced.depth, step_}).first->second;
      member.certain |= traced.certain;
      member.depth = std::min(member.depth, traced.depth);
      touched_.insert(lot);
    }
  }
  touched_.insert(units.begin(), units.end());
}

}  // namespace lots::simulator
