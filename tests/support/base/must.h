// For results without which a test cannot continue.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "storage/base/check.h"

namespace lots {

// Must returns the value of `result`. If `result` is an error, Must shows the error as a failure of
// the test and stops the program.
template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.status();
  Check(result.ok());
  return *std::move(result);
}

}  // namespace lots
