// Makes the company of tests about lots.
#include "tests/support/world/lot_world.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/base/check.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/location.h"
#include "storage/lots/read.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/base/must.h"

namespace lots {
namespace {

std::string Text(absl::string_view text) { return std::string(text); }

Product ProductOf(absl::string_view id, Tracking tracking, int scale, absl::string_view numbers) {
  Product product;
  product.product_id = ProductId(Text(id));
  product.tracking = tracking;
  product.scale = scale;
  product.number_template = Text(numbers);
  product.producible = true;
  return product;
}

Location LocationOf(absl::string_view id, LocationKind kind) {
  Location location;
  location.location_id = LocationId(Text(id));
  location.kind = kind;
  return location;
}

std::string NameOf(LotEventKind kind) {
  static const char* const kNames[] = {"",         "CREATED",    "EDITED", "ARCHIVED", "UNARCHIVED",
                                       "ASSIGNED", "UNASSIGNED", "VOIDED", "DELETED"};
  return kNames[static_cast<int>(kind)];
}

std::string LineOf(const LotHistoryEntry& entry) {
  if (const auto* movement = std::get_if<Movement>(&entry.what)) {
    return absl::StrCat(Name(movement->kind), " ", movement->quantity.ToString(), " ",
                        movement->from.value(), ">", movement->to.value());
  }
  if (const auto* part = std::get_if<TransformationPart>(&entry.what)) {
    return absl::StrCat("TRANSFORMATION in ", part->input.value_or(Quantity()).ToString(), " out ",
                        part->output.value_or(Quantity()).ToString());
  }
  const LotEvent& event = std::get<LotEvent>(entry.what);
  std::string line = NameOf(event.kind);
  if (event.work_order.has_value()) absl::StrAppend(&line, " ", event.work_order->value());
  for (const FieldChange& change : event.changes) {
    absl::StrAppend(&line, " ", change.field, ": ", change.old_value, " > ", change.new_value);
  }
  return line;
}

}  // namespace

LotWorld::LotWorld(const TestDatabase& database, absl::string_view company)
    : company_(Text(company)), now_(absl::Now()), db_(database.Connect()) {
  Product wire = ProductOf("wire", Tracking::kLot, 3, "W{####}");
  wire.shelf_life = {
      .expire_days = 30, .best_before_days = 20, .removal_days = 25, .alert_days = 10};
  Product cable = ProductOf("cable", Tracking::kLot, 0, "");
  cable.case_sensitive = true;
  Must(UpsertProducts(*db_,
                      {.context = Context("UpsertProducts"),
                       .products = {wire, cable, ProductOf("pump", Tracking::kSerial, 0, "P-{###}"),
                                    ProductOf("paper", Tracking::kNone, 0, "")}}));
  Must(UpsertLocations(*db_, {.context = Context("UpsertLocations"),
                              .locations = {LocationOf("stock", LocationKind::kInternal),
                                            LocationOf("shelf", LocationKind::kInternal),
                                            LocationOf("truck", LocationKind::kTransit)}}));
}

LotWorld::LotWorld(std::unique_ptr<pg::Connection> db, const LotWorld& other)
    : company_(other.company_), now_(other.now_), db_(std::move(db)) {}

std::unique_ptr<LotWorld> LotWorld::Again(const TestDatabase& database) const {
  return std::unique_ptr<LotWorld>(new LotWorld(database.Connect(), *this));
}

WriteContext LotWorld::Context(absl::string_view method, absl::string_view request_id) {
  static std::atomic<int64_t> requests = 0;
  return {.company = company_,
          .request_id = request_id.empty() ? absl::StrCat("r", ++requests) : Text(request_id),
          .method = Text(method),
          .payload_hash = "payload",
          .actor = "ann",
          .now = now_};
}

CreateLotsCommand LotWorld::Order(absl::string_view product,
                                  const std::vector<std::string>& numbers,
                                  absl::string_view request_id) {
  CreateLotsCommand command{.context = Context("CreateLots", request_id),
                            .product_id = ProductId(Text(product))};
  for (const std::string& number : numbers) command.lots.push_back({.number = number});
  return command;
}

CreateLotsCommand LotWorld::Count(absl::string_view product, int64_t count,
                                  absl::string_view first_number) {
  CreateLotsCommand command = Order(product, std::vector<std::string>(count));
  command.first_number = Text(first_number);
  return command;
}

LotId LotWorld::Create(absl::string_view product, absl::string_view number,
                       absl::string_view opening_quantity) {
  CreateLotsCommand command = Order(product, {Text(number)});
  if (!opening_quantity.empty()) {
    command.lots[0].opening = Opening{*Quantity::Parse(opening_quantity), LocationId("stock")};
  }
  return Must(CreateLots(*db_, command)).lots[0].lot_id;
}

Lot LotWorld::Get(const LotId& lot_id) { return Must(GetLot(*db_, company_, lot_id, now_)); }

LotCommand LotWorld::Of(const LotId& lot_id, absl::string_view request_id) {
  return {.context = Context("Lot", request_id), .lot_id = lot_id};
}

UpdateLotCommand LotWorld::Edit(const LotId& lot_id, absl::string_view request_id) {
  return {.context = Context("UpdateLot", request_id), .lot_id = lot_id};
}

void LotWorld::Move(MovementKind kind, const LotId& lot_id, absl::string_view quantity,
                    absl::string_view from, absl::string_view to) {
  NewMovement movement{.kind = kind,
                       .lot = {.lot_id = lot_id},
                       .quantity = *Quantity::Parse(quantity),
                       .from = LocationId(Text(from)),
                       .to = LocationId(Text(to)),
                       .occurred_at = now_};
  Must(RecordMovements(*db_, {.context = Context("RecordMovements"), .movements = {movement}}));
}

std::vector<LotId> LotWorld::Plan(absl::string_view work_order,
                                  const std::vector<std::string>& numbers) {
  const auto assigned = Must(AssignSerials(*db_, {.context = Context("AssignSerials"),
                                                  .work_order = WorkOrderId(Text(work_order)),
                                                  .product = ProductId("pump"),
                                                  .numbers = numbers}));
  std::vector<LotId> lots;
  for (const NumberedLot& lot : assigned) lots.push_back(lot.lot_id);
  return lots;
}

void LotWorld::SetSetting(absl::string_view column, absl::string_view value) {
  Execute(absl::StrCat("UPDATE companies SET ", column, " = ", value, " WHERE company = '",
                       company_.value(), "'"));
}

void LotWorld::Execute(const std::string& sql) {
  const absl::Status done = db_->RunScript("test", sql);
  if (!done.ok()) ADD_FAILURE() << done;
}

std::vector<std::string> LotWorld::History(const LotId& lot_id, int page) {
  std::vector<std::string> lines;
  LotHistoryQuery query{.company = company_, .lot_id = lot_id, .limit = page};
  while (true) {
    const LotHistory history = Must(ListLotHistory(*db_, query));
    for (const LotHistoryEntry& entry : history.entries) lines.push_back(LineOf(entry));
    if (!history.has_more) return lines;
    query.after = {history.entries.back().recorded_at, history.entries.back().id};
  }
}

std::vector<std::string> LotWorld::List(LotQuery query, absl::string_view order_by, int page) {
  std::vector<std::string> numbers;
  query.company = company_;
  ListLotsQuery listing{
      .query = std::move(query), .order_by = Text(order_by), .limit = page, .now = now_};
  while (true) {
    LotPage listed = Must(ListLots(*db_, listing));
    for (const Lot& lot : listed.lots) numbers.push_back(lot.number);
    if (listed.after.empty()) return numbers;
    listing.after = std::move(listed.after);
  }
}

std::string Day(std::optional<absl::CivilDay> day) {
  return day.has_value() ? absl::FormatCivilTime(*day) : "";
}

}  // namespace lots
