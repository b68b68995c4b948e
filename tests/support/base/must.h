// Results that a test cannot go on without.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "storage/base/check.h"

namespace lots {

// The value of `result`. Stops the program when there is none, after the test has shown the status.
template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.status();
  Check(result.ok());
  return *std::move(result);
}

}  // namespace lots
