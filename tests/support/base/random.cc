#include "tests/support/base/random.h"

#include <cstdlib>

#include "absl/strings/numbers.h"

namespace lots {
namespace {

uint64_t ChooseSeed() {
  uint64_t seed = 0;
  const char* given = std::getenv("LOTS_TEST_SEED");
  if (given != nullptr && absl::SimpleAtoi(given, &seed)) return seed;
  return std::random_device{}();
}

}  // namespace

TestRandom::TestRandom() : TestRandom(ChooseSeed()) {}

TestRandom::TestRandom(uint64_t seed) : seed_(seed), engine_(seed) {}

int64_t TestRandom::Between(int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(engine_);
}

std::string TestRandom::Text(absl::string_view alphabet, int64_t size) {
  std::string text;
  for (int64_t i = 0; i < size; ++i) text.push_back(Pick(alphabet));
  return text;
}

}  // namespace lots
