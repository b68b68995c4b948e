// Reads lots by id or number, their places, and the next numbers of a product.
#include "storage/lots/read.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/sql_issued.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/computed_fields.h"
#include "storage/lot_rows/existence.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/lot_rows/numbers.h"
#include "storage/lot_rows/product.h"
#include "storage/lots/locations.h"
#include "storage/numbers/number.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

constexpr pg::Statement kFindLotsById{"find_lots_by_id",
                                      "SELECT" LOTS_ROW_COLUMNS
                                      "FROM lots l JOIN companies c ON c.company = $1 "
                                      "WHERE l.company = $1 AND l.lot_id = ANY($2)"};

}  // namespace

absl::StatusOr<std::vector<std::optional<Lot>>> FindLotsById(pg::Connection& db,
                                                             const CompanyId& company,
                                                             absl::Span<const LotId> lot_ids,
                                                             absl::Time now) {
  std::vector<std::optional<Lot>> lots(lot_ids.size());
  if (lot_ids.empty()) return lots;
  pg::Pipeline pipeline(db);
  const size_t rows = pipeline.Add(kFindLotsById, company, lot_ids);
  const size_t first = AddComputedFields(pipeline, company, lot_ids, now);
  ASSIGN_OR_RETURN(const pg::Results found, pipeline.Send());
  const ComputedFieldsByLot computed = ReadComputedFields(found, first);
  LotReader reader(company, now);
  absl::flat_hash_map<LotId, Lot> by_id;
  for (const pg::Row row : found[rows]) {
    Lot lot = reader.ReadRow(row);
    SetComputedFields(computed, lot);
    by_id.emplace(lot.lot_id, std::move(lot));
  }
  for (size_t index = 0; index < lot_ids.size(); ++index) {
    const auto lot = by_id.find(lot_ids[index]);
    if (lot != by_id.end()) lots[index] = lot->second;
  }
  return lots;
}

absl::StatusOr<Lot> GetLot(pg::Connection& db, const CompanyId& company, const LotId& lot_id,
                           absl::Time now) {
  ASSIGN_OR_RETURN(std::vector<std::optional<Lot>> found, FindLotsById(db, company, {lot_id}, now));
  if (!found.front().has_value()) return Refuse(LotNotFound(lot_id, "lot_id"));
  return *std::move(found.front());
}

absl::StatusOr<std::vector<Lot>> GetLots(pg::Connection& db, const CompanyId& company,
                                         absl::Span<const LotId> lot_ids, absl::Time now) {
  ASSIGN_OR_RETURN(std::vector<std::optional<Lot>> found, FindLotsById(db, company, lot_ids, now));
  std::vector<Lot> lots;
  std::vector<Problem> problems;
  for (size_t index = 0; index < found.size(); ++index) {
    if (found[index].has_value()) {
      lots.push_back(*std::move(found[index]));
    } else {
      problems.push_back(LotNotFound(lot_ids[index], Indexed("lot_ids", index)));
    }
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  return lots;
}

namespace {

// Each lot has its product's case rule, so that the products need not be read. The keys are looked
// up in both forms by one index scan; C++ then applies the rule.
constexpr pg::Statement kFindLotsByNumber{
    "find_lots_by_number",
    "SELECT" LOTS_ROW_COLUMNS
    ", l.number_key, l.case_sensitive FROM lots l JOIN companies c ON c.company = $1 "
    "WHERE l.company = $1 AND l.number_key = ANY($2)"};

constexpr pg::Statement kFindProductLotsByNumber{
    "find_product_lots_by_number",
    "SELECT" LOTS_ROW_COLUMNS
    ", l.number_key, l.case_sensitive FROM lots l JOIN companies c ON c.company = $1 "
    "WHERE l.company = $1 AND l.number_key = ANY($2) AND l.product_id = $3"};

constexpr pg::Statement kFindLotsByFormerNumber{
    "find_lots_by_former_number",
    "SELECT" LOTS_ROW_COLUMNS
    ", f.number_key, l.case_sensitive FROM former_numbers f "
    "JOIN lots l ON l.company = $1 AND l.lot_id = f.lot_id JOIN companies c ON c.company = $1 "
    "WHERE f.company = $1 AND f.number_key = ANY($2)"};

constexpr pg::Statement kFindProductLotsByFormerNumber{
    "find_product_lots_by_former_number",
    "SELECT" LOTS_ROW_COLUMNS
    ", f.number_key, l.case_sensitive FROM former_numbers f "
    "JOIN lots l ON l.company = $1 AND l.lot_id = f.lot_id JOIN companies c ON c.company = $1 "
    "WHERE f.company = $1 AND f.number_key = ANY($2) AND f.product_id = $3"};

// The numbers of a request under the keys that lots may have them by.
class AskedNumbers {
 public:
  explicit AskedNumbers(absl::Span<const std::string> numbers) {
    exact_.reserve(numbers.size());
    folded_.reserve(numbers.size());
    for (size_t index = 0; index < numbers.size(); ++index) {
      // No lot has a number that is not clean.
      const absl::StatusOr<std::string> clean = CleanNumber(numbers[index]);
      if (!clean.ok()) continue;
      exact_[NumberKey(*clean, /*case_sensitive=*/true)].push_back(index);
      folded_[NumberKey(*clean, /*case_sensitive=*/false)].push_back(index);
    }
  }

  // Each once, sorted: the index is read from one end to the other.
  std::vector<absl::string_view> Keys() const {
    std::vector<absl::string_view> keys;
    for (const Indexes* const indexes : {&exact_, &folded_}) {
      for (const auto& [key, at] : *indexes) keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  // The indexes at which the request names the lot that has this key.
  absl::Span<const size_t> IndexesOf(absl::string_view key, bool case_sensitive) const {
    const Indexes& indexes = case_sensitive ? exact_ : folded_;
    const auto found = indexes.find(key);
    if (found == indexes.end()) return {};
    return found->second;
  }

 private:
  using Indexes = absl::flat_hash_map<std::string, std::vector<size_t>>;

  Indexes exact_, folded_;
};

// Nothing was found: perhaps there is no such company or product.
absl::Status CheckAsked(pg::Connection& db, const FindLotsQuery& query) {
  AskedResources asked{.company = query.company};
  if (!query.product_id.value().empty()) {
    asked.products.emplace_back("product_id", query.product_id);
  }
  return CheckExistence(db, asked);
}

bool HasLot(const NumberMatches& match, const LotId& lot_id) {
  return std::any_of(match.lots.begin(), match.lots.end(),
                     [&](const Lot& lot) { return lot.lot_id == lot_id; });
}

// A lot that took a former number back has it, and is not a former one.
void AddMatches(const pg::Result& rows, const FindLotsQuery& query, const AskedNumbers& asked,
                bool are_former, std::vector<NumberMatches>& matches) {
  LotReader reader(query.company, query.now);
  for (const pg::Row row : rows) {
    const Lot lot = reader.ReadRow(row);
    const absl::Span<const size_t> indexes = asked.IndexesOf(
        row.Get<absl::string_view>(kRowColumnCount), row.Get<bool>(kRowColumnCount + 1));
    for (const size_t index : indexes) {
      NumberMatches& match = matches[index];
      if (are_former && HasLot(match, lot.lot_id)) continue;
      if (are_former) match.former.push_back(lot.lot_id);
      match.lots.push_back(lot);
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<NumberMatches>> FindLots(pg::Connection& db,
                                                    const FindLotsQuery& query) {
  const AskedNumbers asked(query.numbers);
  pg::Pipeline pipeline(db);
  if (query.product_id.value().empty()) {
    pipeline.Add(kFindLotsByNumber, query.company, asked.Keys());
    pipeline.Add(kFindLotsByFormerNumber, query.company, asked.Keys());
  } else {
    pipeline.Add(kFindProductLotsByNumber, query.company, asked.Keys(), query.product_id);
    pipeline.Add(kFindProductLotsByFormerNumber, query.company, asked.Keys(), query.product_id);
  }
  ASSIGN_OR_RETURN(const pg::Results found, pipeline.Send());
  std::vector<NumberMatches> matches(query.numbers.size());
  AddMatches(found[0], query, asked, /*are_former=*/false, matches);
  AddMatches(found[1], query, asked, /*are_former=*/true, matches);
  std::vector<Lot*> every;
  for (NumberMatches& match : matches) {
    std::sort(match.lots.begin(), match.lots.end(),
              [](const Lot& a, const Lot& b) { return a.product_id < b.product_id; });
    for (Lot& lot : match.lots) every.push_back(&lot);
  }
  if (every.empty()) RETURN_IF_ERROR(CheckAsked(db, query));
  RETURN_IF_ERROR(LoadComputedFields(db, query.company, query.now, every));
  return matches;
}

namespace {

// Every row has the lot's own columns. A lot that is nowhere has one row.
constexpr pg::Statement kListLocations{"list_lot_locations", R"sql(
  SELECT asked.ordinal, l.product_id, l.number, l.scale, l.expires_on, b.location_id, b.kind,
         b.quantity, b.arrived_at, b.stock_since, )sql" LOTS_ISSUED_ARRAYS("b", "20") R"sql(
  FROM unnest($2::uuid[], $3::bool[]) WITH ORDINALITY AS asked (lot_id, show_all, ordinal)
  JOIN lots l ON l.company = $1 AND l.lot_id = asked.lot_id
  LEFT JOIN balances b ON b.company = $1 AND b.lot_id = asked.lot_id
    AND (asked.show_all OR (b.quantity <> 0 AND (b.kind IN ({PLACES_OF_GOODS})
                                                 OR b.location_id = 'WORK_IN_PROCESS')))
  ORDER BY asked.ordinal,
           CASE WHEN b.kind IN ({PLACES_ON_HAND}) THEN 1 WHEN b.kind = {PLACE_CUSTOMER} THEN 2
           WHEN b.kind = {PLACE_SCRAP} THEN 3 ELSE 4 END, b.location_id)sql"_sql};

constexpr pg::Statement kListHolds{
    "list_lot_holds", "SELECT" LOTS_HOLD_COLUMNS
                      "FROM lot_holds h "
                      "WHERE h.company = $1 AND h.lot_id = ANY($2) AND" LOTS_HOLD_BINDS(
                          "$3") "ORDER BY h.placed_at, h.hold_id"};

using HoldsByLot = absl::flat_hash_map<LotId, std::vector<Hold>>;

// Why what is kept there may not leave; the strongest of all causes.
std::optional<HoldCause> CauseAt(const LotStock& stock, absl::Span<const Hold> holds) {
  std::optional<HoldCause> strongest;
  if (!IsOnHand(stock.kind)) return strongest;
  for (const Hold& hold : holds) {
    if (hold.location_id.value_or(stock.location_id) != stock.location_id) continue;
    const bool stronger =
        !strongest.has_value() || HoldStrength(hold.cause) > HoldStrength(*strongest);
    if (stronger) strongest = hold.cause;
  }
  return strongest;
}

LotStock ReadStock(const pg::Row& row, const CompanyId& company, const LotId& lot_id,
                   absl::Span<const Hold> holds) {
  LotStock stock{.company = company,
                 .lot_id = lot_id,
                 .product_id = row.Get<ProductId>(1),
                 .number = row.Get<std::string>(2),
                 .scale = row.Get<int>(3),
                 .location_id = row.Get<LocationId>(5),
                 .kind = row.Get<LocationKind>(6),
                 .quantity = row.Get<Quantity>(7),
                 .arrived_at = row.Get<std::optional<absl::Time>>(8),
                 .stock_since = row.Get<std::optional<absl::Time>>(9),
                 .expires_on = row.Get<std::optional<absl::CivilDay>>(4),
                 .hold_cause = {},
                 .work_orders = row.Get<std::vector<WorkOrderId>>(10),
                 .work_order_quantities = row.Get<std::vector<Quantity>>(11)};
  stock.hold_cause = CauseAt(stock, holds);
  return stock;
}

void AppendRow(const pg::Row& row, const CompanyId& company, const LotId& lot_id,
               absl::Span<const Hold> holds, std::optional<LotLocations>& lot) {
  if (!lot.has_value()) {
    lot.emplace(LotLocations{.product_id = row.Get<ProductId>(1),
                             .number = row.Get<std::string>(2),
                             .scale = row.Get<int>(3)});
    const size_t shown = std::min<size_t>(holds.size(), kHoldsShownMax);
    lot->holds.assign(holds.begin(), holds.begin() + shown);
  }
  if (row.IsNull(5)) return;
  lot->locations.push_back(ReadStock(row, company, lot_id, holds));
  const LotStock& stock = lot->locations.back();
  if (IsOnHand(stock.kind)) lot->on_hand += stock.quantity;
}

}  // namespace

absl::StatusOr<std::vector<std::optional<LotLocations>>> FindLotLocations(
    pg::Connection& db, const FindLocationsQuery& query) {
  Check(query.lot_ids.size() == query.show_all.size());
  pg::Pipeline pipeline(db);
  pipeline.Add(kListLocations, query.company, query.lot_ids, query.show_all);
  pipeline.Add(kListHolds, query.company, query.lot_ids, query.now);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  HoldsByLot holds;
  for (const pg::Row row : results[1]) {
    Hold hold = ReadHold(row);
    holds[hold.lot_id].push_back(std::move(hold));
  }
  std::vector<std::optional<LotLocations>> lots(query.lot_ids.size());
  for (const pg::Row row : results[0]) {
    const size_t index = row.Get<int64_t>(0) - 1;
    const LotId& lot_id = query.lot_ids[index];
    const auto held = holds.find(lot_id);
    AppendRow(row, query.company, lot_id,
              held == holds.end() ? absl::Span<const Hold>() : held->second, lots[index]);
  }
  return lots;
}

absl::StatusOr<LotLocations> ListLotLocations(pg::Connection& db, const LotLocationsQuery& query) {
  ASSIGN_OR_RETURN(auto found, FindLotLocations(db, {.company = query.company,
                                                     .lot_ids = {query.lot_id},
                                                     .show_all = {query.show_all},
                                                     .now = query.now}));
  if (!found.front().has_value()) return Refuse(LotNotFound(query.lot_id, "lot_id"));
  return *std::move(found.front());
}

absl::StatusOr<std::vector<std::string>> PreviewLotNumbers(pg::Connection& db,
                                                           const PreviewNumbersQuery& query) {
  ASSIGN_OR_RETURN(
      const ProductContext context,
      ReadProductContext(db, {.company = query.company, .product_id = query.product_id}));
  NumberQuery wanted =
      NumbersOf(query.company, context.product, query.count, DayIn(query.now, context.zone));
  wanted.first_number = query.first_number;
  wanted.field = query.first_number.empty() ? "count" : "first_number";
  return PreviewNumbers(db, wanted);
}

}  // namespace lots
