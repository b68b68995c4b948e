// The report on a recall as a spreadsheet and in a real browser.
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/ctl/shared/recalls/report.h"
#include "tests/support/base/browser_page.h"

namespace lots::ctl {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void AddLot(RecallReport& report, const std::string& number, v1::Certainty certainty, int depth,
            const std::string& quantity) {
  v1::RecallLot& lot = report.lots.emplace_back();
  lot.set_lot_id(number);
  lot.set_product_id("pump");
  lot.set_number(number);
  lot.set_certainty(certainty);
  lot.set_depth(depth);
  lot.set_on_hand_quantity(quantity);
  v1::TracePlace& place = *lot.add_places();
  place.set_location_id("hall");
  place.set_location_kind(v1::LOCATION_KIND_INTERNAL);
  place.set_quantity(quantity);
  place.mutable_arrive_time()->set_seconds(1767225600);
  lot.set_place_count(1);
}

void Describe(RecallReport& report) {
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &report.zone));
  report.read_time.set_seconds(1767229200);
  report.products["pump"].set_display_name("Pump 3000");
  report.products["pump"].set_unit("pcs");
  v1::Location& hall = report.locations["hall"];
  hall.set_display_name("Halle 1");
  hall.set_gln("4012345000009");
  hall.mutable_address()->set_street("Domplatz 1");
  hall.mutable_address()->set_postal_code("01067");
  hall.mutable_address()->set_phone("+49 221 1");
}

// Four lots, one of them used up, and two deliveries; names that would harm where they are not
// escaped.
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
  recipient.set_lot_id("SN-9");
  recipient.set_product_id("pump");
  recipient.set_number("SN-9");
  recipient.set_from_location_id("hall");
  recipient.set_delivered_quantity("4");
  recipient.set_returned_quantity("1");
  recipient.set_net_quantity("3");
  recipient.mutable_document()->set_type("delivery_note");
  recipient.mutable_document()->set_number("DN-7");
  recipient.mutable_occur_time()->set_seconds(1767225600);
  recipient.set_certainty(v1::CERTAINTY_CERTAIN);
  v1::Recipient other = recipient;
  other.mutable_document()->set_number("+1");
  report.recipients.push_back(other);
  v1::RecallLot& used_up = report.lots.emplace_back();
  used_up.set_product_id("pump");
  used_up.set_number("00123");
  used_up.set_certainty(v1::CERTAINTY_CERTAIN);
  used_up.set_on_hand_quantity("0");
  used_up.set_delivered_quantity("5");
  Describe(report);
  return report;
}

// The records of a sheet, each with its fields by the titles of their columns, as a spreadsheet
// shows them.
std::vector<std::map<std::string, std::string>> RecordsOf(const std::string& csv) {
  std::vector<std::vector<std::string>> lines(1, std::vector<std::string>(1));
  bool quoted = false;
  for (size_t i = 0; i < csv.size(); ++i) {
    if (csv[i] == '"') {
      if (quoted && csv[i + 1] == '"')
        lines.back().back().push_back(csv[i++]);
      else
        quoted = !quoted;
    } else if (!quoted && csv[i] == ',') {
      lines.back().emplace_back();
    } else if (!quoted && csv[i] == '\n') {
      lines.emplace_back(1);
    } else if (quoted || csv[i] != '\r') {
      lines.back().back().push_back(csv[i]);
    }
  }
  EXPECT_EQ(lines.back(), std::vector<std::string>(1));
  lines.pop_back();
  std::vector<std::map<std::string, std::string>> records;
  for (size_t line = 1; line < lines.size(); ++line) {
    EXPECT_EQ(lines[line].size(), lines[0].size());
    std::map<std::string, std::string>& record = records.emplace_back();
    for (size_t i = 0; i < lines[line].size(); ++i) {
      std::string value = lines[line][i];
      if (absl::StartsWith(value, "=\"")) value = value.substr(2, value.size() - 3);
      record[lines[0][i]] = value;
    }
  }
  return records;
}

std::string Sheet() {
  std::ostringstream out;
  WriteReportCsv(Report(), out);
  return out.str();
}

// One of three lots was in the sheet, without unit, description and address.
TEST(RecallReportCsv, HasEveryAffectedLotItsPlacesAndItsShipments) {
  const std::string csv = Sheet();
  EXPECT_TRUE(absl::StartsWith(csv, "\xEF\xBB\xBFRecord,Recall,Traceability Lot Code,Product,"));
  const auto records = RecordsOf(csv.substr(3));
  ASSERT_EQ(records.size(), 9u);
  const std::vector<std::string> kinds = {"LOT",   "LOT",   "LOT",      "LOT",     "PLACE",
                                          "PLACE", "PLACE", "SHIPMENT", "SHIPMENT"};
  for (size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i].at("Record"), kinds[i]);
  const auto& used_up = records[3];
  EXPECT_EQ(used_up.at("Traceability Lot Code"), "00123");
  EXPECT_EQ(used_up.at("Quantity At Customers"), "5");
  EXPECT_EQ(used_up.at("Product Description"), "Pump 3000");
  EXPECT_EQ(used_up.at("Unit of Measure"), "pcs");
}

TEST(RecallReportCsv, DescribesPlacesAndRecipients) {
  const auto records = RecordsOf(Sheet().substr(3));
  const auto& place = records[4];
  EXPECT_EQ(place.at("Location"), "hall");
  EXPECT_EQ(place.at("Location Name"), "Halle 1");
  EXPECT_EQ(place.at("Street"), "Domplatz 1");
  EXPECT_EQ(place.at("Postal Code"), "01067");
  EXPECT_EQ(place.at("Phone"), "+49 221 1");
  EXPECT_EQ(place.at("GLN"), "4012345000009");
  EXPECT_EQ(place.at("Quantity"), "9");
  EXPECT_EQ(place.at("Arrival Date"), "2026-01-01");
  EXPECT_EQ(place.at("Arrival Time"), "01:00:00+01:00");
  const auto& shipment = records[7];
  EXPECT_EQ(shipment.at("Recipient"), "Miller, \"Sons\" & Co");
  EXPECT_EQ(shipment.at("Ship Date"), "2026-01-01");
  EXPECT_EQ(shipment.at("Reference Document Type"), "delivery_note");
  EXPECT_EQ(shipment.at("Reference Document Number"), "DN-7");
  EXPECT_EQ(shipment.at("Quantity"), "3");
  EXPECT_EQ(shipment.at("Quantity Shipped"), "4");
  EXPECT_EQ(records[8].at("Reference Document Number"), "+1");
  EXPECT_EQ(records[2].at("Traceability Lot Code"), "=cmd|' /C calc'!A1");
}

// A shipment said neither where it came from nor which lot of the supplier it was, and nothing said
// from whom a lot had come.
TEST(RecallReportCsv, SaysWhereGoodsCameFromAndWentTo) {
  RecallReport report = Report();
  report.lots[0].set_reference("SUP-9");
  report.lots[0].mutable_expire_date()->set_year(2040);
  report.lots[0].mutable_expire_date()->set_month(6);
  report.lots[0].mutable_expire_date()->set_day(30);
  report.locations["hall"].set_kind(v1::LOCATION_KIND_INTERNAL);
  v1::Location& mill = report.locations["mill"];
  mill.set_display_name("Steel mill");
  mill.mutable_address()->set_city("Essen");
  mill.set_gln("4098765000001");
  v1::Movement& receipt = report.receipts.emplace_back();
  receipt.set_lot_id("SN-9");
  receipt.set_quantity("9");
  receipt.set_from_location_id("mill");
  receipt.set_to_location_id("hall");
  receipt.set_partner_id("ACME");
  receipt.mutable_document()->set_type("purchase_order");
  receipt.mutable_document()->set_number("4711");
  receipt.mutable_occur_time()->set_seconds(1767225600);
  std::ostringstream out;
  WriteReportCsv(report, out);
  const auto records = RecordsOf(out.str().substr(3));
  ASSERT_EQ(records.size(), 10u);

  const auto& received = records[7];
  EXPECT_EQ(received.at("Record"), "RECEIPT");
  EXPECT_EQ(received.at("Traceability Lot Code"), "SN-9");
  EXPECT_EQ(received.at("Product Description"), "Pump 3000");
  EXPECT_EQ(received.at("Quantity"), "9");
  EXPECT_EQ(received.at("Location"), "hall");
  EXPECT_EQ(received.at("Location Kind"), "internal");
  EXPECT_EQ(received.at("Street"), "Domplatz 1");
  EXPECT_EQ(received.at("Arrival Date"), "2026-01-01");
  EXPECT_EQ(received.at("Supplier"), "ACME");
  EXPECT_EQ(received.at("Ship-From Location"), "mill");
  EXPECT_EQ(received.at("Ship-From Name"), "Steel mill");
  EXPECT_EQ(received.at("Ship-From City"), "Essen");
  EXPECT_EQ(received.at("Ship-From GLN"), "4098765000001");
  EXPECT_EQ(received.at("Reference Document Number"), "4711");
  const auto& shipped = records[8];
  EXPECT_EQ(shipped.at("Record"), "SHIPMENT");
  EXPECT_EQ(shipped.at("Supplier Lot"), "SUP-9");
  EXPECT_EQ(shipped.at("Expiry Date"), "2040-06-30");
  EXPECT_EQ(shipped.at("Ship-From Location"), "hall");
  EXPECT_EQ(shipped.at("Ship-From Name"), "Halle 1");
  EXPECT_EQ(shipped.at("Ship-From Postal Code"), "01067");
}

// Who reads the sheet could not tell where a lot code was assigned.
TEST(RecallReportCsv, SaysWhereLotCodesWereAssigned) {
  RecallReport report = Report();
  report.lots[0].set_source_partner_id("ACME");
  report.lots[0].set_source_location_id("mill");
  v1::Location& mill = report.locations["mill"];
  mill.set_display_name("Steel mill");
  mill.set_gln("4098765000001");
  v1::Address& address = *mill.mutable_address();
  address.set_street("Ruhrstr. 1");
  address.set_city("Essen");
  address.set_region("NRW");
  address.set_postal_code("01128");
  address.set_country("DE");
  address.set_phone("+49 201 1");
  std::ostringstream out;
  WriteReportCsv(report, out);
  const auto records = RecordsOf(out.str().substr(3));
  ASSERT_EQ(records.size(), 9u);
  for (const size_t of_lot : {0, 4, 7}) {  // the lot, a place, a shipment
    EXPECT_EQ(records[of_lot].at("Traceability Lot Code"), "SN-9");
    const auto source = [&](const std::string& part) {
      return records[of_lot].at("Traceability Lot Code Source " + part);
    };
    EXPECT_EQ(source("Supplier"), "ACME");
    EXPECT_EQ(source("Location"), "mill");
    EXPECT_EQ(source("Name"), "Steel mill");
    EXPECT_EQ(source("Street"), "Ruhrstr. 1");
    EXPECT_EQ(source("City"), "Essen");
    EXPECT_EQ(source("Region"), "NRW");
    EXPECT_EQ(source("Postal Code"), "01128");
    EXPECT_EQ(source("Country"), "DE");
    EXPECT_EQ(source("Phone"), "+49 201 1");
    EXPECT_EQ(source("Reference"), "4098765000001");
  }
  for (const auto& [title, value] : records[1]) {
    if (!absl::StartsWith(title, "Traceability Lot Code Source")) continue;
    EXPECT_EQ(value, "") << title;
  }
}

// The service lists 20 places of a lot.
TEST(RecallReportCsv, SaysHowManyPlacesItDoesNotList) {
  RecallReport report = Report();
  report.lots[0].set_place_count(25);
  std::ostringstream out;
  WriteReportCsv(report, out);
  const auto records = RecordsOf(out.str().substr(3));
  EXPECT_EQ(records[0].at("Places Not Listed"), "24");
  EXPECT_EQ(records[1].at("Places Not Listed"), "0");
  EXPECT_EQ(records[4].at("Places Not Listed"), "");  // a place
}

// What was done about the lots of Report.
void AddWork(RecallReport& report) {
  v1::RecallExclusion& exclusion = *report.lots[1].mutable_exclusion();
  exclusion.set_change(v1::RECALL_MEMBER_CHANGE_EXCLUDED);
  exclusion.set_evidence("tested");
  exclusion.set_evidence_link("PR-88");
  report.lots[0].set_unaccounted_quantity("2");
  v1::RecallDisposition& disposition = report.dispositions.emplace_back();
  disposition.mutable_lot()->set_product_id("pump");
  disposition.mutable_lot()->set_number("SN-9");
  disposition.set_location_id("hall");
  disposition.set_kind(v1::RECALL_DISPOSITION_KIND_RETURNED_TO_SUPPLIER);
  disposition.set_quantity("7");
  disposition.set_note("=note");
  v1::RecipientResponse& response = report.responses.emplace_back();
  response.set_partner_id("ACME");
  response.mutable_notify_time()->set_seconds(1767225600);
  response.set_notify_method("e-mail");
  v1::RecipientQuantities& quantities = report.quantities.emplace_back();
  quantities.mutable_lot()->set_product_id("pump");
  quantities.mutable_lot()->set_number("SN-9");
  quantities.set_partner_id("ACME");
  quantities.set_found_quantity("3");
  quantities.set_sold_on_quantity("1");
}

TEST(RecallReportCsv, SaysWhatWasDone) {
  RecallReport report = Report();
  AddWork(report);
  std::ostringstream out;
  WriteReportCsv(report, out);
  const auto records = RecordsOf(out.str().substr(3));
  ASSERT_EQ(records.size(), 12u);
  EXPECT_EQ(records[0].at("Quantity Unaccounted"), "2");
  EXPECT_EQ(records[1].at("Excluded"), "excluded");
  EXPECT_EQ(records[1].at("Note"), "tested");
  EXPECT_EQ(records[1].at("Link"), "PR-88");
  EXPECT_EQ(records[9].at("Record"), "DISPOSITION");
  EXPECT_EQ(records[9].at("Disposition"), "returned to supplier");
  EXPECT_EQ(records[9].at("Quantity"), "7");
  EXPECT_EQ(records[9].at("Location Name"), "Halle 1");
  EXPECT_EQ(records[10].at("Record"), "RESPONSE");
  EXPECT_EQ(records[10].at("Notified Date"), "2026-01-01");
  EXPECT_EQ(records[10].at("Notified How"), "e-mail");
  EXPECT_EQ(records[10].at("Answered Date"), "");
  EXPECT_EQ(records[11].at("Record"), "ANSWER");
  EXPECT_EQ(records[11].at("Recipient"), "ACME");
  EXPECT_EQ(records[11].at("Quantity Found"), "3");
  EXPECT_EQ(records[11].at("Quantity Sold On"), "1");
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
  EXPECT_EQ(seen["rows"], 6);
  EXPECT_EQ(seen["certain"], 4);
  EXPECT_EQ(seen["possible"], 2);
  EXPECT_EQ(seen["reason"], true);
}

TEST(RecallReportHtmlOfWork, HasATableForEachKindOfRecord) {
  const BrowserPage page{[](std::ostream& out) {
    RecallReport report = Report();
    AddWork(report);
    WriteReportHtml(report, out);
  }};
  const json seen = page.Look(R"js(({
    tables: document.querySelectorAll('table').length,
    rows: document.querySelectorAll('tbody tr').length,
    excluded: document.body.textContent.includes('excluded: tested (PR-88)')
  }))js");
  EXPECT_EQ(seen["tables"], 6);
  EXPECT_EQ(seen["rows"], 9);
  EXPECT_EQ(seen["excluded"], true);
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
  EXPECT_THAT(seen["up"], ElementsAre("0 pcs", "9 pcs", "10 pcs", "100 pcs"));
  EXPECT_THAT(seen["down"], ElementsAre("100 pcs", "10 pcs", "9 pcs", "0 pcs"));
  EXPECT_THAT(seen["found"], ElementsAre("pump/SN-10"));
}

// A report as a company has it: long numbers, many places.
RecallReport LargeReport() {
  RecallReport report = Report();
  for (int i = 0; i < 40; ++i) {
    AddLot(report, absl::StrCat("WERK-", i, "-2026-LINE-07-00012", i), v1::CERTAINTY_POSSIBLE, 1,
           "1234.500");
    v1::RecallLot& lot = report.lots.back();
    for (const char* place : {"finished-goods-store-2", "shop-berlin"}) {
      v1::TracePlace& there = *lot.add_places();
      there.set_location_id(place);
      there.set_quantity("12");
    }
    lot.set_place_count(3);
    lot.set_reference("SUPPLIER-BATCH-118-A");
    lot.mutable_join_time()->set_seconds(1767225600);
    lot.mutable_expire_date()->set_year(2040);
    lot.mutable_expire_date()->set_month(6);
    lot.mutable_expire_date()->set_day(30);
  }
  AddLot(report, std::string(64, 'N'), v1::CERTAINTY_CERTAIN, 3, "1");
  return report;
}

class LargeReportHtml : public ::testing::Test {
 protected:
  const BrowserPage page_{[](std::ostream& out) { WriteReportHtml(LargeReport(), out); }};
};

// Numbers stood in two lines, and a telephone showed a part of each row.
TEST_F(LargeReportHtml, FitsTelephonesTabletsScreensAndPaper) {
  constexpr char kMeasures[] = R"js(({
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    broken: [...document.querySelectorAll('.w')]
        .filter(word => word.getClientRects().length > 1).map(word => word.textContent),
    cut: [...document.querySelectorAll('td')]
        .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent),
    out: [...document.querySelectorAll('td .w')].filter(word => {
      const cell = word.closest('td');
      const padding = parseFloat(getComputedStyle(cell).paddingLeft);
      const left = cell.getBoundingClientRect().left + padding;
      return word.getBoundingClientRect().left < left - 1;
    }).map(word => word.textContent),
    heads: [...document.querySelectorAll('th button')].filter(head => head.checkVisibility()).length
  }))js";
  for (const BrowserPage::View& view :
       {BrowserPage::View{420, false}, BrowserPage::View{1024, false},
        BrowserPage::View{1600, false}, BrowserPage::View{1032, true}}) {
    const json seen = page_.Look(kMeasures, view);
    EXPECT_EQ(seen["over"], 0) << view.width;
    EXPECT_EQ(seen["broken"], json::array()) << view.width;
    EXPECT_EQ(seen["cut"], json::array()) << view.width;
    EXPECT_EQ(seen["out"], json::array()) << view.width;
    EXPECT_EQ(seen["heads"], 28) << view.width;
  }
}

TEST_F(LargeReportHtml, SaysWhatItMeansAndWhenItWasRead) {
  const json seen = page_.Look(R"js(({
    legend: [...document.querySelectorAll('.legend li')].map(item => item.className),
    facts: document.querySelector('dl').textContent,
    search: document.getElementById('search').checkVisibility()
  }))js");
  EXPECT_THAT(seen["legend"], ElementsAre("certain", "possible"));
  EXPECT_THAT(std::string(seen["facts"]), HasSubstr("2026-01-01 02:00:00+01:00"));
  EXPECT_THAT(std::string(seen["facts"]), HasSubstr("Europe/Berlin"));
  EXPECT_EQ(seen["search"], true);
  const json printed =
      page_.Look("document.getElementById('search').checkVisibility()", {1032, true});
  EXPECT_EQ(printed, false);
}

// A mouse was needed.
TEST_F(LargeReportHtml, SortsByKeys) {
  const json seen = page_.Look(R"js((() => {
    const lots = document.querySelectorAll('table')[1];
    const head = lots.querySelectorAll('th button')[3];
    head.focus();
    const focused = document.activeElement === head && head.tabIndex === 0;
    head.click();  // what the browser does at Enter and Space on a button
    return { focused, sort: head.closest('th').getAttribute('aria-sort') };
  })())js");
  EXPECT_EQ(seen["focused"], true);
  EXPECT_EQ(seen["sort"], "ascending");
}

}  // namespace
}  // namespace lots::ctl
