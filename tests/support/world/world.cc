// Makes the company of a test, fills commands, and reads the state of lots as short texts.
#include "tests/support/world/world.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/movement.h"
#include "storage/lots/lists/history.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/base/must.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/ledger_facts.h"
#include "tests/support/world/movement_text.h"

namespace lots {
namespace {

constexpr pg::Statement kSetState{"world_set_state", R"sql(
  UPDATE lots SET state = $3 WHERE company = $1 AND lot_id = $2)sql"};

constexpr pg::Statement kReadId{"world_read_id", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND product_id = $2 AND number = $3)sql"};

constexpr pg::Statement kReadState{"world_read_state", R"sql(
  SELECT state FROM lots WHERE company = $1 AND lot_id = $2)sql"};

constexpr pg::Statement kReadPlaces{"world_read_places", R"sql(
  SELECT location_id, quantity FROM balances
  WHERE company = $1 AND lot_id = $2 AND quantity <> 0 AND kind IN (1, 2, 4, 6)
  ORDER BY location_id)sql"};

constexpr pg::Statement kReadDates{"world_read_dates", R"sql(
  SELECT quantity, arrived_at, stock_since FROM balances
  WHERE company = $1 AND lot_id = $2 AND location_id = $3)sql"};

std::string Text(absl::string_view text) { return std::string(text); }

Product ProductOf(absl::string_view id, Tracking tracking, int scale,
                  absl::string_view number_template, bool producible) {
  Product product;
  product.product_id = ProductId(Text(id));
  product.display_name = Text(id);
  product.tracking = tracking;
  product.scale = scale;
  product.number_template = Text(number_template);
  product.producible = producible;
  return product;
}

Location LocationOf(absl::string_view id, LocationKind kind, absl::string_view parent = "") {
  Location location;
  location.location_id = LocationId(Text(id));
  location.kind = kind;
  location.display_name = Text(id);
  if (!parent.empty()) location.parent_id = LocationId(Text(parent));
  return location;
}

// Nothing happens to a serial before it came to where it is, and tests say when things happen.
const absl::Time kLongAgo = absl::FromCivil(absl::CivilDay(2000, 1, 1), absl::UTCTimeZone());

bool IsSerial(absl::string_view product) {
  return product == "bike" || product == "motor" || product == "pump" || product == "frame";
}

std::string DayText(std::optional<absl::Time> time) {
  return time.has_value() ? absl::FormatTime("%m-%d", *time, absl::UTCTimeZone()) : "never";
}

}  // namespace

// The company.

World::World(const TestDatabase& database, absl::string_view company)
    : company_(Text(company)),
      now_(absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()))),
      db_(database.Connect()) {
  MakeProducts();
  MakeLocations();
}

World::World(const World& other, std::unique_ptr<pg::Connection> db)
    : deliveries(other.deliveries),
      company_(other.company_),
      now_(other.now_),
      db_(std::move(db)),
      lots_(other.lots_) {}

void World::MakeProducts() {
  Product soup = ProductOf("soup", Tracking::kLot, 3, "S{####}", true);
  soup.shelf_life.expire_days = 30;
  soup.inherit_expiry = true;
  Product wire = ProductOf("wire", Tracking::kLot, 3, "W{####}", true);
  wire.shelf_life = {
      .expire_days = 30, .best_before_days = 20, .removal_days = 25, .alert_days = 10};
  Product cable = ProductOf("cable", Tracking::kLot, 0, "", true);
  cable.case_sensitive = true;
  Must(UpsertProducts(
      *db_, {.context = Context("UpsertProducts"),
             .products = {ProductOf("bike", Tracking::kSerial, 0, "B{#####}", true),
                          ProductOf("motor", Tracking::kSerial, 0, "M{####}", true),
                          ProductOf("pump", Tracking::kSerial, 0, "P-{###}", true),
                          ProductOf("frame", Tracking::kSerial, 0, "", false), soup, wire, cable,
                          ProductOf("salt", Tracking::kLot, 3, "", false),
                          ProductOf("peel", Tracking::kLot, 1, "P{####}", false),
                          ProductOf("screw", Tracking::kNone, 0, "", true)}}));
}

void World::MakeLocations() {
  Must(UpsertLocations(*db_, {.context = Context("UpsertLocations"),
                              .locations = {LocationOf("stock", LocationKind::kInternal),
                                            LocationOf("shelf", LocationKind::kInternal, "stock"),
                                            LocationOf("box", LocationKind::kInternal, "shelf"),
                                            LocationOf("line", LocationKind::kInternal),
                                            LocationOf("yard", LocationKind::kInternal),
                                            LocationOf("truck", LocationKind::kTransit),
                                            LocationOf("shop", LocationKind::kCustomer)}}));
}

WriteContext World::Context(absl::string_view method, absl::string_view request_id) {
  static std::atomic<int64_t> requests = 0;
  return {
      .company = company_,
      .request_id = request_id.empty() ? absl::StrCat(method, "-", ++requests) : Text(request_id),
      .method = Text(method),
      .payload_hash = "payload",
      .actor = "tester",
      .now = now_};
}

void World::Execute(const std::string& sql) {
  const absl::Status done = db_->RunScript("test", sql);
  if (!done.ok()) ADD_FAILURE() << done;
}

void World::SetSetting(absl::string_view column, absl::string_view value) {
  Execute(absl::StrCat("UPDATE companies SET ", column, " = ", value, " WHERE company = '",
                       company_.value(), "'"));
}

// Lots.

CreateLotsCommand World::CreateCommand(absl::string_view product,
                                       const std::vector<std::string>& numbers,
                                       absl::string_view request_id) {
  CreateLotsCommand command{.context = Context("CreateLots", request_id),
                            .product_id = ProductId(Text(product))};
  for (const std::string& number : numbers) command.lots.push_back({.number = number});
  return command;
}

CreateLotsCommand World::CreateCountCommand(absl::string_view product, int64_t count,
                                            absl::string_view first_number) {
  CreateLotsCommand command = CreateCommand(product, std::vector<std::string>(count));
  command.first_number = Text(first_number);
  return command;
}

UpdateLotCommand World::UpdateCommand(const LotId& lot, absl::string_view request_id) {
  UpdateLotCommand command;
  command.context = Context("UpdateLot", request_id);
  command.lot_id = lot;
  return command;
}

LotCommand World::LotCommandFor(const LotId& lot, absl::string_view request_id) {
  return {.context = Context("Lot", request_id), .lot_id = lot};
}

LotId World::CreateLot(absl::string_view product, absl::string_view number,
                       absl::string_view quantity) {
  return CreateLot(product, number, {.quantity = Text(quantity)});
}

LotId World::CreateLot(absl::string_view product, absl::string_view number,
                       const InitialLot& initial) {
  return CreateLots(product, {Text(number)}, initial).front();
}

std::vector<LotId> World::CreateLots(absl::string_view product,
                                     const std::vector<std::string>& numbers,
                                     const InitialLot& initial) {
  CreateLotsCommand command = CreateCommand(product, numbers);
  if (!initial.quantity.empty() && IsSerial(product)) command.context.now = kLongAgo;
  for (NewLot& lot : command.lots) {
    lot.dates.expires_on = initial.expires_on;
    if (initial.quantity.empty()) continue;
    lot.opening = Opening{Q(initial.quantity), LocationId(initial.location)};
  }
  std::vector<LotId> ids;
  for (const NumberedLot& lot : Must(lots::CreateLots(*db_, command)).lots) {
    ids.push_back(lot.lot_id);
    lots_.emplace(lot.number, lot.lot_id);
    if (initial.state.has_value()) SetState(lot.lot_id, *initial.state);
  }
  return ids;
}

void World::SetState(const LotId& lot, LotState state) {
  Must(pg::Query(*db_, kSetState, company_, lot, state));
}

// Movements.

NewMovement World::Parse(absl::string_view text) const {
  return ParseMovement(text, {.lots = lots_, .deliveries = deliveries}, now_);
}

RecordMovementsCommand World::RecordCommand(const std::vector<std::string>& movements,
                                            absl::string_view request_id) {
  RecordMovementsCommand command{.context = Context("RecordMovements", request_id)};
  for (const std::string& movement : movements) command.movements.push_back(Parse(movement));
  return command;
}

absl::StatusOr<RecordedMovements> World::Record(const std::vector<std::string>& movements,
                                                absl::string_view request_id) {
  return RecordMovements(*db_, RecordCommand(movements, request_id));
}

MovementId World::MustRecord(const std::string& movement) {
  SCOPED_TRACE(movement);
  return Must(Record({movement})).movement_ids.front();
}

RecordMovementsCommand World::MoveCommand(MovementKind kind, const LotId& lot,
                                          absl::string_view quantity, absl::string_view from,
                                          absl::string_view to) {
  RecordMovementsCommand command{.context = Context("RecordMovements")};
  command.movements = {{.kind = kind,
                        .lot = {.lot_id = lot},
                        .quantity = OptionalQuantity(quantity),
                        .from = LocationId(Text(from)),
                        .to = LocationId(Text(to)),
                        .occurred_at = now_}};
  return command;
}

void World::Move(MovementKind kind, const LotId& lot, absl::string_view quantity,
                 absl::string_view from, absl::string_view to) {
  Must(RecordMovements(*db_, MoveCommand(kind, lot, quantity, from, to)));
}

absl::StatusOr<Movement> World::Reverse(const MovementId& movement, absl::string_view request_id) {
  return ReverseMovement(*db_, {.context = Context("ReverseMovement", request_id),
                                .movement_id = movement,
                                .note = "mistake"});
}

// Work orders.

AssignSerialsCommand World::AssignCommand(absl::string_view work_order, absl::string_view product,
                                          std::vector<std::string> numbers) {
  AssignSerialsCommand command;
  command.context = Context("AssignSerials");
  command.work_order = WorkOrderId(Text(work_order));
  if (!product.empty()) command.product = ProductId(Text(product));
  command.numbers = std::move(numbers);
  return command;
}

AssignSerialsCommand World::AssignCountCommand(absl::string_view work_order,
                                               absl::string_view product, int64_t count) {
  AssignSerialsCommand command = AssignCommand(work_order, product, {});
  command.count = count;
  return command;
}

std::vector<LotId> World::Assign(absl::string_view work_order, absl::string_view product,
                                 std::vector<std::string> numbers) {
  std::vector<LotId> ids;
  for (const NumberedLot& serial :
       Must(AssignSerials(*db_, AssignCommand(work_order, product, std::move(numbers))))) {
    ids.push_back(serial.lot_id);
  }
  return ids;
}

CompletionCommand World::CompleteCommand(absl::string_view work_order, absl::string_view product) {
  CompletionCommand command;
  command.context = Context("CompleteWorkOrder");
  command.work_order = WorkOrderId(Text(work_order));
  if (!product.empty()) command.product = ProductId(Text(product));
  command.source = LocationId("stock");
  command.destination = LocationId("shelf");
  command.occurred_at = now_;
  return command;
}

DisassemblyCommand World::DisassembleCommand(const LotId& unit) {
  DisassemblyCommand command;
  command.context = Context("Disassemble");
  command.unit.lot_id = unit;
  command.destination = LocationId("stock");
  command.occurred_at = now_;
  return command;
}

CompletionReversalCommand World::ReverseCompletionCommand(const TransformationId& transformation) {
  return {.context = Context("ReverseCompletion"),
          .transformation_id = transformation,
          .note = "typed wrongly",
          .may_correct = true};
}

// Reading.

LotId World::IdOf(absl::string_view product, absl::string_view number) {
  return Must(pg::Query(*db_, kReadId, company_, product, number))[0].Get<LotId>(0);
}

lots::Lot World::Get(const LotId& lot) { return Must(GetLot(*db_, company_, lot, now_)); }

std::string World::StateOf(const LotId& lot) {
  const pg::Result rows = Must(pg::Query(*db_, kReadState, company_, lot));
  return Text(Name(rows[0].Get<LotState>(0)));
}

std::string World::Where(const LotId& lot) {
  std::vector<std::string> places;
  const pg::Result rows = Must(pg::Query(*db_, kReadPlaces, company_, lot));
  for (const pg::Row row : rows) {
    places.push_back(absl::StrCat(row.Get<std::string>(0), " ", row.Get<Quantity>(1).ToString()));
  }
  return absl::StrJoin(places, ", ");
}

std::string World::Dates(const std::string& number, absl::string_view location) {
  const pg::Result rows = Must(pg::Query(*db_, kReadDates, company_, IdOf(number), location));
  if (rows.empty()) return "none";
  const std::string quantity = rows[0].Get<Quantity>(0).ToString();
  const auto arrived_at = rows[0].Get<std::optional<absl::Time>>(1);
  const auto stock_since = rows[0].Get<std::optional<absl::Time>>(2);
  if (!arrived_at.has_value() && !stock_since.has_value()) return quantity;
  return absl::StrCat(quantity, " arrived ", DayText(arrived_at), " since ", DayText(stock_since));
}

std::vector<std::string> World::History(const LotId& lot, int page) {
  std::vector<std::string> lines;
  LotHistoryQuery query{.company = company_, .lot_id = lot, .limit = page};
  while (true) {
    const LotHistory history = Must(ListLotHistory(*db_, query));
    for (const LotHistoryEntry& entry : history.entries) lines.push_back(HistoryLine(entry));
    if (!history.has_more) return lines;
    query.after = {history.entries.back().recorded_at, history.entries.back().id};
  }
}

std::vector<std::string> World::List(LotQuery query, absl::string_view order_by, int page) {
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

}  // namespace lots
