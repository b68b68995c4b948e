// The seafood chain, imported from its EPCIS document into a real server. What is expected was read
// from the file by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "service/ctl/epcis/check.h"
#include "service/ctl/epcis/import.h"
#include "tests/support/base/shared_data.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/ctl_runner.h"

namespace lots {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr char kProduct[] = "urn:gdst:example.org:product:class:";
constexpr char kPlace[] = "urn:gdst:example.org:location:loc:";

std::string LotName(const std::string& product, const std::string& number) {
  return absl::StrCat(kProduct, product, "/", number);
}

class CtlImport : public testing::Test {
 protected:
  void SetUp() override {
    const auto lines = SharedDataLines("epcis/seafood_traceback.jsonld");
    if (!lines) GTEST_SKIP() << "there is no " << SharedDataFolder() << "/epcis";
    text_ = absl::StrJoin(*lines, "\n");
    file_ = absl::StrCat(SharedDataFolder(), "/epcis/seafood_traceback.jsonld");
  }

  CtlEnd Import(const std::string& on_discrepancy) {
    return lotctl_.Run({"import", "epcis", file_, "--on-discrepancy", on_discrepancy});
  }

  // "5000.000 at importer.123u", everywhere a lot is.
  std::vector<std::string> PlacesOf(const std::string& product, const std::string& number) {
    std::vector<std::string> places;
    const auto response = lotctl_.Answer<v1::ListLotLocationsResponse>(
        {"lot", "locations", LotName(product, number)});
    for (const v1::LotStock& stock : response.locations()) {
      places.push_back(
          absl::StrCat(stock.quantity(), " at ", absl::StripPrefix(stock.location_id(), kPlace)));
    }
    return places;
  }

  // All that the company has, as the API tells it.
  std::string Everything() {
    std::string all;
    for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
             {"product", "list"},
             {"location", "list"},
             {"lot", "list", "--archived", "--order-by", "number"},
             {"stock", "movements", "--limit", "0"},
             {"work-order", "list"},
             {"settings", "get"}}) {
      std::vector<std::string> json = {"--output", "json"};
      json.insert(json.end(), line.begin(), line.end());
      absl::StrAppend(&all, lotctl_.Ok(json));
    }
    return all;
  }

  // "DEPTH NUMBER" of every lot of a trace, and whether it is certain.
  template <class Response>
  std::vector<std::string> TraceOf(const std::string& direction, const std::string& lot) {
    std::vector<std::string> nodes;
    for (const Response& message : lotctl_.Messages<Response>({"trace", direction, lot})) {
      for (const v1::TraceNode& node : message.piece().nodes()) {
        EXPECT_EQ(node.certainty(), v1::CERTAINTY_CERTAIN);
        nodes.push_back(absl::StrCat(node.depth(), " ", node.number()));
      }
    }
    return nodes;
  }

  TestServer server_;
  CtlRunner lotctl_{server_, "seafood"};
  std::string text_;
  std::string file_;
};

TEST_F(CtlImport, RefusesWhatDoesNotAddUpAndWritesNothing) {
  const CtlEnd end = Import("refuse");
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.err, HasSubstr("2 discrepancies"));
  EXPECT_THAT(end.err, HasSubstr("urn:uuid:a3377b60-6663-4a39-9456-a32b166ffc4dU"));
  EXPECT_THAT(end.err, HasSubstr("urn:uuid:3b156702-d58e-4ab1-a4d7-3e29b4ba7e6aU"));
  EXPECT_THAT(end.err, HasSubstr("nothing was written"));
  EXPECT_THAT(lotctl_.Run({"settings", "get"}).err, HasSubstr("COMPANY_NOT_FOUND"));
}

TEST_F(CtlImport, LeavesTheGoodsWhereTheDocumentLeavesThem) {
  const CtlEnd end = Import("adjust");
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("4 × AggregationEvent cannot be recorded yet"));
  EXPECT_THAT(end.out, HasSubstr("adds 124 kg"));
  EXPECT_THAT(end.out, HasSubstr("created 6 products, 9 locations, 6 lots; posted 17 movements and "
                                 "3 completions; 0 requests found done before"));
  EXPECT_THAT(PlacesOf("processor.2u", "V1-0122-2022"), ElementsAre("5000.000 at importer.123u"));
  EXPECT_THAT(PlacesOf("processor.10u", "COMMINGLE-01232022"),
              ElementsAre("12124.000 at processor.plant1u"));
  EXPECT_THAT(PlacesOf("fisherman01.tunau", "V1-0122-2022"), ElementsAre());
  EXPECT_THAT(PlacesOf("fishfarm.1u", "FARMED-TUNA-01192022"), ElementsAre());
  EXPECT_THAT(PlacesOf("hatchery.1u", "TF12012021"), ElementsAre());
  EXPECT_THAT(PlacesOf("feedmill.1u", "FF11252021"), ElementsAre());
}

TEST_F(CtlImport, TheChainIsTracedDownFromTheHatchery) {
  ASSERT_EQ(Import("adjust").code, 0);
  EXPECT_THAT(
      TraceOf<v1::TraceDownstreamResponse>("downstream", LotName("hatchery.1u", "TF12012021")),
      ElementsAre("0 TF12012021", "1 FARMED-TUNA-01192022", "2 COMMINGLE-01232022",
                  "3 V1-0122-2022"));
  const std::string tree =
      lotctl_.Ok({"trace", "downstream", LotName("hatchery.1u", "TF12012021")});
  EXPECT_THAT(tree, HasSubstr("work order transform-1-22-2022-17:24"));
  EXPECT_THAT(tree, HasSubstr("now 5000.000 at urn:gdst:example.org:location:loc:importer.123u"));
}

TEST_F(CtlImport, TheChainIsTracedUpFromTheExportedLot) {
  ASSERT_EQ(Import("adjust").code, 0);
  EXPECT_THAT(
      TraceOf<v1::TraceUpstreamResponse>("upstream", LotName("processor.2u", "V1-0122-2022")),
      UnorderedElementsAre("0 V1-0122-2022", "1 COMMINGLE-01232022", "2 V1-0122-2022",
                           "2 FARMED-TUNA-01192022", "3 FF11252021", "3 TF12012021"));
  const std::string tree =
      lotctl_.Ok({"trace", "upstream", LotName("processor.2u", "V1-0122-2022")});
  EXPECT_THAT(tree, HasSubstr("receipt 9876.000 from urn:gdst:example.org:party:fisherman01.1u"));
  EXPECT_THAT(tree, HasSubstr("V1-0122-2022  used 10000"));
}

TEST_F(CtlImport, TwiceChangesNothing) {
  ASSERT_EQ(Import("adjust").code, 0);
  const std::string before = Everything();
  const CtlEnd again = Import("adjust");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out,
              HasSubstr("created 0 products, 0 locations, 0 lots; posted 0 movements and "
                        "0 completions; 20 requests found done before"));
  EXPECT_EQ(Everything(), before);
}

// As it is after a month: the service has forgotten the request ids.
TEST_F(CtlImport, TwiceChangesNothingWithoutTheRequestIds) {
  ASSERT_EQ(Import("adjust").code, 0);
  const std::string before = Everything();
  server_.database().Execute("DELETE FROM requests");
  ASSERT_EQ(Import("adjust").code, 0);
  EXPECT_EQ(Everything(), before);
}

TEST_F(CtlImport, ResumesWhereItStopped) {
  const auto document = ctl::ParseEpcisDocument(text_);
  ASSERT_TRUE(document.ok());
  std::ostringstream out;
  for (const size_t sent : {0u, 5u, 6u, 19u}) {
    ctl::EpcisPlan begun = ctl::PlanEpcisImport(*document);
    begun.requests.resize(sent);
    ctl::Session session({.address = server_.server().address(), .company = "seafood"},
                         {.out = out, .err = out});
    const auto check = ctl::CheckEpcisPlan(session, begun);
    ASSERT_TRUE(check.ok()) << check.status();
    ASSERT_THAT(check->obstacles, testing::IsEmpty()) << sent;
    ASSERT_TRUE(ctl::EpcisImport(session, begun, true).Run(check->done).ok()) << sent;
  }
  const CtlEnd end = Import("adjust");
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("19 requests found done before"));
  EXPECT_THAT(PlacesOf("processor.2u", "V1-0122-2022"), ElementsAre("5000.000 at importer.123u"));
  EXPECT_THAT(PlacesOf("feedmill.1u", "FF11252021"), ElementsAre());
}

TEST_F(CtlImport, JsonIsTheAnswersAndNothingElse) {
  const CtlEnd end =
      lotctl_.Run({"--output", "json", "import", "epcis", file_, "--on-discrepancy", "adjust"});
  ASSERT_EQ(end.code, 0) << end.err;
  for (const absl::string_view line : absl::StrSplit(end.out, '\n', absl::SkipEmpty())) {
    EXPECT_EQ(line.front(), '{') << line;
  }
  EXPECT_THAT(end.err, HasSubstr("2022-01-19"));
}

TEST_F(CtlImport, ADryRunWritesNothing) {
  const CtlEnd end =
      lotctl_.Run({"import", "epcis", file_, "--on-discrepancy", "adjust", "--dry-run"});
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.out, HasSubstr("nothing was written"));
  EXPECT_EQ(lotctl_.Run({"settings", "get"}).code, 1);
}

TEST_F(CtlImport, EveryExampleOfGs1IsTakenWithAdjustments) {
  for (const char* name :
       {"ErrorDeclarationAndCorrectiveEvent", "Example_9.6.1-ObjectEvent",
        "Example_9.6.2-ObjectEvent", "Example_9.6.3-AggregationEvent",
        "Example_9.6.4-TransformationEvent", "Example_9.6.4-TransformationEventWithDigitalLink"}) {
    const std::string file = absl::StrCat(SharedDataFolder(), "/epcis/gs1/", name, ".jsonld");
    const CtlRunner lotctl(server_, name);
    const CtlEnd end = lotctl.Run({"import", "epcis", file, "--on-discrepancy", "adjust"});
    EXPECT_EQ(end.code, 0) << name << end.err;
    const CtlEnd again = lotctl.Run({"import", "epcis", file, "--on-discrepancy", "adjust"});
    EXPECT_THAT(again.out, HasSubstr("posted 0 movements and 0 completions")) << again.err;
  }
}

TEST_F(CtlImport, ATruncatedFileIsRefusedWithTheLine) {
  const TestFolder folder;
  const std::string path = folder.Write("truncated.jsonld", text_.substr(0, text_.size() / 2));
  const CtlEnd end = lotctl_.Run({"import", "epcis", path});
  EXPECT_EQ(end.code, 2);
  EXPECT_EQ(end.out, "");
  EXPECT_THAT(end.err, HasSubstr(path));
  EXPECT_THAT(end.err, testing::ContainsRegex("line [0-9]+, column [0-9]+"));
}

}  // namespace
}  // namespace lots
