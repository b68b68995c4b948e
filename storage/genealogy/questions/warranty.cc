// Reads a unit's first delivery, and counts its warranty from there.
#include "storage/genealogy/questions/warranty.h"

#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/genealogy/questions/refusals.h"
#include "storage/lot_rows/resolve.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// The first delivery of the unit, under whatever number it then had, with the term that the
// delivery kept. A delivery that the release before recorded kept none: then today's counts.
constexpr const char* kReadWarrantyText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql(),
  later AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_LATER_IDENTITY R"sql()
  SELECT p.warranty_months, c.time_zone, d.movement_id, d.occurred_at, d.partner_id,
         d.document_type, d.document_number, d.warranty_months, d.delivered_on
  FROM lots l
  JOIN companies c ON c.company = $1
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id
  LEFT JOIN LATERAL (
    SELECT m.movement_id, m.occurred_at, m.partner_id, m.document_type, m.document_number,
           kept.warranty_months, kept.delivered_on
    FROM (SELECT lot_id FROM self UNION SELECT lot_id FROM later) AS own
    CROSS JOIN LATERAL (
      SELECT delivery.movement_id, delivery.occurred_at, delivery.recorded_at,
             delivery.partner_id, delivery.document_type, delivery.document_number
      FROM movements delivery
      WHERE delivery.company = $1 AND delivery.lot_id = own.lot_id
        AND delivery.kind = {MOVEMENT_DELIVERY} AND delivery.reverses_id IS NULL AND NOT EXISTS (
          SELECT FROM movements r
          WHERE r.company = $1 AND r.reverses_id = delivery.movement_id)
      ORDER BY delivery.occurred_at, delivery.recorded_at, delivery.movement_id
      LIMIT 1) AS m
    JOIN deliveries kept ON kept.company = $1 AND kept.movement_id = m.movement_id
    ORDER BY m.occurred_at, m.recorded_at, m.movement_id
    LIMIT 1) d ON true
  WHERE l.company = $1 AND l.lot_id = $2)sql"_sql;
constexpr pg::Statement kReadWarranty{"read_warranty", kReadWarrantyText};

WarrantyState StateOn(absl::CivilDay today, const Warranty& warranty) {
  if (today < *warranty.starts_on) return WarrantyState::kNotDelivered;
  return today <= *warranty.ends_on ? WarrantyState::kInForce : WarrantyState::kEnded;
}

absl::Status SetDelivery(const pg::Row& row, absl::Time now, Warranty& warranty) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(row.Get<absl::string_view>(1)));
  warranty.delivery = {.movement_id = row.Get<MovementId>(2),
                       .partner_id = row.Get<std::string>(4),
                       .document = {row.Get<std::string>(5), row.Get<std::string>(6)}};
  warranty.starts_on =
      row.Get<std::optional<absl::CivilDay>>(8).value_or(DayIn(row.Get<absl::Time>(3), zone));
  warranty.ends_on = WarrantyEnd(*warranty.starts_on, warranty.months);
  warranty.state = StateOn(DayIn(now, zone), warranty);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Warranty> GetWarranty(pg::Connection& db, const WarrantyQuery& query) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, query.company, {query.lot}));
  if (!found[0].has_value()) return Refuse(LotNotFound(query.lot, "lot"));
  const ResolvedLot& lot = *found[0];
  if (lot.tracking != Tracking::kSerial) {
    return Refuse(
        NotASerial(lot.number, lot.product_id, lot.tracking, "only a single unit has a warranty"));
  }
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadWarranty, query.company, lot.lot_id));
  // The lot was deleted since it was resolved.
  if (rows.empty()) return Refuse(LotNotFound(query.lot, "lot"));
  const pg::Row row = rows[0];
  Warranty warranty{.lot_id = lot.lot_id,
                    .product_id = lot.product_id,
                    .number = lot.number,
                    .months = row.Get<std::optional<int32_t>>(7).value_or(row.Get<int32_t>(0))};
  if (warranty.months == 0) return warranty;
  warranty.state = WarrantyState::kNotDelivered;
  if (!row.IsNull(2)) RETURN_IF_ERROR(SetDelivery(row, query.now, warranty));
  return warranty;
}

}  // namespace lots
