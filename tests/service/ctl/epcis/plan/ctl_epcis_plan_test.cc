// What an import plans: the seafood chain as a person reads it from the file, and small documents
// for everything that does not add up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/ctl/output/show.h"
#include "tests/service/ctl/epcis/plan/small_documents.h"
#include "tests/support/base/shared_data.h"

namespace lots::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SeafoodPlan : public testing::Test {
 protected:
  void SetUp() override {
    const auto lines = SharedDataLines("epcis/seafood_traceback.jsonld");
    if (!lines) GTEST_SKIP() << "there is no " << SharedDataFolder() << "/epcis";
    const auto document = ParseEpcisDocument(absl::StrJoin(*lines, "\n"));
    ASSERT_TRUE(document.ok()) << document.status();
    plan_ = PlanEpcisImport(*document);
  }

  EpcisPlan plan_;
};

// By hand from the file: its events in the order of their times. The feed is used at the farm a
// year before it arrives there, and 10,000 kg of a catch of 9,876 kg are used at the processor.
TEST_F(SeafoodPlan, BecomesTheStepsThatAPersonReadsFromIt) {
  EXPECT_THAT(
      StepsOf(plan_),
      ElementsAre("receipt FF11252021 10000 → feedmill.1u", "receipt TF12012021 1000 → hatchery.1u",
                  "transfer TF12012021 1000 hatchery.1u → IN-TRANSIT",
                  "transfer TF12012021 1000 IN-TRANSIT → fishfarm.1u",
                  "adjustment FF11252021 10000 → fishfarm.1u",
                  "complete urn:uuid:a3377b60-6663-4a39-9456-a32b166ffc4dU: "
                  "-10000 FF11252021 fishfarm.1u, -1000 TF12012021 fishfarm.1u, "
                  "+12000 FARMED-TUNA-01192022 fishfarm.1u",
                  "transfer FARMED-TUNA-01192022 12000 fishfarm.1u → IN-TRANSIT",
                  "transfer FARMED-TUNA-01192022 12000 IN-TRANSIT → processor.plant1u",
                  "receipt V1-0122-2022 9876 → sgln:1.1",
                  "transfer V1-0122-2022 9876 sgln:1.1 → sgln:3.1",
                  "transfer V1-0122-2022 9876 sgln:3.1 → sgln:2.1",
                  "transfer V1-0122-2022 9876 sgln:2.1 → processor.plant1u",
                  "adjustment V1-0122-2022 124 → processor.plant1u",
                  "complete urn:uuid:3b156702-d58e-4ab1-a4d7-3e29b4ba7e6aU: "
                  "-12000 FARMED-TUNA-01192022 processor.plant1u, "
                  "-10000 V1-0122-2022 processor.plant1u, "
                  "+22000 COMMINGLE-01232022 processor.plant1u",
                  "complete transform-1-22-2022-17:24: "
                  "-9876 COMMINGLE-01232022 processor.plant1u, "
                  "+5000 V1-0122-2022 processor.plant1u",
                  "transfer V1-0122-2022 5000 processor.plant1u → IN-TRANSIT",
                  "transfer FF11252021 10000 feedmill.1u → IN-TRANSIT",
                  "transfer V1-0122-2022 5000 IN-TRANSIT → importer.123u",
                  "transfer FF11252021 10000 IN-TRANSIT → fishfarm.1u",
                  "adjustment FF11252021 10000 fishfarm.1u → "));
}

TEST_F(SeafoodPlan, NamesWhatDoesNotAddUpWithTheEvent) {
  ASSERT_EQ(plan_.discrepancies.size(), 2u);
  const EpcisFinding& feed = plan_.discrepancies[0];
  EXPECT_EQ(feed.event_id, "urn:uuid:a3377b60-6663-4a39-9456-a32b166ffc4dU");
  EXPECT_THAT(feed.what, HasSubstr("uses 10000 kg of "));
  EXPECT_THAT(feed.what, HasSubstr("on record there is 10000 kg at "
                                   "urn:gdst:example.org:location:loc:feedmill.1u"));
  const EpcisFinding& tuna = plan_.discrepancies[1];
  EXPECT_EQ(tuna.event_id, "urn:uuid:3b156702-d58e-4ab1-a4d7-3e29b4ba7e6aU");
  EXPECT_THAT(tuna.what, HasSubstr("on record there is 9876 kg"));
  EXPECT_THAT(tuna.remedy, HasSubstr("adds 124 kg"));
}

TEST_F(SeafoodPlan, NamesWhatItCannotRepresent) {
  size_t aggregations = 0;
  for (const EpcisFinding& notice : plan_.notices) {
    if (testing::Matches(HasSubstr("AggregationEvent"))(notice.what)) ++aggregations;
  }
  EXPECT_EQ(aggregations, 4u);
  EXPECT_EQ(plan_.event_count, 21u);
}

TEST_F(SeafoodPlan, RegistersProductsPlacesAndLots) {
  std::vector<std::string> products;
  for (const v1::Product& product : plan_.products) {
    EXPECT_EQ(product.tracking(), v1::TRACKING_LOT);
    EXPECT_EQ(product.unit(), "kg");
    EXPECT_EQ(product.scale(), 3);
    products.push_back(absl::StrCat(product.display_name(), product.producible() ? " *" : ""));
  }
  EXPECT_THAT(products, UnorderedElementsAre("Fish Feed", "Tuna Fryling", "Farmed Tuna *",
                                             "Whole Yellowfin Tuna", "Tuna *", "Can of Tuna *"));
  EXPECT_EQ(plan_.locations.size(), 9u);  // eight of the document, and the one between them
  std::vector<std::string> lots;
  for (const EpcisNewLot& lot : plan_.lots) {
    lots.push_back(
        absl::StrCat(lot.lot.number(), " ", Show(lot.lot.expire_date()), " ", lot.lot.reference()));
  }
  EXPECT_THAT(lots, testing::Contains("FF11252021 2022-02-03 "
                                      "urn:gdst:example.org:product:lot:class:feedmill.1u."
                                      "ff11252021"));
  EXPECT_EQ(lots.size(), 6u);
}

TEST_F(SeafoodPlan, KeepsTheAddressesOfPlaces) {
  for (const v1::Location& location : plan_.locations) {
    if (location.location_id() != "urn:gdst:example.org:location:loc:processor.plant1u") continue;
    EXPECT_EQ(location.display_name(), "Processing Plant");
    EXPECT_EQ(location.address().street(), "123 Main St., Apartment 2");
    EXPECT_EQ(location.address().country(), "US");
    return;
  }
  FAIL() << "the plant is missing";
}

TEST_F(SeafoodPlan, EveryRequestHasAnIdOfItsOwnThatTheApiTakes) {
  std::set<std::string> ids;
  for (const ImportRequest& planned : plan_.requests) {
    const std::string id =
        std::visit([](const auto& r) { return r.request_id(); }, planned.message);
    EXPECT_LE(id.size(), 64u);
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
}

TEST(EpcisPlan, TheOrderOfTheFileDoesNotMatter) {
  const std::string made = Object(1, "ADD", "commissioning", "MILL", Goods("A", "5"));
  const std::string shipped = Object(2, "OBSERVE", "shipping", "MILL", Goods("A", "5"));
  const EpcisPlan plan = PlanOf(shipped + "," + made);
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_EQ(StepsOf(plan), StepsOf(PlanOf(made + "," + shipped)));
}

TEST(EpcisPlan, AnythingSeenElsewhereMovedThere) {
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "MILL", Goods("A", "5")) + "," +
                                Object(2, "OBSERVE", "storing", "SHED", Goods("A", "3")) + "," +
                                Object(3, "OBSERVE", "storing", "SHED", Goods("A", "3")));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt A 5 → MILL", "transfer A 3 MILL → SHED"));
  EXPECT_THAT(WhatOf(plan.notices), ElementsAre(HasSubstr("confirms 3 kg of ")));
}

TEST(EpcisPlan, WhatNobodyMadeHereIsReceivedFromOutsideEachTime) {
  const EpcisPlan plan = PlanOf(Object(1, "OBSERVE", "receiving", "SHED", Goods("A", "5")) + "," +
                                Object(2, "OBSERVE", "receiving", "SHED", Goods("A", "5")));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt A 5 → SHED", "receipt A 5 → SHED"));
}

TEST(EpcisPlan, MoreReceivedThanShippedIsADiscrepancy) {
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "MILL", Goods("A", "5")) + "," +
                                Object(2, "OBSERVE", "shipping", "MILL", Goods("A", "5")) + "," +
                                Object(3, "OBSERVE", "receiving", "SHED", Goods("A", "5.5")));
  EXPECT_THAT(StepsOf(plan),
              ElementsAre("receipt A 5 → MILL", "transfer A 5 MILL → IN-TRANSIT",
                          "adjustment A 0.5 → SHED", "transfer A 5 IN-TRANSIT → SHED"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("receives 5.5 kg")));
}

TEST(EpcisPlan, WhatIsShippedAndNeverReceivedIsNoted) {
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "MILL", Goods("A", "5")) + "," +
                                Object(2, "OBSERVE", "shipping", "MILL", Goods("A", "5")));
  EXPECT_THAT(WhatOf(plan.notices), ElementsAre(HasSubstr("5 kg of 04012345123456/A was shipped")));
}

TEST(EpcisPlan, DestroyedGoodsAreScrapped) {
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "MILL", Goods("A", "5")) + "," +
                                Object(2, "DELETE", "destroying", "MILL", Goods("A", "2")));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt A 5 → MILL", "scrap A 2 MILL → "));
}

// OBSERVE says that goods were seen. They were confirmed where they are, and stayed on record.
TEST(EpcisPlan, GoodsThatLeaveByObserveAreADiscrepancy) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  struct Case {
    const char* step;
    const char* movement;
  };
  for (const Case& c :
       {Case{"retail_selling", "delivery R 4 A → "}, Case{"dispensing", "delivery R 4 A → "},
        Case{"consuming", "consumption R 4 A → "}, Case{"destroying", "scrap R 4 A → "}}) {
    const EpcisPlan plan = PlanOf(made + "," + Object(2, "OBSERVE", c.step, "A", Goods("R", "4")));
    EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", c.movement)) << c.step;
    EXPECT_THAT(WhatOf(plan.discrepancies),
                ElementsAre(HasSubstr("ends 4 kg of 04012345123456/R at A and is no record")))
        << c.step;
  }
}

TEST(EpcisPlan, GoodsThatLeaveByObserveAreFetchedAndMayHaveExpired) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A",
                    Goods("R", "9") + R"(,"ilmd":{"cbvmda:itemExpirationDate":"2026-01-02"})") +
             "," + Object(3, "OBSERVE", "retail_selling", "B", Goods("R", "4")));
  EXPECT_THAT(StepsOf(plan),
              ElementsAre("receipt R 9 → A", "adjustment R 4 → B", "delivery R 4 B → "));
  EXPECT_EQ(plan.discrepancies.size(), 3u);
  const auto& sold = std::get<v1::RecordMovementsRequest>(plan.requests.back().message);
  EXPECT_THAT(sold.accept(), ElementsAre(v1::ACCEPTANCE_EXPIRED));
}

TEST(EpcisPlan, ExpiredGoodsOfWhichNothingComesAreAcceptedByName) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A",
                    Goods("R", "9") + R"(,"ilmd":{"cbvmda:itemExpirationDate":"2026-01-02"})") +
             "," + Event(3, "TransformationEvent", "A", Goods("R", "9", "inputQuantityList")));
  EXPECT_EQ(StepsOf(plan).back(), "consumption R 9 A → ");
  const auto& used = std::get<v1::RecordMovementsRequest>(plan.requests.back().message);
  EXPECT_THAT(used.accept(), ElementsAre(v1::ACCEPTANCE_EXPIRED));
}

TEST(EpcisPlan, OneLotInTwoUnitsCountsInTheFirst) {
  const std::string pounds = absl::StrReplaceAll(Goods("R", "100"), {{"KGM", "LBR"}});
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "A", Goods("R", "100")) + "," +
                                Object(2, "ADD", "commissioning", "A", pounds));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 100 → A"));
  EXPECT_THAT(WhatOf(plan.discrepancies),
              ElementsAre(HasSubstr("in 'LBR', where the document began with 'KGM'")));
}

TEST(EpcisPlan, AUnitThatIsElsewhereIsMovedBeforeItIsUsed) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A", Units("1")) + "," +
             Event(2, "TransformationEvent", "B",
                   Units("1", "inputEPCList") + "," + Goods("X", "1", "outputQuantityList")));
  EXPECT_THAT(StepsOf(plan),
              ElementsAre("receipt 1 1 → A", "transfer 1 1 A → B", "complete e2: -1 1 B, +1 X B"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("on record it is at A")));
}

TEST(EpcisPlan, AUnitThatWasUsedUpCannotComeAgain) {
  const std::string start =
      Object(1, "ADD", "commissioning", "A", Units("1")) + "," +
      Event(2, "TransformationEvent", "A",
            Units("1", "inputEPCList") + "," + Goods("X", "1", "outputQuantityList"));
  for (const std::string& again : {Object(3, "OBSERVE", "shipping", "A", Units("1")),
                                   Object(3, "OBSERVE", "receiving", "B", Units("1")),
                                   Object(3, "ADD", "commissioning", "A", Units("1"))}) {
    const EpcisPlan plan = PlanOf(start + "," + again);
    EXPECT_EQ(StepsOf(plan).size(), 2u) << again;
    EXPECT_EQ(plan.discrepancies.size(), 1u) << again;
  }
}

TEST(EpcisPlan, EventsOfOneTransformationAreOneCompletion) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A", Goods("R", "9")) + "," +
             Event(2, "TransformationEvent", "A",
                   "\"transformationID\":\"T\"," + Goods("R", "9", "inputQuantityList")) +
             "," +
             Event(3, "TransformationEvent", "A",
                   "\"transformationID\":\"T\"," + Units("12", "outputEPCList")));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "complete T: -9 R A, +1 1 A, +1 2 A"));
  // Serials are created by their completion; only the lot is created beforehand.
  ASSERT_EQ(plan.lots.size(), 1u);
  EXPECT_EQ(plan.lots[0].lot.number(), "R");
}

TEST(EpcisPlan, OtherProductsAreByProducts) {
  const EpcisPlan plan = PlanOf(
      Object(1, "ADD", "commissioning", "A", Goods("R", "9")) + "," +
      Event(2, "TransformationEvent", "A",
            Goods("R", "9", "inputQuantityList") + "," + Units("1", "outputEPCList") + "," +
                R"("outputQuantityList":[{"epcClass":"https://id.gs1.org/01/04012345666663/10/W",
                   "quantity":2,"uom":"KGM"}])"));
  EXPECT_THAT(StepsOf(plan).back(), "complete e2: -9 R A, +1 1 A, +2 04012345666663/W A");
}

TEST(EpcisPlan, OnePalletOnAnotherMovesItsGoods) {
  const std::string pack = Event(2, "AggregationEvent", "A",
                                 R"("action":"ADD","parentID":"urn:epc:id:sscc:1.1",)" +
                                     Goods("R", "9", "childQuantityList")) +
                           "," +
                           Event(3, "AggregationEvent", "A",
                                 R"("action":"ADD","parentID":"urn:epc:id:sscc:1.2",
                "childEPCs":["urn:epc:id:sscc:1.1"])");
  const std::string ship =
      Object(4, "OBSERVE", "shipping", "A", R"("epcList":["urn:epc:id:sscc:1.2"])");
  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  EXPECT_THAT(StepsOf(PlanOf(made + "," + pack + "," + ship)),
              ElementsAre("receipt R 9 → A", "transfer R 9 A → IN-TRANSIT"));
  // Nobody said what is on it: named, not guessed.
  const EpcisPlan unknown = PlanOf(made + "," + ship);
  EXPECT_THAT(StepsOf(unknown), ElementsAre("receipt R 9 → A"));
  EXPECT_THAT(WhatOf(unknown.discrepancies),
              ElementsAre(HasSubstr("the pallet urn:epc:id:sscc:1.2")));
  // Unpacked, it carries nothing.
  const EpcisPlan unpacked = PlanOf(
      made + "," + pack + "," +
      Event(4, "AggregationEvent", "A", R"("action":"DELETE","parentID":"urn:epc:id:sscc:1.1")") +
      "," + absl::StrReplaceAll(ship, {{"-04T", "-05T"}}));
  EXPECT_THAT(StepsOf(unpacked), ElementsAre("receipt R 9 → A"));
}

TEST(EpcisPlan, PalletsInACircleEnd) {
  const EpcisPlan plan =
      PlanOf(Event(1, "AggregationEvent", "A",
                   R"("action":"ADD","parentID":"urn:epc:id:sscc:1.1",
                "childEPCs":["urn:epc:id:sscc:1.2"])") +
             "," +
             Event(2, "AggregationEvent", "A",
                   R"("action":"ADD","parentID":"urn:epc:id:sscc:1.2",
                "childEPCs":["urn:epc:id:sscc:1.1"])") +
             "," + Object(3, "OBSERVE", "shipping", "A", R"("epcList":["urn:epc:id:sscc:1.2"])"));
  EXPECT_EQ(plan.discrepancies.size(), 1u);
}

TEST(EpcisPlan, ExpiredComponentsAreAcceptedByName) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A",
                    Goods("R", "9") + R"(,"ilmd":{"cbvmda:itemExpirationDate":"2026-01-02"})") +
             "," +
             Event(3, "TransformationEvent", "A",
                   Goods("R", "9", "inputQuantityList") + "," + Units("1", "outputEPCList")));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("which expired on 2026-01-02")));
  EXPECT_THAT(StepsOf(plan).back(), "complete e3: -9 R A, +1 1 A, ACCEPTANCE_EXPIRED");
}

TEST(EpcisPlan, WhatCannotBeRepresentedIsNamed) {
  struct Case {
    std::string events;
    const char* what;
  };
  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9")) + ",";
  for (const Case& c :
       {Case{Object(1, "ADD", "x", "A", R"("epcList":["urn:epc:id:grai:0614141.12345.400"])"),
             "which is no lot or serial"},
        Case{Object(1, "ADD", "x", "A",
                    R"("quantityList":[{"epcClass":"urn:epc:idpat:sgtin:4012345.012345.*"}])"),
             "names no lot of the product"},
        Case{Object(1, "ADD", "x", "A",
                    absl::StrCat("\"quantityList\":[{\"epcClass\":\"", kLotUri, "A\"}]")),
             "says no quantity of"},
        Case{made + Object(2, "OBSERVE", "storing", "B",
                           absl::StrCat("\"quantityList\":[{\"epcClass\":\"", kLotUri,
                                        "R\",\"quantity\":9,\"uom\":\"LBR\"}]")),
             "where the document began with 'KGM'"},
        Case{made + Object(2, "OBSERVE", "storing", "", Goods("R", "9")),
             "says neither bizLocation nor readPoint"},
        Case{made + Event(2, "TransformationEvent", "A", Goods("R", "9", "inputQuantityList")),
             "makes nothing that can be recorded"},
        Case{Object(1, "ADD", "x", "A",
                    Goods("R", "9") + R"(,"ilmd":{"cbvmda:itemExpirationDate":"2026-01-02",
                                         "cbvmda:productionDate":"2026-01-03"})"),
             "dates that contradict each other"}}) {
    EXPECT_THAT(WhatOf(PlanOf(c.events).discrepancies), ElementsAre(HasSubstr(c.what)));
  }
}

TEST(EpcisPlan, WhatIsLeftOutRightlyIsNoted) {
  struct Case {
    std::string events;
    const char* what;
  };
  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  for (const Case& c :
       {Case{made + "," + made, "is said twice"},
        Case{Object(1, "ADD", "x", "A", "\"epcList\":[]"), "names no goods"},
        Case{Event(1, "AssociationEvent", "A", "\"action\":\"ADD\""),
             "AssociationEvent cannot be recorded yet"},
        Case{Object(1, "ADD", "x", "A", Goods("R", "9") + ",\"errorDeclaration\":{}"),
             "was declared to be wrong"}}) {
    const EpcisPlan plan = PlanOf(c.events);
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << c.what;
    EXPECT_THAT(WhatOf(plan.notices), ElementsAre(HasSubstr(c.what)));
  }
}

TEST(EpcisPlan, TwoEventsWithOneIdAreTwoEvents) {
  const std::string first = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  const std::string second = Object(1, "ADD", "commissioning", "B", Goods("R", "9"));
  const EpcisPlan plan = PlanOf(first + "," + second);
  ASSERT_EQ(plan.requests.size(), 2u);
  EXPECT_EQ(plan.requests[0].event_id, plan.requests[1].event_id);
  EXPECT_NE(plan.requests[0].mark, plan.requests[1].mark);
  EXPECT_NE(std::get<v1::RecordMovementsRequest>(plan.requests[0].message).request_id(),
            std::get<v1::RecordMovementsRequest>(plan.requests[1].message).request_id());
}

TEST(EpcisPlan, OneNumberForTwoLotsOfAProductIsNoNumber) {
  const std::string ilmd = R"(,"ilmd":{"cbvmda:lotNumber":"L-1"})";
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "x", "A", Goods("R", "9") + ilmd) + "," +
                                Object(2, "ADD", "x", "A", Goods("S", "9") + ilmd) + "," +
                                Object(3, "ADD", "x", "A", Goods("l-1", "9")));
  std::vector<std::string> numbers;
  for (const EpcisNewLot& lot : plan.lots) numbers.push_back(lot.lot.number());
  EXPECT_THAT(numbers, ElementsAre("L-1", "S", testing::StartsWith("l-1~")));
  EXPECT_EQ(plan.lots[0].product_id, kLotProduct);
}

TEST(EpcisPlan, GoodsBesideTheirPalletCountOnce) {
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "A", Goods("R", "9")) + "," +
                                Event(2, "AggregationEvent", "A",
                                      R"("action":"ADD","parentID":"urn:epc:id:sscc:1.1",)" +
                                          Goods("R", "9", "childQuantityList")) +
                                "," +
                                Object(3, "OBSERVE", "shipping", "A",
                                       R"("epcList":["urn:epc:id:sscc:1.1"],)" + Goods("R", "9")));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "transfer R 9 A → IN-TRANSIT"));
}

}  // namespace
}  // namespace lots::ctl
