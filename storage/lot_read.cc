#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/dates.h"
#include "storage/hold_row.h"
#include "storage/limits.h"
#include "storage/lot_numbers.h"
#include "storage/lot_product.h"
#include "storage/lot_resolve.h"
#include "storage/lot_row.h"
#include "storage/lots.h"
#include "storage/number.h"
#include "storage/pg/flight.h"

namespace lots {
namespace {

constexpr pg::Statement kFindLotsById{"find_lots_by_id",
                                      "SELECT" LOTS_LOT_COLUMNS("$3")
                                      "FROM lots l JOIN companies c ON c.company = $1 "
                                      "WHERE l.company = $1 AND l.lot_id = ANY($2)"};

}  // namespace

absl::StatusOr<std::vector<std::optional<Lot>>> FindLotsById(pg::Connection& db,
                                                             const CompanyId& company,
                                                             absl::Span<const LotId> lot_ids,
                                                             absl::Time now) {
  std::vector<std::optional<Lot>> lots(lot_ids.size());
  if (lot_ids.empty()) return lots;
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindLotsById, company, lot_ids, now));
  LotReader reader(company, now);
  absl::flat_hash_map<LotId, Lot> by_id;
  for (const pg::Row row : found) {
    Lot lot = reader.Read(row);
    by_id.emplace(lot.lot_id, std::move(lot));
  }
  for (size_t place = 0; place < lot_ids.size(); ++place) {
    const auto lot = by_id.find(lot_ids[place]);
    if (lot != by_id.end()) lots[place] = lot->second;
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
  for (size_t place = 0; place < found.size(); ++place) {
    if (found[place].has_value()) {
      lots.push_back(*std::move(found[place]));
    } else {
      problems.push_back(LotNotFound(lot_ids[place], Indexed("lot_ids", place)));
    }
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  return lots;
}

namespace {

// Each lot knows its product's case rule, so that the products need not be read. The keys are
// looked up in both forms and judged by the rule.
constexpr pg::Statement kFindLotsByNumber{
    "find_lots_by_number",
    "SELECT" LOTS_LOT_COLUMNS("$5")
    ", n.place FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n (place, exact_key, "
    "folded_key) "
    "JOIN lots l ON l.company = $1 AND l.number_key = ANY(ARRAY[n.exact_key, n.folded_key]) "
    "AND l.number_key = CASE WHEN l.case_sensitive THEN n.exact_key ELSE n.folded_key END "
    "JOIN companies c ON c.company = $1 "
    "ORDER BY n.place, l.product_id"};

constexpr pg::Statement kFindProductLotsByNumber{
    "find_product_lots_by_number",
    "SELECT" LOTS_LOT_COLUMNS("$5")
    ", n.place FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n (place, exact_key, "
    "folded_key) "
    "JOIN lots l ON l.company = $1 AND l.product_id = $6 "
    "AND l.number_key = ANY(ARRAY[n.exact_key, n.folded_key]) "
    "AND l.number_key = CASE WHEN l.case_sensitive THEN n.exact_key ELSE n.folded_key END "
    "JOIN companies c ON c.company = $1 "
    "ORDER BY n.place"};

}  // namespace

absl::StatusOr<std::vector<std::vector<Lot>>> FindLots(pg::Connection& db,
                                                       const FindLotsOrder& order) {
  std::vector<int64_t> places;
  std::vector<std::string> exact_keys, folded_keys;
  for (size_t place = 0; place < order.numbers.size(); ++place) {
    // No lot has a number that is not clean.
    const absl::StatusOr<std::string> clean = CleanNumber(order.numbers[place]);
    if (!clean.ok()) continue;
    places.push_back(place);
    exact_keys.push_back(NumberKey(*clean, /*case_sensitive=*/true));
    folded_keys.push_back(NumberKey(*clean, /*case_sensitive=*/false));
  }
  const auto found = order.product_id.value().empty()
                         ? pg::Query(db, kFindLotsByNumber, order.company, places, exact_keys,
                                     folded_keys, order.now)
                         : pg::Query(db, kFindProductLotsByNumber, order.company, places,
                                     exact_keys, folded_keys, order.now, order.product_id);
  if (!found.ok()) return found.status();
  LotReader reader(order.company, order.now);
  std::vector<std::vector<Lot>> lots(order.numbers.size());
  for (const pg::Row row : *found) {
    lots[row.Get<int64_t>(kLotColumnCount)].push_back(reader.Read(row));
  }
  return lots;
}

namespace {

// The lot's own columns stand in every row, and alone in one when it is nowhere.
constexpr pg::Statement kListLocations{
    "list_lot_locations",
    "SELECT l.product_id, l.number, l.scale, l.expires_on, b.location_id, b.kind, b.quantity, "
    "b.arrived_at, b.stock_since, " LOTS_PLACE_HOLD_CAUSE("b", "$4")
    " FROM lots l "
    "LEFT JOIN balances b ON b.company = $1 AND b.lot_id = $2 "
    "AND ($3 OR (b.quantity <> 0 AND b.kind IN (1, 2, 4, 6))) "
    "WHERE l.company = $1 AND l.lot_id = $2 "
    "ORDER BY CASE WHEN b.kind IN (1, 2) THEN 1 WHEN b.kind = 4 THEN 2 WHEN b.kind = 6 THEN 3 "
    "ELSE 4 END, b.location_id"};

constexpr pg::Statement kListHolds{"list_lot_holds",
                                   "SELECT" LOTS_HOLD_COLUMNS
                                   "FROM lot_holds h "
                                   "WHERE h.company = $1 AND h.lot_id = $2 AND" LOTS_HOLD_BINDS(
                                       "$3") "ORDER BY h.placed_at, h.hold_id LIMIT $4"};

LotStock ReadStock(const pg::Row& row, const LotLocationsOrder& order) {
  return {.company = order.company,
          .lot_id = order.lot_id,
          .product_id = row.Get<ProductId>(0),
          .number = row.Get<std::string>(1),
          .scale = row.Get<int>(2),
          .location_id = row.Get<LocationId>(4),
          .kind = row.Get<LocationKind>(5),
          .quantity = row.Get<Quantity>(6),
          .arrived_at = row.Get<std::optional<absl::Time>>(7),
          .stock_since = row.Get<std::optional<absl::Time>>(8),
          .expires_on = row.Get<std::optional<absl::CivilDay>>(3),
          .hold_cause = row.Get<std::optional<HoldCause>>(9)};
}

}  // namespace

absl::StatusOr<LotLocations> ListLotLocations(pg::Connection& db, const LotLocationsOrder& order) {
  pg::Flight flight(db);
  flight.Add(kListLocations, order.company, order.lot_id, order.show_all, order.now);
  flight.Add(kListHolds, order.company, order.lot_id, order.now, kHoldsShownMax);
  ASSIGN_OR_RETURN(const pg::Results results, flight.Send());
  const pg::Result& found = results[0];
  if (found.empty()) return Refuse(LotNotFound(order.lot_id, "lot_id"));
  LotLocations answer{.product_id = found[0].Get<ProductId>(0),
                      .number = found[0].Get<std::string>(1),
                      .scale = found[0].Get<int>(2)};
  for (const pg::Row row : found) {
    if (row.IsNull(4)) continue;
    answer.locations.push_back(ReadStock(row, order));
    const LotStock& stock = answer.locations.back();
    if (IsOnHand(stock.kind)) answer.on_hand += stock.quantity;
  }
  for (const pg::Row row : results[1]) answer.holds.push_back(ReadHold(row));
  return answer;
}

absl::StatusOr<std::vector<std::string>> PreviewLotNumbers(pg::Connection& db,
                                                           const PreviewNumbersOrder& order) {
  ASSIGN_OR_RETURN(const LotGround ground,
                   ReadLotGround(db, {.company = order.company, .product_id = order.product_id}));
  return PreviewNumbers(db, {.company = order.company,
                             .product_id = order.product_id,
                             .case_sensitive = ground.product.case_sensitive,
                             .number_template = ground.product.number_template,
                             .count = order.count,
                             .first_number = order.first_number,
                             .day = DayIn(order.now, ground.zone),
                             .field = order.first_number.empty() ? "count" : "first_number"});
}

}  // namespace lots
