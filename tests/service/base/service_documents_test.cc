// What the documents say of limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/time/time.h"
#include "service/base/server_limits.h"
#include "storage/base/limits.h"

namespace lots {
namespace {

using testing::HasSubstr;

// A file of the sources, in which tests run.
std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Documents, ReadersOfRecordTimeLookBackLongerThanAWriteMayTake) {
  EXPECT_EQ(kLargeDeadlineMax, absl::Minutes(5));
  EXPECT_GE(absl::Minutes(10), kLargeDeadlineMax + kClockSkewMax);

  const std::string proto = Read("proto/lots/v1/stock.proto");
  EXPECT_THAT(proto, HasSubstr("minus ten minutes"));
  EXPECT_THAT(proto, HasSubstr("than a write may take (five minutes)"));
  EXPECT_THAT(Read("README.md"), HasSubstr("an overlap of ten minutes"));
}

}  // namespace
}  // namespace lots
