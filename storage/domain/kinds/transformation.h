// The kinds of transformations, and of what they make. The values are those of the protos and of
// the database.
#pragma once

#include <cstdint>

namespace lots {

enum class TransformationKind : int16_t {
  kProduction = 1,
  kDisassembly = 2,
  kSplit = 3,
  kMerge = 4,
  kRelabel = 5,
  kMaintenance = 6,  // components were installed in a unit, or removed from it
  kCorrection = 7,   // what was recorded about another transformation was wrong
  kIssue = 8,        // components went into an order's work in process, or came back from it
};

enum class OutputRole : int16_t {
  kProduct = 1,
  kByProduct = 2,
  kReturnedComponent = 3,
  kMaintained = 4,  // a unit that was maintained: it was not made, and did not move
};

}  // namespace lots
