#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "storage/numbers/number.h"
#include "storage/numbers/sequence.h"
#include "tests/support/base/random.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NumberSequence, CountsTheLastRunOfDigits) {
  const struct {
    const char* first;
    std::vector<std::string> numbers;
  } kCases[] = {
      {"A-9", {"A-9", "A-10", "A-11"}},
      {"SN-007-X", {"SN-007-X", "SN-008-X", "SN-009-X"}},
      {"099", {"099", "100", "101"}},
      {"999", {"999", "1000", "1001"}},
      {"2026-B-1", {"2026-B-1", "2026-B-2", "2026-B-3"}},
      {"BAV023B00001S00001", {"BAV023B00001S00001", "BAV023B00001S00002", "BAV023B00001S00003"}},
      {"7", {"7", "8", "9"}},
      {"0", {"0", "1", "2"}},
      {"ABC", {"ABC1", "ABC2", "ABC3"}},
      {" A1 ", {"A1", "A2", "A3"}},
      {"o\u0308-1", {"\u00f6-1", "\u00f6-2", "\u00f6-3"}},
      {"\u0663-1\u0663", {"\u0663-1\u0663", "\u0663-2\u0663", "\u0663-3\u0663"}},
      {"9223372036854775807",
       {"9223372036854775807", "9223372036854775808", "9223372036854775809"}},
      {"999999999999999999999999998",
       {"999999999999999999999999998", "999999999999999999999999999",
        "1000000000000000000000000000"}},
  };
  for (const auto& [first, numbers] : kCases) {
    const absl::StatusOr<std::vector<std::string>> made = NumbersFrom(first, 3);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(*made, numbers);
  }
}

TEST(NumberSequence, GoesOnPastNumbersThatAreTaken) {
  absl::StatusOr<NumberSequence> sequence = NumberSequence::From("A-8");
  ASSERT_TRUE(sequence.ok());
  const std::vector<std::string> taken = {"A-9", "A-10"};

  std::vector<std::string> free;
  while (free.size() < 3) {
    const std::string number = *sequence->Next();
    if (std::count(taken.begin(), taken.end(), number) == 0) free.push_back(number);
  }

  EXPECT_THAT(free, ElementsAre("A-8", "A-11", "A-12"));
}

TEST(NumberSequence, EndsWhereNumbersGetTooLong) {
  const std::string first = std::string(62, 'A') + "99";
  absl::StatusOr<NumberSequence> sequence = NumberSequence::From(first);
  ASSERT_TRUE(sequence.ok());

  EXPECT_EQ(*sequence->Next(), first);
  EXPECT_TRUE(absl::IsOutOfRange(sequence->Next().status()));
  EXPECT_TRUE(absl::IsOutOfRange(sequence->Next().status()));
  EXPECT_TRUE(absl::IsOutOfRange(NumbersFrom(first, 2).status()));
  EXPECT_TRUE(absl::IsOutOfRange(NumbersFrom(std::string(64, 'A'), 1).status()));
  EXPECT_TRUE(NumbersFrom(first, 1).ok());
}

TEST(NumberSequence, RefusesWhatIsNoNumber) {
  EXPECT_TRUE(absl::IsInvalidArgument(NumberSequence::From(" ").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(NumbersFrom("A\n1", 3).status()));
  EXPECT_THAT(*NumbersFrom("A1", 0), IsEmpty());
}

TEST(NumberSequence, CountsAsIntegersDo) {
  TestRandom random;
  TRACE_SEED(random);

  for (int round = 0; round < 2'000; ++round) {
    const int width = static_cast<int>(random.Between(1, 9));
    const std::string digits = random.Text("0123456789", width);
    const std::string prefix = random.Text("AB9-", 3) + "-";
    const std::string suffix = random.Text("XY/ ", 2) + "Z";
    int64_t value = 0;
    ASSERT_TRUE(absl::SimpleAtoi(digits, &value));

    const absl::StatusOr<std::vector<std::string>> numbers =
        NumbersFrom(prefix + digits + suffix, 30);

    ASSERT_TRUE(numbers.ok()) << numbers.status();
    for (const std::string& number : *numbers) {
      EXPECT_EQ(number, absl::StrFormat("%s%0*d%s", prefix, width, value++, suffix));
      EXPECT_EQ(*CleanNumber(number), number);
    }
  }
}

}  // namespace
}  // namespace lots
