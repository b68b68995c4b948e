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
