// Numbers that count up from a first one that somebody typed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// Counts up from a first number: the last run of digits counts, what stands before and after it is
// kept, and so is its width until it overflows: SN-007-X, SN-008-X. A number without
// digits gets them at its end, from 1: ABC gives ABC1, ABC2. The run may be as long as a number.
class NumberSequence {
 public:
  // INVALID_ARGUMENT as in CleanNumber.
  static absl::StatusOr<NumberSequence> From(absl::string_view first);

  // The next number, the first one included. OUT_OF_RANGE once it would be too long. Whoever finds
  // a number taken asks for another one.
  absl::StatusOr<std::string> Next();

 private:
  NumberSequence() = default;

  std::string prefix_;
  std::string digits_;
  std::string suffix_;
};

// The first `count` (0 or more) numbers of NumberSequence::From(first). Fails as that and Next do.
absl::StatusOr<std::vector<std::string>> NumbersFrom(absl::string_view first, int64_t count);

}  // namespace lots
