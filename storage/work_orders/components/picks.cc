// Reads the places of products, and chooses lots from them under the ledger's locks.
#include "storage/work_orders/components/picks.h"

#include <algorithm>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/writes/run_write.h"

namespace lots::orders {
namespace {

// More places than the quantity needs: what others empty meanwhile is replaced from these.
constexpr size_t kSparePlaces = 32;
constexpr int64_t kPlacesMax = kSuggestPicksMax + kSparePlaces;

// $3: the location, with those below it. $4: when the goods are taken; the days of the company's
// zone decide what is expired, where the company has expiry. $5: the current time.
constexpr const char* kPlaces =
    R"sql(
  WITH RECURSIVE below AS (
    SELECT location_id FROM locations WHERE company = $1 AND location_id = $3
    UNION
    SELECT child.location_id
    FROM below
    JOIN locations AS child ON child.company = $1 AND child.parent_id = below.location_id),
  today AS (
    SELECT CASE WHEN expiry_enabled
                THEN ($4::timestamptz AT TIME ZONE time_zone)::date END AS day
    FROM companies WHERE company = $1)
  SELECT b.lot_id, b.location_id, b.is_serial, b.quantity, sum(b.quantity) OVER ()
  FROM today
  CROSS JOIN balances b
  JOIN lots l ON l.company = $1 AND l.lot_id = b.lot_id
  WHERE b.company = $1 AND b.product_id = $2 AND b.quantity > 0
    AND b.kind IN ({PLACES_ON_HAND}) AND b.location_id IN (SELECT location_id FROM below)
    AND l.state = {STATE_ACTIVE}
    AND (today.day IS NULL OR l.expires_on IS NULL OR l.expires_on >= today.day)
    AND (today.day IS NULL OR l.removal_on IS NULL OR l.removal_on >= today.day)
    AND NOT EXISTS (
      SELECT 1 FROM lot_holds h
      WHERE h.company = $1 AND h.lot_id = b.lot_id
        AND (h.location_id IS NULL OR h.location_id = b.location_id)
        AND)sql"_sql LOTS_HOLD_BINDS("$5") R"sql()
  ORDER BY $order
  LIMIT $6)sql"_sql;

constexpr pg::Statement kReadPicked{"read_picked_product", R"sql(
  SELECT p.scale, EXISTS (
    SELECT FROM locations WHERE company = $1 AND location_id = $3)
  FROM products p WHERE p.company = $1 AND p.product_id = $2)sql"};

absl::string_view OrderOf(const std::optional<SuggestStrategy>& strategy) {
  if (!strategy.has_value()) {
    return "CASE WHEN today.day IS NOT NULL THEN l.expires_on END NULLS LAST, b.stock_since, "
           "b.lot_id, b.location_id";
  }
  switch (*strategy) {
    case SuggestStrategy::kFefo:
      return "l.expires_on NULLS LAST, b.stock_since, b.lot_id, b.location_id";
    case SuggestStrategy::kFifo:
      return "b.stock_since, b.lot_id, b.location_id";
    case SuggestStrategy::kLifo:
      return "b.stock_since DESC, b.lot_id DESC, b.location_id";
  }
  return "b.lot_id, b.location_id";
}

template <class Statements>
void AddPlaces(Statements& statements, const WriteContext& context, const PickQuery& query) {
  statements.AddComposed("find_pick_places",
                         absl::StrReplaceAll(kPlaces, {{"$order", OrderOf(query.strategy)}}),
                         pg::Params::Of(context.company, query.product_id, query.from,
                                        query.occurred_at, context.now, kPlacesMax));
}

// `wanted`: of the product, by all queries together.
PickPlaces ReadPlaces(const pg::Result& product, const pg::Result& rows, Quantity wanted,
                      Quantity besides) {
  PickPlaces found;
  if (!product.empty()) {
    found.product_exists = true;
    found.scale = product[0].Get<int>(0);
    found.location_exists = product[0].Get<bool>(1);
  }
  Quantity listed;
  size_t spare = 0;
  for (const pg::Row row : rows) {
    found.available = row.Get<Quantity>(4);
    if (listed >= wanted + besides && ++spare > kSparePlaces) break;
    found.places.push_back({.lot_id = row.Get<LotId>(0),
                            .location_id = row.Get<LocationId>(1),
                            .is_serial = row.Get<bool>(2)});
    listed += row.Get<Quantity>(3);
  }
  found.needs_too_many = listed < wanted && found.available > listed;
  return found;
}

using KnownPlaces = absl::btree_set<std::pair<LotId, LocationId>>;

}  // namespace

absl::StatusOr<std::vector<PickPlaces>> FindPlaces(pg::Connection& db, const WriteContext& context,
                                                   const std::vector<PickQuery>& queries,
                                                   Quantity besides) {
  std::vector<PickPlaces> found;
  if (queries.empty()) return found;
  pg::Pipeline pipeline(db);
  absl::btree_map<ProductId, Quantity> wanted;
  for (const PickQuery& query : queries) {
    wanted[query.product_id] += query.quantity;
    pipeline.Add(kReadPicked, context.company, query.product_id, query.from);
    AddPlaces(pipeline, context, query);
  }
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  for (size_t i = 0; i < queries.size(); ++i) {
    found.push_back(
        ReadPlaces(results[2 * i], results[2 * i + 1], wanted[queries[i].product_id], besides));
  }
  return found;
}

void TouchPlaces(const std::vector<PickPlaces>& found, const LocationId& to, Ledger& ledger) {
  for (const PickPlaces& one : found) {
    for (const PickPlace& place : one.places) {
      if (!place.is_serial) ledger.ExpectNoSerial(place.lot_id);
      ledger.Touch(place.lot_id, place.location_id);
      ledger.Touch(place.lot_id, to);
    }
  }
}

Picks ChoosePicks(const PickQuery& query, const PickPlaces& found, const Posting& like,
                  const Ledger& ledger, TakenQuantities& taken) {
  Picks chosen{.picks = {}, .missing = query.quantity};
  for (const PickPlace& place : found.places) {
    if (!chosen.missing.IsPositive()) break;
    Quantity& already = taken[{place.lot_id, place.location_id}];
    const Quantity left = ledger.facts().QuantityAt(place.lot_id, place.location_id) - already;
    if (!left.IsPositive()) continue;
    Posting posting = like;
    posting.lot_id = place.lot_id;
    posting.from = place.location_id;
    posting.quantity = std::min(left, chosen.missing);
    if (!ledger.CanPost(posting)) continue;
    already += posting.quantity;
    chosen.missing -= posting.quantity;
    chosen.picks.push_back({place.lot_id, place.location_id, posting.quantity});
  }
  return chosen;
}

void ValidatePicks(const PickQuery& query, const PickPlaces& found,
                   std::vector<Problem>& problems) {
  const std::string product_field = absl::StrCat(query.field, ".product_id");
  const std::string quantity_field = absl::StrCat(query.field, ".quantity");
  const std::string from_field = absl::StrCat(query.field, ".from_location_id");
  if (!found.product_exists) {
    problems.push_back(ProductNotFound(product_field, query.product_id));
    return;
  }
  if (!query.quantity.FitsScale(found.scale)) {
    problems.push_back(
        QuantityScale(quantity_field, query.quantity, found.scale, query.product_id));
  }
  if (!query.from.has_value()) {
    problems.push_back(
        FieldInvalid(from_field, "", "say where it comes from, here or in source_location_id"));
  } else if (!found.location_exists) {
    problems.push_back(LocationNotFound(from_field, *query.from));
  } else if (found.needs_too_many) {
    problems.push_back(
        FieldInvalid(quantity_field, query.quantity.ToString(),
                     absl::StrCat("it would be taken from more than ", kSuggestPicksMax,
                                  " places; divide it among several calls, or name the lots")));
  }
}

Problem ComponentShort(const PickQuery& query, Quantity available) {
  return {
      .reason = Reason::kComponentShort,
      .field = absl::StrCat(query.field, ".quantity"),
      .message = absl::StrCat("location ", query.from->value(), ", with those below it, has ",
                              available.ToString(), " of product ", query.product_id.value(),
                              " that may be taken, not ", query.quantity.ToString(),
                              "; what is held, expired or past its removal date does not count"),
      .facts = {{"product_id", query.product_id.value()},
                {"location_id", query.from->value()},
                {"available", available.ToString()},
                {"needed", query.quantity.ToString()}}};
}

absl::Status FindMore(pg::Transaction& transaction, const WriteContext& context,
                      const std::vector<PickQuery>& missing, const std::vector<PickPlaces>& found) {
  if (missing.empty()) return absl::OkStatus();
  KnownPlaces known;
  for (const PickPlaces& one : found) {
    for (const PickPlace& place : one.places) known.emplace(place.lot_id, place.location_id);
  }
  for (const PickQuery& query : missing) AddPlaces(transaction, context, query);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  for (size_t i = 0; i < missing.size(); ++i) {
    for (const pg::Row row : results[i]) {
      if (known.contains({row.Get<LotId>(0), row.Get<LocationId>(1)})) continue;
      return WriteConflict("the places of a component were emptied by others");
    }
  }
  return absl::OkStatus();
}

}  // namespace lots::orders
