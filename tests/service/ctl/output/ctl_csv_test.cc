// What lotctl writes as CSV: RFC 4180, and nothing that a spreadsheet would run.
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "service/ctl/output/csv.h"

namespace lots::ctl {
namespace {

std::string Record(const std::vector<std::string>& fields) {
  std::ostringstream out;
  WriteCsvRecord(fields, out);
  return out.str();
}

TEST(Csv, FieldsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(Record({"a", "b c", "", "ü"}), "a,b c,,ü\r\n");
  EXPECT_EQ(Record({"a,b", "say \"x\"", "two\nlines"}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
}

TEST(Csv, FormulasBecomeText) {
  const struct {
    std::string field;
    std::string written;
  } kCases[] = {
      {"=1+1", "'=1+1"},
      {"+41 44 123", "'+41 44 123"},
      {"-cmd", "'-cmd"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "'\t=1"},
      {"\r=1", "\"'\r=1\""},
      {"=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""},
      {"-", "'-"},
      {"-1-cmd", "'-1-cmd"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Record({c.field}), c.written + "\r\n") << c.field;
}

TEST(Csv, NumbersStayNumbers) {
  EXPECT_EQ(Record({"-4", "-0.25", "12.5", "2026-12-31"}), "-4,-0.25,12.5,2026-12-31\r\n");
}

}  // namespace
}  // namespace lots::ctl
