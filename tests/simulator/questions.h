// What the model answers to questions, by definition.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lots/v1/stock.pb.h"
#include "tests/simulator/history.h"

namespace lots::simulator {

struct TracedLot {
  int depth = 0;  // the fewest transformations from a seed
  bool certain = false;

  friend bool operator==(const TracedLot&, const TracedLot&) = default;
};

enum class Direction { kUpstream, kDownstream };

struct TraceQuestion {
  std::set<LotIndex> seeds;
  Direction direction = Direction::kDownstream;
  Moment moment = {};
  int depth_max = INT_MAX;
};

// Which lots are reached, over transformations that stand.
std::map<LotIndex, TracedLot> Trace(const History& history, const TraceQuestion& question);

// The transformations that the walk passes through.
std::set<int> WalkedTransformations(const History& history, const TraceQuestion& question,
                                    const std::map<LotIndex, TracedLot>& reached);

// Those of its lines that the walk follows, and what came back to a lot that is reached otherwise.
struct FollowedLines {
  std::vector<Transformation::Input> inputs;
  std::vector<Transformation::Output> outputs;
};
FollowedLines FollowedLinesOf(const Transformation& transformation, const TraceQuestion& question,
                              const std::map<LotIndex, TracedLot>& reached);

// All that was ever received, found by counting and made of a lot. What goes round counts each
// time.
Quantity TotalOf(const History& history, LotIndex lot, const Moment& moment);

struct DeliveryAnswer {
  int movement = kNone;
  Quantity delivered;
  Quantity returned;
  TracedLot lot;
};
// Every delivery of the lots that stands.
std::vector<DeliveryAnswer> DeliveriesOf(const History& history,
                                         const std::map<LotIndex, TracedLot>& lots);

// What went into production and came back counts neither as in nor as consumed.
struct Flows {
  Quantity in;
  Quantity consumed;
  Quantity lost;  // by counting, or back to the supplier
  Quantity on_hand;
  Quantity delivered;
  Quantity scrapped;
  Quantity recovered;  // sent back after this step
};
Flows FlowsOf(const History& history, LotIndex lot, int since_step);

struct Pick {
  LotIndex lot = kNone;
  std::string place;
  Quantity quantity;
};
struct PickQuestion {
  std::string product;
  Quantity quantity;
  v1::SuggestStrategy strategy = v1::SUGGEST_STRATEGY_FIFO;
  absl::Time now;
};
// What may be taken, in any order, and how much of what is asked for is not there.
std::vector<Pick> CandidatesOf(const History& history, const PickQuestion& question);

}  // namespace lots::simulator
