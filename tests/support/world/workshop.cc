// Makes the company of tests about work orders.
#include "tests/support/world/workshop.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "storage/base/check.h"
#include "storage/catalog/catalog.h"
#include "storage/lots/lots.h"
#include "storage/pg/pipeline.h"
#include "tests/support/base/must.h"

namespace lots {
namespace {

Product ProductOf(absl::string_view id, Tracking tracking, int scale,
                  absl::string_view number_template, bool producible) {
  Product product;
  product.product_id = ProductId(std::string(id));
  product.display_name = std::string(id);
  product.tracking = tracking;
  product.scale = scale;
  product.number_template = std::string(number_template);
  product.producible = producible;
  return product;
}

Location LocationOf(absl::string_view id, LocationKind kind) {
  Location location;
  location.location_id = LocationId(std::string(id));
  location.kind = kind;
  location.display_name = std::string(id);
  return location;
}

std::optional<Quantity> QuantityOf(absl::string_view text) {
  return text.empty() ? std::nullopt : std::optional(Q(text));
}

}  // namespace

Workshop::Workshop(const TestDatabase& database, absl::string_view company)
    : company_(std::string(company)), now_(absl::Now()), db_(database.Connect()) {
  MakeProducts();
  MakePlaces();
}

void Workshop::MakeProducts() {
  Product soup = ProductOf("soup", Tracking::kLot, 3, "S{####}", true);
  soup.shelf_life.expire_days = 30;
  soup.inherit_expiry = true;
  const UpsertProductsCommand command{
      .context = Context("UpsertProducts"),
      .products = {ProductOf("bike", Tracking::kSerial, 0, "B{#####}", true),
                   ProductOf("motor", Tracking::kSerial, 0, "M{####}", true),
                   ProductOf("frame", Tracking::kSerial, 0, "", false), std::move(soup),
                   ProductOf("salt", Tracking::kLot, 3, "", false),
                   ProductOf("peel", Tracking::kLot, 1, "P{####}", false),
                   ProductOf("screw", Tracking::kNone, 0, "", true)},
      .mask = {}};
  Must(UpsertProducts(*db_, command));
}

void Workshop::MakePlaces() {
  Must(UpsertLocations(*db_, {.context = Context("UpsertLocations"),
                              .locations = {LocationOf("STOCK", LocationKind::kInternal),
                                            LocationOf("LINE", LocationKind::kInternal),
                                            LocationOf("SHELF", LocationKind::kInternal),
                                            LocationOf("SHOP", LocationKind::kCustomer)},
                              .mask = {}}));
}

WriteContext Workshop::Context(absl::string_view method) {
  return {.company = company_,
          .request_id = absl::StrCat(method, "-", ++requests_),
          .method = std::string(method),
          .payload_hash = "hash",
          .actor = "tester",
          .now = now_};
}

LotId Workshop::Serial(absl::string_view product, absl::string_view number,
                       absl::string_view location) {
  return LotSince(OldTimes(), product, number, "1", {}, location);
}

// Serials were there before anything that a test says of them.
absl::Time Workshop::OldTimes() {
  return absl::FromCivil(absl::CivilDay(2000, 1, 1), absl::UTCTimeZone());
}

LotId Workshop::Lot(absl::string_view product, absl::string_view number, absl::string_view quantity,
                    std::optional<absl::CivilDay> expires_on, absl::string_view location) {
  return LotSince(now_, product, number, quantity, expires_on, location);
}

LotId Workshop::LotSince(absl::Time since, absl::string_view product, absl::string_view number,
                         absl::string_view quantity, std::optional<absl::CivilDay> expires_on,
                         absl::string_view location) {
  NewLot lot;
  lot.number = std::string(number);
  lot.dates.expires_on = expires_on;
  lot.opening = Opening{Q(quantity), LocationId(std::string(location))};
  CreateLotsCommand command;
  command.context = Context("CreateLot");
  command.context.now = since;
  command.product_id = ProductId(std::string(product));
  command.lots = {std::move(lot)};
  return Must(CreateLots(*db_, command)).lots.front().lot_id;
}

std::vector<LotId> Workshop::Serials(absl::string_view product,
                                     const std::vector<std::string>& numbers) {
  CreateLotsCommand command;
  command.context = Context("BatchCreateLots");
  command.context.now = OldTimes();
  command.product_id = ProductId(std::string(product));
  for (const std::string& number : numbers) {
    NewLot lot;
    lot.number = number;
    lot.opening = Opening{Quantity::FromUnits(1), LocationId("STOCK")};
    command.lots.push_back(std::move(lot));
  }
  std::vector<LotId> ids;
  for (const NumberedLot& lot : Must(CreateLots(*db_, command)).lots) ids.push_back(lot.lot_id);
  return ids;
}

constexpr pg::Statement kArchive{"workshop_archive", R"sql(
  UPDATE lots SET state = 3 WHERE company = $1 AND lot_id = $2)sql"};

void Workshop::Archive(const LotId& lot) { Must(pg::Query(*db_, kArchive, company_, lot)); }

AssignSerialsCommand Workshop::Assigning(absl::string_view work_order, absl::string_view product,
                                         std::vector<std::string> numbers) {
  AssignSerialsCommand command;
  command.context = Context("AssignSerials");
  command.work_order = WorkOrderId(std::string(work_order));
  if (!product.empty()) command.product = ProductId(std::string(product));
  command.numbers = std::move(numbers);
  return command;
}

AssignSerialsCommand Workshop::AssigningCount(absl::string_view work_order,
                                              absl::string_view product, int64_t count) {
  AssignSerialsCommand command = Assigning(work_order, product, {});
  command.count = count;
  return command;
}

CompletionCommand Workshop::Completing(absl::string_view work_order, absl::string_view product) {
  CompletionCommand command;
  command.context = Context("CompleteWorkOrder");
  command.work_order = WorkOrderId(std::string(work_order));
  if (!product.empty()) command.product = ProductId(std::string(product));
  command.source = LocationId("STOCK");
  command.destination = LocationId("SHELF");
  command.occurred_at = now_;
  return command;
}

DisassemblyCommand Workshop::Disassembling(const LotId& unit) {
  DisassemblyCommand command;
  command.context = Context("Disassemble");
  command.unit.lot_id = unit;
  command.destination = LocationId("STOCK");
  command.occurred_at = now_;
  return command;
}

CompletionReversalCommand Workshop::Reversing(const TransformationId& transformation) {
  return {.context = Context("ReverseCompletion"),
          .transformation_id = transformation,
          .note = "typed wrongly"};
}

RecordMovementsCommand Workshop::Moving(MovementKind kind, const LotId& lot,
                                        absl::string_view quantity, absl::string_view from,
                                        absl::string_view to) {
  NewMovement movement;
  movement.kind = kind;
  movement.lot.lot_id = lot;
  movement.quantity = QuantityOf(quantity);
  movement.from = LocationId(std::string(from));
  movement.to = LocationId(std::string(to));
  movement.occurred_at = now_;
  RecordMovementsCommand command;
  command.context = Context("RecordMovements");
  command.movements = {std::move(movement)};
  return command;
}

constexpr pg::Statement kWhere{"workshop_where", R"sql(
  SELECT location_id, quantity FROM balances
  WHERE company = $1 AND lot_id = $2 AND quantity <> 0 AND kind IN (1, 2, 4, 6)
  ORDER BY location_id)sql"};

std::string Workshop::Where(const LotId& lot) {
  std::vector<std::string> places;
  const pg::Result rows = Must(pg::Query(*db_, kWhere, company_, lot));
  for (const pg::Row row : rows) {
    places.push_back(absl::StrCat(row.Get<std::string>(0), ":", row.Get<Quantity>(1).ToString()));
  }
  return absl::StrJoin(places, " ");
}

constexpr pg::Statement kState{"workshop_state", R"sql(
  SELECT state FROM lots WHERE company = $1 AND lot_id = $2)sql"};

std::string Workshop::StateOf(const LotId& lot) {
  return std::string(Name(Must(pg::Query(*db_, kState, company_, lot))[0].Get<LotState>(0)));
}

constexpr pg::Statement kIdOf{"workshop_id_of", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND product_id = $2 AND number = $3)sql"};

LotId Workshop::IdOf(absl::string_view product, absl::string_view number) {
  return Must(pg::Query(*db_, kIdOf, company_, product, number))[0].Get<LotId>(0);
}

Quantity Q(absl::string_view text) { return Must(Quantity::Parse(text)); }

CompletionOutput Output(absl::string_view number, absl::string_view quantity) {
  CompletionOutput output;
  output.number = std::string(number);
  output.quantity = QuantityOf(quantity);
  return output;
}

CompletionOutput Output(const LotId& lot) {
  CompletionOutput output;
  output.lot_id = lot;
  return output;
}

CompletionComponent Used(const LotId& lot, absl::string_view quantity,
                         std::optional<int64_t> output_index) {
  CompletionComponent component;
  component.lot.lot_id = lot;
  component.quantity = QuantityOf(quantity);
  component.output_index = output_index;
  return component;
}

CompletionByProduct Besides(absl::string_view product, absl::string_view number,
                            absl::string_view quantity) {
  CompletionByProduct by_product;
  by_product.lot.product_id = ProductId(std::string(product));
  by_product.lot.number = std::string(number);
  by_product.quantity = QuantityOf(quantity);
  return by_product;
}

}  // namespace lots
