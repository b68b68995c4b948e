// Events of other types beside the ObjectEvents that record the same, and goods in cases and on
// pallets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/service/ctl/epcis/plan/small_documents.h"

namespace lots::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Made() { return Object(1, "ADD", "commissioning", "A", Goods("R", "9")); }

// A TransactionEvent, at an hour of the third of January.
std::string Transaction(const std::string& hour, const std::string& action, const std::string& step,
                        const std::string& goods) {
  return absl::StrReplaceAll(
      Event(3, "TransactionEvent", "A",
            absl::StrCat("\"action\":\"", action, "\",\"bizStep\":\"", step, "\",", goods)),
      {{"T00:", absl::StrCat("T", hour, ":")}, {"\"e3\"", absl::StrCat("\"t", hour, "\"")}});
}

std::string Sold(const std::string& hour) {
  return Transaction(hour, "ADD", "retail_selling", Goods("R", "4"));
}

std::string Pack(int day, const std::string& parent, const std::string& children) {
  return Event(
      day, "AggregationEvent", "A",
      absl::StrCat(R"("action":"ADD","bizStep":"packing","parentID":")", parent, "\",", children));
}

constexpr char kCase[] = "urn:epc:id:sgtin:0614141.107346.1";

TEST(EpcisRecords, ASaleThatAnObjectEventRecordsIsNoOther) {
  const std::string recorded = absl::StrReplaceAll(
      Object(3, "DELETE", "retail_selling", "A", Goods("R", "4")), {{"T00:", "T12:"}});
  // Before it and after it; two systems seldom agree on the minute.
  for (const char* hour : {"08", "12", "20"}) {
    const EpcisPlan plan = PlanOf(absl::StrCat(Made(), ",", recorded, ",", Sold(hour)));
    EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "delivery R 4 A → ")) << hour;
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << hour;
  }
  // A second sale is one; an event of another type is another word for the first.
  const EpcisPlan twice =
      PlanOf(absl::StrCat(Made(), ",", recorded, ",", Sold("13"), ",", Sold("14")));
  EXPECT_THAT(StepsOf(twice),
              ElementsAre("receipt R 9 → A", "delivery R 4 A → ", "delivery R 4 A → "));
  EXPECT_THAT(WhatOf(twice.discrepancies), ElementsAre(HasSubstr("no other event ends them")));
  const EpcisPlan other =
      PlanOf(absl::StrCat(Made(), ",", recorded, ",", Sold("13"), ",",
                          Event(3, "AggregationEvent", "A",
                                R"("action":"OBSERVE","bizStep":"retail_selling",)" +
                                    Goods("R", "4", "childQuantityList"))));
  EXPECT_THAT(other.discrepancies, IsEmpty());
}

TEST(EpcisRecords, AnObjectEventElsewhereOrOfAnotherWeekRecordsAnotherSale) {
  for (const std::string& recorded :
       {Object(9, "DELETE", "retail_selling", "A", Goods("R", "4")),
        Object(3, "OBSERVE", "storing", "B", Goods("R", "4")) + "," +
            Object(4, "DELETE", "retail_selling", "B", Goods("R", "4"))}) {
    const EpcisPlan plan = PlanOf(absl::StrCat(Made(), ",", recorded, ",", Sold("06")));
    EXPECT_THAT(StepsOf(plan), testing::Contains("delivery R 4 A → ")) << recorded;
    EXPECT_EQ(plan.discrepancies.size(), 1u) << recorded;
  }
}

// Goods of an older shipment are still on the way.
TEST(EpcisRecords, AnotherShipmentOfTheSameLotIsAnother) {
  const EpcisPlan plan =
      PlanOf(absl::StrCat(Made(), ",", Object(1, "OBSERVE", "shipping", "A", Goods("R", "4")), ",",
                          Transaction("06", "ADD", "shipping", Goods("R", "4"))));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "transfer R 4 A → IN-TRANSIT",
                                         "transfer R 4 A → IN-TRANSIT"));
  EXPECT_EQ(plan.discrepancies.size(), 1u);
}

TEST(EpcisRecords, GoodsFromOutsideThatOnlyTransactionsReceiveComeEachTime) {
  const std::string received = R"("action":"ADD","bizStep":"receiving",)" + Goods("R", "5");
  const EpcisPlan plan = PlanOf(Event(2, "TransactionEvent", "B", received) + "," +
                                Event(9, "TransactionEvent", "B", received));
  EXPECT_THAT(StepsOf(plan), ElementsAre("adjustment R 5 → B", "adjustment R 5 → B"));
  EXPECT_EQ(plan.discrepancies.size(), 2u);
}

TEST(EpcisRecords, GoodsMayBeRecordedAsTheirPallet) {
  const std::string pallet = "urn:epc:id:sscc:1.1";
  const std::string packed = Pack(2, pallet, Goods("R", "9", "childQuantityList"));
  const std::string shipped =
      Object(3, "OBSERVE", "shipping", "A", R"("epcList":["urn:epc:id:sscc:1.1"])");
  for (const std::string& told :
       {Transaction("06", "ADD", "shipping", R"("epcList":["urn:epc:id:sscc:1.1"])"),
        Event(4, "AggregationEvent", "A",
              R"("action":"OBSERVE","bizStep":"shipping","parentID":"urn:epc:id:sscc:1.1")"),
        Event(4, "AggregationEvent", "A",
              R"("action":"OBSERVE","bizStep":"shipping","parentID":"urn:epc:id:sscc:1.1",)" +
                  Goods("R", "9", "childQuantityList"))}) {
    const EpcisPlan plan = PlanOf(absl::StrCat(Made(), ",", packed, ",", shipped, ",", told));
    EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "transfer R 9 A → IN-TRANSIT"))
        << told;
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << told;
  }
}

TEST(EpcisRecords, AnUnknownPalletThatOnlyAnAggregationReceivesIsADiscrepancy) {
  const EpcisPlan plan =
      PlanOf(Event(2, "AggregationEvent", "B",
                   R"("action":"OBSERVE","bizStep":"receiving","parentID":"urn:epc:id:sscc:1.1")"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("the pallet urn:epc:id:sscc:1.1")));
  EXPECT_THAT(plan.requests, IsEmpty());
}

TEST(EpcisRecords, GoodsThatAreTakenOutOfATransactionMayNotHaveMoved) {
  const EpcisPlan plan =
      PlanOf(absl::StrCat(Made(), ",", Transaction("06", "DELETE", "shipping", Goods("R", "4"))));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A"));
  EXPECT_THAT(WhatOf(plan.discrepancies), ElementsAre(HasSubstr("out of a transaction")));
}

TEST(EpcisRecords, WhatIsInACaseGoesWithIt) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Units("123"));
  const std::string packed = Pack(2, kCase, Units("23", "childEPCs"));
  const std::string stacked = Pack(3, "urn:epc:id:sscc:1.1", Units("1", "childEPCs"));
  for (const std::string& goods :
       {std::string(R"("epcList":["urn:epc:id:sscc:1.1"])"), Units("1"), Units("12"),
        std::string(R"("epcList":["urn:epc:id:sscc:1.1",)") +
            absl::StrReplaceAll(Units("1"), {{"\"epcList\":[", ""}})}) {
    const EpcisPlan plan = PlanOf(absl::StrCat(made, ",", packed, ",", stacked, ",",
                                               Object(4, "OBSERVE", "shipping", "A", goods)));
    EXPECT_THAT(StepsOf(plan),
                testing::IsSupersetOf({"transfer 1 1 A → IN-TRANSIT", "transfer 2 1 A → IN-TRANSIT",
                                       "transfer 3 1 A → IN-TRANSIT"}))
        << goods;
    EXPECT_EQ(StepsOf(plan).size(), 6u) << goods;
    EXPECT_THAT(plan.discrepancies, IsEmpty()) << goods;
  }
}

TEST(EpcisRecords, TheEndOfACasesNumberIsNotThatOfItsContents) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Units("123"));
  const std::string packed = Pack(2, kCase, Units("23", "childEPCs"));
  const auto steps_after = [&](const std::string& action, const std::string& step) {
    return StepsOf(
        PlanOf(absl::StrCat(made, ",", packed, ",", Object(4, action, step, "A", Units("1")))));
  };
  EXPECT_EQ(steps_after("DELETE", "decommissioning").size(), 4u);
  EXPECT_EQ(steps_after("DELETE", "").size(), 4u);
  EXPECT_EQ(steps_after("DELETE", "destroying").size(), 6u);
  EXPECT_EQ(steps_after("DELETE", "retail_selling").size(), 6u);
}

TEST(EpcisRecords, AnAggregationThatShipsMovesTheCaseToo) {
  const std::string made = Object(1, "ADD", "commissioning", "A", Units("123"));
  const EpcisPlan plan = PlanOf(
      absl::StrCat(made, ",",
                   Event(2, "AggregationEvent", "A",
                         absl::StrCat(R"("action":"OBSERVE","bizStep":"shipping","parentID":")",
                                      kCase, "\",", Units("23", "childEPCs")))));
  EXPECT_EQ(StepsOf(plan).size(), 6u);
  EXPECT_EQ(plan.discrepancies.size(), 3u);
}

TEST(EpcisRecords, ALotOnTwoPalletsIsCountedOnBoth) {
  const EpcisPlan plan = PlanOf(absl::StrCat(
      Made(), ",", Pack(2, "urn:epc:id:sscc:1.1", Goods("R", "5", "childQuantityList")), ",",
      Pack(3, "urn:epc:id:sscc:1.2", Goods("R", "4", "childQuantityList")), ",",
      Object(4, "OBSERVE", "shipping", "A",
             R"("epcList":["urn:epc:id:sscc:1.1","urn:epc:id:sscc:1.2"])")));
  EXPECT_THAT(StepsOf(plan), ElementsAre("receipt R 9 → A", "transfer R 9 A → IN-TRANSIT"));
}

}  // namespace
}  // namespace lots::ctl
