// Shows a recall report as tables and HTML.
#include "service/ctl/shared/recalls/report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lots/v1/certainty.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/trace_questions.pb.h"
#include "service/ctl/output/html_tables.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/shared/recalls/words.h"

namespace lots::ctl {
namespace {

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

// "12.5 kg".
std::string WithUnit(const RecallReport& report, const std::string& quantity,
                     const std::string& product_id) {
  const auto product = report.products.find(product_id);
  const bool has_unit = product != report.products.end() && !product->second.unit().empty();
  return has_unit && !quantity.empty() ? absl::StrCat(quantity, " ", product->second.unit())
                                       : quantity;
}

std::string ShowPlaces(const RecallReport& report, const v1::RecallLot& lot) {
  std::string places =
      absl::StrJoin(lot.places(), ", ", [&](std::string* out, const v1::TracePlace& place) {
        const absl::string_view of = place.work_order_id().empty() ? "" : " of ";
        absl::StrAppend(out, place.location_id(), of, place.work_order_id(), " ",
                        WithUnit(report, place.quantity(), lot.product_id()));
      });
  if (lot.place_count() > lot.places_size()) {
    absl::StrAppend(&places, " and ", lot.place_count() - lot.places_size(), " more");
  }
  return places;
}

// "excluded: tested (PR-88)", or the quantity that nothing accounts for; empty: all is accounted
// for.
std::string ShowUnaccounted(const RecallReport& report, const v1::RecallLot& lot) {
  if (!lot.has_exclusion()) {
    const bool is_zero = lot.unaccounted_quantity().find_first_not_of("0.") == std::string::npos;
    return is_zero ? "" : WithUnit(report, lot.unaccounted_quantity(), lot.product_id());
  }
  const v1::RecallExclusion& exclusion = lot.exclusion();
  std::string text = Show(exclusion.change());
  if (!exclusion.evidence().empty()) absl::StrAppend(&text, ": ", exclusion.evidence());
  if (!exclusion.evidence_link().empty()) {
    absl::StrAppend(&text, " (", exclusion.evidence_link(), ")");
  }
  return text;
}

// The day on which the report was read.
absl::CivilDay DayOf(const RecallReport& report) {
  return absl::ToCivilDay(absl::FromUnixSeconds(report.read_time.seconds()), report.zone);
}

std::string CountLots(int64_t count) { return absl::StrCat(count, count == 1 ? " lot" : " lots"); }

// A sheet that every format shows: its columns and rows.
using Sheet = HtmlTable;
constexpr HtmlColumn::Kind kNumber = HtmlColumn::kNumber;

Sheet BalanceSheet(const RecallReport& report) {
  Sheet sheet{.title = "Mass balance",
              .columns = {{"Seed"},
                          {"In", kNumber},
                          {"Out", kNumber},
                          {"On hand", kNumber},
                          {"Scrapped", kNumber},
                          {"Recovered", kNumber},
                          {"Difference", kNumber}},
              .rows = {}};
  for (const v1::MassBalance& balance : report.balances) {
    const auto with_unit = [&](const std::string& quantity) {
      return WithUnit(report, quantity, balance.seed().product_id());
    };
    sheet.rows.push_back(
        {{ShowLot(balance.seed().product_id(), balance.seed().number()),
          with_unit(balance.in_quantity()), with_unit(balance.out_quantity()),
          with_unit(balance.on_hand_quantity()), with_unit(balance.scrapped_quantity()),
          with_unit(balance.recovered_quantity()), with_unit(balance.difference())},
         ""});
  }
  return sheet;
}

// A column that a report has where something is not accounted for, or excluded.
void AddUnaccounted(const RecallReport& report, Sheet& sheet) {
  std::vector<std::string> cells;
  for (const v1::RecallLot& lot : report.lots) cells.push_back(ShowUnaccounted(report, lot));
  const bool is_any = std::any_of(cells.begin(), cells.end(),
                                  [](const std::string& cell) { return !cell.empty(); });
  if (!is_any) return;
  sheet.columns.push_back({"Unaccounted"});
  for (size_t i = 0; i < cells.size(); ++i) sheet.rows[i].cells.push_back(std::move(cells[i]));
}

Sheet LotSheet(const RecallReport& report) {
  Sheet sheet{.title = "Affected lots",
              .columns = {{"Lot"},
                          {"Certainty"},
                          {"Depth", kNumber},
                          {"On hand", kNumber},
                          {"Delivered", kNumber},
                          {"Recovered", kNumber},
                          {"Scrapped", kNumber},
                          {"Where"},
                          {"Supplier lot"},
                          {"Expires"},
                          {"Joined"}},
              .rows = {}};
  const absl::CivilDay today = DayOf(report);
  for (const v1::RecallLot& lot : report.lots) {
    const auto with_unit = [&](const std::string& quantity) {
      return WithUnit(report, quantity, lot.product_id());
    };
    const std::string certainty = lot.has_exclusion() ? "excluded" : Show(lot.certainty());
    sheet.rows.push_back(
        {{ShowLot(lot.product_id(), lot.number()), certainty, absl::StrCat(lot.depth()),
          with_unit(lot.on_hand_quantity()), with_unit(lot.delivered_quantity()),
          with_unit(lot.recovered_quantity()), with_unit(lot.scrapped_quantity()),
          ShowPlaces(report, lot), lot.reference(), ShowExpiry(lot.expire_date(), today),
          Show(lot.join_time(), report.zone)},
         certainty});
  }
  AddUnaccounted(report, sheet);
  return sheet;
}

Sheet RecipientSheet(const RecallReport& report) {
  Sheet sheet{.title = "Recipients",
              .columns = {{"Partner"},
                          {"Lot"},
                          {"Certainty"},
                          {"Delivered", kNumber},
                          {"Returned", kNumber},
                          {"Net", kNumber},
                          {"Location"},
                          {"Document"},
                          {"Shipped"},
                          {"Direct"}},
              .rows = {}};
  for (const v1::Recipient& recipient : report.recipients) {
    const auto with_unit = [&](const std::string& quantity) {
      return WithUnit(report, quantity, recipient.product_id());
    };
    const std::string certainty = Show(recipient.certainty());
    sheet.rows.push_back(
        {{recipient.partner_id(), ShowLot(recipient.product_id(), recipient.number()), certainty,
          with_unit(recipient.delivered_quantity()), with_unit(recipient.returned_quantity()),
          with_unit(recipient.net_quantity()), recipient.location_id(), Show(recipient.document()),
          Show(recipient.occur_time(), report.zone), recipient.direct() ? "direct" : "indirect"},
         certainty});
  }
  return sheet;
}

Sheet FormerSheet(const RecallReport& report) {
  Sheet sheet{.title = "No longer affected",
              .columns = {{"Lot"}, {"Certainty"}, {"Depth", kNumber}, {"Until"}},
              .rows = {}};
  for (const v1::RecallFormerLot& lot : report.former_lots) {
    const std::string certainty = Show(lot.certainty());
    sheet.rows.push_back({{ShowLot(lot.product_id(), lot.number()), certainty,
                           absl::StrCat(lot.depth()), Show(lot.until_time(), report.zone)},
                          certainty});
  }
  return sheet;
}

Sheet DispositionSheet(const RecallReport& report) {
  Sheet sheet{.title = "Dispositions",
              .columns = {{"Lot"},
                          {"Location"},
                          {"Disposition"},
                          {"Quantity", kNumber},
                          {"Note"},
                          {"Document"},
                          {"Recorded"},
                          {"By"}},
              .rows = {}};
  for (const v1::RecallDisposition& disposition : report.dispositions) {
    const v1::LotRef& lot = disposition.lot();
    sheet.rows.push_back(
        {{ShowLot(lot.product_id(), lot.number()), disposition.location_id(),
          Show(disposition.kind()), WithUnit(report, disposition.quantity(), lot.product_id()),
          disposition.note(), disposition.link(), Show(disposition.record_time(), report.zone),
          disposition.recorder()},
         ""});
  }
  return sheet;
}

Sheet ResponseSheet(const RecallReport& report) {
  Sheet sheet{.title = "Answers of recipients",
              .columns = {{"Partner"}, {"Notified"}, {"How"}, {"Answered"}, {"Note"}, {"Document"}},
              .rows = {}};
  for (const v1::RecipientResponse& response : report.responses) {
    sheet.rows.push_back({{response.partner_id(), Show(response.notify_time(), report.zone),
                           response.notify_method(), Show(response.answer_time(), report.zone),
                           response.note(), response.link()},
                          ""});
  }
  return sheet;
}

Sheet QuantitySheet(const RecallReport& report) {
  Sheet sheet{.title = "Quantities at recipients",
              .columns = {{"Partner"},
                          {"Lot"},
                          {"Found", kNumber},
                          {"Destroyed", kNumber},
                          {"Returned", kNumber},
                          {"Sold on", kNumber},
                          {"Delivery"}},
              .rows = {}};
  for (const v1::RecipientQuantities& quantities : report.quantities) {
    const v1::LotRef& lot = quantities.lot();
    const auto with_unit = [&](const std::string& quantity) {
      return WithUnit(report, quantity, lot.product_id());
    };
    sheet.rows.push_back(
        {{quantities.partner_id(), ShowLot(lot.product_id(), lot.number()),
          with_unit(quantities.found_quantity()), with_unit(quantities.destroyed_quantity()),
          with_unit(quantities.returned_quantity()), with_unit(quantities.sold_on_quantity()),
          quantities.delivery_movement_id()},
         ""});
  }
  return sheet;
}

// What is always shown, and what somebody recorded.
std::vector<Sheet> SheetsOf(const RecallReport& report) {
  std::vector<Sheet> sheets = {BalanceSheet(report), LotSheet(report), RecipientSheet(report)};
  for (Sheet& sheet : std::vector<Sheet>{FormerSheet(report), DispositionSheet(report),
                                         ResponseSheet(report), QuantitySheet(report)}) {
    if (!sheet.rows.empty()) sheets.push_back(std::move(sheet));
  }
  return sheets;
}

// "75%"; "66.6%".
std::string ShowPercent(double percent) { return absl::StrCat(percent, "%"); }

std::string ShowRecipients(const v1::RecallEffectiveness& effectiveness) {
  if (effectiveness.recipient_count() == 0) return "none";
  return absl::StrCat(effectiveness.recipient_count(), ": ", effectiveness.notified_count(),
                      " notified (", ShowPercent(effectiveness.notified_percent()), "), ",
                      effectiveness.answered_count(), " answered (",
                      ShowPercent(effectiveness.answered_percent()), ")");
}

// Where members may go.
std::string ShowExempt(const v1::Recall& recall) {
  std::vector<std::string> places(recall.exempt_location_ids().begin(),
                                  recall.exempt_location_ids().end());
  if (!recall.only_listed_exempt()) {
    places.insert(places.end(), {"scrap", "quarantine locations", "suppliers"});
  }
  return absl::StrJoin(places, ", ");
}

// What a narrow terminal does without.
Column::Need NeedOf(absl::string_view title) {
  for (const absl::string_view detail :
       {"Depth", "Joined", "Supplier lot", "Expires", "Direct", "Location"}) {
    if (title == detail) return Column::kDetail;
  }
  for (const absl::string_view useful : {"Recovered", "Scrapped", "Returned", "Delivered",
                                         "Document", "Unaccounted", "Note", "By"}) {
    if (title == useful) return Column::kUseful;
  }
  return Column::kAlways;
}

Colour (*ColourOf(absl::string_view title))(absl::string_view) {
  if (title == "Certainty") return ColourOfCertainty;
  return title == "Expires" ? ColourOfExpiry : nullptr;
}

void PrintSheet(const Sheet& sheet, const Terminal& terminal) {
  terminal.out << "\n" << sheet.title << " (" << sheet.rows.size() << ")\n";
  std::vector<Column> columns;
  for (const HtmlColumn& column : sheet.columns) {
    columns.push_back({.title = absl::AsciiStrToUpper(column.title),
                       .side = column.kind == kNumber ? Column::kRight : Column::kLeft,
                       .need = NeedOf(column.title),
                       .colour = ColourOf(column.title)});
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
  former_lots.insert(former_lots.end(), piece.former_lots().begin(), piece.former_lots().end());
  dispositions.insert(dispositions.end(), piece.dispositions().begin(), piece.dispositions().end());
  responses.insert(responses.end(), piece.responses().begin(), piece.responses().end());
  quantities.insert(quantities.end(), piece.recipient_quantities().begin(),
                    piece.recipient_quantities().end());
}

std::vector<std::pair<std::string, std::string>> DetailsOf(const v1::Recall& recall,
                                                           absl::TimeZone zone) {
  const v1::RecallScope& scope = recall.scope();
  const v1::RecallEffectiveness& effectiveness = recall.effectiveness();
  const bool is_known = recall.has_effectiveness();
  const auto percent = [&](double value) { return is_known ? ShowPercent(value) : ""; };
  return {
      {"recall", recall.recall_id()},
      {"company", recall.company()},
      {"state", recall.has_open_time() ? ShowState(recall.state()) : "dry run"},
      {"drill", recall.drill() ? "yes: nothing is held" : ""},
      {"reason", recall.reason()},
      {"seeds", ShowSeeds(recall)},
      {"affected lots", absl::StrCat(scope.lot_count(), " (", scope.certain_count(), " certain, ",
                                     scope.possible_count(), " possible)")},
      {"depth", absl::StrCat(scope.depth())},
      {"on hand", CountLots(scope.on_hand_lot_count())},
      {"with customers", CountLots(scope.delivered_lot_count())},
      {"no longer affected", scope.former_count() == 0 ? "" : CountLots(scope.former_count())},
      {"excluded", scope.excluded_lot_count() == 0 ? "" : CountLots(scope.excluded_lot_count())},
      {"may go to", ShowExempt(recall)},
      {"recipients", is_known ? ShowRecipients(effectiveness) : ""},
      {"shipped accounted for", percent(effectiveness.shipped_percent())},
      {"on hand accounted for", percent(effectiveness.on_hand_percent())},
      {"not accounted for", is_known ? CountLots(effectiveness.unaccounted_lot_count()) : ""},
      {"opened", Show(recall.open_time(), zone)},
      {"opened by", recall.opener()},
      {"took", ShowSeconds(recall.open_duration())},
      {"closed", Show(recall.close_time(), zone)},
      {"closed by", recall.closer()},
      {"closing record", recall.closing_note()}};
}

void PrintReport(const RecallReport& report, const Terminal& terminal) {
  PrintDetails(DetailsOf(report.recall, report.zone), terminal);
  for (const Sheet& sheet : SheetsOf(report)) PrintSheet(sheet, terminal);
}

void WriteReportHtml(const RecallReport& report, std::ostream& out) {
  HtmlPage page{
      .title = absl::StrCat("Recall ", report.recall.recall_id()),
      .facts = DetailsOf(report.recall, report.zone),
      .legend = {{"certain", "has goods of a seed in it, or is a seed"},
                 {"possible",
                  "may have some in it: an order used goods of a seed for several units"}},
      .tables = SheetsOf(report)};
  page.facts.emplace_back("report of", Show(report.read_time, report.zone));
  page.facts.emplace_back("time zone", report.zone.name());
  WriteHtml(page, out);
}

}  // namespace lots::ctl
