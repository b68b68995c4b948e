#include "storage/numbers/number.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/unicode.h"
#include "tests/support/base/random.h"

namespace lots {
namespace {

std::string Repeated(absl::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

TEST(CleanNumber, TrimsAndComposes) {
  const struct {
    const char* raw;
    const char* clean;
  } kCases[] = {
      {"SN-1", "SN-1"},
      {"SN-1 ", "SN-1"},
      {"\t SN 1\r\n", "SN 1"},
      {"\u00a0\u2003SN-1\u3000\u2028\u0085", "SN-1"},
      {"L\u00f6t", "L\u00f6t"},
      {"Lo\u0308t", "L\u00f6t"},
      {"\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m"},
      {"批号-7", "批号-7"},
      {"<1>&'\"%_\\", "<1>&'\"%_\\"},
  };
  for (const auto& [raw, clean] : kCases) {
    const absl::StatusOr<std::string> number = CleanNumber(raw);
    ASSERT_TRUE(number.ok()) << number.status();
    EXPECT_EQ(*number, clean);
  }
}

TEST(CleanNumber, CountsCharactersNotBytes) {
  const std::string longest = Repeated("\u00f6", kNumberCharactersMax);
  EXPECT_EQ(*CleanNumber(longest), longest);
  EXPECT_EQ(*CleanNumber(Repeated("o\u0308", kNumberCharactersMax)), longest);
  EXPECT_EQ(CleanNumber(longest + "x").status().message(),
            "number: 65 characters; at most 64 are allowed");
}

TEST(CleanNumber, SaysWhatIsWrong) {
  const struct {
    absl::string_view raw;
    const char* message;
  } kCases[] = {
      {"", "number: must not be empty"},
      {" \u3000\n", "number: must not be empty"},
      {"A\xff", "number: not valid UTF-8"},
      {"A\xc0\x80", "number: not valid UTF-8"},
      {"A\xed\xa0\x80", "number: not valid UTF-8"},
      {"A\nB", "number: character 2 (U+000A) is a line break"},
      {"A\u2028B", "number: character 2 (U+2028) is a line break"},
      {"\u00e4\x07", "number: character 2 (U+0007) is a control, invisible"},
      {absl::string_view("A\0B", 3), "number: character 2 (U+0000) is a control, invisible"},
      {"A\u200bB", "number: character 2 (U+200B) is a control, invisible"},
      {"A\u202eB", "number: character 2 (U+202E) is a control, invisible"},
      {"A\U000e0fffB", "number: character 2 (U+E0FFF) is a control, invisible or unassigned"},
  };
  for (const auto& [raw, message] : kCases) {
    const absl::Status status = CleanNumber(raw).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_TRUE(absl::StartsWith(status.message(), message)) << status;
  }
}

TEST(NumberKey, IgnoresCaseUnlessItMatters) {
  EXPECT_EQ(NumberKey("Sn-1", false), "sn-1");
  EXPECT_EQ(NumberKey("Sn-1", true), "Sn-1");
  EXPECT_EQ(NumberKey("STRASSE", false), NumberKey("stra\u00dfe", false));
  EXPECT_EQ(NumberKey("\u00c4", false), NumberKey("\u00e4", false));
  EXPECT_EQ(NumberKey("\u03a3\u0399\u03a3", false), NumberKey("\u03c3\u03b9\u03c2", false));
  EXPECT_NE(NumberKey("A", false), NumberKey("\u00c4", false));
  EXPECT_NE(NumberKey("O1", false), NumberKey("01", false));
}

TEST(SearchKey, HoldsNumberAndReferenceFolded) {
  EXPECT_EQ(SearchKey("SN-1", "Ref-\u00c4"), "sn-1\nref-\u00e4");
  EXPECT_EQ(SearchKey("SN-1", ""), "sn-1\n");
  EXPECT_TRUE(absl::StrContains(SearchKey("Lo\u0308t", ""), FoldForSearch("\u00d6T")));
}

// Any text of assigned characters, many of them ones that normalising and folding act upon.
std::string AnyText(TestRandom& random) {
  static constexpr std::pair<int64_t, int64_t> kRanges[] = {
      {0x20, 0x7e},     {0xa0, 0x24f},    {0x300, 0x345},   {0x370, 0x3ff},     {0x1e00, 0x1fff},
      {0x2100, 0x218f}, {0xac00, 0xad00}, {0xfb00, 0xfb4f}, {0x10400, 0x1044f}, {0x0, 0x10ffff},
  };
  std::u32string text;
  for (int64_t i = random.Between(0, 20); i > 0; --i) {
    const auto& [low, high] = kRanges[random.Between(0, std::size(kRanges) - 1)];
    text.push_back(static_cast<char32_t>(random.Between(low, high)));
  }
  std::erase_if(text, [](char32_t c) { return c >= 0xd800 && c <= 0xdfff; });
  return EncodeUtf8(text);
}

TEST(Number, CleaningAndFoldingTwiceIsOnce) {
  TestRandom random;
  TRACE_SEED(random);

  for (int round = 0; round < 20'000; ++round) {
    const std::string text = AnyText(random);
    const std::string folded = FoldForSearch(text);
    EXPECT_EQ(FoldForSearch(folded), folded) << text;
    const absl::StatusOr<std::string> clean = CleanNumber(text);
    if (!clean.ok()) continue;
    EXPECT_EQ(*CleanNumber(*clean), *clean);
    EXPECT_EQ(NumberKey(NumberKey(*clean, false), false), NumberKey(*clean, false)) << *clean;
    EXPECT_EQ(NumberKey(*clean, true), *clean);
  }
}

TEST(Number, RandomBytesNeverCrash) {
  TestRandom random;
  TRACE_SEED(random);
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes.push_back(static_cast<char>(c));

  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random.Text(bytes, random.Between(0, 12));
    const absl::StatusOr<std::string> clean = CleanNumber(text);
    EXPECT_TRUE(clean.ok() || absl::IsInvalidArgument(clean.status()));
    if (!DecodeUtf8(text)) {
      EXPECT_EQ(FoldForSearch(text), text);
    }
  }
}

}  // namespace
}  // namespace lots
