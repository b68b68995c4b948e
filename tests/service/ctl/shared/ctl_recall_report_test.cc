// The report on a recall as a spreadsheet and in a real browser.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/ctl/shared/recall_report.h"
#include "tests/support/base/browser_page.h"

namespace lots::ctl {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void AddLot(RecallReport& report, const std::string& number, v1::Certainty certainty, int depth,
            const std::string& quantity) {
  v1::RecallLot& lot = report.lots.emplace_back();
  lot.set_product_id("pump");
  lot.set_number(number);
  lot.set_certainty(certainty);
  lot.set_depth(depth);
  lot.set_on_hand_quantity(quantity);
  v1::TracePlace& place = *lot.add_places();
  place.set_location_id("hall");
  place.set_location_kind(v1::LOCATION_KIND_INTERNAL);
  place.set_quantity(quantity);
  lot.set_place_count(1);
}

// Three lots, one delivery; names that would harm where they are not escaped.
RecallReport Report() {
  RecallReport report;
  report.recall.set_recall_id("RC-1");
  report.recall.mutable_open_time()->set_seconds(1767225600);
  report.recall.set_state(v1::RECALL_STATE_OPEN);
  report.recall.set_reason("<script>document.title='harmed'</script>");
  AddLot(report, "SN-9", v1::CERTAINTY_CERTAIN, 0, "9");
  AddLot(report, "SN-10", v1::CERTAINTY_POSSIBLE, 1, "10");
  AddLot(report, "=cmd|' /C calc'!A1", v1::CERTAINTY_POSSIBLE, 2, "100");
  v1::Recipient& recipient = report.recipients.emplace_back();
  recipient.set_partner_id("Miller, \"Sons\" & Co");
  recipient.set_product_id("pump");
  recipient.set_number("SN-9");
  recipient.set_delivered_quantity("4");
  recipient.set_returned_quantity("1");
  recipient.set_net_quantity("3");
  recipient.mutable_document()->set_type("delivery_note");
  recipient.mutable_document()->set_number("DN-7");
  recipient.mutable_occur_time()->set_seconds(1767225600);
  recipient.set_certainty(v1::CERTAINTY_CERTAIN);
  return report;
}

TEST(RecallReportCsv, HasOneRecordAPlaceAndOneAShipment) {
  std::ostringstream out;
  WriteReportCsv(Report(), out);
  std::vector<std::string> lines = absl::StrSplit(out.str(), "\r\n");
  ASSERT_EQ(lines.size(), 6u);  // with the header, and nothing after the last end of line
  EXPECT_THAT(lines[0], HasSubstr("Record,Recall,Traceability Lot Code,Product"));
  EXPECT_EQ(lines[1], "PLACE,RC-1,SN-9,pump,,certain,0,9,hall,internal,,,,,,,,");
  EXPECT_THAT(lines[3], HasSubstr(",'=cmd|' /C calc'!A1,"));
  EXPECT_EQ(lines[4],
            "SHIPMENT,RC-1,SN-9,pump,,certain,0,3,,customer,,\"Miller, \"\"Sons\"\" & "
            "Co\",2026-01-01 00:00:00Z,delivery_note,DN-7,4,1,");
  const auto commas = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  EXPECT_EQ(commas(lines[1]), commas(lines[0]));
}

class RecallReportHtml : public ::testing::Test {
 protected:
  const BrowserPage page_{[](std::ostream& out) { WriteReportHtml(Report(), out); }};
};

TEST_F(RecallReportHtml, ShowsEveryRowAndHarmsNobody) {
  const json seen = page_.Look(R"js(({
    title: document.title, rows: document.querySelectorAll('tbody tr').length,
    certain: document.querySelectorAll('tr.certain').length,
    possible: document.querySelectorAll('tr.possible').length,
    reason: document.querySelector('dl').textContent.includes("document.title='harmed'")
  }))js");
  EXPECT_EQ(seen["title"], "Recall RC-1");
  EXPECT_EQ(seen["rows"], 4);
  EXPECT_EQ(seen["certain"], 2);
  EXPECT_EQ(seen["possible"], 2);
  EXPECT_EQ(seen["reason"], true);
}

TEST_F(RecallReportHtml, SearchesAndSortsNumbersAsNumbers) {
  const json seen = page_.Look(R"js((() => {
    const lots = document.querySelectorAll('table')[1];
    const column = at => [...lots.tBodies[0].rows].map(row => row.cells[at].textContent);
    const head = [...lots.tHead.rows[0].cells].find(cell => cell.textContent === 'On hand');
    head.click();
    const up = column(3);
    head.click();
    const down = column(3);
    const box = document.getElementById('search');
    box.value = 'sn-10';
    box.dispatchEvent(new Event('input'));
    const found = [...document.querySelectorAll('tbody tr')].filter(row => row.checkVisibility());
    return { up, down, found: found.map(row => row.cells[0].textContent) };
  })())js");
  EXPECT_THAT(seen["up"], ElementsAre("9", "10", "100"));
  EXPECT_THAT(seen["down"], ElementsAre("100", "10", "9"));
  EXPECT_THAT(seen["found"], ElementsAre("pump/SN-10"));
}

}  // namespace
}  // namespace lots::ctl
