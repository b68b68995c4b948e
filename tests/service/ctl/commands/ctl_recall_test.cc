// lotctl recall against a real server: every command, in its forms.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "tests/support/server/ctl_runner.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// 100 kg of steel H-1, of which 2.5 went into the pump SN-1, which ACME has.
class CtlRecall : public testing::Test {
 protected:
  void SetUp() override {
    lotctl_.Ok({"location", "upsert", "RAW", "HALL", "--kind", "internal"});
    lotctl_.Ok({"product", "upsert", "steel", "--tracking", "lot", "--unit", "kg", "--scale", "3"});
    lotctl_.Ok({"product", "upsert", "pump", "--tracking", "serial", "--producible", "true",
                "--template", "SN-{#}"});
    lotctl_.Ok({"lot", "create", "steel", "H-1", "--reference", "=SUP(9)"});
    lotctl_.Ok({"stock", "move", "receipt", "steel/H-1=100", "--to", "RAW", "--partner", "MILL",
                "--document", "purchase_order:4711"});
    lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "1"});
    lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-1", "--component",
                "steel/H-1=2.5", "--from", "RAW", "--to", "HALL"});
    lotctl_.Ok({"stock", "move", "delivery", "pump/SN-1", "--from", "HALL", "--partner", "ACME",
                "--document", "delivery_note:DN-1"});
  }

  std::string Open(const std::string& recall_id) {
    return lotctl_.Ok(
        {"recall", "open", recall_id, "steel/H-1", "--reason", "splinters", "--exempt", "HALL"});
  }

  TestServer server_;
  CtlRunner lotctl_{server_, "acme"};
};

TEST_F(CtlRecall, OpensShowsListsAndCloses) {
  EXPECT_THAT(Open("RC-1"), AllOf(HasSubstr("2 (2 certain, 0 possible)"), HasSubstr("splinters"),
                                  HasSubstr("steel/H-1"), HasSubstr("HALL")));
  const CtlEnd refused = lotctl_.Run({"stock", "move", "delivery", "steel/H-1=1", "--from", "RAW"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("LOT_HELD"), HasSubstr("RC-1")));

  const auto recall = lotctl_.Answer<v1::Recall>({"recall", "get", "RC-1"});
  EXPECT_EQ(recall.state(), v1::RECALL_STATE_OPEN);
  EXPECT_EQ(recall.scope().delivered_lot_count(), 1);
  EXPECT_THAT(lotctl_.Ok({"recall", "list", "--state", "open"}), HasSubstr("RC-1"));

  const CtlEnd open = lotctl_.Run({"recall", "close", "RC-1", "--note", "destroyed"});
  EXPECT_EQ(open.code, 1);
  EXPECT_THAT(open.err,
              AllOf(HasSubstr("RECALL_UNACCOUNTED"), HasSubstr("97.5"), HasSubstr("RAW")));
  EXPECT_THAT(lotctl_.Ok({"recall", "close", "RC-1", "--note", "destroyed", "--leave-held"}),
              AllOf(HasSubstr("closed"), HasSubstr("destroyed")));
  EXPECT_EQ(lotctl_.Run({"recall", "list", "--state", "open"}).out, "");
  EXPECT_EQ(lotctl_.Run({"stock", "move", "delivery", "steel/H-1=1", "--from", "RAW"}).code, 1);
  lotctl_.Ok({"stock", "move", "scrap", "steel/H-1=1", "--from", "RAW"});
}

TEST_F(CtlRecall, IsWorkedOnUntilItCloses) {
  lotctl_.Ok({"lot", "create", "steel", "H-2"});
  lotctl_.Ok({"location", "upsert", "CAGE", "--kind", "internal", "--quarantine", "yes"});
  Open("RC-1");

  EXPECT_THAT(lotctl_.Ok({"recall", "update", "RC-1", "--seed", "steel/H-2", "--reason", "glass",
                          "--exempt", "RAW"}),
              AllOf(HasSubstr("steel/H-2"), HasSubstr("glass"), HasSubstr("RAW, scrap")));
  lotctl_.Ok({"stock", "move", "transfer", "steel/H-1=90", "--from", "RAW", "--to", "CAGE"});
  lotctl_.Ok({"stock", "move", "scrap", "steel/H-1=90", "--from", "CAGE"});
  EXPECT_THAT(lotctl_.Ok({"recall", "exclude", "RC-1", "pump/SN-1", "--evidence", "tested",
                          "--link", "PR-88"}),
              HasSubstr("1 lot"));
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "pump/SN-1"}), HasSubstr("RC-1  excluded: tested"));
  EXPECT_THAT(lotctl_.Ok({"recall", "report", "RC-1"}), ContainsRegex("pump/SN-1 +excluded "));
  lotctl_.Ok({"recall", "include", "RC-1", "pump/SN-1", "--evidence", "another unit was tested"});
  lotctl_.Ok(
      {"recall", "dispose", "RC-1", "steel/H-1=7.5@RAW", "--kind", "cleared", "--note", "sieved"});
  lotctl_.Ok({"recall", "respond", "RC-1", "ACME", "--notified", "2026-03-05", "--how", "e-mail"});
  lotctl_.Ok({"recall", "respond", "RC-1", "ACME", "--answered", "2026-03-06", "--lot", "pump/SN-1",
              "--destroyed", "1"});

  EXPECT_THAT(lotctl_.Ok({"recall", "get", "RC-1"}),
              AllOf(HasSubstr("1: 1 notified (100%), 1 answered (100%)"), HasSubstr("100%")));
  EXPECT_THAT(lotctl_.Ok({"recall", "report", "RC-1"}),
              AllOf(HasSubstr("Dispositions (1)"), HasSubstr("sieved"),
                    HasSubstr("Answers of recipients (1)"), HasSubstr("e-mail"),
                    HasSubstr("Quantities at recipients (1)")));
  EXPECT_THAT(lotctl_.Ok({"recall", "report", "RC-1", "--format", "csv"}),
              AllOf(HasSubstr("\nDISPOSITION,RC-1,H-1,steel"), HasSubstr("\nRESPONSE,RC-1"),
                    HasSubstr("\nANSWER,RC-1,SN-1,pump")));
  EXPECT_THAT(lotctl_.Ok({"recall", "list", "--filter", "reason:glass AND drill = false"}),
              HasSubstr("RC-1"));
  EXPECT_THAT(lotctl_.Ok({"recall", "close", "RC-1", "--note", "all accounted for"}),
              HasSubstr("closed"));
}

TEST_F(CtlRecall, NobodyIsNoHundredPercent) {
  lotctl_.Ok({"lot", "create", "steel", "H-2"});
  lotctl_.Ok({"recall", "open", "RC-2", "steel/H-2", "--reason", "splinters"});
  EXPECT_THAT(lotctl_.Ok({"recall", "get", "RC-2"}), testing::ContainsRegex("recipients: +none\n"));
}

TEST_F(CtlRecall, ADryRunOpensNothing) {
  EXPECT_THAT(lotctl_.Ok({"recall", "open", "RC-1", "steel/H-1", "--reason", "splinters",
                          "--validate-only"}),
              AllOf(HasSubstr("dry run"), HasSubstr("2 (2 certain, 0 possible)")));
  const CtlEnd end = lotctl_.Run({"recall", "get", "RC-1"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.err, HasSubstr("RECALL_NOT_FOUND"));
}

TEST_F(CtlRecall, TheReportComesInEveryForm) {
  Open("RC-1");
  EXPECT_THAT(lotctl_.Ok({"recall", "report", "RC-1"}),
              AllOf(HasSubstr("Mass balance (1)"), HasSubstr("97.500"), HasSubstr("Recipients (1)"),
                    HasSubstr("DN-1")));
  EXPECT_THAT(
      lotctl_.Ok({"recall", "report", "RC-1", "--format", "csv"}),
      AllOf(StartsWith("\xEF\xBB\xBFRecord,Recall,Traceability Lot Code,"),
            HasSubstr("LOT,RC-1,H-1,steel,,\"=\"\"=SUP(9)\"\"\",certain,0,,kg,,"),
            HasSubstr("LOT,RC-1,SN-1,pump,"),
            HasSubstr("PLACE,RC-1,H-1,steel,,\"=\"\"=SUP(9)\"\"\",certain,0,97.500,kg,RAW,"),
            HasSubstr("SHIPMENT,RC-1,SN-1,pump,")));
  EXPECT_THAT(lotctl_.Ok({"recall", "report", "RC-1", "--format", "html"}),
              AllOf(StartsWith("<!doctype html>"), HasSubstr("pump/SN-1"), HasSubstr("97.500 kg")));
  const auto pieces =
      lotctl_.Messages<v1::StreamRecallReportResponse>({"recall", "report", "RC-1"});
  ASSERT_FALSE(pieces.empty());
  EXPECT_EQ(pieces.front().recall().recall_id(), "RC-1");
}

TEST_F(CtlRecall, TheSheetSaysFromWhomAndFromWhere) {
  lotctl_.Ok({"stock", "move", "receipt", "steel/H-1=7", "--to", "RAW", "--partner", "TYPO"});
  const auto receipts = lotctl_.Answer<v1::ListMovementsResponse>(
      {"stock", "movements", "--kind", "receipt", "--partner", "TYPO"});
  lotctl_.Ok({"stock", "reverse", receipts.movements(0).movement_id()});
  Open("RC-1");
  const std::string sheet = lotctl_.Ok({"recall", "report", "RC-1", "--format", "csv"});
  EXPECT_THAT(sheet, Not(HasSubstr("TYPO")));
  EXPECT_THAT(sheet, testing::ContainsRegex("\nRECEIPT,RC-1,H-1,steel,[^\r]*,purchase_order,"
                                            "\"=\"\"4711\"\"\",[^\r]*,MILL,SUPPLIER,"));
  EXPECT_THAT(sheet, testing::ContainsRegex("\nSHIPMENT,RC-1,SN-1,pump,[^\r]*,delivery_note,DN-1,"
                                            "[^\r]*,HALL,"));
}

// The columns of the source begin 41 columns behind the product. Those of the ship-from location
// look the same, so that the position counts.
TEST_F(CtlRecall, TheSheetSaysWhereLotCodesWereAssigned) {
  lotctl_.Ok({"location", "upsert", "HALL", "--name", "Hall 1", "--gln", "4012345000009"});
  Open("RC-1");
  const std::string sheet = lotctl_.Ok({"recall", "report", "RC-1", "--format", "csv"});
  EXPECT_THAT(sheet,
              testing::ContainsRegex("\nLOT,RC-1,H-1,steel(,[^,\r]*){41},MILL,SUPPLIER,,,,,,,,,"));
  for (const char* record : {"LOT", "PLACE", "SHIPMENT"}) {
    EXPECT_THAT(sheet, testing::ContainsRegex(
                           absl::StrCat("\n", record,
                                        ",RC-1,SN-1,pump(,[^,\r]*){41},,HALL,Hall 1,,,,,,,"
                                        "\"=\"\"4012345000009\"\"\",")))
        << record;
  }
  const auto pieces =
      lotctl_.Messages<v1::StreamRecallReportResponse>({"recall", "report", "RC-1"});
  v1::StreamRecallReportResponse all;
  for (const v1::StreamRecallReportResponse& piece : pieces) all.MergeFrom(piece);
  ASSERT_EQ(all.lots_size(), 2);
  EXPECT_EQ(all.lots(0).source_partner_id(), "MILL");
}

TEST_F(CtlRecall, TheReportGoesIntoAFile) {
  Open("RC-1");
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / absl::StrCat("lots-recall-", getpid(), ".csv");
  EXPECT_EQ(lotctl_.Ok({"recall", "report", "RC-1", "--format", "csv", "--out", file.string()}),
            "");
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  EXPECT_THAT(text.str(), HasSubstr("SHIPMENT,RC-1"));
  const CtlEnd end = lotctl_.Run({"recall", "report", "RC-1", "--out", "/nowhere/report.csv"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("/nowhere/report.csv"));
}

TEST_F(CtlRecall, ADrillIsAnExerciseThatIsOverAndIsDoneOnce) {
  const std::vector<std::string> line = {"--request-id", "fire-drill", "recall", "drill",
                                         "steel/H-1"};
  const std::string first = lotctl_.Ok(line);
  EXPECT_THAT(first, AllOf(HasSubstr("fire-drill"), HasSubstr("closed"),
                           HasSubstr("2 lots and 1 deliveries")));
  EXPECT_EQ(lotctl_.Ok(line), first);
  EXPECT_EQ(lotctl_.Answer<v1::ListRecallsResponse>({"recall", "list"}).recalls_size(), 1);
  EXPECT_THAT(lotctl_.Ok({"recall", "drill", "steel/H-1", "--name", "D-2"}), HasSubstr("D-2"));
  EXPECT_THAT(lotctl_.Ok({"recall", "drill", "steel/H-1"}), HasSubstr("DRILL-"));
}

}  // namespace
}  // namespace lots
