// What lotctl writes as CSV: RFC 4180, and nothing that a spreadsheet would run or read otherwise.
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "service/ctl/output/csv.h"

namespace lots::ctl {
namespace {

std::string Line(const CsvRecord& record) {
  std::ostringstream out;
  record.Write(out);
  return out.str();
}

std::string Text(absl::string_view text) { return Line(CsvRecord().Text(text)); }

// What a spreadsheet shows of a line of one field: the field without its quotes, and the value of
// the formula that it may be.
std::string Shown(absl::string_view line) {
  line.remove_suffix(2);
  std::string field(line);
  if (absl::StartsWith(field, "\"")) {
    field = absl::StrReplaceAll(field.substr(1, field.size() - 2), {{"\"\"", "\""}});
  }
  if (!absl::StartsWith(field, "=")) return field;
  EXPECT_TRUE(absl::StartsWith(field, "=\"") && absl::EndsWith(field, "\"")) << field;
  std::string shown;
  for (const absl::string_view part : absl::StrSplit(field.substr(2, field.size() - 3), "\"&\"")) {
    const std::string text = absl::StrReplaceAll(part, {{"\"\"", "\""}});
    EXPECT_LE(text.size(), 255u) << text;  // what a formula may hold
    absl::StrAppend(&shown, text);
  }
  return shown;
}

TEST(Csv, FieldsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(Line(CsvRecord().Text("a").Text("b c").Text("").Text("ü")), "a,b c,,ü\r\n");
  EXPECT_EQ(Line(CsvRecord().Text("a,b").Text("say \"x\"").Text("two\nlines")),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
}

// An apostrophe in front once stopped the formulas, and changed each value.
TEST(Csv, NothingIsRunAndNothingIsChanged) {
  for (const char* text : {"=1+1", "+1", "+41 44 123", "-cmd", "@SUM(A1)", "\t=1",
                           "=HYPERLINK(\"x\",1)", "-", "-1-cmd", "=cmd|' /C calc'!A1",
                           "\xEF\xBC\x9D"
                           "1"}) {
    const std::string line = Text(text);
    EXPECT_TRUE(absl::StartsWith(line, "\"=\"\"")) << line;
    EXPECT_EQ(Shown(line), text);
  }
}

TEST(Csv, DigitsStayTheTextThatTheyAre) {
  for (const char* text : {"00123", "4711", "1E5", "12345678901234567890", "1.10", "3/4", "2026-05",
                           "12:30", "1,5", "MAR-1", "sept2", "Dez 24", "TRUE", "9kg"}) {
    const std::string line = Text(text);
    EXPECT_NE(line.find("=\"\""), std::string::npos) << line;
    EXPECT_EQ(Shown(line), text);
  }
}

TEST(Csv, PlainWordsStayPlain) {
  for (const char* text : {"SN-9", "pump/SN-1", "Marble", "Stahl", "Köln", "öl-7", "certain"}) {
    EXPECT_EQ(Text(text), absl::StrCat(text, "\r\n"));
  }
}

TEST(Csv, ALongTextIsCutIntoWhatAFormulaMayHold) {
  const std::string text = absl::StrCat("=", std::string(253, 'x'), "ü", std::string(300, '"'));
  EXPECT_EQ(Shown(Text(text)), text);
  EXPECT_NE(Text(text).find("&"), std::string::npos);
  EXPECT_NE(Text(text).find("ü"), std::string::npos);  // not cut in its middle
}

TEST(Csv, QuantitiesAreNumbersAndDaysAreDays) {
  EXPECT_EQ(
      Line(CsvRecord().Number("-4").Number("-0.25").Number("12.500").Number("").Date("2026-12-31")),
      "-4,-0.25,12.500,,2026-12-31\r\n");
  EXPECT_EQ(Shown(Line(CsvRecord().Number("1234567890123.456"))), "1234567890123.456");
  EXPECT_EQ(Shown(Line(CsvRecord().Number("=1"))), "=1");
}

}  // namespace
}  // namespace lots::ctl
