// Documents that do not fit what the company has, or that the service would refuse: nothing is
// written. Documents are small and written out here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "lots/v1/stock.pb.h"
#include "service/ctl/epcis/check.h"
#include "service/ctl/epcis/import.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/ctl_runner.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kProduct[] = "04012345123456";

std::string Goods(const std::string& number, const std::string& quantity,
                  const std::string& unit = "KGM") {
  return absl::StrCat(R"("quantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.012345.)", number,
                      R"(","quantity":)", quantity, R"(,"uom":")", unit, R"("}])");
}

// An event at the mill; `what` is ADD or the step of an OBSERVE.
std::string Event(const std::string& id, const std::string& time, const std::string& what,
                  const std::string& goods) {
  const bool adds = what == "ADD";
  return absl::StrCat(R"({"type":"ObjectEvent","eventID":")", id, R"(","eventTime":")", time,
                      R"(","action":")", adds ? "ADD" : "OBSERVE", R"(","bizStep":")",
                      adds ? "commissioning" : what, R"(","bizLocation":{"id":"MILL"},)", goods,
                      "}");
}

std::string Made(const std::string& goods) {
  return Event("e1", "2026-01-01T00:00:00Z", "ADD", goods);
}

std::string Shipped(const std::string& goods) {
  return Event("e2", "2026-01-02T00:00:00Z", "shipping", goods);
}

// The unit 1 of another product, made of the goods.
std::string Transformed(const std::string& time, const std::string& goods) {
  const std::string used = absl::StrReplaceAll(goods, {{"quantityList", "inputQuantityList"}});
  return absl::StrReplaceAll(
      Event("t", time, "", used + R"(,"outputEPCList":["urn:epc:id:sgtin:0614141.107346.1"])"),
      {{"ObjectEvent", "TransformationEvent"}});
}

std::string DocumentOf(const std::vector<std::string>& events) {
  return absl::StrCat(R"({"type":"EPCISDocument","schemaVersion":"2.0","epcisBody":{"eventList":[)",
                      absl::StrJoin(events, ","), "]}}");
}

class CtlImportCompany : public testing::Test {
 protected:
  CtlEnd Import(const std::vector<std::string>& events,
                const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"import", "epcis",
                                          folder_.Write("document.jsonld", DocumentOf(events))};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return lotctl_.Run(arguments);
  }

  void ExpectRefused(const std::vector<std::string>& events, const std::string& why) {
    const std::string before = Everything();
    for (const std::vector<std::string>& options :
         std::vector<std::vector<std::string>>{{}, {"--dry-run"}, {"--on-discrepancy", "adjust"}}) {
      const CtlEnd end = Import(events, options);
      EXPECT_EQ(end.code, 1) << end.out;
      EXPECT_THAT(end.err, AllOf(HasSubstr(why), HasSubstr("nothing was written")));
    }
    EXPECT_EQ(Everything(), before);
  }

  std::string Everything() {
    std::string all;
    for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
             {"product", "list"},
             {"location", "list"},
             {"lot", "list", "--archived", "--order-by", "number"},
             {"stock", "movements", "--limit", "0"},
             {"work-order", "list"}}) {
      absl::StrAppend(&all, lotctl_.Run(line).out);
    }
    return all;
  }

  std::string Places(const std::string& number) {
    return lotctl_.Ok({"lot", "locations", absl::StrCat(kProduct, "/", number)});
  }

  TestServer server_;
  const TestFolder folder_;
  CtlRunner lotctl_{server_, "mill"};
};

TEST_F(CtlImportCompany, ASecondDocumentOfTheSameGoodsIsRefusedWhole) {
  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  ExpectRefused(
      {Shipped(Goods("R", "10")), Event("e3", "2026-01-03T00:00:00Z", "ADD", Goods("NEW", "1"))},
      "the company has 04012345123456/R already, and not from this document");
}

TEST_F(CtlImportCompany, GoodsThatWereRecordedByHandAreFromElsewhere) {
  ASSERT_EQ(Import({Made(Goods("S", "1"))}).code, 0);
  lotctl_.Ok({"lot", "create", kProduct, "R"});
  ExpectRefused(
      {Made(Goods("S", "1")), Event("e2", "2026-01-02T00:00:00Z", "ADD", Goods("R", "10"))},
      "04012345123456/R already, and not from this document: it is active and never");
}

TEST_F(CtlImportCompany, ARetiredPlaceIsSaidBeforeAnythingIsWritten) {
  lotctl_.Ok({"location", "upsert", "MILL", "--kind", "internal"});
  lotctl_.Ok({"location", "retire", "MILL"});
  ExpectRefused({Made(Goods("R", "10"))}, "the location MILL is retired");
  lotctl_.Ok({"location", "retire", "MILL", "--undo"});
  EXPECT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
}

TEST_F(CtlImportCompany, TheWholeChainAgainWithItsNextEventGoesOn) {
  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  const CtlEnd end = Import({Made(Goods("R", "10")), Shipped(Goods("R", "10"))});
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("posted 1 movement and 0 completions; 1 request found done"));
  EXPECT_THAT(Places("R"), HasSubstr("IN-TRANSIT"));
}

TEST_F(CtlImportCompany, ARepeatChangesNothingWhateverHappenedSince) {
  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  lotctl_.Ok({"stock", "move", "scrap", absl::StrCat(kProduct, "/R=4"), "--from", "MILL"});
  const std::string before = Everything();
  EXPECT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  EXPECT_EQ(Everything(), before);
  ExpectRefused({Made(Goods("R", "10")), Shipped(Goods("R", "10"))}, "not from this document");
}

TEST_F(CtlImportCompany, TheSameEventInAnotherSpellingIsDoneAlready) {
  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  const std::string before = Everything();
  const CtlEnd end = Import({Event(
      "e1", "2026-01-01T01:00:00.000+01:00", "ADD",
      absl::StrReplaceAll(Goods("R", "10.0"), {{"urn:epc:class:lgtin:4012345.012345.R",
                                                "https://id.gs1.org/01/04012345123456/10/R"}}) +
          R"(,"recordTime":"2026-01-09T00:00:00Z")")});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(Everything(), before);
}

TEST_F(CtlImportCompany, AnErrorDeclarationOfAnImportedEventIsRefusedUntilItIsReversed) {
  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  const std::string declared = Made(Goods("R", "10") + R"(,"errorDeclaration":{})");
  const std::string corrected = Event("e9", "2026-01-01T00:00:00Z", "ADD", Goods("R", "11"));
  ExpectRefused({declared}, "takes an event back that was imported before");
  ExpectRefused({declared, corrected}, "takes an event back that was imported before");
  ExpectRefused({Made(Goods("R", "10")), declared, corrected}, "takes an event back that was");

  const auto movements = lotctl_.Answer<v1::ListMovementsResponse>({"stock", "movements"});
  ASSERT_EQ(movements.movements_size(), 1);
  lotctl_.Ok({"stock", "reverse", movements.movements(0).movement_id()});
  const CtlEnd end = Import({declared, corrected});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(Places("R"), HasSubstr("11.000"));
}

TEST_F(CtlImportCompany, AnErrorDeclarationOfGoodsFromElsewhereIsRefused) {
  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  ExpectRefused({absl::StrReplaceAll(Made(Goods("R", "10") + R"(,"errorDeclaration":{})"),
                                     {{"\"eventID\":\"e1\",", ""}})},
                "not from this document");
}

// The lot has the number that the event which made it says; a later event has only the URI.
TEST_F(CtlImportCompany, AnErrorDeclarationFindsTheLotUnderAnotherNumber) {
  const std::string made = Made(Goods("R", "10") + R"(,"ilmd":{"cbvmda:lotNumber":"L-77"})");
  ASSERT_EQ(Import({made, Shipped(Goods("R", "10"))}).code, 0);
  const std::string declaration = R"(,"errorDeclaration":{})";
  const std::string link = R"("quantityList":[{"epcClass":
      "https://id.gs1.org/01/04012345123456/10/R","quantity":10,"uom":"KGM"}])";
  for (const std::string& declared :
       {Shipped(Goods("R", "10") + declaration), Shipped(link + declaration),
        // It happened at another time than it said before: only the lot is the same.
        Event("e2", "2026-01-02T01:00:00Z", "shipping", Goods("R", "10") + declaration)}) {
    ExpectRefused({declared}, "takes an event back that was imported before");
  }

  const auto shipped = lotctl_.Answer<v1::ListMovementsResponse>(
      {"stock", "movements", "--filter", "kind = TRANSFER"});
  ASSERT_EQ(shipped.movements_size(), 1);
  lotctl_.Ok({"stock", "reverse", shipped.movements(0).movement_id()});
  const CtlEnd end = Import({Shipped(Goods("R", "10") + declaration)});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(Places("L-77"), HasSubstr("MILL"));
}

TEST_F(CtlImportCompany, AnErrorDeclarationOfPalletsFindsWhatTheyMoved) {
  const std::string pallet = R"("epcList":["urn:epc:id:sscc:4012345.0000000333"])";
  const std::string packed = R"({"type":"AggregationEvent","eventID":"p","action":"ADD",
      "eventTime":"2026-01-01T12:00:00Z","bizStep":"packing","bizLocation":{"id":"MILL"},
      "parentID":"urn:epc:id:sscc:4012345.0000000333","childQuantityList":[{
      "epcClass":"urn:epc:class:lgtin:4012345.012345.R","quantity":10,"uom":"KGM"}]})";
  ASSERT_EQ(Import({Made(Goods("R", "10")), packed, Shipped(pallet)}).code, 0);
  EXPECT_THAT(Places("R"), HasSubstr("IN-TRANSIT"));
  const std::string declared = Shipped(pallet + R"(,"errorDeclaration":{})");
  ExpectRefused({declared}, "takes an event back that was imported before");
  ExpectRefused({Shipped(pallet), declared}, "takes an event back that was imported before");
  // Nothing on record tells what this one moved.
  ExpectRefused(
      {Event("e8", "2026-01-08T00:00:00Z", "shipping", pallet + R"(,"errorDeclaration":{})")},
      "what the event moved cannot be looked up");

  const auto shipped = lotctl_.Answer<v1::ListMovementsResponse>(
      {"stock", "movements", "--filter", "kind = TRANSFER"});
  ASSERT_EQ(shipped.movements_size(), 1);
  lotctl_.Ok({"stock", "reverse", shipped.movements(0).movement_id()});
  EXPECT_EQ(Import({declared}).code, 0);
}

TEST_F(CtlImportCompany, ARepeatChangesNothingWhenProductsAndNumbersChangedSince) {
  const std::vector<std::string> events = {Made(Goods("R", "10")),
                                           Transformed("2026-01-02T00:00:00Z", Goods("R", "10"))};
  ASSERT_EQ(Import(events).code, 0);
  lotctl_.Ok({"product", "upsert", "10614141073464", "--producible", "false"});
  lotctl_.Ok({"lot", "update", absl::StrCat(kProduct, "/R"), "--number", "R-2"});
  const std::string before = Everything();
  const CtlEnd end = Import(events);
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(Everything(), before);
}

// The company's product has a shelf life, so the service gives lots a last day that no event says.
TEST_F(CtlImportCompany, GoodsThatExpireByTheCompanysOwnDatesAreListedBeforehand) {
  lotctl_.Ok({"product", "upsert", kProduct, "--tracking", "lot", "--unit", "kg", "--scale", "3",
              "--expire-days", "5"});
  const std::string made =
      Made(Goods("R", "10") + R"(,"ilmd":{"cbvmda:productionDate":"2026-01-01"})");
  const std::vector<std::string> events = {made,
                                           Transformed("2026-01-10T00:00:00Z", Goods("R", "4"))};
  const std::string before = Everything();
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{}, {"--dry-run"}}) {
    const CtlEnd end = Import(events, options);
    EXPECT_EQ(end.code, 1) << end.out;
    EXPECT_THAT(end.err, AllOf(HasSubstr("of which the company's last day is 2026-01-06"),
                               HasSubstr("nothing was written")));
  }
  EXPECT_EQ(Everything(), before);
  const CtlEnd adjusted = Import(events, {"--on-discrepancy", "adjust"});
  EXPECT_EQ(adjusted.code, 0) << adjusted.err;
  EXPECT_THAT(adjusted.out, HasSubstr("EXPIRED accepted"));
  EXPECT_THAT(Places("R"), HasSubstr("6.000"));
}

TEST_F(CtlImportCompany, ExpiryIsThatOfTheCompanysZoneAndOfWhatALotHasByNow) {
  lotctl_.Ok({"settings", "update", "--time-zone", "Europe/Berlin"});
  const std::string dates = R"(,"ilmd":{"cbvmda:itemExpirationDate":"2026-01-05"})";
  const auto sold = [&](const std::string& time) {
    return Event("s", time, "retail_selling", Goods("R", "1"));
  };
  // In Berlin it is the sixth.
  const CtlEnd end = Import({Made(Goods("R", "10") + dates), sold("2026-01-05T23:30:00Z")});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.err, HasSubstr("of which the company's last day is 2026-01-05"));

  ASSERT_EQ(Import({Made(Goods("R", "10"))}).code, 0);
  lotctl_.Ok({"lot", "update", absl::StrCat(kProduct, "/R"), "--expires", "2026-01-03"});
  const CtlEnd later = Import({Made(Goods("R", "10")), sold("2026-01-04T12:00:00Z")},
                              {"--on-discrepancy", "adjust"});
  EXPECT_EQ(later.code, 0) << later.err;
  EXPECT_THAT(later.out, HasSubstr("of which the company's last day is 2026-01-03"));
  EXPECT_THAT(Places("R"), HasSubstr("9.000"));
}

TEST_F(CtlImportCompany, AnotherUnitThanTheProductsIsRefused) {
  ASSERT_EQ(Import({Made(Goods("R", "100"))}).code, 0);
  ExpectRefused({Event("e3", "2026-01-03T00:00:00Z", "ADD", Goods("S", "100", "LBR"))},
                "is registered in 'kg', and the document counts it in 'lb'");
}

TEST_F(CtlImportCompany, WhatTheServiceWouldRefuseIsFoundBeforehand) {
  const std::string tomorrow = absl::FormatTime(absl::Now() + absl::Hours(48), absl::UTCTimeZone());
  ExpectRefused({Made(Goods("R", "10")), Event("late", tomorrow, "shipping", Goods("R", "10"))},
                "more than a day in the future");
  lotctl_.Ok({"product", "upsert", kProduct, "--tracking", "lot", "--unit", "kg", "--scale", "1"});
  ExpectRefused({Made(Goods("R", "10.25"))}, "2 decimals, and the product is registered with 1");
  lotctl_.Ok({"location", "upsert", "MILL", "--kind", "customer"});
  ExpectRefused({Made(Goods("R", "10"))}, "the location MILL is registered as");
  lotctl_.Ok({"settings", "update", "--lots", "off"});
  ExpectRefused({Made(Goods("R", "10"))}, "switch them on with 'lotctl settings update'");
}

TEST_F(CtlImportCompany, WhatIsDroppedIsCountedByName) {
  const CtlEnd end = Import({Made(Goods("R", "10") + R"(,"disposition":"active")")});
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("1 × disposition"));
}

// The plan of another document, while this one is half done.
TEST_F(CtlImportCompany, AnInterruptedImportResumes) {
  const auto document = ctl::ParseEpcisDocument(
      DocumentOf({Made(Goods("R", "10")), Shipped(Goods("R", "4")),
                  Event("e3", "2026-01-03T00:00:00Z", "receiving", Goods("R", "4"))}));
  ASSERT_TRUE(document.ok());
  const ctl::EpcisPlan plan = ctl::PlanEpcisImport(*document);
  std::ostringstream out;
  ctl::Session session({.address = server_.server().address(), .company = "mill"},
                       {.out = out, .err = out});
  for (size_t sent = 0; sent <= plan.requests.size(); ++sent) {
    const auto check = ctl::CheckEpcisPlan(session, plan);
    ASSERT_TRUE(check.ok()) << check.status();
    EXPECT_THAT(check->obstacles, testing::IsEmpty());
    EXPECT_EQ(check->done.size(), sent);
    ctl::EpcisPlan begun = plan;
    begun.requests.resize(std::min(sent + 1, plan.requests.size()));
    ASSERT_TRUE(ctl::EpcisImport(session, begun, false).Run(check->done).ok());
  }
  EXPECT_THAT(Places("R"), testing::Not(HasSubstr("IN-TRANSIT")));
}

}  // namespace
}  // namespace lots
