// What commands look like on a terminal: its width, and the colours of what is expired.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/ctl/output/text_width.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using CtlTerminal = CtlFactory;

// What the program lotctl writes to a terminal, in an environment that env(1) sets.
std::string OnTerminal(const std::string& environment, const std::string& arguments) {
  const std::string lotctl =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("lotctl").string();
  const std::string command = absl::StrCat("env ", environment, " script -qec '", lotctl, " ",
                                           arguments, "' /dev/null </dev/null");
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    text.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(pipe), 0) << command << text;
  return text;
}

std::string WithoutColours(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"\x1b[0m", ""}, {"\x1b[1m", ""}, {"\x1b[31m", ""}, {"\x1b[33m", ""}});
}

// Trees, details and tables of many columns did not look at the width.
TEST_F(CtlTerminal, NoLineIsLongerThanTheTerminal) {
  lotctl_.Ok({"location", "upsert", "finished-goods-berlin", "--kind", "internal", "--name",
              "Finished goods, Berlin"});
  lotctl_.Ok({"lot", "update", "steel/H-1", "--notes",
              "came with three dents, one of them deep, and was taken all the same after a call"});
  MakePump();
  lotctl_.Ok({"stock", "move", "transfer", "steel/H-1=20", "--from", "RAW", "--to",
              "finished-goods-berlin", "--note", "moved to make room for the next delivery"});
  lotctl_.Ok({"stock", "move", "delivery", "pump/SN-0001", "--from", "HALL", "--partner",
              "velo-berlin", "--document", "delivery_note:DN-2026-0001"});
  lotctl_.Ok({"recall", "open", "RC-2026-014", "steel/H-1", "--reason",
              "metal splinters in the coils of the first shift, found by two customers"});
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"lot", "list"},
           {"lot", "get", "steel/H-1"},
           {"lot", "get", "pump/SN-0001"},
           {"lot", "locations", "steel/H-1", "--all"},
           {"lot", "history", "steel/H-1"},
           {"lot", "summary"},
           {"stock", "list"},
           {"stock", "list", "--all-kinds"},
           {"stock", "movements"},
           {"stock", "suggest", "steel", "1"},
           {"work-order", "list"},
           {"work-order", "get", "WO-7"},
           {"trace", "upstream", "pump/SN-0001"},
           {"trace", "downstream", "steel/H-1"},
           {"trace", "downstream", "steel/H-1", "--format", "table"},
           {"trace", "recipients", "steel/H-1"},
           {"trace", "origins", "pump/SN-0001"},
           {"recall", "get", "RC-2026-014"},
           {"recall", "list"},
           {"recall", "report", "RC-2026-014"},
           {"product", "list"},
           {"product", "get", "pump"},
           {"location", "list"},
           {"settings", "get"},
           {"audit", "list"}}) {
    const CtlEnd end = lotctl_.Run(line, 80);
    EXPECT_EQ(end.code, 0) << testing::PrintToString(line) << end.err;
    for (const absl::string_view text : absl::StrSplit(WithoutColours(end.out), '\n')) {
      EXPECT_LE(ctl::DisplayWidth(text), 80) << testing::PrintToString(line) << "\n" << text;
    }
  }
}

// Only 'lot list' and 'lot get' said so.
TEST_F(CtlTerminal, WhatIsExpiredIsMarkedWhereverItIsShown) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const absl::CivilDay today = absl::ToCivilDay(absl::Now(), berlin);
  const std::string yesterday = absl::FormatCivilTime(today - 1);
  lotctl_.Ok({"lot", "create", "steel", "OLD", "--expires", yesterday});
  lotctl_.Ok({"lot", "create", "steel", "LAST", "--expires", absl::FormatCivilTime(today + 1)});
  lotctl_.Ok({"stock", "move", "receipt", "steel/OLD=1", "steel/LAST=1", "--to", "RAW"});
  lotctl_.Ok({"recall", "open", "RC-1", "steel/OLD", "--reason", "splinters"});
  const std::string marked = absl::StrCat("\x1b[31m", yesterday, " (expired)\x1b[0m");
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"lot", "list"},
           {"lot", "get", "steel/OLD"},
           {"lot", "locations", "steel/OLD"},
           {"stock", "list"},
           {"recall", "report", "RC-1"},
           {"trace", "downstream", "steel/OLD", "--format", "table"}}) {
    EXPECT_THAT(lotctl_.Run(line, 300).out, HasSubstr(marked)) << testing::PrintToString(line);
  }
  EXPECT_THAT(lotctl_.Ok({"trace", "upstream", "steel/OLD"}),
              HasSubstr(absl::StrCat("steel/OLD  expires ", yesterday, " (expired)")));
  EXPECT_THAT(CtlRunner(server_, "-").Run({"stock", "list"}, 300).out, HasSubstr(marked));
  // A last day of use is a day of use.
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"lot", "locations", "steel/LAST"},
                                             {"trace", "upstream", "steel/LAST"},
                                             {"stock", "suggest", "steel", "1"}}) {
    EXPECT_THAT(lotctl_.Run(line).out, AllOf(HasSubstr("LAST"), Not(HasSubstr("(expired)"))));
  }
}

TEST_F(CtlTerminal, ColoursAreForATerminalThatWantsThem) {
  lotctl_.Ok({"lot", "create", "steel", "OLD", "--expires", "2020-01-01"});
  const std::string line =
      absl::StrCat("--address ", server_.server().address(), " --company acme lot get steel/OLD");
  EXPECT_THAT(OnTerminal("-u NO_COLOR TERM=xterm", line),
              HasSubstr("\x1b[31m2020-01-01 (expired)\x1b[0m"));
  for (const char* environment : {"NO_COLOR=1 TERM=xterm", "-u NO_COLOR TERM=dumb"}) {
    EXPECT_THAT(OnTerminal(environment, line),
                AllOf(HasSubstr("2020-01-01 (expired)"), Not(HasSubstr("\x1b["))));
  }
}

}  // namespace
}  // namespace lots
