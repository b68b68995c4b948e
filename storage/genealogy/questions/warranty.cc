// Reads a unit's last delivery, and counts its warranty from there.
#include "storage/genealogy/questions/warranty.h"

#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/genealogy/questions/refusals.h"
#include "storage/lot_rows/resolve.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// The delivery that was recorded last, if the unit was delivered, returned and delivered again.
constexpr pg::Statement kReadWarranty{"read_warranty", R"sql(
  SELECT p.warranty_months, c.time_zone, d.movement_id, d.occurred_at, d.partner_id,
         d.document_type, d.document_number
  FROM lots l
  JOIN companies c ON c.company = $1
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id
  LEFT JOIN LATERAL (
    SELECT m.movement_id, m.occurred_at, m.partner_id, m.document_type, m.document_number
    FROM balances b
    JOIN movements m ON m.company = $1 AND m.lot_id = b.lot_id AND m.to_location_id = b.location_id
    WHERE b.company = $1 AND b.lot_id = l.lot_id AND b.kind = {PLACE_CUSTOMER} AND b.quantity > 0
      AND m.kind = {MOVEMENT_DELIVERY} AND m.reverses_id IS NULL AND NOT EXISTS (
        SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id)
    ORDER BY m.recorded_at DESC, m.movement_id DESC
    LIMIT 1) d ON true
  WHERE l.company = $1 AND l.lot_id = $2)sql"_sql};

WarrantyState StateOn(absl::CivilDay today, const Warranty& warranty) {
  if (today < *warranty.starts_on) return WarrantyState::kNotDelivered;
  return today <= *warranty.ends_on ? WarrantyState::kInForce : WarrantyState::kEnded;
}

absl::Status SetDelivery(const pg::Row& row, absl::Time now, Warranty& warranty) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(row.Get<absl::string_view>(1)));
  warranty.delivery = {.movement_id = row.Get<MovementId>(2),
                       .partner_id = row.Get<std::string>(4),
                       .document = {row.Get<std::string>(5), row.Get<std::string>(6)}};
  warranty.starts_on = DayIn(row.Get<absl::Time>(3), zone);
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
                    .months = row.Get<int32_t>(0)};
  if (warranty.months == 0) return warranty;
  warranty.state = WarrantyState::kNotDelivered;
  if (!row.IsNull(2)) RETURN_IF_ERROR(SetDelivery(row, query.now, warranty));
  return warranty;
}

}  // namespace lots
