// Cutting of UTF-8 texts.
#include "storage/base/utf8.h"

#include <gtest/gtest.h>

namespace lots {
namespace {

TEST(Utf8Prefix, EndsWithAWholeCharacter) {
  EXPECT_EQ(Utf8Prefix("Käse", 10), "Käse");
  EXPECT_EQ(Utf8Prefix("Käse", 5), "Käse");
  EXPECT_EQ(Utf8Prefix("Käse", 3), "Kä");
  EXPECT_EQ(Utf8Prefix("Käse", 2), "K");
  EXPECT_EQ(Utf8Prefix("…", 2), "");
  EXPECT_EQ(Utf8Prefix("", 0), "");
}

TEST(Utf8Suffix, BeginsWithAWholeCharacter) {
  EXPECT_EQ(Utf8Suffix("Käse", 10), "Käse");
  EXPECT_EQ(Utf8Suffix("Käse", 4), "äse");
  EXPECT_EQ(Utf8Suffix("Käse", 3), "se");
  EXPECT_EQ(Utf8Suffix("…", 2), "");
  EXPECT_EQ(Utf8Suffix("", 0), "");
}

}  // namespace
}  // namespace lots
