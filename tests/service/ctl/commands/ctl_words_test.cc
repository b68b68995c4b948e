// What people type at lotctl and what they read: numbers alone, days, times, searches, empty
// answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lots/v1/audit.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/reshape.pb.h"
#include "lots/v1/stock.pb.h"
#include "service/ctl/output/show.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using CtlWords = CtlFactory;

TEST_F(CtlWords, ASplitIsReversedWhereItWasMade) {
  const auto split = lotctl_.Answer<v1::ReshapeResponse>(
      {"lot", "split", "steel/H-1", "H-1A=60", "--from", "RAW"});
  const std::string reversed = lotctl_.Ok({"lot", "reverse", split.transformation_id()});
  EXPECT_THAT(reversed, AllOf(HasSubstr("reversed by"), Not(HasSubstr("work order"))));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-1"}), HasSubstr("100.000 on hand"));
}

// A person does not say the product of a number that one product has.
TEST_F(CtlWords, ANumberAloneIsEnoughWhereOneProductHasIt) {
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "H-1"}), HasSubstr("lot:        steel/H-1"));
  lotctl_.Ok({"stock", "move", "transfer", "H-1=20", "M-1", "--from", "RAW", "--to", "HALL"});
  lotctl_.Ok({"lot", "hold", "M-1", "--reason", "odd"});
  lotctl_.Ok({"lot", "release", "M-1", "--note", "fine"});
  lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "1"});
  lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-0001", "--component",
              "M-1@HALL:into=0", "--component", "H-1=2.5", "--from", "RAW", "--to", "HALL"});
  EXPECT_THAT(lotctl_.Ok({"trace", "downstream", "H-1"}), HasSubstr("pump/SN-0001"));
  EXPECT_THAT(lotctl_.Ok({"trace", "recipients", "H-1"}), HasSubstr("0 deliveries"));
  EXPECT_THAT(lotctl_.Ok({"trace", "origins", "SN-0001", "--sound", "M-2"}), HasSubstr("steel"));
  EXPECT_THAT(lotctl_.Ok({"lot", "warranty", "SN-0001"}), HasSubstr("none"));
  EXPECT_THAT(lotctl_.Ok({"recall", "drill", "H-1"}), HasSubstr("steel/H-1"));
  EXPECT_THAT(lotctl_.Ok({"stock", "movements", "--lot", "H-1"}), HasSubstr("transfer"));
  lotctl_.Ok({"work-order", "disassemble", "SN-0001", "--to", "RAW", "--component", "H-1=0.5"});
  lotctl_.Ok({"lot", "split", "H-1", "H-2=1", "--from", "RAW"});
  lotctl_.Ok({"lot", "merge", "H-2", "--from", "RAW", "--into", "H-3"});
  lotctl_.Ok({"lot", "relabel", "H-3", "--from", "RAW", "--number", "H-4"});
}

TEST_F(CtlWords, ANumberOfSeveralProductsIsAskedBack) {
  lotctl_.Ok({"product", "upsert", "brass", "--tracking", "lot"});
  lotctl_.Ok({"lot", "create", "brass", "H-1"});
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"lot", "get", "H-1"},
           {"trace", "downstream", "H-1"},
           {"stock", "move", "transfer", "H-1=5", "--from", "RAW", "--to", "HALL"}}) {
    const CtlEnd end = lotctl_.Run(line);
    EXPECT_EQ(end.code, 2);
    EXPECT_THAT(end.err,
                HasSubstr("'H-1' is the number of brass/H-1, steel/H-1: name one of them"));
  }
  const CtlEnd missing = lotctl_.Run({"trace", "upstream", "V1-0122"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("there is no lot V1-0122; 'lotctl lot list --query TEXT'"));
}

// Many companies number by year: 2026/0815. It was taken for product 2026, number 0815.
TEST_F(CtlWords, ANumberMayHaveASlash) {
  lotctl_.Ok({"lot", "create", "steel", "2026/0815"});
  lotctl_.Ok({"lot", "create", "motor", "2026/1"});
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "2026/0815"}), HasSubstr("steel/2026/0815"));
  lotctl_.Ok({"stock", "move", "receipt", "2026/0815=5", "steel/H-1=1", "2026/1", "--to", "RAW"});
  EXPECT_THAT(lotctl_.Ok({"trace", "downstream", "2026/0815"}), HasSubstr("steel/2026/0815"));
  EXPECT_THAT(lotctl_.Ok({"stock", "movements", "--lot", "2026/0815"}), HasSubstr("receipt"));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "2026/0815", "steel/H-1"}), HasSubstr("5.000"));
  lotctl_.Ok({"lot", "hold", "2026/0815", "--reason", "odd"});
  EXPECT_THAT(lotctl_.Run({"lot", "get", "2026/9"}).err,
              AllOf(HasSubstr("PRODUCT_NOT_FOUND"), HasSubstr("product 2026 does not exist")));
  EXPECT_THAT(lotctl_.Run({"trace", "upstream", "steel/9"}).err, HasSubstr("LOT_NOT_FOUND"));
  // PRODUCT/NUMBER comes first.
  lotctl_.Ok({"product", "upsert", "2026", "--tracking", "lot"});
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "2026/0815"}), HasSubstr("steel/2026/0815"));
  lotctl_.Ok({"lot", "create", "2026", "0815"});
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "2026/0815"}), HasSubstr("lot:       2026/0815"));
  EXPECT_THAT(lotctl_.Ok({"trace", "downstream", "2026/0815"}), Not(HasSubstr("steel")));
  // A product that has it, too, makes the whole ambiguous.
  lotctl_.Ok({"lot", "create", "motor", "x/1"});
  lotctl_.Ok({"lot", "create", "steel", "x/1"});
  EXPECT_THAT(lotctl_.Run({"lot", "get", "x/1"}).err,
              HasSubstr("'x/1' is the number of motor/x/1, steel/x/1: name one of them"));
}

// A by-product may be new, and what stands before its slash is a product.
TEST_F(CtlWords, ANewLotIsOfTheProductThatItNames) {
  lotctl_.Ok({"product", "upsert", "swarf", "--tracking", "lot"});
  lotctl_.Ok({"lot", "create", "steel", "swarf/S-1"});
  lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "1"});
  lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-0001", "--component",
              "motor/M-1:into=0", "--by-product", "swarf/S-1=1", "--from", "RAW", "--to", "HALL"});
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "swarf/S-1"}), HasSubstr(" swarf/S-1\n"));
}

// Which company a row is of was left out first, and in most lists not there at all.
TEST_F(CtlWords, AListOfSeveralCompaniesSaysWhoseEachRowIs) {
  MakePump();
  lotctl_.Ok({"recall", "open", "RC-1", "steel/H-1", "--reason", "splinters"});
  const CtlRunner all(server_, "-");
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"lot", "list"},
                                             {"lot", "summary"},
                                             {"stock", "list"},
                                             {"stock", "movements"},
                                             {"work-order", "list"},
                                             {"product", "list"},
                                             {"location", "list"},
                                             {"recall", "list"}}) {
    for (const int columns : {0, 80, 60}) {
      const CtlEnd end = all.Run(line, columns);
      EXPECT_EQ(end.code, 0) << end.err;
      EXPECT_THAT(end.out, testing::ContainsRegex("^(\x1b.1m)?COMPANY"))
          << testing::PrintToString(line);
      EXPECT_THAT(end.out, HasSubstr("\nacme  ")) << testing::PrintToString(line);
    }
  }
  EXPECT_THAT(lotctl_.Run({"work-order", "list"}).out, Not(HasSubstr("COMPANY")));
}

// Each company has days of its own: 2026-05-01 was that of UTC for all of them.
TEST_F(CtlWords, ADayOfSeveralCompaniesIsThatOfEach) {
  const CtlRunner east(server_, "york");
  east.Ok({"settings", "update", "--time-zone", "America/New_York"});
  east.Ok({"location", "upsert", "DOCK", "--kind", "internal"});
  east.Ok({"product", "upsert", "steel", "--tracking", "lot"});
  east.Ok({"lot", "create", "steel", "NY-1"});
  east.Ok({"stock", "move", "receipt", "NY-1=1", "--to", "DOCK", "--at", "2026-05-01T23:30"});
  lotctl_.Ok({"lot", "create", "steel", "BER-1"});
  lotctl_.Ok({"stock", "move", "receipt", "BER-1=1", "--to", "RAW", "--at", "2026-05-01T00:30"});
  const CtlRunner all(server_, "-");
  const auto movements = [&](const std::string& since, const std::string& until) {
    return all.Run({"stock", "movements", "--since", since, "--until", until}).out;
  };
  EXPECT_THAT(movements("2026-05-01", "2026-05-01"), AllOf(HasSubstr("NY-1"), HasSubstr("BER-1")));
  EXPECT_EQ(movements("2026-04-01", "2026-04-30"), "");
  EXPECT_EQ(movements("2026-05-02", "2026-05-02"), "");
  EXPECT_THAT(all.Run({"lot", "list", "--since", "2026-05-01"}).out, HasSubstr("NY-1"));
  EXPECT_EQ(all.Run({"lot", "list", "--created-before", "2026-05-01"}).out, "");
  EXPECT_THAT(movements("2026-05-01T00:00:00+02:00", "2026-05-01T01:00:00+02:00"),
              AllOf(Not(HasSubstr("NY-1")), HasSubstr("BER-1")));
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"stock", "list", "--as-of", "2026-05-01"},
           {"stock", "list", "--known-at", "2026-05-01T08:00"},
           {"stock", "movements", "--since", "2026-05-01T08:00"}}) {
    const CtlEnd end = all.Run(line);
    EXPECT_EQ(end.code, 2) << testing::PrintToString(line);
    EXPECT_THAT(end.err, AllOf(HasSubstr(line[2]), HasSubstr("a time names its offset, as 2026-")));
  }
}

// "supplier-return" is what help says, and what the filter of the API does not know.
TEST_F(CtlWords, EveryKindOfMovementIsTakenAsItIsShown) {
  lotctl_.Ok({"stock", "move", "supplier return", "steel/H-1=2", "--from", "RAW"});
  EXPECT_THAT(lotctl_.Ok({"stock", "movements", "--kind", "supplier-return"}),
              HasSubstr("supplier return"));
  for (int i = 1; i < v1::MovementKind_descriptor()->value_count(); ++i) {
    const std::string kind = ctl::Show(static_cast<v1::MovementKind>(i));
    EXPECT_EQ(lotctl_.Run({"stock", "movements", "--kind", kind}).code, 0) << kind;
  }
  EXPECT_EQ(lotctl_.Run({"stock", "movements", "--kind", "theft"}).code, 2);
}

// The company is in Berlin, where 2026-05-01 ends at 22:00 UTC.
TEST_F(CtlWords, ADayIsOneOfTheCompany) {
  lotctl_.Ok({"lot", "create", "steel", "H-5"});
  lotctl_.Ok(
      {"stock", "move", "receipt", "steel/H-5=1", "--to", "RAW", "--at", "2026-05-01T23:30"});
  const auto stock = [&](const std::string& day) {
    return lotctl_.Run({"stock", "list", "steel/H-5", "--as-of", day}).out;
  };
  EXPECT_EQ(stock("2026-04-30"), "");
  EXPECT_THAT(stock("2026-05-01"), HasSubstr("1.000"));
  const auto movements = [&](const std::string& flag, const std::string& day) {
    return lotctl_.Run({"stock", "movements", "--lot", "steel/H-5", flag, day}).out;
  };
  EXPECT_THAT(movements("--until", "2026-05-01"), HasSubstr("2026-05-01 23:30:00+02:00"));
  EXPECT_EQ(movements("--until", "2026-04-30"), "");
  EXPECT_THAT(movements("--since", "2026-05-01"), HasSubstr("2026-05-01 23:30:00+02:00"));
  EXPECT_EQ(movements("--since", "2026-05-02"), "");
  EXPECT_EQ(lotctl_.Run({"trace", "downstream", "steel/H-5", "--as-of", "2026-05-01"}).code, 0);
}

TEST_F(CtlWords, WhatHappenedOnADayHappenedByItsEndAndTodayIsNow) {
  lotctl_.Ok({"lot", "create", "steel", "H-5"});
  lotctl_.Ok({"stock", "move", "receipt", "steel/H-5=1", "--to", "RAW", "--at", "2026-05-01"});
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const std::string today = absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), berlin));
  lotctl_.Ok({"stock", "move", "scrap", "steel/H-5=1", "--from", "RAW", "--at", today});
  const auto movements =
      lotctl_.Answer<v1::ListMovementsResponse>({"stock", "movements", "--lot", "steel/H-5"});
  ASSERT_EQ(movements.movements_size(), 2);
  EXPECT_EQ(movements.movements(1).occur_time().seconds(), 1777672799);  // 21:59:59 UTC
  EXPECT_NEAR(static_cast<double>(movements.movements(0).occur_time().seconds()),
              static_cast<double>(absl::ToUnixSeconds(absl::Now())), 60);
  EXPECT_THAT(lotctl_.Ok({"lot", "list", "--since", today, "--until", today}), HasSubstr("H-5"));
  EXPECT_EQ(lotctl_.Run({"lot", "list", "--created-before", today}).out, "");
}

TEST_F(CtlWords, TimesAreShownInTheZoneOfTheCompany) {
  lotctl_.Ok({"settings", "update", "--time-zone", "America/New_York"});
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"lot", "get", "steel/H-1"},
                                             {"lot", "list"},
                                             {"lot", "history", "steel/H-1"},
                                             {"stock", "movements"},
                                             {"lot", "locations", "steel/H-1"},
                                             {"audit", "list"},
                                             {"product", "get", "steel"},
                                             {"settings", "get"}}) {
    EXPECT_THAT(lotctl_.Ok(line), testing::ContainsRegex(R"(:[0-9][0-9]-0[45]:00)"))
        << testing::PrintToString(line);
  }
  // Several companies have several zones.
  EXPECT_THAT(CtlRunner(server_, "-").Ok({"lot", "list"}), testing::ContainsRegex(":[0-9][0-9]Z"));
}

TEST_F(CtlWords, AnEmptyAnswerSaysSo) {
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"lot", "list", "--until", "2020-01-01"},
           {"lot", "list", "--expires-until", "2020-01-01"},
           {"lot", "list", "--state", "planned"},
           {"lot", "summary", "--query", "nothing"},
           {"stock", "list", "steel/H-1", "--known-at", "2020-01-01"},
           {"stock", "movements", "--kind", "scrap"},
           {"work-order", "list"},
           {"recall", "list"},
           {"audit", "list", "--by", "nobody"}}) {
    const CtlEnd end = lotctl_.Run(line);
    EXPECT_EQ(end.code, 0) << end.err;
    EXPECT_EQ(end.out, "") << testing::PrintToString(line);
    EXPECT_THAT(end.err, HasSubstr("lotctl: there are no ")) << testing::PrintToString(line);
  }
  EXPECT_EQ(lotctl_.Run({"--output", "json", "work-order", "list"}).err, "");
}

// Searching for the end of a number found nothing, and did not say why.
TEST_F(CtlWords, AShortSearchSaysThatItLooksAtBeginnings) {
  lotctl_.Ok({"lot", "create", "motor", "77-1", "SN-77"});
  const CtlEnd end = lotctl_.Run({"lot", "list", "--query", "77"});
  EXPECT_THAT(end.out, AllOf(HasSubstr("77-1"), Not(HasSubstr("SN-77"))));
  EXPECT_THAT(end.err,
              HasSubstr("'77' is shorter than 3 characters: only numbers that begin with"));
  // As the service counts: without spaces around it, and ß as the two that it is folded to.
  EXPECT_THAT(lotctl_.Run({"lot", "list", "--query", "77 "}).err, HasSubstr("only numbers"));
  EXPECT_THAT(lotctl_.Run({"lot", "summary", "--query", "é7"}).err, HasSubstr("only numbers"));
  lotctl_.Ok({"lot", "create", "motor", "GROSS7"});
  EXPECT_THAT(lotctl_.Ok({"lot", "list", "--query", "ß7"}), HasSubstr("GROSS7"));
  EXPECT_THAT(lotctl_.Run({"lot", "list", "--query", " "}).err, Not(HasSubstr("shorter")));
  EXPECT_THAT(lotctl_.Ok({"lot", "list", "--query", "-77"}), HasSubstr("SN-77"));
}

// --request-id names the first of the command's writes, and repeats all of them.
TEST_F(CtlWords, TheWritesOfACommandHaveOneIdBetweenThem) {
  lotctl_.Ok({"lot", "create", "steel", "OLD-1", "OLD-2"});
  lotctl_.Ok({"lot", "archive", "steel/OLD-1", "steel/OLD-2"});
  const auto page = lotctl_.Answer<v1::ListAuditEntriesResponse>(
      {"audit", "list", "--method", "LotService/ArchiveLot"});
  ASSERT_EQ(page.entries_size(), 2);
  EXPECT_EQ(page.entries(0).origin().request_id(),
            absl::StrCat(page.entries(1).origin().request_id(), "-2"));
}

// The service names methods and fields; a person knows commands.
TEST_F(CtlWords, RefusalsNameCommands) {
  const CtlEnd product = lotctl_.Run({"lot", "create", "pipe", "P-1"});
  EXPECT_THAT(product.err, AllOf(HasSubstr("'lotctl product upsert'"), Not(HasSubstr("Upsert"))));
  const CtlEnd location =
      lotctl_.Run({"stock", "move", "adjustment", "steel/H-1=1", "--from", "RAW"});
  EXPECT_THAT(location.err, Not(HasSubstr("a ADJUSTMENT")));
  lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "1"});
  lotctl_.Ok({"work-order", "cancel", "WO-7"});
  const std::vector<std::string> complete = {"work-order", "complete", "WO-7", "--finished",
                                             "SN-0001",    "--to",     "HALL"};
  EXPECT_THAT(lotctl_.Run(complete).err, HasSubstr("'lotctl work-order reopen' opens it again"));
  std::vector<std::string> dry_run = complete;
  dry_run.push_back("--validate-only");
  EXPECT_THAT(lotctl_.Run(dry_run).out + lotctl_.Run(dry_run).err,
              AllOf(HasSubstr("'lotctl work-order reopen'"), Not(HasSubstr("ReopenWorkOrder"))));
  EXPECT_THAT(lotctl_.Run({"stock", "move", "return", "motor/M-1", "--to", "RAW"}).err,
              AllOf(HasSubstr("a return names the delivery"), HasSubstr("partner_id (--partner)")));
}

}  // namespace
}  // namespace lots
