#include "service/ctl/shared/recall_report.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lots/v1/certainty.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/trace_questions.pb.h"
#include "service/ctl/output/csv.h"
#include "service/ctl/output/html_tables.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"

namespace lots::ctl {
namespace {

std::string ShowCertainty(v1::Certainty certainty) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::Certainty_Name(certainty), "CERTAINTY_"));
}

std::string ShowState(v1::RecallState state) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RecallState_Name(state), "RECALL_STATE_"));
}

std::string ShowSeconds(const google::protobuf::Duration& duration) {
  return absl::StrFormat("%.3f s", static_cast<double>(duration.seconds()) +
                                       static_cast<double>(duration.nanos()) / 1e9);
}

std::string ShowSeeds(const v1::Recall& recall) {
  return absl::StrJoin(recall.seeds(), ", ", [](std::string* out, const v1::RecallSeed& seed) {
    absl::StrAppend(out, ShowLot(seed.product_id(), seed.number()));
  });
}

std::string ShowPlaces(const v1::RecallLot& lot) {
  std::string places =
      absl::StrJoin(lot.places(), ", ", [](std::string* out, const v1::TracePlace& place) {
        absl::StrAppend(out, place.location_id(), " ", place.quantity());
      });
  if (lot.place_count() > lot.places_size()) {
    absl::StrAppend(&places, " and ", lot.place_count() - lot.places_size(), " more");
  }
  return places;
}

std::string CountLots(int64_t count) { return absl::StrCat(count, count == 1 ? " lot" : " lots"); }

// A sheet that every format shows: its columns and rows.
using Sheet = HtmlTable;

Sheet BalanceSheet(const RecallReport& report) {
  Sheet sheet{.title = "Mass balance",
              .columns = {"Seed", "In", "Out", "On hand", "Scrapped", "Recovered", "Difference"},
              .rows = {}};
  for (const v1::MassBalance& balance : report.balances) {
    sheet.rows.push_back(
        {{ShowLot(balance.seed().product_id(), balance.seed().number()), balance.in_quantity(),
          balance.out_quantity(), balance.on_hand_quantity(), balance.scrapped_quantity(),
          balance.recovered_quantity(), balance.difference()},
         ""});
  }
  return sheet;
}

Sheet LotSheet(const RecallReport& report) {
  Sheet sheet{.title = "Affected lots",
              .columns = {"Lot", "Certainty", "Depth", "On hand", "Delivered", "Recovered",
                          "Scrapped", "Where", "Supplier lot", "Expires", "Joined"},
              .rows = {}};
  for (const v1::RecallLot& lot : report.lots) {
    const std::string certainty = ShowCertainty(lot.certainty());
    sheet.rows.push_back(
        {{ShowLot(lot.product_id(), lot.number()), certainty, absl::StrCat(lot.depth()),
          lot.on_hand_quantity(), lot.delivered_quantity(), lot.recovered_quantity(),
          lot.scrapped_quantity(), ShowPlaces(lot), lot.reference(), Show(lot.expire_date()),
          Show(lot.join_time())},
         certainty});
  }
  return sheet;
}

Sheet RecipientSheet(const RecallReport& report) {
  Sheet sheet{.title = "Recipients",
              .columns = {"Partner", "Lot", "Certainty", "Delivered", "Returned", "Net", "Location",
                          "Document", "Shipped", "Direct"},
              .rows = {}};
  for (const v1::Recipient& recipient : report.recipients) {
    const std::string certainty = ShowCertainty(recipient.certainty());
    sheet.rows.push_back(
        {{recipient.partner_id(), ShowLot(recipient.product_id(), recipient.number()), certainty,
          recipient.delivered_quantity(), recipient.returned_quantity(), recipient.net_quantity(),
          recipient.location_id(), Show(recipient.document()), Show(recipient.occur_time()),
          recipient.direct() ? "direct" : "indirect"},
         certainty});
  }
  return sheet;
}

void PrintSheet(const Sheet& sheet, const Terminal& terminal) {
  terminal.out << "\n" << sheet.title << " (" << sheet.rows.size() << ")\n";
  std::vector<Column> columns;
  for (const std::string& title : sheet.columns) {
    columns.push_back({absl::AsciiStrToUpper(title)});
  }
  Table table(std::move(columns));
  for (const Sheet::Row& row : sheet.rows) table.Add(row.cells);
  table.Print(terminal);
}

}  // namespace

void RecallReport::Add(const v1::StreamRecallReportResponse& piece) {
  if (piece.has_recall()) recall = piece.recall();
  balances.insert(balances.end(), piece.balances().begin(), piece.balances().end());
  lots.insert(lots.end(), piece.lots().begin(), piece.lots().end());
  recipients.insert(recipients.end(), piece.recipients().begin(), piece.recipients().end());
}

std::vector<std::pair<std::string, std::string>> DetailsOf(const v1::Recall& recall) {
  const v1::RecallScope& scope = recall.scope();
  return {{"recall", recall.recall_id()},
          {"company", recall.company()},
          {"state", recall.has_open_time() ? ShowState(recall.state()) : "dry run"},
          {"drill", recall.drill() ? "yes: nothing is held" : ""},
          {"reason", recall.reason()},
          {"seeds", ShowSeeds(recall)},
          {"affected lots", absl::StrCat(scope.lot_count(), " (", scope.certain_count(),
                                         " certain, ", scope.possible_count(), " possible)")},
          {"depth", absl::StrCat(scope.depth())},
          {"on hand", CountLots(scope.on_hand_lot_count())},
          {"with customers", CountLots(scope.delivered_lot_count())},
          {"may go to", absl::StrJoin(recall.exempt_location_ids(), ", ")},
          {"opened", Show(recall.open_time())},
          {"opened by", recall.opener()},
          {"took", ShowSeconds(recall.open_duration())},
          {"closed", Show(recall.close_time())},
          {"closed by", recall.closer()},
          {"closing record", recall.closing_note()}};
}

void PrintReport(const RecallReport& report, const Terminal& terminal) {
  PrintDetails(DetailsOf(report.recall), terminal);
  for (const Sheet& sheet : {BalanceSheet(report), LotSheet(report), RecipientSheet(report)}) {
    PrintSheet(sheet, terminal);
  }
}

void WriteReportCsv(const RecallReport& report, std::ostream& out) {
  WriteCsvRecord({"Record", "Recall", "Traceability Lot Code", "Product", "Supplier Lot",
                  "Certainty", "Depth", "Quantity", "Location", "Location Kind", "Arrival Date",
                  "Recipient", "Ship Date", "Reference Document Type", "Reference Document Number",
                  "Quantity Shipped", "Quantity Returned", "Expiry Date"},
                 out);
  const std::string& recall_id = report.recall.recall_id();
  for (const v1::RecallLot& lot : report.lots) {
    for (const v1::TracePlace& place : lot.places()) {
      WriteCsvRecord({"PLACE", recall_id, lot.number(), lot.product_id(), lot.reference(),
                      ShowCertainty(lot.certainty()), absl::StrCat(lot.depth()), place.quantity(),
                      place.location_id(), Show(place.location_kind()), Show(place.arrive_time()),
                      "", "", "", "", "", "", Show(lot.expire_date())},
                     out);
    }
  }
  for (const v1::Recipient& recipient : report.recipients) {
    WriteCsvRecord(
        {"SHIPMENT", recall_id, recipient.number(), recipient.product_id(), "",
         ShowCertainty(recipient.certainty()), absl::StrCat(recipient.depth()),
         recipient.net_quantity(), recipient.location_id(), "customer", "", recipient.partner_id(),
         Show(recipient.occur_time()), recipient.document().type(), recipient.document().number(),
         recipient.delivered_quantity(), recipient.returned_quantity(), ""},
        out);
  }
}

void WriteReportHtml(const RecallReport& report, std::ostream& out) {
  WriteHtml({.title = absl::StrCat("Recall ", report.recall.recall_id()),
             .facts = DetailsOf(report.recall),
             .tables = {BalanceSheet(report), LotSheet(report), RecipientSheet(report)}},
            out);
}

}  // namespace lots::ctl
