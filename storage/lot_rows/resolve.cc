// Finds lots by id, and by product and number.
#include "storage/lot_rows/resolve.h"

#include <cstdint>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/domain/lot_ref.h"
#include "storage/numbers/number.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// From so many numbers of one product on, a statement of its own looks them up.
constexpr size_t kNumbersOfProductMin = 100;

// The references as the statement's arrays; each index is one of the request's list.
struct RefColumns {
  std::vector<int64_t> id_indexes;
  std::vector<LotId> ids;
  std::vector<int64_t> number_indexes;
  std::vector<ProductId> products;
  std::vector<std::string> exact_keys;
  std::vector<std::string> folded_keys;
};

RefColumns ColumnsOf(absl::Span<const LotRef> refs) {
  RefColumns columns;
  for (size_t index = 0; index < refs.size(); ++index) {
    const LotRef& ref = refs[index];
    if (ref.lot_id.has_value()) {
      columns.id_indexes.push_back(index);
      columns.ids.push_back(*ref.lot_id);
      continue;
    }
    // No lot has a number that is not clean.
    const absl::StatusOr<std::string> clean = CleanNumber(ref.number);
    if (!clean.ok()) continue;
    columns.number_indexes.push_back(index);
    columns.products.push_back(ref.product_id);
    columns.exact_keys.push_back(NumberKey(*clean, /*case_sensitive=*/true));
    columns.folded_keys.push_back(NumberKey(*clean, /*case_sensitive=*/false));
  }
  return columns;
}

// Copies the reference `i` to a number.
void AddNumber(const RefColumns& from, size_t i, RefColumns& to) {
  to.number_indexes.push_back(from.number_indexes[i]);
  to.products.push_back(from.products[i]);
  to.exact_keys.push_back(from.exact_keys[i]);
  to.folded_keys.push_back(from.folded_keys[i]);
}

// Two statements, because most requests have one kind of reference only. One statement for both
// kinds would take PostgreSQL longer to set up than to run.
constexpr pg::Statement kResolveIds{"resolve_lot_ids", R"sql(
  SELECT r.index, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state
  FROM unnest($2::bigint[], $3::uuid[]) AS r (index, lot_id)
  JOIN lots l ON l.company = $1 AND l.lot_id = r.lot_id)sql"};

constexpr pg::Statement kResolveNumbers{"resolve_lot_numbers", R"sql(
  SELECT r.index, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
    AS r (index, product_id, exact_key, folded_key)
  JOIN products p ON p.company = $1 AND p.product_id = r.product_id
  JOIN lots l ON l.company = $1 AND l.product_id = r.product_id
    AND l.number_key = CASE WHEN p.case_sensitive THEN r.exact_key ELSE r.folded_key END)sql"};

// The join of thousands of numbers with the lots of their product compares each with each, where
// PostgreSQL has no statistics: it then expects a single lot of the product. This statement reads
// each lot of the product at most once, whatever the plan. The caller says keys in both forms, and
// finds out by the lot which of them holds.
constexpr pg::Statement kResolveNumbersOfProduct{"resolve_lot_numbers_of_product", R"sql(
  SELECT 0, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state, l.number_key,
         l.case_sensitive
  FROM lots l
  WHERE l.company = $1 AND l.product_id = $2 AND l.number_key = ANY($3))sql"};

constexpr pg::Statement kResolveFormerNumbers{"resolve_former_lot_numbers", R"sql(
  SELECT r.index, l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.state
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
    AS r (index, product_id, exact_key, folded_key)
  JOIN products p ON p.company = $1 AND p.product_id = r.product_id
  JOIN former_numbers f ON f.company = $1 AND f.product_id = r.product_id
    AND f.number_key = CASE WHEN p.case_sensitive THEN r.exact_key ELSE r.folded_key END
  JOIN lots l ON l.company = $1 AND l.lot_id = f.lot_id)sql"};

using ResolvedLots = std::vector<std::optional<ResolvedLot>>;

ResolvedLot ReadLot(const pg::Row& row) {
  return {.lot_id = row.Get<LotId>(1),
          .product_id = row.Get<ProductId>(2),
          .number = row.Get<std::string>(3),
          .tracking = row.Get<Tracking>(4),
          .scale = row.Get<int>(5),
          .state = row.Get<LotState>(6)};
}

void ReadResolved(const pg::Result& found, ResolvedLots& lots) {
  for (const pg::Row row : found) lots[row.Get<int64_t>(0)] = ReadLot(row);
}

// The numbers of one product, of which there are many.
class NumbersOfProduct {
 public:
  NumbersOfProduct(const RefColumns& columns, const std::vector<size_t>& indexes) {
    for (const size_t i : indexes) {
      const int64_t index = columns.number_indexes[i];
      exact_[columns.exact_keys[i]].push_back(index);
      folded_[columns.folded_keys[i]].push_back(index);
    }
  }

  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, indexes] : exact_) keys.push_back(key);
    for (const auto& [key, indexes] : folded_) {
      if (!exact_.contains(key)) keys.push_back(key);
    }
    return keys;
  }

  void Read(const pg::Result& found, ResolvedLots& lots) const {
    for (const pg::Row row : found) {
      const auto& indexes_by_key = row.Get<bool>(8) ? exact_ : folded_;
      const auto indexes = indexes_by_key.find(row.Get<absl::string_view>(7));
      if (indexes == indexes_by_key.end()) continue;
      for (const int64_t index : indexes->second) lots[index] = ReadLot(row);
    }
  }

 private:
  // The indexes of each key in the request.
  absl::flat_hash_map<std::string, std::vector<int64_t>> exact_;
  absl::flat_hash_map<std::string, std::vector<int64_t>> folded_;
};

// Takes the products with many numbers out of the columns.
std::map<ProductId, NumbersOfProduct> TakeLargeProducts(RefColumns& columns) {
  std::map<ProductId, std::vector<size_t>> indexes;
  for (size_t i = 0; i < columns.products.size(); ++i) indexes[columns.products[i]].push_back(i);
  std::map<ProductId, NumbersOfProduct> large;
  RefColumns rest{.id_indexes = std::move(columns.id_indexes), .ids = std::move(columns.ids)};
  for (const auto& [product_id, of_product] : indexes) {
    if (of_product.size() >= kNumbersOfProductMin) {
      large.emplace(product_id, NumbersOfProduct(columns, of_product));
      continue;
    }
    for (const size_t i : of_product) AddNumber(columns, i, rest);
  }
  columns = std::move(rest);
  return large;
}

// Without the numbers that were found.
RefColumns MissingOf(const RefColumns& all, const ResolvedLots& lots) {
  RefColumns missing;
  for (size_t i = 0; i < all.number_indexes.size(); ++i) {
    if (!lots[all.number_indexes[i]].has_value()) AddNumber(all, i, missing);
  }
  return missing;
}

}  // namespace

absl::StatusOr<std::vector<std::optional<ResolvedLot>>> ResolveLots(pg::Connection& db,
                                                                    const CompanyId& company,
                                                                    absl::Span<const LotRef> refs) {
  ResolvedLots lots(refs.size());
  if (refs.empty()) return lots;
  const RefColumns all = ColumnsOf(refs);
  RefColumns columns = all;
  const std::map<ProductId, NumbersOfProduct> large = TakeLargeProducts(columns);
  pg::Pipeline pipeline(db);
  for (const auto& [product_id, numbers] : large) {
    pipeline.Add(kResolveNumbersOfProduct, company, product_id, numbers.Keys());
  }
  if (!columns.ids.empty()) pipeline.Add(kResolveIds, company, columns.id_indexes, columns.ids);
  if (!columns.products.empty()) {
    pipeline.Add(kResolveNumbers, company, columns.number_indexes, columns.products,
                 columns.exact_keys, columns.folded_keys);
  }
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  size_t next = 0;
  for (const auto& [product_id, numbers] : large) numbers.Read(results[next++], lots);
  for (; next < results.size(); ++next) ReadResolved(results[next], lots);
  const RefColumns missing = MissingOf(all, lots);
  if (missing.products.empty()) return lots;
  ASSIGN_OR_RETURN(const pg::Result former,
                   pg::Query(db, kResolveFormerNumbers, company, missing.number_indexes,
                             missing.products, missing.exact_keys, missing.folded_keys));
  ReadResolved(former, lots);
  return lots;
}

}  // namespace lots
