// Where the goods of a lot are, or what became of them. The values are those of the protos.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class Whereabouts : int16_t {
  kNeverMoved = 1,
  kInStock = 2,
  kIssued = 3,  // to a work order, and not used yet
  kBuiltIn = 4,
  kConsumed = 5,
  kWithCustomer = 6,
  kAtSupplier = 7,
  kScrapped = 8,
  kTakenApart = 9,
  kReshaped = 10,  // split, merged or relabelled: the goods are another lot now
  kAdjustedAway = 11,
};

// "BUILT_IN", …
absl::string_view Name(Whereabouts whereabouts);

}  // namespace lots
