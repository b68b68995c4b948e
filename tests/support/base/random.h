// Random numbers for tests. A test that fails prints its seed; LOTS_TEST_SEED=<seed> repeats the
// run.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/string_view.h"

namespace lots {

class TestRandom {
 public:
  TestRandom();
  // For a test that makes several runs, each with a seed that it derives from its own seed.
  explicit TestRandom(uint64_t seed);

  uint64_t seed() const { return seed_; }

  // Uniform within [low, high].
  int64_t Between(int64_t low, int64_t high);
  // One of the elements of a container that is not empty.
  template <class Container>
  const auto& Pick(const Container& container) {
    return container[static_cast<size_t>(Between(0, static_cast<int64_t>(container.size()) - 1))];
  }
  // A text of `size` bytes, each taken at random from `alphabet`.
  std::string Text(absl::string_view alphabet, int64_t size);

 private:
  const uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace lots

// In a test: TestRandom random; TRACE_SEED(random);
#define TRACE_SEED(random) \
  SCOPED_TRACE(::testing::Message() << "again with LOTS_TEST_SEED=" << (random).seed())
