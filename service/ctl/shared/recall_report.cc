// Shows a recall report as tables, CSV and HTML.
#include "service/ctl/shared/recall_report.h"

#include <algorithm>

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
        absl::StrAppend(out, place.location_id(), " ",
                        WithUnit(report, place.quantity(), lot.product_id()));
      });
  if (lot.place_count() > lot.places_size()) {
    absl::StrAppend(&places, " and ", lot.place_count() - lot.places_size(), " more");
  }
  return places;
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
    const std::string certainty = ShowCertainty(lot.certainty());
    sheet.rows.push_back(
        {{ShowLot(lot.product_id(), lot.number()), certainty, absl::StrCat(lot.depth()),
          with_unit(lot.on_hand_quantity()), with_unit(lot.delivered_quantity()),
          with_unit(lot.recovered_quantity()), with_unit(lot.scrapped_quantity()),
          ShowPlaces(report, lot), lot.reference(), ShowExpiry(lot.expire_date(), today),
          Show(lot.join_time(), report.zone)},
         certainty});
  }
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
    const std::string certainty = ShowCertainty(recipient.certainty());
    sheet.rows.push_back(
        {{recipient.partner_id(), ShowLot(recipient.product_id(), recipient.number()), certainty,
          with_unit(recipient.delivered_quantity()), with_unit(recipient.returned_quantity()),
          with_unit(recipient.net_quantity()), recipient.location_id(), Show(recipient.document()),
          Show(recipient.occur_time(), report.zone), recipient.direct() ? "direct" : "indirect"},
         certainty});
  }
  return sheet;
}

// What a narrow terminal does without.
Column::Need NeedOf(absl::string_view title) {
  for (const absl::string_view detail :
       {"Depth", "Joined", "Supplier lot", "Expires", "Direct", "Location"}) {
    if (title == detail) return Column::kDetail;
  }
  for (const absl::string_view useful :
       {"Recovered", "Scrapped", "Returned", "Delivered", "Document"}) {
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

// The sheet for an authority: each record has all columns, of which its kind fills some.
class CsvWriter {
 public:
  CsvWriter(const RecallReport& report, std::ostream& out) : report_(report), out_(out) {
    for (const v1::RecallLot& lot : report.lots) lots_[lot.lot_id()] = &lot;
  }

  void Write() {
    out_ << kCsvBegin;
    WriteHeader();
    for (const v1::RecallLot& lot : report_.lots) WriteLot(lot);
    for (const v1::RecallLot& lot : report_.lots) {
      for (const v1::TracePlace& place : lot.places()) WritePlace(lot, place);
    }
    for (const v1::Movement& receipt : report_.receipts) WriteReceipt(receipt);
    for (const v1::Recipient& recipient : report_.recipients) WriteShipment(recipient);
  }

 private:
  // What the records have in common; what a kind does not know stays empty.
  struct Record {
    std::string kind;
    std::string product_id;
    std::string number;
    std::string reference;
    v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
    int depth = 0;
    std::string quantity;
    std::string location_id;
    std::string location_kind;
    google::protobuf::Timestamp arrive_time;
    std::string partner_id;
    google::protobuf::Timestamp ship_time;
    v1::Document document;
    std::string shipped;
    std::string returned;
    std::string on_hand;
    std::string delivered;
    std::string recovered;
    std::string scrapped;
    google::type::Date expire_date;
    std::string places_not_listed;
    std::string supplier_id;
    std::string from_location_id;
  };

  void WriteHeader() {
    CsvRecord header;
    for (const char* title : {"Record",
                              "Recall",
                              "Traceability Lot Code",
                              "Product",
                              "Product Description",
                              "Supplier Lot",
                              "Certainty",
                              "Depth",
                              "Quantity",
                              "Unit of Measure",
                              "Location",
                              "Location Name",
                              "Location Kind",
                              "Street",
                              "City",
                              "Region",
                              "Postal Code",
                              "Country",
                              "Phone",
                              "GLN",
                              "Arrival Date",
                              "Arrival Time",
                              "Recipient",
                              "Ship Date",
                              "Ship Time",
                              "Reference Document Type",
                              "Reference Document Number",
                              "Quantity Shipped",
                              "Quantity Returned",
                              "Quantity On Hand",
                              "Quantity At Customers",
                              "Quantity Recovered",
                              "Quantity Scrapped",
                              "Expiry Date",
                              "Places Not Listed",
                              "Supplier",
                              "Ship-From Location",
                              "Ship-From Name",
                              "Ship-From Street",
                              "Ship-From City",
                              "Ship-From Region",
                              "Ship-From Postal Code",
                              "Ship-From Country",
                              "Ship-From Phone",
                              "Ship-From GLN"}) {
      header.Text(title);
    }
    header.Write(out_);
  }

  static Record RecordOf(const char* kind, const v1::RecallLot& lot) {
    return {.kind = kind,
            .product_id = lot.product_id(),
            .number = lot.number(),
            .reference = lot.reference(),
            .certainty = lot.certainty(),
            .depth = lot.depth(),
            .expire_date = lot.expire_date()};
  }

  // Of a lot that is named by its id; what the report does not say of it stays empty.
  Record RecordOf(const char* kind, const std::string& lot_id) const {
    const auto found = lots_.find(lot_id);
    return found == lots_.end() ? Record{.kind = kind} : RecordOf(kind, *found->second);
  }

  void WriteLot(const v1::RecallLot& lot) {
    Record record = RecordOf("LOT", lot);
    record.places_not_listed = absl::StrCat(lot.place_count() - lot.places_size());
    record.on_hand = lot.on_hand_quantity();
    record.delivered = lot.delivered_quantity();
    record.recovered = lot.recovered_quantity();
    record.scrapped = lot.scrapped_quantity();
    Write(record);
  }

  void WritePlace(const v1::RecallLot& lot, const v1::TracePlace& place) {
    Record record = RecordOf("PLACE", lot);
    record.quantity = place.quantity();
    record.location_id = place.location_id();
    record.location_kind = Show(place.location_kind());
    record.arrive_time = place.arrive_time();
    Write(record);
  }

  void WriteReceipt(const v1::Movement& receipt) {
    Record record = RecordOf("RECEIPT", receipt.lot_id());
    record.quantity = receipt.quantity();
    record.location_id = receipt.to_location_id();
    record.location_kind = KindOf(record.location_id);
    record.arrive_time = receipt.occur_time();
    record.document = receipt.document();
    record.supplier_id = receipt.partner_id();
    record.from_location_id = receipt.from_location_id();
    Write(record);
  }

  void WriteShipment(const v1::Recipient& recipient) {
    Record record = RecordOf("SHIPMENT", recipient.lot_id());
    record.product_id = recipient.product_id();
    record.number = recipient.number();
    record.certainty = recipient.certainty();
    record.depth = recipient.depth();
    record.quantity = recipient.net_quantity();
    record.location_id = recipient.location_id();
    record.location_kind = "customer";
    record.partner_id = recipient.partner_id();
    record.ship_time = recipient.occur_time();
    record.document = recipient.document();
    record.shipped = recipient.delivered_quantity();
    record.returned = recipient.returned_quantity();
    record.from_location_id = recipient.from_location_id();
    Write(record);
  }

  void Write(const Record& record) {
    CsvRecord line;
    AddLot(record, line);
    AddLocation(record, line);
    line.Date(ShowDay(record.arrive_time, report_.zone))
        .Text(ShowTime(record.arrive_time))
        .Text(record.partner_id)
        .Date(ShowDay(record.ship_time, report_.zone))
        .Text(ShowTime(record.ship_time))
        .Text(record.document.type())
        .Text(record.document.number())
        .Number(record.shipped)
        .Number(record.returned)
        .Number(record.on_hand)
        .Number(record.delivered)
        .Number(record.recovered)
        .Number(record.scrapped)
        .Date(Show(record.expire_date))
        .Number(record.places_not_listed)
        .Text(record.supplier_id);
    AddShipFrom(record, line);
    line.Write(out_);
  }

  void AddLot(const Record& record, CsvRecord& line) const {
    const auto found = report_.products.find(record.product_id);
    const v1::Product product = found == report_.products.end() ? v1::Product() : found->second;
    line.Text(record.kind)
        .Text(report_.recall.recall_id())
        .Text(record.number)
        .Text(record.product_id)
        .Text(product.display_name())
        .Text(record.reference)
        .Text(ShowCertainty(record.certainty))
        .Number(absl::StrCat(record.depth))
        .Number(record.quantity)
        .Text(product.unit());
  }

  v1::Location LocationOf(const std::string& location_id) const {
    const auto found = report_.locations.find(location_id);
    return found == report_.locations.end() ? v1::Location() : found->second;
  }

  std::string KindOf(const std::string& location_id) const {
    return Show(LocationOf(location_id).kind());
  }

  void AddLocation(const Record& record, CsvRecord& line) const {
    const v1::Location location = LocationOf(record.location_id);
    line.Text(record.location_id).Text(location.display_name()).Text(record.location_kind);
    AddAddress(location, line);
  }

  void AddShipFrom(const Record& record, CsvRecord& line) const {
    const v1::Location location = LocationOf(record.from_location_id);
    line.Text(record.from_location_id).Text(location.display_name());
    AddAddress(location, line);
  }

  static void AddAddress(const v1::Location& location, CsvRecord& line) {
    const v1::Address& address = location.address();
    line.Text(address.street())
        .Text(address.city())
        .Text(address.region())
        .Text(address.postal_code())
        .Text(address.country())
        .Text(address.phone())
        .Text(location.gln());
  }

  // "09:00:00+01:00".
  std::string ShowTime(const google::protobuf::Timestamp& time) const {
    const std::string shown = Show(time, report_.zone);
    return shown.substr(std::min(shown.size(), shown.find(' ') + 1));
  }

  const RecallReport& report_;
  std::ostream& out_;
  std::map<std::string, const v1::RecallLot*> lots_;  // by id
};

}  // namespace

void RecallReport::Add(const v1::StreamRecallReportResponse& piece) {
  if (piece.has_recall()) recall = piece.recall();
  balances.insert(balances.end(), piece.balances().begin(), piece.balances().end());
  lots.insert(lots.end(), piece.lots().begin(), piece.lots().end());
  recipients.insert(recipients.end(), piece.recipients().begin(), piece.recipients().end());
}

std::vector<std::pair<std::string, std::string>> DetailsOf(const v1::Recall& recall,
                                                           absl::TimeZone zone) {
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
          {"opened", Show(recall.open_time(), zone)},
          {"opened by", recall.opener()},
          {"took", ShowSeconds(recall.open_duration())},
          {"closed", Show(recall.close_time(), zone)},
          {"closed by", recall.closer()},
          {"closing record", recall.closing_note()}};
}

void PrintReport(const RecallReport& report, const Terminal& terminal) {
  PrintDetails(DetailsOf(report.recall, report.zone), terminal);
  for (const Sheet& sheet : {BalanceSheet(report), LotSheet(report), RecipientSheet(report)}) {
    PrintSheet(sheet, terminal);
  }
}

void WriteReportCsv(const RecallReport& report, std::ostream& out) {
  CsvWriter(report, out).Write();
}

void WriteReportHtml(const RecallReport& report, std::ostream& out) {
  HtmlPage page{
      .title = absl::StrCat("Recall ", report.recall.recall_id()),
      .facts = DetailsOf(report.recall, report.zone),
      .legend = {{"certain", "has goods of a seed in it, or is a seed"},
                 {"possible",
                  "may have some in it: an order used goods of a seed for several units"}},
      .tables = {BalanceSheet(report), LotSheet(report), RecipientSheet(report)}};
  page.facts.emplace_back("report of", Show(report.read_time, report.zone));
  page.facts.emplace_back("time zone", report.zone.name());
  WriteHtml(page, out);
}

}  // namespace lots::ctl
