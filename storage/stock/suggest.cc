// Suggests which lots to take first.
#include "storage/stock/suggest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_replace.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/pg/pipeline.h"

namespace lots {

namespace {

constexpr pg::Statement kReadProduct{"suggest_read_product", R"sql(
  SELECT tracking, scale FROM products WHERE company = $1 AND product_id = $2)sql"};

constexpr pg::Statement kReadLocation{"suggest_read_location", R"sql(
  SELECT kind FROM locations WHERE company = $1 AND location_id = $2)sql"};

// $3: the day on which a lot must not be expired; NULL: expiry does not count. $4: the location to
// take from, with the locations below; NULL: every INTERNAL location. $6: the current time. $7: the
// day on which a lot must not be past its removal date; NULL: that date does not count. Of goods of
// which a part is held, the rest is free.
constexpr const char* kSuggest =
    R"sql(
  WITH RECURSIVE below AS (
    SELECT location_id FROM locations WHERE company = $1 AND location_id = $4
    UNION
    SELECT child.location_id
    FROM below
    JOIN locations AS child ON child.company = $1 AND child.parent_id = below.location_id)
  SELECT balances.lot_id, lots.number, balances.location_id, free.quantity, lots.expires_on,
         balances.stock_since, sum(free.quantity) OVER () AS available
  FROM balances
  CROSS JOIN LATERAL (
    SELECT balances.quantity - COALESCE(sum(h.quantity), 0) AS quantity
    FROM lot_holds h
    WHERE h.company = $1 AND h.lot_id = balances.lot_id AND h.quantity IS NOT NULL
      AND h.location_id = balances.location_id AND)sql"_sql LOTS_HOLD_BINDS("$6") R"sql() AS free
  JOIN lots ON lots.company = $1 AND lots.lot_id = balances.lot_id
  WHERE balances.company = $1 AND balances.product_id = $2 AND balances.quantity > 0
    AND free.quantity > 0 AND lots.state = {STATE_ACTIVE}
    AND NOT EXISTS (
      SELECT 1 FROM lot_holds h
      WHERE h.company = $1 AND h.lot_id = balances.lot_id AND h.quantity IS NULL
        AND (h.location_id IS NULL OR h.location_id = balances.location_id)
        AND)sql"_sql LOTS_HOLD_BINDS("$6") R"sql()
    AND ($3::date IS NULL OR lots.expires_on IS NULL OR lots.expires_on >= $3)
    AND ($7::date IS NULL OR lots.removal_on IS NULL OR lots.removal_on >= $7)
    AND (CASE WHEN $4::text IS NULL THEN balances.kind = {PLACE_INTERNAL}
              ELSE balances.kind IN ({PLACES_ON_HAND})
                   AND balances.location_id IN (SELECT location_id FROM below) END)
  ORDER BY $order
  LIMIT $5)sql"_sql;

absl::string_view OrderOf(SuggestStrategy strategy) {
  switch (strategy) {
    case SuggestStrategy::kFefo:
      return "lots.expires_on NULLS LAST, balances.stock_since, balances.lot_id, "
             "balances.location_id";
    case SuggestStrategy::kFifo:
      return "balances.stock_since, balances.lot_id, balances.location_id";
    case SuggestStrategy::kLifo:
      return "balances.stock_since DESC, balances.lot_id DESC, balances.location_id";
  }
  return "";
}

// What the suggestion depends on.
struct SuggestionContext {
  CompanyRules company;
  int scale = 0;
};

absl::StatusOr<SuggestionContext> ReadContext(pg::Connection& db, const SuggestLotsQuery& query) {
  pg::Pipeline pipeline(db);
  const size_t company = AddCompanyRead(pipeline, query.company);
  const size_t product = pipeline.Add(kReadProduct, query.company, query.product_id);
  const size_t location = pipeline.Add(kReadLocation, query.company, query.location_id);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  SuggestionContext context;
  ASSIGN_OR_RETURN(context.company, ReadCompany(query.company, results[company]));
  if (results[product].empty()) return Refuse(ProductNotFound("product_id", query.product_id));
  if (query.location_id.has_value() && results[location].empty()) {
    return Refuse(LocationNotFound("location_id", *query.location_id));
  }
  if (results[product][0].Get<Tracking>(0) == Tracking::kNone) {
    return Refuse(ProductNotTracked("product_id", query.product_id));
  }
  context.scale = results[product][0].Get<int>(1);
  if (!query.quantity.FitsScale(context.scale)) {
    return Refuse(QuantityScale("quantity", query.quantity, context.scale, query.product_id));
  }
  return context;
}

absl::StatusOr<pg::Results> ReadStock(pg::Connection& db, const SuggestLotsQuery& query,
                                      const SuggestionContext& context) {
  std::optional<absl::CivilDay> good_on, on_shelf;
  if (context.company.expiry_enabled) good_on = DayIn(query.now, context.company.zone);
  if (!query.include_past_removal) on_shelf = good_on;
  const SuggestStrategy strategy = query.strategy.value_or(
      context.company.expiry_enabled ? SuggestStrategy::kFefo : SuggestStrategy::kFifo);
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("suggest_lots",
                       absl::StrReplaceAll(kSuggest, {{"$order", OrderOf(strategy)}}),
                       pg::Params::Of(query.company, query.product_id, good_on, query.location_id,
                                      kSuggestPicksMax, query.now, on_shelf));
  return pipeline.Send();
}

}  // namespace

absl::StatusOr<Suggestion> SuggestLots(pg::Connection& db, const SuggestLotsQuery& query) {
  ASSIGN_OR_RETURN(const SuggestionContext context, ReadContext(db, query));
  ASSIGN_OR_RETURN(const pg::Results stock, ReadStock(db, query, context));
  Suggestion suggestion{.missing = query.quantity, .scale = context.scale};
  Quantity wanted = query.quantity;
  for (const pg::Row row : stock.front()) {
    // The same in every row: the sum of all rows, those beyond the limit too.
    const Quantity available = row.Get<Quantity>(6);
    suggestion.missing = std::max(query.quantity - available, Quantity());
    if (!wanted.IsPositive()) break;
    const Quantity taken = std::min(wanted, row.Get<Quantity>(3));
    wanted -= taken;
    suggestion.picks.push_back({.lot_id = row.Get<LotId>(0),
                                .number = row.Get<std::string>(1),
                                .location_id = row.Get<LocationId>(2),
                                .quantity = taken,
                                .expires_on = row.Get<std::optional<absl::CivilDay>>(4),
                                .stock_since = row.Get<std::optional<absl::Time>>(5)});
  }
  return suggestion;
}

}  // namespace lots
