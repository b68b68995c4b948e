// What lotctl draws: widths, tables, trees, the progress bar.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "service/ctl/output/progress.h"
#include "service/ctl/output/table.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/output/tree.h"

namespace lots::ctl {
namespace {

class TextTest : public testing::Test {
 protected:
  std::ostringstream out_;
  std::ostringstream err_;
  Terminal terminal_{.out = out_, .err = err_};
};

TEST_F(TextTest, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("steel"), 5);
  EXPECT_EQ(DisplayWidth("Grün"), 4);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);  // e and a combining accent
  EXPECT_EQ(DisplayWidth("鋼"), 2);
  EXPECT_EQ(DisplayWidth("\xFF"), 1);
}

TEST_F(TextTest, TextOfOthersCannotDriveTheTerminal) {
  EXPECT_EQ(Printable("two\nlines\tand"), "two lines and");
  EXPECT_EQ(Printable("\x1b[31mred"), "\xEF\xBF\xBD[31mred");
  EXPECT_EQ(Printable("a\xE2\x80\xAE"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");  // reorders what follows
  EXPECT_EQ(Printable("bad\xFF"), "bad\xEF\xBF\xBD");
  EXPECT_EQ(Printable("Grün 鋼"), "Grün 鋼");
}

TEST_F(TextTest, ColumnsAlignWhateverTheScript) {
  Table table({{"NUMBER"}, {"QUANTITY", Column::kRight}, {"NAME"}});
  table.Add({"H-1", "12.5", "Stahl"});
  table.Add({"鋼-2", "100", ""});
  table.Print(terminal_);
  EXPECT_EQ(out_.str(),
            "NUMBER  QUANTITY  NAME\n"
            "H-1         12.5  Stahl\n"
            "鋼-2         100\n");
}

TEST_F(TextTest, ASecondPageHasNoSecondHeader) {
  Table table({{"A"}});
  table.Add({"1"});
  table.Print(terminal_);
  table.Print(terminal_);
  table.Add({"2"});
  table.Print(terminal_);
  EXPECT_EQ(out_.str(), "A\n1\n2\n");
}

TEST_F(TextTest, AnEmptyTablePrintsNothing) {
  Table({{"A"}}).Print(terminal_);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(TextTest, ColoursOnlyWhereWanted) {
  Table plain({{"A"}});
  plain.Add({"1"});
  plain.Print(terminal_);
  EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);

  Terminal colourful{.out = out_, .err = err_, .colours = true};
  Table table({{"A"}});
  table.Add({"1"});
  table.Print(colourful);
  EXPECT_NE(out_.str().find("\x1b[1mA\x1b[0m"), std::string::npos);
}

TEST_F(TextTest, HeldExpiredAndCertainHaveTheirColours) {
  const Terminal colourful{.out = out_, .err = err_, .colours = true};
  Table table({{"HELD", Column::kLeft, Column::kAlways, ColourOfHold},
               {"EXPIRES", Column::kLeft, Column::kAlways, ColourOfExpiry},
               {"CERTAINTY", Column::kLeft, Column::kAlways, ColourOfCertainty}});
  table.Add({"recall", "2020-01-01 (expired)", "certain"});
  table.Add({"", "2099-01-01", "possible"});
  table.Print(colourful);
  EXPECT_NE(out_.str().find("\n\x1b[33mrecall\x1b[0m  \x1b[31m2020-01-01 (expired)\x1b[0m  "
                            "\x1b[31mcertain\x1b[0m\n"
                            "        2099-01-01            \x1b[33mpossible\x1b[0m\n"),
            std::string::npos)
      << out_.str();
  PrintTree({.text = "pump/SN-1", .kind = "certain"}, colourful);
  EXPECT_NE(out_.str().find("\x1b[31mpump/SN-1\x1b[0m"), std::string::npos);
}

Table Wide() {
  Table table({{"NUMBER"},
               {"ON HAND", Column::kRight},
               {"REFERENCE", Column::kLeft, Column::kUseful},
               {"COMPANY", Column::kLeft, Column::kDetail},
               {"HELD", Column::kLeft, Column::kUseful},
               {"NOTE"},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  table.Add({"SN-1", "12.5", "supplier 9", "acme", "", "a long note that has several words",
             "0190163d-8694-739b-aea5-966c26f8ad91"});
  return table;
}

TEST_F(TextTest, ATableFitsTheTerminal) {
  for (const int columns : {120, 100, 80, 60, 45}) {
    out_.str("");
    err_.str("");
    Terminal narrow{.out = out_, .err = err_, .columns = columns};
    Wide().Print(narrow);
    for (const absl::string_view line : absl::StrSplit(out_.str(), '\n')) {
      EXPECT_LE(DisplayWidth(line), columns) << out_.str();
    }
    EXPECT_EQ(err_.str().find("LOT ID") != std::string::npos, columns < 110) << err_.str();
  }
}

TEST_F(TextTest, WhatIsLeftOutIsSaidAndWhatIsEmptyIsNotMissed) {
  Terminal narrow{.out = out_, .err = err_, .columns = 60};
  Wide().Print(narrow);
  EXPECT_EQ(out_.str(),
            "NUMBER  ON HAND  REFERENCE   NOTE\n"
            "SN-1       12.5  supplier 9  a long note that has several\n"
            "                             words\n");
  EXPECT_EQ(err_.str(),
            "lotctl: left out to fit the terminal: COMPANY, LOT ID; --wide shows everything\n");
}

TEST_F(TextTest, AFileGetsTheWholeTable) {
  Wide().Print(terminal_);
  EXPECT_NE(out_.str().find("0190163d-8694-739b-aea5-966c26f8ad91"), std::string::npos);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(TextTest, LinesBreakAtSpaces) {
  EXPECT_EQ(Wrap("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(Wrap("unbreakable", 4), (std::vector<std::string>{"unbr", "eaka", "ble"}));
  EXPECT_EQ(Wrap("鋼鋼鋼", 4), (std::vector<std::string>{"鋼鋼", "鋼"}));
  EXPECT_EQ(Wrap("", 4), std::vector<std::string>{""});
}

TEST_F(TextTest, WholeWordsMakeLongerLines) {
  EXPECT_EQ(Wrap("an unbreakable  id", 4, LongWords::kWhole),
            (std::vector<std::string>{"an", "unbreakable", "id"}));
  EXPECT_EQ(Wrap("unbreakable", 4, LongWords::kWhole), std::vector<std::string>{"unbreakable"});
}

// A table whose columns are all needed wraps at spaces, and breaks no number.
TEST_F(TextTest, ATableThatDoesNotFitWrapsWhatHasSpaces) {
  Table table({{"LOT"}, {"FROM → TO"}, {"QUANTITY", Column::kRight}});
  table.Add({"steel/HEAT-77", "finished-goods → customer", "97.500"});
  table.Print({.out = out_, .err = err_, .columns = 40});
  EXPECT_EQ(out_.str(),
            "LOT            FROM → TO        QUANTITY\n"
            "steel/HEAT-77  finished-goods     97.500\n"
            "               → customer\n");
}

TEST_F(TextTest, DetailsAndTreesGoOnInTheNextLine) {
  const Terminal narrow{.out = out_, .err = err_, .columns = 40};
  PrintDetails({{"lot", "steel/H-1"}, {"notes", "it came with three dents and no label at all"}},
               narrow);
  EXPECT_EQ(out_.str(),
            "lot:    steel/H-1\n"
            "notes:  it came with three dents and no\n"
            "        label at all\n");
  out_.str("");
  PrintTree({.text = "pump/SN-1  possibly  expires 2040-06-30  used 0.15",
             .notes = {"receipt 5.000 from chemco, purchase_order PO-3"},
             .children = {{.text = "work order MO-1001  2026-11-30 11:13:16Z  made 1"}}},
            narrow);
  EXPECT_EQ(out_.str(),
            "pump/SN-1  possibly  expires\n"
            "│     2040-06-30  used 0.15\n"
            "│  receipt 5.000 from chemco,\n"
            "│     purchase_order PO-3\n"
            "└─ work order MO-1001  2026-11-30\n"
            "         11:13:16Z  made 1\n");
}

TEST_F(TextTest, DetailsLeaveOutWhatIsNotThere) {
  PrintDetails({{"lot", "steel/H-1"}, {"notes", ""}, {"on hand", "3"}}, terminal_);
  EXPECT_EQ(out_.str(), "lot:      steel/H-1\non hand:  3\n");
}

TEST_F(TextTest, TreesHangBelowTheirParents) {
  const TreeNode tree{
      .text = "pump/SN-1",
      .notes = {"now here"},
      .children = {{.text = "WO-7", .notes = {"x"}, .children = {{.text = "steel/H-1"}}},
                   {.text = "WO-8", .notes = {"y"}}}};
  PrintTree(tree, terminal_);
  EXPECT_EQ(out_.str(),
            "pump/SN-1\n"
            "│  now here\n"
            "├─ WO-7\n"
            "│  │  x\n"
            "│  └─ steel/H-1\n"
            "└─ WO-8\n"
            "      y\n");
}

TEST_F(TextTest, TheBarSaysHowMuchIsDone) {
  EXPECT_EQ(Progress::Draw("importing", 12, 24, absl::Seconds(3)),
            "importing  ████████████░░░░░░░░░░░░  12/24  3 s");
  EXPECT_EQ(Progress::Draw("importing", 30, 24, absl::Seconds(3)),
            "importing  ████████████████████████  30/24  3 s");
}

TEST_F(TextTest, WithoutATotalABlockRunsToAndFro) {
  EXPECT_EQ(Progress::Draw("waiting", 0, 0, absl::Seconds(0)),
            "waiting  ████░░░░░░░░░░░░░░░░░░░░  0 s");
  EXPECT_EQ(Progress::Draw("waiting", 0, 0, absl::Seconds(4)),
            "waiting  ░░░░░░░░░░░░░░░░░░░░████  4 s");
}

TEST_F(TextTest, NobodySeesABarThatIsNoTerminal) {
  Progress progress(terminal_);
  progress.Start("waiting", 0);
  progress.Stop();
  EXPECT_EQ(err_.str(), "");
}

}  // namespace
}  // namespace lots::ctl
