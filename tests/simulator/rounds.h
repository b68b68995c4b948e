// Goods that go round: how much of a lot there ever was, each good counted once.
#pragma once

#include <map>

#include "tests/simulator/questions.h"

namespace lots::simulator {

// The total of a lot that a trace downstream reached, by the links that the trace followed.
Quantity NetTotalOf(const History& history, LotIndex lot, const TraceQuestion& question,
                    const std::map<LotIndex, TracedLot>& reached);

// By all links, as of now. A serial is one unit.
Quantity WholeNetTotalOf(const History& history, LotIndex lot);

}  // namespace lots::simulator
