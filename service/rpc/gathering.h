// How a full server refuses. A call that comes alone costs gRPC and the kernel several times what
// one costs that comes with others: it wakes a thread, which takes the processor, and its caches,
// from what is being served. So calls to be refused gather in their sockets, and are refused
// together, in turns.
#pragma once

#include "absl/time/time.h"

namespace lots {

// From one turn to the next. Little beside the second that a refused caller is asked to wait.
inline constexpr absl::Duration kRefusalTurn = absl::Milliseconds(20);

// When the first turn after `now` begins. It is the same for every thread: what is being served is
// interrupted once a turn, not once a turn and thread.
absl::Time NextRefusalTurn(absl::Time now);

// To be called before each refusal, on the thread of gRPC that makes it. Waits for the next turn
// when the call came alone, which is when the thread has slept since its last refusal; one that
// finds call after call refuses on without a rest.
void GatherRefusals();

}  // namespace lots
