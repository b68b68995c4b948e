// Which events of a document count, what moves goods without a record of its own, and what the API
// has no place for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/service/ctl/epcis/plan/small_documents.h"

namespace lots::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A receipt of 9 kg of R, without eventID.
std::string Received(const std::string& time, const std::string& place, const std::string& rest) {
  return absl::StrCat(R"({"type":"ObjectEvent","action":"ADD","bizStep":"commissioning",)",
                      R"("eventTime":")", time, R"(","bizLocation":{"id":")", place, "\"},", rest,
                      "}");
}

TEST(EpcisEvents, OneEventInTwoSpellingsCountsOnce) {
  const std::string urn =
      Received("2026-01-01T01:00:00+01:00", "urn:epc:id:sgln:0614141.07346.0", Goods("R", "9"));
  for (const std::string& again :
       {// A repository that keeps the event adds when it recorded it.
        Received("2026-01-01T01:00:00+01:00", "urn:epc:id:sgln:0614141.07346.0",
                 Goods("R", "9") + R"(,"recordTime":"2026-01-05T00:00:00Z")"),
        Received("2026-01-01T00:00:00.000Z", "urn:epc:id:sgln:0614141.07346.0",
                 Goods("R", "9.00") + R"(,"eventTimeZoneOffset":"+01:00","epcList":[])"),
        Received("2026-01-01T00:00:00Z", "https://id.gs1.org/414/0614141073467",
                 R"("quantityList":[{"uom":"KGM","quantity":9.0,
                        "epcClass":"https://id.gs1.org/01/04012345123456/10/R"}])"),
        // The repository gave it an id.
        Received("2026-01-01T00:00:00Z", "urn:epc:id:sgln:0614141.07346.0",
                 Goods("R", "9") + R"(,"eventID":"urn:uuid:7")")}) {
    for (const std::string& events : {urn + "," + again, again + "," + urn}) {
      const EpcisPlan plan = PlanOf(events);
      EXPECT_THAT(plan.discrepancies, IsEmpty()) << again;
      EXPECT_EQ(StepsOf(plan).size(), 1u) << again;
      EXPECT_THAT(WhatOf(plan.notices), testing::Contains(HasSubstr("is said twice"))) << again;
    }
  }
}

TEST(EpcisEvents, AUuidInCapitalsIsTheSameId) {
  const auto received = [](const std::string& id) {
    return Received("2026-01-01T00:00:00Z", "A",
                    absl::StrCat(Goods("R", "9"), R"(,"eventID":")", id, "\""));
  };
  const EpcisPlan plan = PlanOf(received("urn:uuid:7E4F0000-0000-7000-8000-00000000000A") + "," +
                                received("urn:uuid:7e4f0000-0000-7000-8000-00000000000a"));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A"));
  EXPECT_THAT(WhatOf(plan.notices), ElementsAre(HasSubstr("is said twice")));
  // What is no UUID may differ in capitals alone.
  EXPECT_EQ(StepsOf(PlanOf(received("urn:uuid:E") + "," + received("urn:uuid:e"))).size(), 2u);

  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  const auto transformation = [](const std::string& id, const std::string& goods) {
    return absl::StrCat(R"("transformationID":"urn:uuid:)", id, "\",", goods);
  };
  EXPECT_EQ(StepsOf(PlanOf(made + "," +
                           Event(2, "TransformationEvent", "A",
                                 transformation("7E4F0000-0000-7000-8000-00000000000B",
                                                Goods("R", "9", "inputQuantityList"))) +
                           "," +
                           Event(3, "TransformationEvent", "A",
                                 transformation("7e4f0000-0000-7000-8000-00000000000b",
                                                Units("1", "outputEPCList")))))
                .back(),
            "complete urn:uuid:7e4f0000-0000-7000-8000-00000000000b: -9 R A, +1 1 A");
}

TEST(EpcisEvents, WhatASpellingCausesHasOneRequestId) {
  const auto id_of = [](const std::string& events) {
    return std::get<v1::RecordMovementsRequest>(PlanOf(events).requests.at(0).message).request_id();
  };
  const std::string id = id_of(Received("2026-01-01T01:00:00+01:00", "A", Goods("R", "9")));
  EXPECT_EQ(id, id_of(Received("2026-01-01T00:00:00Z", "A",
                               Goods("R", "9.0") + R"(,"recordTime":"2026-01-05T00:00:00Z")")));
  EXPECT_NE(id, id_of(Received("2026-01-01T00:00:00Z", "A", Goods("R", "8"))));
  EXPECT_NE(id, id_of(Received("2026-01-01T00:00:01Z", "A", Goods("R", "9"))));
  EXPECT_NE(id, id_of(Received("2026-01-01T00:00:00Z", "B", Goods("R", "9"))));
}

TEST(EpcisEvents, AnExtensionOfANamedEventMakesNoOtherEvent) {
  const std::string named = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  const std::string stored =
      Object(1, "ADD", "commissioning", "A", Goods("R", "9") + R"(,"repository-x:hash":"17")");
  EXPECT_EQ(StepsOf(PlanOf(named + "," + stored)).size(), 1u);
}

TEST(EpcisEvents, ASecondVersionOfAnEventIsADiscrepancy) {
  const EpcisPlan plan = PlanOf(Object(1, "ADD", "commissioning", "A", Goods("R", "9")) + "," +
                                Object(1, "ADD", "commissioning", "A", Goods("R", "8")));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("under the same eventID")));
}

TEST(EpcisEvents, AnErrorDeclarationTakesTheEventBack) {
  const std::string kept = Object(2, "ADD", "commissioning", "A", Goods("S", "1"));
  const std::string declaration =
      R"(,"errorDeclaration":{"declarationTime":"2026-02-01T00:00:00Z"})";
  const std::string named = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  const std::string unnamed = Received("2026-01-01T00:00:00Z", "A", Goods("R", "9"));
  for (const std::string& events :
       {named + "," + Object(1, "ADD", "commissioning", "A", Goods("R", "9") + declaration),
        // By its id, although the declaration leaves something out.
        named + "," + Object(1, "ADD", "", "A", Goods("R", "9") + declaration),
        unnamed + "," + Received("2026-01-01T00:00:00Z", "A", Goods("R", "9") + declaration)}) {
    const EpcisPlan plan = PlanOf(events + "," + kept);
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << events;
    EXPECT_THAT(StepsOf(plan), ElementsAre("receipt S 1 → A")) << events;
    ASSERT_EQ(plan.withdrawals.size(), 1u);
    EXPECT_TRUE(plan.withdrawals[0].is_in_document);
    EXPECT_FALSE(plan.withdrawals[0].names_pallets);
    // What was wrong does not say what a product is counted in.
    EXPECT_EQ(plan.lots.size(), 1u);
  }
}

TEST(EpcisEvents, ADeclarationThatFitsSeveralEventsIsADiscrepancy) {
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "commissioning", "A", Goods("R", "9")) + "," +
             Object(1, "ADD", "commissioning", "B", Goods("S", "9")) + "," +
             Object(1, "ADD", "commissioning", "C", Goods("T", "9") + R"(,"errorDeclaration":{})"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("takes back one of 2 events")));
  EXPECT_EQ(StepsOf(plan).size(), 2u);
}

TEST(EpcisEvents, APlaceAndAPalletAreOneInBothSpellings) {
  const EpcisPlan plan = PlanOf(
      Object(1, "ADD", "commissioning", "urn:epc:id:sgln:0614141.07346.0", Goods("R", "9")) + "," +
      Event(2, "AggregationEvent", "urn:epc:id:sgln:0614141.07346.0",
            R"("action":"ADD","parentID":"urn:epc:id:sscc:4012345.0000000333",)" +
                Goods("R", "9", "childQuantityList")) +
      "," +
      Object(3, "OBSERVE", "shipping", "https://id.gs1.org/414/0614141073467",
             R"("epcList":["https://id.gs1.org/00/040123450000003338"])"));
  EXPECT_THAT(plan.discrepancies, IsEmpty()) << testing::PrintToString(WhatOf(plan.discrepancies));
  EXPECT_EQ(plan.locations.size(), 2u);
  EXPECT_THAT(StepsOf(plan),
              ElementsAre("receipt R 9 → urn:epc:id:sgln:0614141.07346.0",
                          "transfer R 9 urn:epc:id:sgln:0614141.07346.0 → IN-TRANSIT"));
}

TEST(EpcisEvents, GoodsThatOnlyAnEventWithoutRecordMovesAreADiscrepancy) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  const std::string children = Goods("R", "9", "childQuantityList");
  const std::string pallet = R"("action":"OBSERVE","parentID":"urn:epc:id:sscc:1.1",)";
  struct Case {
    std::string event;
    const char* step;
  };
  for (const Case& c :
       {Case{Event(2, "TransactionEvent", "A",
                   R"("action":"ADD","bizStep":"shipping",)" + Goods("R", "9")),
             "transfer R 9 A → IN-TRANSIT"},
        Case{Event(2, "AggregationEvent", "A", pallet + R"("bizStep":"departing",)" + children),
             "transfer R 9 A → IN-TRANSIT"},
        Case{Event(2, "AggregationEvent", "B", pallet + R"("bizStep":"receiving",)" + children),
             "transfer R 9 A → B"},
        Case{Event(2, "AggregationEvent", "B", pallet + R"("bizStep":"unpacking",)" + children),
             "transfer R 9 A → B"},
        Case{Event(2, "AssociationEvent", "B", pallet + R"("bizStep":"accepting",)" + children),
             "transfer R 9 A → B"}}) {
    const EpcisPlan plan = PlanOf(made + "," + c.event);
    EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", c.step)) << c.event;
    EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("is no record of a movement")))
        << c.event;
  }
}

TEST(EpcisEvents, ATransactionAboutAShipmentThatIsOnRecordMovesNothing) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Goods("R", "9"));
  const EpcisPlan plan =
      PlanOf(made + "," + Object(2, "OBSERVE", "shipping", "A", Goods("R", "4")) + "," +
             Event(3, "TransactionEvent", "A",
                   R"("action":"ADD","bizStep":"shipping",)" + Goods("R", "4")));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "transfer R 4 A → IN-TRANSIT"));
}

TEST(EpcisEvents, GoodsReceivedFromOutsideByAnEventWithoutRecordAreAdded) {
  const EpcisPlan plan = PlanOf(
      Event(2, "AggregationEvent", "B",
            R"("action":"OBSERVE","bizStep":"receiving",)" + Goods("R", "9", "childQuantityList")));
  EXPECT_THAT(StepsOf(plan), ElementsAre("adjustment R 9 → B"));
  EXPECT_EQ(plan.discrepancies.size(), 1u);
}

TEST(EpcisEvents, WhatBecomesAPartOfAUnitIsADiscrepancy) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Units("12"));
  const EpcisPlan plan =
      PlanOf(made + "," +
             Event(2, "AssociationEvent", "A",
                   R"("action":"ADD","parentID":"urn:epc:id:sgtin:0614141.107346.1",)" +
                       Units("2", "childEPCs")));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("a part of")));
  EXPECT_EQ(StepsOf(plan), StepsOf(PlanOf(made)));
}

TEST(EpcisEvents, GoodsOfAnUnknownTypeOfEventAreADiscrepancy) {
  const EpcisPlan plan = PlanOf(Event(1, "HarvestEvent", "A", Goods("R", "9")));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("EPCIS has no HarvestEvent")));
  EXPECT_THAT(plan.requests, IsEmpty());
}

TEST(EpcisEvents, AUnitThatIsCountedIsADiscrepancy) {
  const EpcisPlan plan = PlanOf(
      Object(1, "ADD", "x", "A",
             R"("quantityList":[{"epcClass":"urn:epc:id:sgtin:0614141.107346.1","quantity":2}])"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("counts 2 of the unit")));
  EXPECT_THAT(plan.requests, IsEmpty());
}

TEST(EpcisEvents, LineBreaksAreADiscrepancyAndBecomeSpaces) {
  const auto document = ParseEpcisDocument(absl::StrCat(
      R"({"type":"EPCISDocument","epcisHeader":{"epcisMasterData":{"vocabularyList":[{
          "type":"urn:epcglobal:epcis:vtype:Location","vocabularyElementList":[{
          "id":"urn:epc:id:sgln:0614141.07346.0","attributes":[
          {"id":"urn:epcglobal:cbv:mda#name","attribute":"Mill\nNorth"},
          {"id":"urn:epcglobal:cbv:mda#latitude","attribute":"52.5"}]}]}]}},
          "epcisBody":{"eventList":[)",
      Object(1, "ADD", "x", "urn:epc:id:sgln:0614141.07346.0", Goods("L%0A1", "9")), "]}}"));
  ASSERT_TRUE(document.ok()) << document.status();
  const EpcisPlan plan = PlanEpcisImport(*document);
  EXPECT_THAT(WhatOf(plan.discrepancies),
              UnorderedElementsAre(HasSubstr("it becomes 'Mill North'"), HasSubstr("the number")));
  EXPECT_EQ(plan.locations.back().display_name(), "Mill North");
  EXPECT_THAT(plan.lots.at(0).lot.number(), testing::StartsWith("L1~"));
  EXPECT_THAT(plan.dropped, testing::Contains(testing::Pair("epcisMasterData.latitude", 1u)));
}

TEST(EpcisEvents, FieldsWithoutAPlaceAreCountedByName) {
  const std::string more =
      R"(,"disposition":"active","readPoint":{"id":"DOOR"},"example:temperature":7,
         "sensorElementList":[{"sensorReport":[]}],"destinationList":[],
         "bizTransactionList":[{"type":"po","bizTransaction":"PO-1"},
                               {"type":"inv","bizTransaction":"INV-1"}],
         "sourceList":[{"type":"owning_party","source":"urn:p:1"}])";
  const EpcisPlan plan =
      PlanOf(Object(1, "ADD", "x", "A",
                    Goods("R", "9") + more +
                        R"(,"ilmd":{"cbvmda:lotNumber":"L-1","cbvmda:countryOfOrigin":"NO"})") +
             "," + Object(2, "OBSERVE", "shipping", "A", Goods("R", "9") + more));
  EXPECT_THAT(plan.discrepancies, IsEmpty());
  EXPECT_THAT(plan.dropped,
              UnorderedElementsAre(testing::Pair("disposition", 2u), testing::Pair("readPoint", 2u),
                                   testing::Pair("example:temperature", 2u),
                                   testing::Pair("sensorElementList", 2u),
                                   testing::Pair("bizTransactionList (all but the first)", 2u),
                                   testing::Pair("ilmd.cbvmda:countryOfOrigin", 1u),
                                   // A transfer has no partner.
                                   testing::Pair("sourceList", 1u)));
}

}  // namespace
}  // namespace lots::ctl
