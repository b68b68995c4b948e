// Results of inspections as they are typed, and as CSV files have them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "service/ctl/quality/results.h"

namespace lots::ctl {
namespace {

using testing::HasSubstr;

std::string Line(const v1::InspectionResult& result) {
  std::string value = "-";
  if (result.value().has_text()) value = absl::StrCat("text ", result.value().text());
  if (result.value().has_decimal()) value = absl::StrCat("decimal ", result.value().decimal());
  if (result.value().has_flag()) value = result.value().flag() ? "flag yes" : "flag no";
  return absl::StrCat(result.name(), "|", value, "|", result.unit(), "|", result.lower_limit(),
                      "..", result.upper_limit(), "|",
                      !result.has_passed() ? ""
                      : result.passed()    ? "passed"
                                           : "failed");
}

std::string Typed(const std::string& text) {
  const auto result = ParseResult(text);
  return result.ok() ? Line(*result) : "refused";
}

TEST(Results, AreReadAsTheyAreMeant) {
  EXPECT_EQ(Typed("viscosity=4.1:unit=mPa.s:min=3.5:max=4.5"),
            "viscosity|decimal 4.1|mPa.s|3.5..4.5|");
  EXPECT_EQ(Typed("viscosity=4.1:max=4.5:min=3.5:unit=mPa.s"),
            "viscosity|decimal 4.1|mPa.s|3.5..4.5|");
  EXPECT_EQ(Typed("temperature=-4:max=0"), "temperature|decimal -4||..0|");
  EXPECT_EQ(Typed("colour=RAL 7035: grey"), "colour|text RAL 7035: grey||..|");
  EXPECT_EQ(Typed("sealed=true"), "sealed|flag yes||..|");
  EXPECT_EQ(Typed("smell=failed"), "smell|-||..|failed");
  EXPECT_EQ(Typed("smell=passed"), "smell|-||..|passed");
  EXPECT_EQ(Typed("formula=a=b"), "formula|text a=b||..|");
  EXPECT_EQ(Typed("=4"), "refused");
  EXPECT_EQ(Typed("viscosity"), "refused");
}

TEST(Csv, LinesOfOneLotAreOneInspection) {
  v1::RecordInspectionRequest request;
  const absl::Status read = AppendCsv(
      "\xEF\xBB\xBFlot,verdict,note,result,value,unit,min,max\r\n"
      "steel/H-1,passed,,carbon,0.42,%,,0.45\r\n"
      "steel/H-1,passed,\"as agreed, \"\"once\"\"\",colour,grey,,,\r\n"
      "\r\n"
      "steel/H-2,failed,rusty,,,,,\n",
      request);
  ASSERT_TRUE(read.ok()) << read;
  ASSERT_EQ(request.inspections_size(), 2);
  const v1::NewInspection& first = request.inspections(0);
  EXPECT_EQ(first.lot().number(), "H-1");
  EXPECT_EQ(first.verdict(), v1::VERDICT_PASSED);
  EXPECT_EQ(first.note(), "as agreed, \"once\"");
  ASSERT_EQ(first.results_size(), 2);
  EXPECT_EQ(Line(first.results(0)), "carbon|decimal 0.42|%|..0.45|");
  EXPECT_EQ(Line(first.results(1)), "colour|text grey||..|");
  EXPECT_EQ(request.inspections(1).verdict(), v1::VERDICT_FAILED);
  EXPECT_EQ(request.inspections(1).note(), "rusty");
  EXPECT_EQ(request.inspections(1).results_size(), 0);
}

TEST(Csv, AMistakeNamesItsLine) {
  const struct {
    std::string csv;
    std::string message;
  } kCases[] = {
      {"lot,verdikt\n", "line 1: there is no column 'verdikt'"},
      {"lot,result\n", "line 1: the column 'verdict' is missing"},
      {"lot,verdict\nsteel/H-1,good\n", "line 2: the verdict is passed or failed; not 'good'"},
      {"lot,verdict\nsteel/H-1,passed\nsteel/H-1,failed\n", "line 3: lot 'steel/H-1' has another"},
      {"lot,verdict\nsteel/H-1,passed,x\n", "line 2: has more cells"},
      {"lot,verdict\n\"steel/H-1,passed\n", "line 2: a quote is not closed"},
      {"lot,verdict\n\"steel/H-1\"x,passed\n", "line 2: text stands behind a closing quote"},
      {"", "has no inspections"},
      {"lot,verdict\n", "has no inspections"},
  };
  for (const auto& one : kCases) {
    v1::RecordInspectionRequest request;
    const absl::Status read = AppendCsv(one.csv, request);
    EXPECT_THAT(std::string(read.message()), HasSubstr(one.message)) << one.csv;
  }
}

}  // namespace
}  // namespace lots::ctl
