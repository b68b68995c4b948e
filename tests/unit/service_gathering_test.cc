// The turns in which a full server refuses.
#include <gtest/gtest.h>

#include "service/gathering.h"

namespace lots {
namespace {

const absl::Duration kHalf = kRefusalTurn / 2;
const absl::Time kTurn = absl::UnixEpoch() + 450'000'000'000 * kRefusalTurn;

TEST(Gathering, CallsGatherInTheFirstHalfOfATurn) {
  EXPECT_EQ(UntilRefusals(kTurn), kHalf);
  EXPECT_EQ(UntilRefusals(kTurn + absl::Microseconds(1)), kHalf - absl::Microseconds(1));
  EXPECT_EQ(UntilRefusals(kTurn + kHalf - absl::Nanoseconds(1)), absl::Nanoseconds(1));
}

TEST(Gathering, AreRefusedAtOnceInTheSecondHalf) {
  EXPECT_EQ(UntilRefusals(kTurn + kHalf), absl::ZeroDuration());
  EXPECT_EQ(UntilRefusals(kTurn + kRefusalTurn - absl::Nanoseconds(1)), absl::ZeroDuration());
}

TEST(Gathering, AndGatherAgainInTheNext) { EXPECT_EQ(UntilRefusals(kTurn + kRefusalTurn), kHalf); }

}  // namespace
}  // namespace lots
