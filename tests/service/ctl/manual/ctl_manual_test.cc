// The manual and the completions of lotctl, as the program prints them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/ctl/run.h"
#include "service/ctl/session/session.h"
#include "tests/support/base/test_folder.h"

namespace lots::ctl {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

std::string Printed(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(Run(arguments, "1.2.3", {.out = out, .err = err}), 0) << err.str();
  EXPECT_EQ(err.str(), "");
  return out.str();
}

std::string OutputOf(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    text.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(pipe), 0) << command << text;
  return text;
}

bool HasProgram(const std::string& name) {
  return std::system(absl::StrCat("command -v ", name, " >/dev/null").c_str()) == 0;
}

// The manual as plain text.
std::string Manual() {
  return absl::StrReplaceAll(Printed({"manual"}),
                             {{"\\-", "-"}, {"\\fB", ""}, {"\\fR", ""}, {"\\fI", ""}});
}

TEST(Manual, NamesEveryVariableAndEveryExitCode) {
  const std::string manual = Manual();
  for (const char* variable : {"LOTS_ADDRESS", "LOTS_COMPANY", "LOTS_ACTOR", "LOTS_TOKEN",
                               "LOTS_TLS_CA", "LOTS_CLIENT_CERTIFICATE", "LOTS_CLIENT_KEY",
                               "NO_COLOR", "TERM", "TRACEPARENT, TRACESTATE"}) {
    EXPECT_THAT(manual, HasSubstr(absl::StrCat(".TP\n", variable, "\n")));
  }
  for (int code = 0; code <= 5; ++code) {
    EXPECT_THAT(manual, HasSubstr(absl::StrCat(".TP\n", code, "\n")));
  }
}

TEST(Manual, HasEveryCommandWithItsFlagsAndExamples) {
  const std::string manual = Manual();
  EXPECT_THAT(manual, HasSubstr(".SS lotctl work-order\n"));
  EXPECT_THAT(manual, HasSubstr(".PP\nlotctl lot hold LOT...\n.RS\n"));
  EXPECT_THAT(manual, HasSubstr(".TP\n--component COMPONENT\n"));
  EXPECT_THAT(manual, HasSubstr("\nlotctl trace origins pump/SN-1 pump/SN-7\n"));
  EXPECT_THAT(manual, Not(HasSubstr("--created-before")));  // an earlier name
}

// As long as lotd gives the largest calls; README.md says so too.
TEST(Manual, SaysHowLongACallMayTake) {
  EXPECT_EQ(GlobalOptions().timeout_seconds, 120);
  EXPECT_EQ(kTimeoutSecondsMax, 300);
  EXPECT_THAT(Manual(), HasSubstr("--timeout TIMEOUT\nSeconds that one call may take, at most "
                                  "300.\nDefault: 120.\n"));
  EXPECT_THAT(Printed({"--help"}), HasSubstr("seconds that one call may take, at most 300"));
}

TEST(Manual, IsUnderstoodByGroff) {
  if (!HasProgram("groff")) GTEST_SKIP() << "groff is missing";
  const TestFolder folder;
  const std::string page = folder.Write("lotctl.1", Printed({"manual"}));
  const std::string said = OutputOf(absl::StrCat("groff -man -Tutf8 -ww -z ", page, " 2>&1"));
  EXPECT_EQ(said, "");
}

class Completion : public testing::Test {
 protected:
  std::string Script(const std::string& shell) const {
    return folder_.Write(absl::StrCat("lotctl.", shell), Printed({"completion", shell}));
  }
  // What bash offers for the last of the words.
  std::vector<std::string> InBash(const std::string& words) const {
    const std::string test = folder_.Write(
        "test.bash", absl::StrCat("source ", Script("bash"), "\nCOMP_WORDS=(", words,
                                  ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_lotctl\n"
                                  "printf '%s\\n' \"${COMPREPLY[@]}\"\n"));
    return absl::StrSplit(OutputOf("bash " + test), '\n', absl::SkipEmpty());
  }
  std::vector<std::string> InFish(const std::string& line) const {
    const std::string test = folder_.Write(
        "test.fish", absl::StrCat("source ", Script("fish"), "\ncomplete -C '", line, "'\n"));
    std::vector<std::string> words;
    for (const absl::string_view word :
         absl::StrSplit(OutputOf("fish --no-config " + test), '\n', absl::SkipEmpty())) {
      words.emplace_back(word.substr(0, word.find('\t')));
    }
    return words;
  }

  const TestFolder folder_;
};

TEST_F(Completion, OfBashKnowsCommandsFlagsAndChoices) {
  EXPECT_THAT(InBash("lotctl wo"), testing::ElementsAre("work-order"));
  EXPECT_THAT(InBash("lotctl lot li"), testing::ElementsAre("list"));
  EXPECT_THAT(InBash("lotctl --company acme lot list --un"), testing::ElementsAre("--until"));
  EXPECT_THAT(InBash("lotctl lot list --state p"), testing::ElementsAre("planned"));
  EXPECT_THAT(InBash("lotctl --output ''"), testing::ElementsAre("table", "json"));
  EXPECT_THAT(InBash("lotctl lot list --"), IsSupersetOf({"--held", "--company", "--wide"}));
  EXPECT_THAT(InBash("lotctl lot list --"), Not(Contains("--created-before")));
  EXPECT_THAT(InBash("lotctl lot create pump --file /etc/hostn"), Contains("/etc/hostname"));
  EXPECT_THAT(InBash("lotctl trace downstream SN-1 --format ''"), IsSupersetOf({"html", "csv"}));
}

TEST_F(Completion, OfFishKnowsCommandsFlagsAndChoices) {
  if (!HasProgram("fish")) GTEST_SKIP() << "fish is missing";
  EXPECT_THAT(InFish("lotctl wo"), testing::ElementsAre("work-order"));
  EXPECT_THAT(InFish("lotctl --company acme lot li"), testing::ElementsAre("list"));
  EXPECT_THAT(InFish("lotctl lot list --state p"), Contains("planned"));
  EXPECT_THAT(InFish("lotctl lot list --un"), Contains("--until"));
}

TEST_F(Completion, OfZshIsAFunctionThatZshReads) {
  EXPECT_THAT(Printed({"completion", "zsh"}), StartsWith("#compdef lotctl\n"));
  if (!HasProgram("zsh")) GTEST_SKIP() << "zsh is missing";
  EXPECT_EQ(OutputOf(absl::StrCat("zsh -n ", Script("zsh"), " 2>&1")), "");
}

TEST_F(Completion, OfAnotherShellIsAUsageError) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(ctl::Run({"completion", "tcsh"}, "1.2.3", {.out = out, .err = err}), 2);
  EXPECT_THAT(err.str(), HasSubstr("tcsh not in {bash,zsh,fish}"));
}

}  // namespace
}  // namespace lots::ctl
