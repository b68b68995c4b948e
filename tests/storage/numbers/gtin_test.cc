#include "storage/numbers/gtin.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "storage/base/check_digit.h"
#include "tests/support/base/random.h"
#include "tests/support/base/shared_data.h"

namespace lots {
namespace {

TEST(CheckDigit, OfKnownNumbers) {
  EXPECT_EQ(CheckDigitMod10("629104150021"), '3');
  EXPECT_EQ(CheckDigitMod10("12345678901234567"), '5');
  EXPECT_EQ(CheckDigitLuhn("7992739871"), '3');
  EXPECT_EQ(CheckDigitLuhn("49015420323751"), '8');  // an IMEI
  EXPECT_EQ(CheckDigitMod10(""), '0');
  EXPECT_EQ(CheckDigitLuhn(""), '0');
}

TEST(CheckDigit, PassesOverOtherCharacters) {
  EXPECT_EQ(CheckDigitMod10("L-6291/0415é0021 "), '3');
  EXPECT_EQ(CheckDigitLuhn("79927-39871"), '3');
}

TEST(CheckDigit, NoticesEveryWrongDigit) {
  TestRandom random;
  TRACE_SEED(random);

  for (int round = 0; round < 200; ++round) {
    const std::string right = random.Text("0123456789", random.Between(1, 40));
    std::string wrong = right;
    char& digit = wrong[static_cast<size_t>(random.Between(0, wrong.size() - 1))];
    digit = static_cast<char>('0' + (digit - '0' + random.Between(1, 9)) % 10);

    EXPECT_NE(CheckDigitMod10(right), CheckDigitMod10(wrong)) << right << " " << wrong;
    EXPECT_NE(CheckDigitLuhn(right), CheckDigitLuhn(wrong)) << right << " " << wrong;
  }
}

TEST(CleanGtin, MakesFourteenDigits) {
  EXPECT_EQ(*CleanGtin("95050003"), "00000095050003");
  EXPECT_EQ(*CleanGtin("416000336108"), "00416000336108");
  EXPECT_EQ(*CleanGtin("6291041500213"), "06291041500213");
  EXPECT_EQ(*CleanGtin("12345678901231"), "12345678901231");
}

TEST(CleanGtin, SaysWhatIsWrong) {
  const struct {
    const char* raw;
    const char* message;
  } kCases[] = {
      {"", "GTIN \"\" has 0 characters; it must have 8, 12, 13 or 14"},
      {"123456789", "GTIN \"123456789\" has 9 characters; it must have 8, 12, 13 or 14"},
      {"6291041500214",
       "GTIN \"6291041500214\": the check digit is 4, the digits before it make 3"},
      {"62910415-0213", "GTIN \"62910415-0213\": character 9 is not a digit"},
      {"629104150021X", "GTIN \"629104150021X\": character 13 is not a digit"},
      {"\xff\x01\x02\x03\x04\x05\x06\x07",
       "GTIN \"\\xff\\x01\\x02\\x03\\x04\\x05\\x06\\x07\": character 1 is not a digit"},
  };
  for (const auto& [raw, message] : kCases) {
    const absl::Status status = CleanGtin(raw).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << raw;
    EXPECT_EQ(status.message(), message);
  }
}

TEST(CleanGln, HasThirteenDigits) {
  EXPECT_EQ(*CleanGln("9521234000006"), "9521234000006");
  EXPECT_EQ(CleanGln("952123400000").status().message(),
            "GLN \"952123400000\" has 12 characters; it must have 13");
  EXPECT_EQ(CleanGln("9521234000007").status().message(),
            "GLN \"9521234000007\": the check digit is 7, the digits before it make 6");
}

TEST(FitsGs1Label, AsAi10AndAi21) {
  EXPECT_TRUE(FitsGs1Label("A"));
  EXPECT_TRUE(FitsGs1Label("L-2026/01_+%&'\"()*<>"));
  EXPECT_FALSE(FitsGs1Label(""));
  EXPECT_FALSE(FitsGs1Label("123456789012345678901"));
  EXPECT_FALSE(FitsGs1Label("LOT 1"));
  EXPECT_FALSE(FitsGs1Label("LÖT"));
}

// GS1's own cases for a linter: whether ours agrees with each.
template <class Linter>
void AgreesWithGs1(absl::string_view name, Linter linter) {
  const auto lines = SharedDataLines("gs1_vectors.jsonl");
  if (!lines) GTEST_SKIP() << "no gs1_vectors.jsonl in " << SharedDataFolder();
  int cases = 0;
  for (const std::string& line : *lines) {
    const nlohmann::json vector = nlohmann::json::parse(line);
    if (vector.value("linter", "") != name) continue;
    ++cases;
    EXPECT_EQ(linter(vector["input"].get<std::string>()), vector["ok"].get<bool>()) << line;
  }
  EXPECT_GT(cases, 10);
}

TEST(Gs1Vectors, CheckDigits) { AgreesWithGs1("csum", HasCheckDigitMod10); }

TEST(Gs1Vectors, CharacterSet82) { AgreesWithGs1("cset82", IsCset82); }

}  // namespace
}  // namespace lots
