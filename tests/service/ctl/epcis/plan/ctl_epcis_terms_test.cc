// What each word of the Core Business Vocabulary makes of the goods of an event, by the event's
// type and action: a movement, a discrepancy, or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/service/ctl/epcis/plan/small_documents.h"

namespace lots::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kMade[] = "receipt R 9 → A";
constexpr char kTaken[] = "transfer R 4 A → B";
constexpr char kShipped[] = "transfer R 4 A → IN-TRANSIT";
constexpr char kSold[] = "delivery R 4 A → ";
constexpr char kScrapped[] = "scrap R 4 A → ";

// Every step and disposition of CBV 2.0, and the step `consuming`, which is in use beside it.
const std::vector<std::string>& Steps() {
  static const std::vector<std::string> kSteps = {"",
                                                  "accepting",
                                                  "arriving",
                                                  "assembling",
                                                  "collecting",
                                                  "commissioning",
                                                  "consigning",
                                                  "consuming",
                                                  "creating_class_instance",
                                                  "cycle_counting",
                                                  "decommissioning",
                                                  "departing",
                                                  "destroying",
                                                  "disassembling",
                                                  "dispensing",
                                                  "encoding",
                                                  "entering_exiting",
                                                  "holding",
                                                  "inspecting",
                                                  "installing",
                                                  "killing",
                                                  "loading",
                                                  "other",
                                                  "packing",
                                                  "picking",
                                                  "receiving",
                                                  "removing",
                                                  "repackaging",
                                                  "repairing",
                                                  "replacing",
                                                  "reserving",
                                                  "retail_selling",
                                                  "sampling",
                                                  "sensor_reporting",
                                                  "shipping",
                                                  "staging_outbound",
                                                  "stock_taking",
                                                  "stocking",
                                                  "storing",
                                                  "transporting",
                                                  "unloading",
                                                  "unpacking",
                                                  "void_shipping"};
  return kSteps;
}

const std::vector<std::string>& Dispositions() {
  static const std::vector<std::string> kDispositions = {"",
                                                         "active",
                                                         "available",
                                                         "completeness_inferred",
                                                         "completeness_verified",
                                                         "conformant",
                                                         "container_closed",
                                                         "container_open",
                                                         "damaged",
                                                         "destroyed",
                                                         "dispensed",
                                                         "disposed",
                                                         "encoded",
                                                         "expired",
                                                         "in_progress",
                                                         "in_transit",
                                                         "inactive",
                                                         "mismatch_class",
                                                         "mismatch_instance",
                                                         "mismatch_quantity",
                                                         "needs_replacement",
                                                         "no_pedigree_match",
                                                         "non_conformant",
                                                         "non_sellable_other",
                                                         "partially_dispensed",
                                                         "recalled",
                                                         "reserved",
                                                         "retail_sold",
                                                         "returned",
                                                         "sellable_accessible",
                                                         "sellable_not_accessible",
                                                         "stolen",
                                                         "unavailable",
                                                         "unknown"};
  return kDispositions;
}

std::string Made() { return Object(1, "ADD", "commissioning", "A", Goods("R", "9")); }

// 4 kg of the lot R.
std::string Spoken(int day, const std::string& type, const std::string& action,
                   const std::string& place, const std::string& step,
                   const std::string& disposition) {
  const bool has_children = type == "AggregationEvent" || type == "AssociationEvent";
  return Event(day, type, place,
               absl::StrCat("\"action\":\"", action, "\",\"bizStep\":\"", step,
                            "\",\"disposition\":\"", disposition, "\",",
                            Goods("R", "4", has_children ? "childQuantityList" : "quantityList")));
}

EpcisPlan PlanAfterMade(const std::string& event) { return PlanOf(Made() + "," + event); }

// The types of events that the API has no record for.
const char* const kOtherTypes[] = {"TransactionEvent", "AggregationEvent", "AssociationEvent"};

void ExpectSteps(const EpcisPlan& plan, const std::string& movement, size_t discrepancies,
                 const std::string& of) {
  std::vector<std::string> steps = {kMade};
  if (!movement.empty()) steps.push_back(movement);
  EXPECT_EQ(StepsOf(plan), steps) << of;
  EXPECT_EQ(plan.discrepancies.size(), discrepancies)
      << of << testing::PrintToString(WhatOf(plan.discrepancies));
}

// The goods are at A. Every step that is not listed says that they are where the event is, at B.
TEST(EpcisTerms, EveryStepMovesGoodsOrFindsThemWhereItIs) {
  struct Case {
    const char* place;
    const char* movement;
    size_t discrepancies;  // of an ObjectEvent; events of other types have one always
  };
  const std::map<std::string, Case> moving = {{"shipping", {"A", kShipped, 0}},
                                              {"departing", {"A", kShipped, 0}},
                                              {"consigning", {"A", kShipped, 0}},
                                              {"transporting", {"A", kShipped, 0}},
                                              {"retail_selling", {"A", kSold, 1}},
                                              {"dispensing", {"A", kSold, 1}},
                                              {"consuming", {"A", "consumption R 4 A → ", 1}},
                                              {"destroying", {"A", kScrapped, 1}},
                                              {"decommissioning", {"A", kScrapped, 1}}};
  for (const std::string& step : Steps()) {
    const auto found = moving.find(step);
    const Case c = found == moving.end() ? Case{"B", kTaken, 0} : found->second;
    ExpectSteps(PlanAfterMade(Spoken(3, "ObjectEvent", "OBSERVE", c.place, step, "active")),
                c.movement, c.discrepancies, step);
    for (const char* type : kOtherTypes) {
      ExpectSteps(PlanAfterMade(Spoken(3, type, "OBSERVE", c.place, step, "active")), c.movement, 1,
                  absl::StrCat(type, " ", step));
    }
  }
}

TEST(EpcisTerms, EveryDispositionMovesGoodsOrHarmsNothing) {
  struct Case {
    const char* movement;
    size_t object;  // discrepancies of an ObjectEvent
    size_t other;
  };
  const std::map<std::string, Case> moving = {
      {"in_transit", {kShipped, 0, 1}},   {"retail_sold", {kSold, 1, 1}},
      {"dispensed", {kSold, 1, 1}},       {"destroyed", {kScrapped, 1, 1}},
      {"inactive", {kScrapped, 1, 1}},    {"stolen", {"adjustment R 4 A → ", 1, 1}},
      {"partially_dispensed", {"", 1, 1}}};
  for (const std::string& disposition : Dispositions()) {
    const auto found = moving.find(disposition);
    const Case c = found == moving.end() ? Case{"", 0, 0} : found->second;
    for (const char* step : {"", "inspecting", "holding", "packing"}) {
      const std::string of = absl::StrCat(disposition, " ", step);
      ExpectSteps(PlanAfterMade(Spoken(3, "ObjectEvent", "OBSERVE", "A", step, disposition)),
                  c.movement, c.object, of);
      for (const char* type : kOtherTypes) {
        ExpectSteps(PlanAfterMade(Spoken(3, type, "OBSERVE", "A", step, disposition)), c.movement,
                    c.other, absl::StrCat(type, " ", of));
      }
    }
  }
}

// Whatever else the event says.
TEST(EpcisTerms, AWordThatMovesOrEndsGoodsIsNeverOnlyCounted) {
  const std::set<std::string> moving_steps = {"shipping",     "departing",      "consigning",
                                              "transporting", "retail_selling", "dispensing",
                                              "consuming",    "destroying",     "decommissioning"};
  const std::set<std::string> moving_dispositions = {
      "retail_sold", "dispensed", "destroyed", "inactive", "stolen", "partially_dispensed"};
  std::vector<std::pair<std::string, std::string>> types = {{"ObjectEvent", "OBSERVE"},
                                                            {"ObjectEvent", "ADD"}};
  for (const char* type : kOtherTypes) {
    for (const char* action : {"OBSERVE", "ADD", "DELETE"}) types.emplace_back(type, action);
  }
  for (const auto& [type, action] : types) {
    const auto nothing = StepsOf(PlanAfterMade(Spoken(3, type, action, "A", "other", "")));
    for (const std::string& step : Steps()) {
      for (const std::string& disposition : Dispositions()) {
        if (!moving_steps.contains(step) && !moving_dispositions.contains(disposition)) continue;
        const EpcisPlan plan = PlanAfterMade(Spoken(3, type, action, "A", step, disposition));
        EXPECT_TRUE(!plan.discrepancies.empty() || StepsOf(plan) != nothing)
            << type << " " << action << " " << step << " " << disposition;
      }
    }
  }
}

TEST(EpcisTerms, DeletedGoodsGoAsTheEventSays) {
  struct Case {
    const char* step;
    const char* disposition;
    const char* movement;
    size_t discrepancies;
  };
  for (const Case& c :
       {Case{"retail_selling", "", kSold, 0}, Case{"dispensing", "", kSold, 0},
        Case{"", "retail_sold", kSold, 0}, Case{"consuming", "", "consumption R 4 A → ", 0},
        Case{"destroying", "destroyed", kScrapped, 0},
        Case{"decommissioning", "inactive", kScrapped, 0},
        Case{"decommissioning", "retail_sold", kSold, 0},
        Case{"", "stolen", "adjustment R 4 A → ", 0}, Case{"", "", kScrapped, 0},
        Case{"inspecting", "damaged", kScrapped, 0},
        // It says that the goods are elsewhere, and that they are no more.
        Case{"shipping", "", kScrapped, 1}, Case{"", "in_transit", kScrapped, 1},
        Case{"receiving", "", kScrapped, 1}}) {
    ExpectSteps(PlanAfterMade(Spoken(3, "ObjectEvent", "DELETE", "A", c.step, c.disposition)),
                c.movement, c.discrepancies, absl::StrCat(c.step, " ", c.disposition));
  }
}

TEST(EpcisTerms, ExpiredGoodsThatADeleteSellsAreAcceptedByName) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A",
                    Goods("R", "9") + R"(,"ilmd":{"cbvmda:itemExpirationDate":"2026-01-02"})") +
             "," + Object(3, "DELETE", "retail_selling", "A", Goods("R", "4")));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("which expired on 2026-01-02")));
  const auto& sold = std::get<v1::RecordMovementsRequest>(plan.requests.back().message);
  EXPECT_THAT(sold.accept(), ElementsAre(v1::ACCEPTANCE_EXPIRED));
}

TEST(EpcisTerms, GoodsThatComeAndGoInOneEventAreADiscrepancy) {
  struct Case {
    const char* action;
    const char* step;
    const char* disposition;
    const char* comes;
    const char* goes;
  };
  for (const Case& c :
       {Case{"ADD", "commissioning", "in_transit", "receipt R 4 → B",
             "transfer R 4 B → IN-TRANSIT"},
        Case{"ADD", "shipping", "", "receipt R 4 → B", "transfer R 4 B → IN-TRANSIT"},
        Case{"ADD", "", "retail_sold", "receipt R 4 → B", "delivery R 4 B → "},
        Case{"OBSERVE", "receiving", "destroyed", kTaken, "scrap R 4 B → "},
        Case{"OBSERVE", "accepting", "stolen", kTaken, "adjustment R 4 B → "}}) {
    const EpcisPlan plan =
        PlanAfterMade(Spoken(3, "ObjectEvent", c.action, "B", c.step, c.disposition));
    EXPECT_THAT(StepsOf(plan), ElementsAre(kMade, c.comes, c.goes)) << c.step << c.disposition;
    EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("of the same goods")))
        << c.step << c.disposition;
    // Each in a request of its own, because a serial moves once in a request.
    EXPECT_EQ(plan.requests.size(), 3u);
  }
}

TEST(EpcisTerms, WhatIsSaidOfATransformationIsSaidOfWhatComesOut) {
  struct Case {
    const char* step;
    const char* disposition;
    std::vector<std::string> movements;
    size_t discrepancies;
  };
  for (const Case& c : {Case{"commissioning", "active", {}, 0},
                        Case{"commissioning", "in_transit", {"transfer 1 1 A → IN-TRANSIT"}, 1},
                        Case{"shipping", "", {"transfer 1 1 A → IN-TRANSIT"}, 1},
                        Case{"commissioning", "retail_sold", {"delivery 1 1 A → "}, 1},
                        Case{"commissioning", "destroyed", {}, 1},
                        // That is what went in.
                        Case{"destroying", "destroyed", {}, 0}, Case{"consuming", "", {}, 0}}) {
    const EpcisPlan plan = PlanAfterMade(Event(
        3, "TransformationEvent", "A",
        absl::StrCat("\"bizStep\":\"", c.step, "\",\"disposition\":\"", c.disposition, "\",",
                     Goods("R", "9", "inputQuantityList"), ",", Units("1", "outputEPCList"))));
    std::vector<std::string> steps = {kMade, "complete e3: -9 R A, +1 1 A"};
    steps.insert(steps.end(), c.movements.begin(), c.movements.end());
    EXPECT_EQ(StepsOf(plan), steps) << c.step << c.disposition;
    EXPECT_EQ(plan.discrepancies.size(), c.discrepancies) << c.step << c.disposition;
  }
}

// A disposition holds on: later events repeat it.
TEST(EpcisTerms, WhatIsSaidOfGoodsThatAreGoneHarmsNothing) {
  const std::string sold = Object(3, "DELETE", "retail_selling", "A", Goods("R", "9"));
  const std::string told = R"(,"disposition":"retail_sold")";
  for (const std::string& later :
       {Object(5, "OBSERVE", "inspecting", "A", Goods("R", "9") + told),
        Event(5, "TransactionEvent", "A",
              R"("action":"ADD","bizStep":"retail_selling",)" + Goods("R", "9") + told)}) {
    const EpcisPlan plan = PlanAfterMade(sold + "," + later);
    EXPECT_THAT(StepsOf(plan), ElementsAre(kMade, "delivery R 9 A → ")) << later;
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << later;
    EXPECT_THAT(WhatOf(plan.notices), testing::Contains(HasSubstr("off the record already")));
  }
}

TEST(EpcisTerms, ReadingsAndLabelsThatNameNoPlaceHarmNothing) {
  const std::string shipped = Object(2, "OBSERVE", "shipping", "A", Goods("R", "4"));
  const std::string nowhere = R"(,"readPoint":{"id":"geo:47.5,11.1"})";
  for (const char* step :
       {"sensor_reporting", "inspecting", "encoding", "killing", "transporting"}) {
    const EpcisPlan plan =
        PlanAfterMade(shipped + "," + Object(3, "OBSERVE", step, "", Goods("R", "4") + nowhere));
    EXPECT_THAT(StepsOf(plan), ElementsAre(kMade, kShipped)) << step;
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << step;
  }
}

TEST(EpcisTerms, ANumberThatIsEncodedBeforeItsUnitIsMadeHarmsNothing) {
  for (const char* step : {"encoding", "reserving"}) {
    const EpcisPlan plan = PlanOf(Object(1, "OBSERVE", step, "A", Units("1")) + "," +
                                  Object(2, "ADD", "commissioning", "B", Units("1")));
    EXPECT_THAT(StepsOf(plan), ElementsAre("receipt 1 1 → B")) << step;
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << step;
  }
}

TEST(EpcisTerms, ADoorDoesNotSayInOrOut) {
  const std::string door = R"(,"readPoint":{"id":"DOOR"})";
  const EpcisPlan plan =
      PlanAfterMade(Object(3, "OBSERVE", "entering_exiting", "", Goods("R", "4") + door));
  EXPECT_THAT(StepsOf(plan), ElementsAre(kMade));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("passes DOOR")));
}

TEST(EpcisTerms, AShipmentThatIsVoidComesBackFromTheWay) {
  const std::string shipped = Object(2, "OBSERVE", "shipping", "A", Goods("R", "4"));
  const EpcisPlan plan =
      PlanAfterMade(shipped + "," + Object(3, "OBSERVE", "void_shipping", "A", Goods("R", "4")));
  EXPECT_THAT(StepsOf(plan), ElementsAre(kMade, kShipped, "transfer R 4 IN-TRANSIT → A"));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
}

TEST(EpcisTerms, ADispositionThatDecidesIsNotDropped) {
  EXPECT_THAT(PlanAfterMade(Spoken(3, "ObjectEvent", "OBSERVE", "A", "", "in_transit")).dropped,
              IsEmpty());
  EXPECT_THAT(PlanAfterMade(Spoken(3, "ObjectEvent", "OBSERVE", "A", "", "damaged")).dropped,
              ElementsAre(testing::Pair("disposition", 1u)));
}

}  // namespace
}  // namespace lots::ctl
