// --validate-only: each command that writes has it, and writes nothing with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/work_order.pb.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::HasSubstr;

using Line = std::vector<std::string>;

class CtlDryRun : public CtlFactory {
 protected:
  void SetUp() override {
    CtlFactory::SetUp();
    MakePump();
    lotctl_.Ok({"lot", "create", "steel", "OLD", "OLDER"});
    lotctl_.Ok(
        {"work-order", "issue", "WO-9", "--product", "pump", "steel/H-1=5", "--from", "RAW"});
    lotctl_.Ok({"stock", "move", "delivery", "steel/H-1=1", "--from", "RAW", "--partner", "BETA"});
    lotctl_.Ok({"lot", "hold", "steel/H-1", "--reason", "look", "--exempt", "HALL"});
    lotctl_.Ok({"recall", "open", "RC-1", "motor/M-2", "--reason", "splinters"});
  }

  // The command as a dry run; the database stays as it is.
  CtlEnd Try(Line line) {
    const std::string before = server_.database().AllRows();
    line.push_back("--validate-only");
    const CtlEnd end = lotctl_.Run(line);
    EXPECT_EQ(server_.database().AllRows(), before) << testing::PrintToString(line);
    return end;
  }

  // The commands whose help has the flag: "lot create".
  std::set<std::string> CommandsWithTheFlag() {
    std::set<std::string> commands;
    for (const char* const group :
         {"lot", "product", "location", "settings", "stock", "work-order", "trace", "recall",
          "hold", "inspect", "unit", "audit", "import", "server"}) {
      for (const std::string& name : NamesIn(lotctl_.Ok({group, "--help"}))) {
        const std::string help = lotctl_.Ok({group, name, "--help"});
        if (absl::StrContains(help, "--validate-only")) {
          commands.insert(absl::StrCat(group, " ", name));
        }
      }
    }
    return commands;
  }

 private:
  // The first words of the lines below "Subcommands:".
  static std::vector<std::string> NamesIn(const std::string& help) {
    std::vector<std::string> names;
    bool is_name = false;
    for (const absl::string_view line : absl::StrSplit(help, '\n')) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
      if (is_name && !words.empty() && absl::StartsWith(line, "  ") && line[2] != ' ') {
        names.push_back(words.front());
      }
      if (absl::EqualsIgnoreCase(line, "subcommands:")) is_name = true;
    }
    return names;
  }
};

TEST_F(CtlDryRun, EveryCommandThatWritesHasOne) {
  const std::string completion = lotctl_.Answer<v1::WorkOrder>({"work-order", "get", "WO-7"})
                                     .completions(0)
                                     .transformation_id();
  const std::string hold =
      lotctl_.Answer<v1::ListHoldsResponse>({"hold", "list"}).holds(0).hold_id();
  lotctl_.Ok({"product", "upsert", "gone", "--tracking", "lot"});
  const std::vector<Line> lines = {
      {"settings", "update", "--time-zone", "Europe/Paris"},
      {"product", "upsert", "glue", "--tracking", "lot"},
      {"location", "upsert", "YARD", "--kind", "internal"},
      {"product", "retire", "gone"},
      {"location", "retire", "SHIP"},
      {"lot", "extend-warranty", "pump/SN-0001", "--months", "12", "--reason", "goodwill"},
      {"lot", "create", "steel", "H-9"},
      {"lot", "update", "steel/OLD", "--notes", "dented"},
      {"lot", "archive", "steel/OLD", "steel/OLDER"},
      {"lot", "unarchive", "steel/OLD"},
      {"lot", "delete", "steel/OLD", "steel/OLDER"},
      {"lot", "hold", "steel/OLD", "--reason", "look"},
      {"lot", "release", "steel/H-1", "--note", "good"},
      {"lot", "split", "steel/H-1", "H-1A=1", "--from", "RAW", "--accept", "held"},
      {"lot", "merge", "steel/H-1=1", "--from", "RAW", "--into", "H-5", "--accept", "held"},
      {"lot", "relabel", "steel/H-1", "--from", "RAW", "--number", "H-1R", "--accept", "held"},
      {"lot", "reverse", completion},
      {"stock", "move", "transfer", "steel/H-1=1", "--from", "RAW", "--to", "HALL"},
      {"stock", "reverse", MovementOf("receipt")},
      {"work-order", "assign", "WO-8", "--product", "pump", "--count", "2"},
      {"work-order", "unassign", "WO-7", "SN-0002"},
      {"work-order", "complete", "WO-7", "--finished", "SN-0002", "--to", "HALL"},
      {"work-order", "issue", "WO-9", "steel/H-1=1", "--from", "RAW", "--accept", "held"},
      {"work-order", "return", "WO-9", "--everything", "--to", "RAW"},
      {"work-order", "disassemble", "pump/SN-0001", "--to", "HALL"},
      {"work-order", "reverse", completion},
      {"work-order", "cancel", "WO-7"},
      {"work-order", "reopen", "WO-7"},
      {"recall", "open", "RC-2", "steel/H-1", "--reason", "splinters"},
      {"recall", "drill", "steel/H-1"},
      {"recall", "update", "RC-1", "--reason", "worse"},
      {"recall", "exclude", "RC-1", "motor/M-2", "--evidence", "tested"},
      {"recall", "include", "RC-1", "steel/H-1", "--evidence", "not tested"},
      {"recall", "dispose", "RC-1", "motor/M-2=1@RAW", "--kind", "cleared"},
      {"recall", "respond", "RC-1", "BETA", "--notified", "2026-03-05"},
      {"recall", "close", "RC-1", "--note", "destroyed", "--leave-held"},
      {"hold", "place", "steel/OLD", "--reason", "look"},
      {"hold", "update", hold, "--case", "CAPA-7"},
      {"hold", "release", "--hold", hold, "--note", "good"},
      {"inspect", "record", "steel/OLD", "--verdict", "failed", "--hold"},
      {"unit", "remove", "pump/SN-0001", "--component", "motor/M-1", "--to", "RAW", "--reason",
       "worn out"},
      {"unit", "install", "pump/SN-0001", "--component", "steel/H-1=1@RAW", "--reason", "worn out",
       "--accept", "held"},
      {"unit", "swap", "pump/SN-0001", "--out", "motor/M-1", "--to", "RAW", "--in", "motor/M-2@RAW",
       "--reason", "worn out", "--accept", "held"},
      {"unit", "reverse", completion},
      {"work-order", "correct", completion, "--unit", "pump/SN-0001", "--wrong", "motor/M-1",
       "--reason", "it has none"},
  };
  std::set<std::string> commands;
  for (const Line& line : lines) {
    SCOPED_TRACE(testing::PrintToString(line));
    const CtlEnd end = Try(line);
    commands.insert(absl::StrCat(line[0], " ", line[1]));
    if (line[1] == "reverse" && line[0] == "stock") continue;  // refused: below
    EXPECT_EQ(end.code, 0) << end.out << end.err;
    const bool shows = line[0] == "recall" && (line[1] == "open" || line[1] == "drill");
    EXPECT_THAT(end.out, HasSubstr(shows ? "dry run" : "nothing would be refused"));
  }
  EXPECT_EQ(commands, CommandsWithTheFlag());
}

TEST_F(CtlDryRun, EachProblemIsARowAndTheCommandIsRefused) {
  const CtlEnd end = Try({"lot", "archive", "steel/H-1", "steel/OLD", "pump/SN-0001"});

  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, HasSubstr("LOT_ON_HAND"));
  EXPECT_THAT(end.out, HasSubstr("nothing would be refused"));
  EXPECT_THAT(end.err, HasSubstr("2 problems; nothing was written"));

  const CtlEnd recall = Try({"recall", "open", "RC-1", "steel/H-1", "--reason", "splinters"});
  EXPECT_EQ(recall.code, 1);
  EXPECT_THAT(recall.out, HasSubstr("RECALL_EXISTS"));
  EXPECT_THAT(recall.err, HasSubstr("1 problem; nothing was written"));
}

TEST_F(CtlDryRun, JsonIsTheAnswerWithItsProblems) {
  const CtlEnd end = Try({"--output", "json", "lot", "create", "steel", "H-1"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, HasSubstr("\"reason\":\"ERROR_REASON_LOT_NUMBER_TAKEN\""));
}

TEST_F(CtlDryRun, AFileMayAskForIt) {
  const TestFolder folder;
  const std::string path = folder.Write(
      "lots.json", R"({"productId": "steel", "lots": [{"number": "H-8"}], "validateOnly": true})");
  const std::string before = server_.database().AllRows();
  EXPECT_EQ(lotctl_.Ok({"lot", "create", "--file", path}), "nothing would be refused\n");
  EXPECT_EQ(server_.database().AllRows(), before);
}

TEST_F(CtlDryRun, ACommandThatReadsHasNone) {
  EXPECT_EQ(lotctl_.Run({"lot", "get", "steel/H-1", "--validate-only"}).code, 2);
}

}  // namespace
}  // namespace lots
