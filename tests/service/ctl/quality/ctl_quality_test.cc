// lotctl hold and lotctl inspect against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lots/v1/catalog.pb.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/inspection.pb.h"
#include "lots/v1/lot.pb.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class CtlQuality : public CtlFactory {
 protected:
  std::string Hold(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"hold", "place"});
    const auto held = lotctl_.Answer<v1::HoldLotsResponse>(arguments);
    return held.hold_ids_size() == 0 ? "" : held.hold_ids(0);
  }
};

TEST_F(CtlQuality, APartIsHeldAndTheRestLeaves) {
  Hold({"steel/H-1", "--location", "RAW", "--quantity", "60", "--reason", "wet", "--case",
        "CAPA-7"});

  EXPECT_EQ(lotctl_.Run({"stock", "move", "delivery", "steel/H-1=41", "--from", "RAW"}).code, 1);
  lotctl_.Ok({"stock", "move", "delivery", "steel/H-1=40", "--from", "RAW"});

  EXPECT_THAT(lotctl_.Ok({"hold", "list", "--case", "CAPA-7"}),
              AllOf(HasSubstr("steel/H-1"), HasSubstr("60.000"), HasSubstr("wet")));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-1"}), HasSubstr("wet"));
  const auto nowhere =
      lotctl_.Run({"hold", "place", "steel/H-1", "--quantity", "5", "--reason", "x"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("--location"));
}

TEST_F(CtlQuality, HoldsAreFoundByWhatPeopleKnowOfThem) {
  Hold({"motor/M-1", "--reason", "leak at the seal"});
  const std::string ends = Hold({"motor/M-2", "--reason", "recount", "--until", "2099-01-31"});
  const auto holds = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"hold", "list"});
    int count = 0;
    for (const auto& page : lotctl_.Messages<v1::ListHoldsResponse>(arguments)) {
      count += page.holds_size();
    }
    return count;
  };

  EXPECT_EQ(holds({}), 2);
  EXPECT_EQ(holds({"--product", "motor"}), 2);
  EXPECT_EQ(holds({"--lot", "motor/M-2"}), 1);
  EXPECT_EQ(holds({"--reason", "SEAL"}), 1);
  EXPECT_EQ(holds({"--ends-before", "2100-01-01"}), 1);
  lotctl_.Ok({"hold", "release", "--hold", ends, "--note", "counted"});
  EXPECT_EQ(holds({}), 1);
  EXPECT_EQ(holds({"--all"}), 2);
  EXPECT_THAT(lotctl_.Ok({"hold", "show", ends}),
              AllOf(HasSubstr("motor/M-2"), HasSubstr("counted")));
}

TEST_F(CtlQuality, AHoldChangesWhatIsNamed) {
  const std::string id = Hold({"steel/H-1", "--reason", "lab", "--until", "2099-01-31"});

  lotctl_.Ok({"hold", "update", id, "--case", "CAPA-8", "--exempt", "HALL", "--note", "retest"});
  auto hold = lotctl_.Answer<v1::Hold>({"hold", "show", id});
  EXPECT_EQ(hold.case_id(), "CAPA-8");
  EXPECT_EQ(hold.reason(), "lab");
  EXPECT_TRUE(hold.has_expire_time());
  EXPECT_THAT(hold.exempt_location_ids(), testing::ElementsAre("HALL"));
  lotctl_.Ok({"stock", "move", "transfer", "steel/H-1=1", "--from", "RAW", "--to", "HALL"});

  hold = lotctl_.Answer<v1::Hold>({"hold", "update", id, "--until", "", "--exempt-nothing"});
  EXPECT_FALSE(hold.has_expire_time());
  EXPECT_THAT(hold.exempt_location_ids(), testing::IsEmpty());
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "steel/H-1"}),
              AllOf(HasSubstr("hold changed"), HasSubstr("CAPA-8"), HasSubstr("retest")));
  EXPECT_EQ(lotctl_.Run({"hold", "update", id}).code, 2);
  EXPECT_EQ(lotctl_.Run({"hold", "update", id, "--exempt", "HALL", "--exempt-nothing"}).code, 2);
}

TEST_F(CtlQuality, InspectionsAreRecordedShownAndListed) {
  const auto recorded = lotctl_.Answer<v1::RecordInspectionResponse>(
      {"inspect", "record", "steel/H-1", "motor/M-1", "--verdict", "failed", "--plan", "QP-7",
       "--result", "carbon=0.52:unit=%:max=0.45", "--document",
       "certificate:Analysis 4711=https://docs.example/4711", "--note", "too hard", "--hold",
       "--exempt", "HALL", "--case", "CAPA-7"});
  ASSERT_THAT(recorded.inspection_ids(), SizeIs(2));
  ASSERT_THAT(recorded.hold_ids(), SizeIs(2));

  EXPECT_THAT(lotctl_.Ok({"inspect", "show", recorded.inspection_ids(0)}),
              AllOf(HasSubstr("steel/H-1"), HasSubstr("failed"), HasSubstr("0.52"),
                    HasSubstr("0.45"), HasSubstr("Analysis 4711"),
                    HasSubstr("https://docs.example/4711"), HasSubstr("too hard")));
  EXPECT_THAT(lotctl_.Ok({"inspect", "list", "--plan", "QP-7", "--verdict", "failed"}),
              AllOf(HasSubstr("steel/H-1"), HasSubstr("motor/M-1")));
  EXPECT_THAT(lotctl_.Ok({"inspect", "list", "--product", "motor"}), Not(HasSubstr("steel")));
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "steel/H-1"}),
              AllOf(HasSubstr("inspected"), HasSubstr("failed")));
  EXPECT_EQ(lotctl_.Run({"stock", "move", "delivery", "steel/H-1=1", "--from", "RAW"}).code, 1);
  EXPECT_EQ(lotctl_.Run({"inspect", "record", "steel/H-1"}).code, 2);
  EXPECT_EQ(
      lotctl_.Run({"inspect", "record", "steel/H-1", "--verdict", "passed", "--case", "C"}).code,
      2);
}

TEST_F(CtlQuality, WhatIsReceivedWaitsForItsInspection) {
  lotctl_.Ok({"product", "upsert", "steel", "--hold-on-receipt", "true"});
  EXPECT_TRUE(lotctl_.Answer<v1::Product>({"product", "get", "steel"}).hold_on_receipt());
  lotctl_.Ok({"stock", "move", "receipt", "steel/H-1=5", "--to", "RAW"});
  EXPECT_THAT(lotctl_.Ok({"hold", "list", "--waiting"}),
              AllOf(HasSubstr("steel/H-1"), HasSubstr("inspection")));

  const auto recorded = lotctl_.Answer<v1::RecordInspectionResponse>(
      {"inspect", "record", "steel/H-1", "--verdict", "passed", "--release"});

  EXPECT_THAT(recorded.released_hold_ids(), SizeIs(1));
  lotctl_.Ok({"stock", "move", "delivery", "steel/H-1=1", "--from", "RAW"});
}

TEST_F(CtlQuality, FilesHaveTheInspectionsOfManyLots) {
  const TestFolder folder;
  const std::string csv = folder.Write("measured.csv",
                                       "lot,verdict,result,value,unit,min,max\n"
                                       "steel/H-1,passed,carbon,0.42,%,,0.45\n"
                                       "motor/M-1,failed,torque,38,N.m,40,\n"
                                       "motor/M-1,failed,noise,failed,,,\n");
  const auto recorded =
      lotctl_.Answer<v1::RecordInspectionResponse>({"inspect", "record", "--file", csv});
  ASSERT_THAT(recorded.inspection_ids(), SizeIs(2));
  const auto second =
      lotctl_.Answer<v1::Inspection>({"inspect", "show", recorded.inspection_ids(1)});
  ASSERT_THAT(second.results(), SizeIs(2));
  EXPECT_FALSE(second.results(0).passed());

  const std::string json = folder.Write("measured.json", R"({"plan": "QP-9", "inspections": [
      {"lot": {"productId": "motor", "number": "M-2"}, "verdict": "VERDICT_PASSED"}]})");
  EXPECT_THAT(lotctl_.Answer<v1::RecordInspectionResponse>({"inspect", "record", "--file", json})
                  .inspection_ids(),
              SizeIs(1));

  const std::string wrong = folder.Write("wrong.csv", "lot,verdict\nsteel/H-1,good\n");
  const CtlEnd end = lotctl_.Run({"inspect", "record", "--file", wrong});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, AllOf(HasSubstr("wrong.csv"), HasSubstr("line 2")));
}

TEST_F(CtlQuality, ADryRunWritesNothing) {
  lotctl_.Ok(
      {"inspect", "record", "steel/H-1", "--verdict", "failed", "--hold", "--validate-only"});
  lotctl_.Ok({"hold", "place", "steel/H-1", "--reason", "x", "--validate-only"});
  EXPECT_THAT(lotctl_.Run({"hold", "list", "--all"}).err, HasSubstr("holds"));
  EXPECT_THAT(lotctl_.Run({"inspect", "list"}).err, HasSubstr("inspections"));
}

}  // namespace
}  // namespace lots
