// Finds lots by id, and by product and number.
#include "storage/lot_rows/resolve.h"

#include <cstdint>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/domain/lot_ref.h"
#include "storage/numbers/number.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// The references as the statement's arrays; `place` is the index in the request.
struct RefColumns {
  std::vector<int64_t> id_places;
  std::vector<LotId> ids;
  std::vector<int64_t> number_places;
  std::vector<ProductId> products;
  std::vector<std::string> exact_keys;
  std::vector<std::string> folded_keys;
};

RefColumns ColumnsOf(absl::Span<const LotRef> refs) {
  RefColumns columns;
  for (size_t place = 0; place < refs.size(); ++place) {
    const LotRef& ref = refs[place];
    if (ref.lot_id.has_value()) {
      columns.id_places.push_back(place);
      columns.ids.push_back(*ref.lot_id);
      continue;
    }
    // No lot has a number that is not clean.
    const absl::StatusOr<std::string> clean = CleanNumber(ref.number);
    if (!clean.ok()) continue;
    columns.number_places.push_back(place);
    columns.products.push_back(ref.product_id);
    columns.exact_keys.push_back(NumberKey(*clean, /*case_sensitive=*/true));
    columns.folded_keys.push_back(NumberKey(*clean, /*case_sensitive=*/false));
  }
  return columns;
}

// Two statements, because most requests have one kind of reference only. One statement for both
// kinds would take PostgreSQL longer to set up than to run.
constexpr pg::Statement kResolveIds{"resolve_lot_ids", R"sql(
  SELECT r.place, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state
  FROM unnest($2::bigint[], $3::uuid[]) AS r (place, lot_id)
  JOIN lots l ON l.company = $1 AND l.lot_id = r.lot_id)sql"};

constexpr pg::Statement kResolveNumbers{"resolve_lot_numbers", R"sql(
  SELECT r.place, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
    AS r (place, product_id, exact_key, folded_key)
  JOIN products p ON p.company = $1 AND p.product_id = r.product_id
  JOIN lots l ON l.company = $1 AND l.product_id = r.product_id
    AND l.number_key = CASE WHEN p.case_sensitive THEN r.exact_key ELSE r.folded_key END)sql"};

constexpr pg::Statement kResolveFormerNumbers{"resolve_former_lot_numbers", R"sql(
  SELECT r.place, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
    AS r (place, product_id, exact_key, folded_key)
  JOIN products p ON p.company = $1 AND p.product_id = r.product_id
  JOIN former_numbers f ON f.company = $1 AND f.product_id = r.product_id
    AND f.number_key = CASE WHEN p.case_sensitive THEN r.exact_key ELSE r.folded_key END
  JOIN lots l ON l.company = $1 AND l.lot_id = f.lot_id)sql"};

using ResolvedLots = std::vector<std::optional<ResolvedLot>>;

void ReadResolved(const pg::Result& found, ResolvedLots& lots) {
  for (const pg::Row row : found) {
    lots[row.Get<int64_t>(0)] = ResolvedLot{.lot_id = row.Get<LotId>(1),
                                            .product_id = row.Get<ProductId>(2),
                                            .number = row.Get<std::string>(3),
                                            .tracking = row.Get<Tracking>(4),
                                            .scale = row.Get<int>(5),
                                            .state = row.Get<LotState>(6)};
  }
}

// Without the numbers that were found.
RefColumns MissingOf(const RefColumns& all, const ResolvedLots& lots) {
  RefColumns missing;
  for (size_t i = 0; i < all.number_places.size(); ++i) {
    if (lots[all.number_places[i]].has_value()) continue;
    missing.number_places.push_back(all.number_places[i]);
    missing.products.push_back(all.products[i]);
    missing.exact_keys.push_back(all.exact_keys[i]);
    missing.folded_keys.push_back(all.folded_keys[i]);
  }
  return missing;
}

}  // namespace

absl::StatusOr<std::vector<std::optional<ResolvedLot>>> ResolveLots(pg::Connection& db,
                                                                    const CompanyId& company,
                                                                    absl::Span<const LotRef> refs) {
  ResolvedLots lots(refs.size());
  if (refs.empty()) return lots;
  const RefColumns columns = ColumnsOf(refs);
  pg::Pipeline pipeline(db);
  if (!columns.ids.empty()) pipeline.Add(kResolveIds, company, columns.id_places, columns.ids);
  if (!columns.products.empty()) {
    pipeline.Add(kResolveNumbers, company, columns.number_places, columns.products,
                 columns.exact_keys, columns.folded_keys);
  }
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  for (const pg::Result& found : results) ReadResolved(found, lots);
  const RefColumns missing = MissingOf(columns, lots);
  if (missing.products.empty()) return lots;
  ASSIGN_OR_RETURN(const pg::Result former,
                   pg::Query(db, kResolveFormerNumbers, company, missing.number_places,
                             missing.products, missing.exact_keys, missing.folded_keys));
  ReadResolved(former, lots);
  return lots;
}

}  // namespace lots
