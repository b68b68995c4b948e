// How a full server refuses. A call that comes alone costs gRPC and the kernel several times what
// one costs that comes with others: it wakes a thread, which takes the processor from what is being
// served. So calls to be refused gather in their sockets, and are refused together.
#pragma once

#include "absl/time/time.h"

namespace lots {

// Little beside the second that a refused caller is asked to wait.
inline constexpr absl::Duration kRefusalsGather = absl::Milliseconds(2);

// To be called before each refusal, on the thread of gRPC that makes it. Lets others gather when
// the call came alone, which is when the thread has slept since its last refusal; one that finds
// call after call refuses on without a rest.
void GatherRefusals();

}  // namespace lots
