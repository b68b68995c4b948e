// Reads posted movements, by their ids or by their transformation.
#include "storage/ledger/movements.h"

#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/pg/pipeline.h"

namespace lots {

namespace {

constexpr pg::Statement kFindMovements{"find_movements", R"sql(
  SELECT movements.movement_id, movements.kind, movements.lot_id, lots.product_id, lots.number,
         lots.scale, movements.quantity, movements.from_location_id, movements.to_location_id,
         movements.document_type, movements.document_number, movements.partner_id,
         movements.occurred_at, movements.recorded_at, movements.actor, movements.note,
         movements.reverses_id, movements.delivery_id, movements.transformation_id,
         movements.work_order_id, movements.from_arrived_at, movements.from_stock_since,
         movements.to_arrived_at, movements.to_stock_since, reversal.movement_id,
         movements.receipt_id
  FROM movements
  JOIN lots ON lots.company = $1 AND lots.lot_id = movements.lot_id
  LEFT JOIN movements AS reversal
    ON reversal.company = $1 AND reversal.reverses_id = movements.movement_id
  WHERE movements.company = $1 AND movements.movement_id = ANY($2)
  ORDER BY movements.recorded_at, movements.movement_id)sql"};

constexpr pg::Statement kFindMovementsOf{"find_movements_of_transformation", R"sql(
  SELECT movements.movement_id, movements.kind, movements.lot_id, lots.product_id, lots.number,
         lots.scale, movements.quantity, movements.from_location_id, movements.to_location_id,
         movements.document_type, movements.document_number, movements.partner_id,
         movements.occurred_at, movements.recorded_at, movements.actor, movements.note,
         movements.reverses_id, movements.delivery_id, movements.transformation_id,
         movements.work_order_id, movements.from_arrived_at, movements.from_stock_since,
         movements.to_arrived_at, movements.to_stock_since, reversal.movement_id,
         movements.receipt_id
  FROM movements
  JOIN lots ON lots.company = $1 AND lots.lot_id = movements.lot_id
  LEFT JOIN movements AS reversal
    ON reversal.company = $1 AND reversal.reverses_id = movements.movement_id
  WHERE movements.company = $1 AND movements.transformation_id = $2
  ORDER BY movements.recorded_at, movements.movement_id)sql"};

constexpr pg::Statement kFindUnarchived{"find_unarchived_lots", R"sql(
  SELECT DISTINCT m.lot_id
  FROM movements m
  JOIN lot_events e ON e.company = $1 AND e.lot_id = m.lot_id AND e.kind = {EVENT_UNARCHIVED}
    AND e.entry_id = m.entry_id
  WHERE m.company = $1 AND m.movement_id = ANY($2)
  ORDER BY m.lot_id)sql"_sql};

constexpr pg::Statement kFindUnarchivedBy{"find_lots_unarchived_by_transformation", R"sql(
  SELECT DISTINCT m.lot_id
  FROM movements m
  JOIN lot_events e ON e.company = $1 AND e.lot_id = m.lot_id AND e.kind = {EVENT_UNARCHIVED}
    AND e.entry_id = m.entry_id
  WHERE m.company = $1 AND m.transformation_id = $2
  ORDER BY m.lot_id)sql"_sql};

std::vector<LotId> LotIdsOf(const pg::Result& rows) {
  std::vector<LotId> ids;
  for (const pg::Row row : rows) ids.push_back(row.Get<LotId>(0));
  return ids;
}

using MaybeTime = std::optional<absl::Time>;

Movement MovementOf(const CompanyId& company, const pg::Row& row) {
  return {.movement_id = row.Get<MovementId>(0),
          .company = company,
          .kind = row.Get<MovementKind>(1),
          .lot_id = row.Get<LotId>(2),
          .product_id = row.Get<ProductId>(3),
          .number = row.Get<std::string>(4),
          .scale = row.Get<int>(5),
          .quantity = row.Get<Quantity>(6),
          .from = row.Get<LocationId>(7),
          .to = row.Get<LocationId>(8),
          .document = {.type = row.Get<std::string>(9), .number = row.Get<std::string>(10)},
          .partner_id = row.Get<std::string>(11),
          .occurred_at = row.Get<absl::Time>(12),
          .recorded_at = row.Get<absl::Time>(13),
          .actor = row.Get<std::string>(14),
          .note = row.Get<std::string>(15),
          .reverses = row.Get<std::optional<MovementId>>(16),
          .delivery = row.Get<std::optional<MovementId>>(17),
          .receipt = row.Get<std::optional<MovementId>>(25),
          .transformation = row.Get<std::optional<TransformationId>>(18),
          .work_order = row.Get<std::optional<WorkOrderId>>(19)};
}

std::vector<PostedMovement> PostedMovementsOf(const CompanyId& company, const pg::Result& rows) {
  std::vector<PostedMovement> movements;
  movements.reserve(rows.size());
  for (const pg::Row row : rows) {
    movements.push_back(
        {.movement = MovementOf(company, row),
         .from_before = {.arrived_at = row.Get<MaybeTime>(20),
                         .stock_since = row.Get<MaybeTime>(21)},
         .to_before = {.arrived_at = row.Get<MaybeTime>(22), .stock_since = row.Get<MaybeTime>(23)},
         .reversed_by = row.Get<std::optional<MovementId>>(24)});
  }
  return movements;
}

}  // namespace

absl::StatusOr<std::vector<PostedMovement>> FindMovements(pg::Connection& db,
                                                          const CompanyId& company,
                                                          absl::Span<const MovementId> ids) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindMovements, company, ids));
  return PostedMovementsOf(company, rows);
}

absl::StatusOr<std::vector<PostedMovement>> FindMovementsOf(
    pg::Connection& db, const CompanyId& company, const TransformationId& transformation) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindMovementsOf, company, transformation));
  return PostedMovementsOf(company, rows);
}

absl::StatusOr<std::vector<LotId>> FindUnarchived(pg::Connection& db, const CompanyId& company,
                                                  absl::Span<const MovementId> ids) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindUnarchived, company, ids));
  return LotIdsOf(rows);
}

absl::StatusOr<std::vector<LotId>> FindUnarchivedBy(pg::Connection& db, const CompanyId& company,
                                                    const TransformationId& transformation) {
  ASSIGN_OR_RETURN(const pg::Result rows,
                   pg::Query(db, kFindUnarchivedBy, company, transformation));
  return LotIdsOf(rows);
}

}  // namespace lots
