// Reads a product with its company's settings.
#include "storage/lot_rows/product.h"

#include <cstdint>
#include <optional>

#include "storage/base/status_macros.h"
#include "storage/domain/refusals.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

constexpr pg::Statement kReadProductContext{"read_product_context", R"sql(
  SELECT EXISTS (SELECT 1 FROM requests r WHERE r.company = $1 AND r.request_id = $3),
         c.lots_enabled, c.time_zone, p.tracking, p.scale, p.case_sensitive, p.number_template,
         p.expire_days, p.best_before_days, p.removal_days, p.alert_days, p.counter_reset,
         p.retired_at IS NOT NULL
  FROM companies c LEFT JOIN products p ON p.company = $1 AND p.product_id = $2
  WHERE c.company = $1)sql"};

LotProduct ReadProduct(const pg::Row& row, const ProductId& product_id) {
  using Days = std::optional<int32_t>;
  return {.product_id = product_id,
          .tracking = row.Get<Tracking>(3),
          .scale = row.Get<int>(4),
          .case_sensitive = row.Get<bool>(5),
          .number_template = row.Get<std::string>(6),
          .counter_reset = row.Get<CounterReset>(11),
          .shelf_life = {.expire_days = row.Get<Days>(7),
                         .best_before_days = row.Get<Days>(8),
                         .removal_days = row.Get<Days>(9),
                         .alert_days = row.Get<Days>(10)}};
}

}  // namespace

absl::StatusOr<ProductContext> ReadProductContext(pg::Connection& db,
                                                  const ProductContextQuery& query) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kReadProductContext, query.company,
                                                     query.product_id, query.request_id));
  if (found.empty()) return Refuse(CompanyNotFound(query.company, "company"));
  const pg::Row row = found[0];
  ProductContext context;
  context.is_repeat = row.Get<bool>(0);
  context.lots_enabled = row.Get<bool>(1);
  if (context.is_repeat) return context;
  if (row.IsNull(3)) return Refuse(ProductNotFound(query.field, query.product_id));
  context.product = ReadProduct(row, query.product_id);
  if (context.product.tracking == Tracking::kNone) {
    return Refuse(ProductNotTracked(query.field, query.product_id));
  }
  context.is_retired = row.Get<bool>(12);
  ASSIGN_OR_RETURN(context.zone, LoadZone(row.Get<absl::string_view>(2)));
  return context;
}

}  // namespace lots
