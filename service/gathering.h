// When a full server refuses. A call that comes alone costs gRPC and the kernel several times what
// one costs that comes with others: each wakes a thread, and takes the processor from what is being
// served. So refusals are made in turns, and calls gather in their sockets meanwhile.
#pragma once

#include "absl/time/time.h"

namespace lots {

// In the first half of each turn calls gather, in the second they are refused: a refusal is late by
// at most half a turn, little beside the second that its caller is asked to wait.
inline constexpr absl::Duration kRefusalTurn = absl::Milliseconds(4);

// How long from `now` until refusals are made; zero: they are now. The same for all threads, so
// that none is kept awake by the calls that the others leave.
absl::Duration UntilRefusals(absl::Time now);

}  // namespace lots
