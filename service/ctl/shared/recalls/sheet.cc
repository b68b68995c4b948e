// Writes a recall report as the sheet for an authority: CSV.
#include <algorithm>
#include <map>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "lots/v1/certainty.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/trace_questions.pb.h"
#include "service/ctl/output/csv.h"
#include "service/ctl/output/show.h"
#include "service/ctl/shared/recalls/report.h"
#include "service/ctl/shared/recalls/words.h"

namespace lots::ctl {
namespace {

constexpr const char* kTitles[] = {
    "Record", "Recall", "Traceability Lot Code", "Product", "Product Description", "Supplier Lot",
    "Certainty", "Depth", "Quantity", "Unit of Measure",
    // The location of the record.
    "Location", "Location Name", "Location Kind", "Street", "City", "Region", "Postal Code",
    "Country", "Phone", "GLN", "Arrival Date", "Arrival Time", "Recipient", "Ship Date",
    "Ship Time", "Reference Document Type", "Reference Document Number", "Quantity Shipped",
    "Quantity Returned", "Quantity On Hand", "Quantity At Customers", "Quantity Recovered",
    "Quantity Scrapped", "Expiry Date", "Places Not Listed", "Supplier",
    // Where the goods came from.
    "Ship-From Location", "Ship-From Name", "Ship-From Street", "Ship-From City",
    "Ship-From Region", "Ship-From Postal Code", "Ship-From Country", "Ship-From Phone",
    "Ship-From GLN",
    // Where the lot code was assigned.
    "Traceability Lot Code Source Supplier", "Traceability Lot Code Source Location",
    "Traceability Lot Code Source Name", "Traceability Lot Code Source Street",
    "Traceability Lot Code Source City", "Traceability Lot Code Source Region",
    "Traceability Lot Code Source Postal Code", "Traceability Lot Code Source Country",
    "Traceability Lot Code Source Phone", "Traceability Lot Code Source Reference",
    // What was done.
    "Excluded", "Quantity Unaccounted", "Disposition", "Notified Date", "Notified How",
    "Answered Date", "Quantity Found", "Quantity Destroyed", "Quantity Sold On", "Note", "Link"};

// Each record has all columns, of which its kind fills some.
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
    for (const v1::RecallDisposition& disposition : report_.dispositions) {
      WriteDisposition(disposition);
    }
    for (const v1::RecipientResponse& response : report_.responses) WriteResponse(response);
    for (const v1::RecipientQuantities& quantities : report_.quantities) WriteAnswer(quantities);
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
    std::string source_partner_id;
    std::string source_location_id;
    std::string excluded;
    std::string unaccounted;
    std::string disposition;
    google::protobuf::Timestamp notify_time;
    std::string notify_method;
    google::protobuf::Timestamp answer_time;
    std::string found;
    std::string destroyed;
    std::string sold_on;
    std::string note;
    std::string link;
  };

  void WriteHeader() {
    CsvRecord header;
    for (const char* title : kTitles) header.Text(title);
    header.Write(out_);
  }

  static Record RecordOf(const char* kind, const v1::RecallLot& lot) {
    return {.kind = kind,
            .product_id = lot.product_id(),
            .number = lot.number(),
            .reference = lot.reference(),
            .certainty = lot.certainty(),
            .depth = lot.depth(),
            .expire_date = lot.expire_date(),
            .source_partner_id = lot.source_partner_id(),
            .source_location_id = lot.source_location_id()};
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
    record.unaccounted = lot.unaccounted_quantity();
    if (lot.has_exclusion()) {
      record.excluded = Show(lot.exclusion().change());
      record.note = lot.exclusion().evidence();
      record.link = lot.exclusion().evidence_link();
    }
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

  void WriteDisposition(const v1::RecallDisposition& disposition) {
    Record record = RecordOf("DISPOSITION", disposition.lot().lot_id());
    record.product_id = disposition.lot().product_id();
    record.number = disposition.lot().number();
    record.quantity = disposition.quantity();
    record.location_id = disposition.location_id();
    record.location_kind = KindOf(record.location_id);
    record.disposition = Show(disposition.kind());
    record.note = disposition.note();
    record.link = disposition.link();
    Write(record);
  }

  void WriteResponse(const v1::RecipientResponse& response) {
    Record record{.kind = "RESPONSE"};
    record.partner_id = response.partner_id();
    record.notify_time = response.notify_time();
    record.notify_method = response.notify_method();
    record.answer_time = response.answer_time();
    record.note = response.note();
    record.link = response.link();
    Write(record);
  }

  void WriteAnswer(const v1::RecipientQuantities& quantities) {
    Record record = RecordOf("ANSWER", quantities.lot().lot_id());
    record.product_id = quantities.lot().product_id();
    record.number = quantities.lot().number();
    record.partner_id = quantities.partner_id();
    record.found = quantities.found_quantity();
    record.destroyed = quantities.destroyed_quantity();
    record.returned = quantities.returned_quantity();
    record.sold_on = quantities.sold_on_quantity();
    record.note = quantities.delivery_movement_id();
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
    AddDescribed(record.from_location_id, line);
    line.Text(record.source_partner_id);
    AddDescribed(record.source_location_id, line);
    AddWork(record, line);
    line.Write(out_);
  }

  void AddWork(const Record& record, CsvRecord& line) const {
    line.Text(record.excluded)
        .Number(record.unaccounted)
        .Text(record.disposition)
        .Date(ShowDay(record.notify_time, report_.zone))
        .Text(record.notify_method)
        .Date(ShowDay(record.answer_time, report_.zone))
        .Number(record.found)
        .Number(record.destroyed)
        .Number(record.sold_on)
        .Text(record.note)
        .Text(record.link);
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
        .Text(Show(record.certainty))
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

  void AddDescribed(const std::string& location_id, CsvRecord& line) const {
    const v1::Location location = LocationOf(location_id);
    line.Text(location_id).Text(location.display_name());
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

void WriteReportCsv(const RecallReport& report, std::ostream& out) {
  CsvWriter(report, out).Write();
}

}  // namespace lots::ctl
