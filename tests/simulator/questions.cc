// Answers questions about a history by definition.
#include "tests/simulator/questions.h"

#include <algorithm>
#include <deque>

#include "absl/algorithm/container.h"
#include "tests/simulator/rounds.h"

namespace lots::simulator {

namespace {

// From where the walk stands to where an edge leads it.
LotIndex NearOf(const Edge& edge, Direction direction) {
  return direction == Direction::kDownstream ? edge.input : edge.output;
}
LotIndex FarOf(const Edge& edge, Direction direction) {
  return direction == Direction::kDownstream ? edge.output : edge.input;
}

std::vector<Edge> StandingEdges(const History& history, const TraceQuestion& question) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < history.transformations.size(); ++i) {
    const int transformation = static_cast<int>(i);
    if (!history.TransformationStands(transformation, question.moment)) continue;
    for (const Edge& edge : history.EdgesOf(transformation, question.moment)) {
      edges.push_back(edge);
    }
  }
  return edges;
}

// The fewest steps to every lot that is reached.
std::map<LotIndex, int> Distances(const TraceQuestion& question, const std::vector<Edge>& edges) {
  std::map<LotIndex, int> distances;
  std::deque<LotIndex> queue;
  for (const LotIndex seed : question.seeds) {
    distances[seed] = 0;
    queue.push_back(seed);
  }
  for (; !queue.empty(); queue.pop_front()) {
    const int depth = distances[queue.front()] + 1;
    if (depth > question.depth_max) break;
    for (const Edge& edge : edges) {
      if (NearOf(edge, question.direction) != queue.front()) continue;
      const LotIndex far = FarOf(edge, question.direction);
      if (distances.emplace(far, depth).second) queue.push_back(far);
    }
  }
  return distances;
}

// A certain path may be longer than the shortest one. It consists of edges that the walk read:
// those of lots before the last depth. Downstream, an edge of a lot at the last depth counts too,
// when lots before it led into the same transformation and show that the edge is certain.
class CertainEdges {
 public:
  CertainEdges(const History& history, const TraceQuestion& question,
               const std::map<LotIndex, int>& depths)
      : history_(history), question_(question), depths_(depths) {}

  std::vector<Edge> Find() const {
    std::vector<Edge> found;
    for (size_t i = 0; i < history_.transformations.size(); ++i) {
      const int transformation = static_cast<int>(i);
      if (!history_.TransformationStands(transformation, question_.moment)) continue;
      const Transformation own = history_.WithoutEnded(transformation, question_.moment);
      for (const Edge& edge : history_.EdgesOf(transformation, question_.moment)) {
        if (edge.certain && IsRead(edge, own)) found.push_back(edge);
      }
    }
    return found;
  }

 private:
  bool IsBeforeTheEnd(LotIndex lot) const {
    const auto found = depths_.find(lot);
    return found != depths_.end() && found->second < question_.depth_max;
  }

  bool IsRead(const Edge& edge, const Transformation& transformation) const {
    const LotIndex near = NearOf(edge, question_.direction);
    if (IsBeforeTheEnd(near)) return true;
    if (depths_.count(near) == 0 || question_.direction == Direction::kUpstream) return false;
    const auto led_here = [&](const auto& input) { return IsBeforeTheEnd(input.lot); };
    const auto led_to_all = [&](const auto& input) {
      return led_here(input) && input.output == kNone;
    };
    const bool is_exact = absl::c_any_of(transformation.inputs, [&](const auto& input) {
      return input.lot == edge.input && input.output == edge.output;
    });
    return absl::c_any_of(transformation.inputs, led_to_all) ||
           (is_exact && absl::c_any_of(transformation.inputs, led_here));
  }

  const History& history_;
  const TraceQuestion& question_;
  const std::map<LotIndex, int>& depths_;
};

}  // namespace

std::map<LotIndex, TracedLot> Trace(const History& history, const TraceQuestion& question) {
  const std::map<LotIndex, int> all = Distances(question, StandingEdges(history, question));
  TraceQuestion however_far = question;
  however_far.depth_max = INT_MAX;
  const std::map<LotIndex, int> certain =
      Distances(however_far, CertainEdges(history, question, all).Find());
  std::map<LotIndex, TracedLot> reached;
  for (const auto& [lot, depth] : all) reached[lot] = {depth, certain.count(lot) > 0};
  return reached;
}

std::set<int> WalkedTransformations(const History& history, const TraceQuestion& question,
                                    const std::map<LotIndex, TracedLot>& reached) {
  std::set<int> walked;
  for (size_t i = 0; i < history.transformations.size(); ++i) {
    const int transformation = static_cast<int>(i);
    if (!history.TransformationStands(transformation, question.moment)) continue;
    const Transformation own = history.WithoutEnded(transformation, question.moment);
    const auto is_left = [&](LotIndex lot) {
      const auto found = reached.find(lot);
      return found != reached.end() && found->second.depth < question.depth_max;
    };
    for (const auto& input : own.inputs) {
      if (question.direction == Direction::kDownstream && is_left(input.lot)) {
        walked.insert(transformation);
      }
    }
    for (const auto& output : own.outputs) {
      const bool up = question.direction == Direction::kUpstream;
      if (up && output.role != Role::kReturned && is_left(output.lot)) {
        walked.insert(transformation);
      }
    }
  }
  return walked;
}

FollowedLines FollowedLinesOf(const Transformation& transformation, const TraceQuestion& question,
                              const std::map<LotIndex, TracedLot>& reached) {
  const bool down = question.direction == Direction::kDownstream;
  const auto is_left = [&](LotIndex lot) {
    const auto found = reached.find(lot);
    return found != reached.end() && found->second.depth < question.depth_max;
  };
  FollowedLines lines;
  for (const auto& input : transformation.inputs) {
    const bool from_here = down && reached.count(input.lot) > 0;
    const bool to_here = !down && std::any_of(transformation.outputs.begin(),
                                              transformation.outputs.end(), [&](const auto& out) {
                                                return out.role != Role::kReturned &&
                                                       is_left(out.lot) && input.MayBeIn(out.lot);
                                              });
    if (from_here || to_here) lines.inputs.push_back(input);
  }
  for (const auto& output : transformation.outputs) {
    const bool from_here = !down && output.role != Role::kReturned && reached.count(output.lot) > 0;
    const bool to_here =
        down && std::any_of(transformation.inputs.begin(), transformation.inputs.end(),
                            [&](const auto& input) {
                              return is_left(input.lot) && input.MayBeIn(output.lot);
                            });
    if (from_here || (to_here && reached.count(output.lot) > 0)) lines.outputs.push_back(output);
  }
  return lines;
}

Quantity TotalOf(const History& history, LotIndex lot, const Moment& moment) {
  Quantity total;
  for (size_t i = 0; i < history.transformations.size(); ++i) {
    if (!history.TransformationStands(static_cast<int>(i), moment)) continue;
    const Transformation own = history.GenealogyOf(static_cast<int>(i));
    for (const auto& output : own.outputs) {
      if (output.lot == lot && output.role != Role::kReturned) total += output.quantity;
    }
  }
  for (size_t i = 0; i < history.movements.size(); ++i) {
    const Movement& movement = history.movements[i];
    if (movement.lot != lot || movement.reverses != kNone) continue;
    if (movement.occurred_at > moment.as_of || movement.step > moment.known_after) continue;
    const int reversal = history.ReversalOf(static_cast<int>(i));
    const bool is_reversed =
        reversal != kNone && history.movements[reversal].step <= moment.known_after;
    const v1::LocationKind from = FindLocation(movement.from)->kind;
    const bool comes_in =
        from == v1::LOCATION_KIND_SUPPLIER || from == v1::LOCATION_KIND_ADJUSTMENT;
    if (comes_in && !is_reversed) total += movement.quantity;
  }
  return total;
}

std::vector<DeliveryAnswer> DeliveriesOf(const History& history,
                                         const std::map<LotIndex, TracedLot>& lots) {
  std::vector<DeliveryAnswer> deliveries;
  for (size_t i = 0; i < history.movements.size(); ++i) {
    const Movement& movement = history.movements[i];
    const auto lot = lots.find(movement.lot);
    if (movement.kind != v1::MOVEMENT_KIND_DELIVERY || lot == lots.end()) continue;
    if (!history.Stands(static_cast<int>(i))) continue;
    deliveries.push_back({.movement = static_cast<int>(i),
                          .delivered = movement.quantity,
                          .returned = history.Returned(static_cast<int>(i)),
                          .lot = lot->second});
  }
  return deliveries;
}

Flows FlowsOf(const History& history, LotIndex lot, int since_step) {
  Flows flows;
  Quantity came_back;  // from production, or made there
  for (size_t i = 0; i < history.movements.size(); ++i) {
    const Movement& movement = history.movements[i];
    if (movement.lot != lot || !history.Stands(static_cast<int>(i))) continue;
    const v1::LocationKind from = FindLocation(movement.from)->kind;
    const v1::LocationKind to = FindLocation(movement.to)->kind;
    const bool comes_in = from == v1::LOCATION_KIND_SUPPLIER ||
                          from == v1::LOCATION_KIND_PRODUCTION ||
                          from == v1::LOCATION_KIND_ADJUSTMENT;
    if (comes_in) flows.in += movement.quantity;
    if (from == v1::LOCATION_KIND_PRODUCTION) came_back += movement.quantity;
    if (to == v1::LOCATION_KIND_SUPPLIER) flows.lost += movement.quantity;
    if (to == v1::LOCATION_KIND_PRODUCTION) flows.consumed += movement.quantity;
    if (to == v1::LOCATION_KIND_ADJUSTMENT) flows.lost += movement.quantity;
    const bool came_back = movement.kind == v1::MOVEMENT_KIND_RETURN && movement.step > since_step;
    if (came_back) flows.recovered += movement.quantity;
  }
  if (came_back.IsPositive() || history.lots[lot].product->is_serial()) {
    const Quantity went_round =
        std::min(flows.consumed, std::max(Quantity(), flows.in - WholeNetTotalOf(history, lot)));
    flows.in -= went_round;
    flows.consumed -= went_round;
  }
  for (const auto& [place, there] : history.PlacesThen(lot, {})) {
    const v1::LocationKind kind = FindLocation(place)->kind;
    if (IsOnHand(kind)) flows.on_hand += there;
    if (kind == v1::LOCATION_KIND_CUSTOMER) flows.delivered += there;
    if (kind == v1::LOCATION_KIND_SCRAP) flows.scrapped += there;
  }
  return flows;
}

// What is free to go, from every INTERNAL place.
std::vector<Pick> CandidatesOf(const History& history, const PickQuestion& question) {
  std::vector<Pick> candidates;
  const absl::CivilDay today = absl::ToCivilDay(question.now, absl::UTCTimeZone());
  for (size_t i = 0; i < history.lots.size(); ++i) {
    const Lot& lot = history.lots[i];
    const auto index = static_cast<LotIndex>(i);
    const bool is_expired = lot.expires_on.has_value() && *lot.expires_on < today;
    if (lot.product->id != question.product || is_expired) continue;
    if (lot.state != v1::LOT_STATE_ACTIVE) continue;
    for (const auto& [place, there] : history.PlacesThen(index, {})) {
      if (FindLocation(place)->kind != v1::LOCATION_KIND_INTERNAL || there.IsZero()) continue;
      const bool is_held =
          history.CauseOf(index, question.now, place) != v1::HOLD_CAUSE_UNSPECIFIED;
      if (!is_held) candidates.push_back({index, place, there});
    }
  }
  return candidates;
}

}  // namespace lots::simulator
