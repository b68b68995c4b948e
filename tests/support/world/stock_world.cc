// Makes the company of tests about goods and movements.
#include "tests/support/world/stock_world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "storage/base/check.h"
#include "storage/numbers/number.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

constexpr char kWorld[] = R"sql(
  INSERT INTO companies (company, lots_enabled, expiry_enabled, time_zone, version, created_at,
    updated_at)
  VALUES ('acme', true, true, 'UTC', 1, now(), now());
  INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
    inherit_expiry, warranty_months, gtin, producible, case_sensitive, version, created_at,
    updated_at)
  SELECT 'acme', product_id, product_id, tracking, 'kg', scale, '', false, 0, '', true, false, 1,
    now(), now()
  FROM (VALUES ('steel', 2, 3), ('bike', 3, 0), ('paper', 1, 0))
    AS product (product_id, tracking, scale);
  INSERT INTO locations (company, location_id, kind, display_name, parent_id, gln, street, city,
    region, postal_code, country, phone, is_default, created_at, updated_at)
  SELECT 'acme', location_id, kind, location_id, parent_id, '', '', '', '', '', '', '', is_default,
    now(), now()
  FROM (VALUES
    ('stock', 1, NULL, false), ('shelf', 1, 'stock', false), ('box', 1, 'shelf', false),
    ('yard', 1, NULL, false), ('truck', 2, NULL, false), ('acme2', 4, NULL, false),
    ('SUPPLIER', 3, NULL, true), ('CUSTOMER', 4, NULL, true), ('PRODUCTION', 5, NULL, true),
    ('SCRAP', 6, NULL, true), ('ADJUSTMENT', 7, NULL, true))
    AS location (location_id, kind, parent_id, is_default);
)sql";

constexpr pg::Statement kAddLot{"stock_world_add_lot", R"sql(
  INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number,
    number_key, reference, search_key, notes, attributes, expires_on, state, version, created_by,
    created_at, updated_at)
  SELECT $1, $2, product_id, tracking, scale, case_sensitive, $4, $5, '', $5, '', '{}', $6, $7, 1,
    'test', now(), now()
  FROM products WHERE company = $1 AND product_id = $3)sql"};

constexpr pg::Statement kSetState{"stock_world_set_state", R"sql(
  UPDATE lots SET state = $3 WHERE company = $1 AND lot_id = $2)sql"};

constexpr pg::Statement kWhere{"stock_world_where", R"sql(
  SELECT location_id, quantity FROM balances
  WHERE company = $1 AND lot_id = $2 AND quantity <> 0 AND kind IN (1, 2, 4, 6)
  ORDER BY location_id)sql"};

constexpr pg::Statement kDates{"stock_world_dates", R"sql(
  SELECT quantity, arrived_at, stock_since FROM balances
  WHERE company = $1 AND lot_id = $2 AND location_id = $3)sql"};

std::string DayText(std::optional<absl::Time> time) {
  return time.has_value() ? absl::FormatTime("%m-%d", *time, absl::UTCTimeZone()) : "never";
}

absl::Time TimeOf(absl::string_view text) {
  absl::Time time;
  std::string error;
  const bool is_day = text.find('T') == absl::string_view::npos;
  Check(
      absl::ParseTime(is_day ? "%Y-%m-%d" : absl::RFC3339_full, std::string(text), &time, &error));
  return time;
}

MovementKind KindOf(absl::string_view name) {
  for (int kind = 1; kind <= 9; ++kind) {
    if (Name(static_cast<MovementKind>(kind)) == name) return static_cast<MovementKind>(kind);
  }
  Check(false);
  return {};
}

}  // namespace

StockWorld::StockWorld(const TestDatabase& database, const std::string& company)
    : company_(company), db_(database.Connect()), now_(absl::Now()) {
  Execute(kWorld);
}

StockWorld::StockWorld(const StockWorld& other, std::unique_ptr<pg::Connection> db)
    : names(other.names),
      company_(other.company_),
      db_(std::move(db)),
      now_(other.now_),
      lots_(other.lots_) {}

void StockWorld::Execute(const std::string& sql) {
  const absl::Status done = db_->RunScript(
      "stock_world",
      absl::StrReplaceAll(sql, {{"'acme'", absl::StrCat("'", company_.value(), "'")}}));
  Check(done.ok());
}

WriteContext StockWorld::Context(absl::string_view method, const std::string& request_id) {
  return {.company = company_,
          .request_id = request_id.empty() ? Uuid::MakeV7().ToString() : request_id,
          .method = absl::StrCat("lots.v1.StockService/", method),
          .payload_hash = "payload",
          .actor = "tester",
          .now = now_};
}

LotId StockWorld::AddLot(const std::string& number, const std::string& product) {
  return AddLot(number, product, NewLotFacts());
}

LotId StockWorld::AddLot(const std::string& number, const std::string& product, NewLotFacts facts) {
  const LotId lot_id(Uuid::MakeV7());
  const auto added = pg::Query(*db_, kAddLot, company_, lot_id, product, number,
                               NumberKey(number, false), facts.expires_on, facts.state);
  Check(added.ok() && added->affected() == 1);
  lots_.emplace(number, lot_id);
  return lot_id;
}

void StockWorld::SetState(const std::string& number, LotState state) {
  Check(pg::Query(*db_, kSetState, company_, Lot(number), state).ok());
}

NewMovement StockWorld::Parse(absl::string_view text) const {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  Check(words.size() >= 4);
  const std::pair<std::string, std::string> places = absl::StrSplit(words[3], '>');
  NewMovement movement{.kind = KindOf(words[0]),
                       .lot = {.lot_id = Lot(words[1])},
                       .from = LocationId(places.first),
                       .to = LocationId(places.second),
                       .occurred_at = now_};
  if (words[2] != "-") movement.quantity = *Quantity::Parse(words[2]);
  for (size_t i = 4; i < words.size(); ++i) {
    const std::string value = words[i].substr(1);
    if (words[i][0] == '@') movement.occurred_at = TimeOf(value);
    if (words[i][0] == '=') movement.delivery = names.at(value);
    if (words[i][0] == '#') movement.partner_id = value;
  }
  return movement;
}

RecordMovementsCommand StockWorld::Order(const std::vector<std::string>& movements,
                                         const std::string& request_id) {
  RecordMovementsCommand command{.context = Context("RecordMovements", request_id)};
  for (const std::string& movement : movements) command.movements.push_back(Parse(movement));
  return command;
}

absl::StatusOr<RecordedMovements> StockWorld::Record(const std::vector<std::string>& movements,
                                                     const std::string& request_id) {
  return RecordMovements(*db_, Order(movements, request_id));
}

MovementId StockWorld::Do(const std::string& movement) {
  const absl::StatusOr<RecordedMovements> recorded = Record({movement});
  if (!recorded.ok()) {
    // The test that asked for it shows the text; going on without the movement would mislead it.
    fprintf(stderr, "%s: %s\n", movement.c_str(), recorded.status().ToString().c_str());
  }
  Check(recorded.ok());
  return recorded->movement_ids.front();
}

absl::StatusOr<Movement> StockWorld::Reverse(const MovementId& movement,
                                             const std::string& request_id) {
  return ReverseMovement(*db_, {.context = Context("ReverseMovement", request_id),
                                .movement_id = movement,
                                .note = "mistake"});
}

std::string StockWorld::Where(const std::string& number) {
  const auto rows = pg::Query(*db_, kWhere, company_, Lot(number));
  Check(rows.ok());
  std::vector<std::string> places;
  for (const pg::Row row : *rows) {
    places.push_back(absl::StrCat(row.Get<std::string>(0), " ", row.Get<Quantity>(1).ToString()));
  }
  return absl::StrJoin(places, ", ");
}

std::string StockWorld::Dates(const std::string& number, const std::string& location) {
  const auto rows = pg::Query(*db_, kDates, company_, Lot(number), location);
  Check(rows.ok());
  if (rows->empty()) return "none";
  const pg::Row row = (*rows)[0];
  const auto arrived_at = row.Get<std::optional<absl::Time>>(1);
  const auto stock_since = row.Get<std::optional<absl::Time>>(2);
  if (!arrived_at.has_value() && !stock_since.has_value()) {
    return row.Get<Quantity>(0).ToString();
  }
  return absl::StrCat(row.Get<Quantity>(0).ToString(), " arrived ", DayText(arrived_at), " since ",
                      DayText(stock_since));
}

}  // namespace lots
