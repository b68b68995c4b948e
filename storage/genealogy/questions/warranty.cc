// Reads a unit's first delivery and its extensions, and counts its warranty from there.
#include "storage/genealogy/questions/warranty.h"

#include <algorithm>
#include <utility>

#include "storage/base/limits.h"
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
// delivery kept. A delivery that the release before recorded kept none: then today's counts. $3:
// only what had happened by then; NULL: everything.
constexpr const char* kReadWarrantyText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql(),
  later AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_LATER_IDENTITY R"sql()
  SELECT p.warranty_months, c.time_zone, d.movement_id, d.occurred_at, d.partner_id,
         d.document_type, d.document_number, d.warranty_months, d.delivered_on, l.product_id,
         l.number, l.lot_id
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
        AND delivery.kind = {MOVEMENT_DELIVERY} AND delivery.reverses_id IS NULL
        AND ($3::timestamptz IS NULL OR delivery.occurred_at <= $3) AND NOT EXISTS (
          SELECT FROM movements r
          WHERE r.company = $1 AND r.reverses_id = delivery.movement_id)
      ORDER BY delivery.occurred_at, delivery.recorded_at, delivery.movement_id
      LIMIT 1) AS m
    JOIN deliveries kept ON kept.company = $1 AND kept.movement_id = m.movement_id
    ORDER BY m.occurred_at, m.recorded_at, m.movement_id
    LIMIT 1) d ON true
  WHERE l.company = $1 AND l.lot_id = $2)sql"_sql;
constexpr pg::Statement kReadWarranty{"read_warranty", kReadWarrantyText};

constexpr const char* kReadExtensionsText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql(),
  later AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_LATER_IDENTITY R"sql()
  SELECT own.extension_id, own.months, own.ends_on, own.is_shortening, own.reason,
         own.document_type, own.document_number, own.actor, own.recorded_at
  FROM (SELECT lot_id FROM self UNION SELECT lot_id FROM later) AS identity
  CROSS JOIN LATERAL (
    SELECT e.extension_id, e.months, e.ends_on, e.is_shortening, e.reason, e.document_type,
           e.document_number, e.actor, e.recorded_at
    FROM warranty_extensions e
    WHERE e.company = $1 AND e.lot_id = identity.lot_id
      AND ($3::timestamptz IS NULL OR e.recorded_at <= $3)
    ORDER BY e.recorded_at, e.extension_id
    LIMIT $4) AS own
  ORDER BY own.recorded_at, own.extension_id
  LIMIT $4)sql"_sql;
constexpr pg::Statement kReadExtensions{"read_warranty_extensions", kReadExtensionsText};

WarrantyState StateOn(absl::CivilDay today, const Warranty& warranty) {
  if (today < *warranty.starts_on) return WarrantyState::kNotDelivered;
  return today <= *warranty.ends_on ? WarrantyState::kInForce : WarrantyState::kEnded;
}

// The last day of `months` more months after a last day.
absl::CivilDay LaterBy(absl::CivilDay ends_on, int32_t months) {
  return WarrantyEnd(ends_on + 1, months);
}

// Where the warranty ends with this extension. Months that follow months of the delivery count with
// them from the first day: 24 and 12 months end as 36 do.
absl::CivilDay EndWith(const WarrantyExtension& extension, const Warranty& warranty) {
  const absl::CivilDay ends_on = *warranty.ends_on;
  if (extension.ends_on.has_value()) {
    return extension.is_shortening ? *extension.ends_on : std::max(ends_on, *extension.ends_on);
  }
  int32_t months = warranty.months + *extension.months;
  for (const WarrantyExtension& before : warranty.extensions) {
    if (!before.months.has_value()) return LaterBy(ends_on, *extension.months);
    months += *before.months;
  }
  return WarrantyEnd(*warranty.starts_on, months);
}

template <class Batch>
WarrantyReads AddRead(Batch& batch, const CompanyId& company, const LotId& lot_id,
                      const std::optional<absl::Time>& as_of) {
  return {.term = batch.Add(kReadWarranty, company, lot_id, as_of),
          .extensions = batch.Add(kReadExtensions, company, lot_id, as_of, kWarrantyExtensionsMax)};
}

WarrantyExtension ReadExtension(const pg::Row& row) {
  return {.extension_id = row.Get<Uuid>(0),
          .months = row.Get<std::optional<int32_t>>(1),
          .ends_on = row.Get<std::optional<absl::CivilDay>>(2),
          .is_shortening = row.Get<bool>(3),
          .reason = row.Get<std::string>(4),
          .document = {row.Get<std::string>(5), row.Get<std::string>(6)},
          .actor = row.Get<std::string>(7),
          .recorded_at = row.Get<absl::Time>(8)};
}

// The delivery, and the term with which the unit was delivered. Without months the warranty has
// ended before it began, until an extension.
void SetDelivery(const pg::Row& row, absl::TimeZone zone, Warranty& warranty) {
  warranty.delivery = {.movement_id = row.Get<MovementId>(2),
                       .partner_id = row.Get<std::string>(4),
                       .document = {row.Get<std::string>(5), row.Get<std::string>(6)}};
  warranty.starts_on =
      row.Get<std::optional<absl::CivilDay>>(8).value_or(DayIn(row.Get<absl::Time>(3), zone));
  warranty.ends_on = *warranty.starts_on - 1;
  if (warranty.months == 0) return;
  warranty.ends_on = WarrantyEnd(*warranty.starts_on, warranty.months);
  warranty.original_ends_on = warranty.ends_on;
}

}  // namespace

void ApplyExtension(const WarrantyExtension& extension, absl::CivilDay today, Warranty& warranty) {
  if (warranty.starts_on.has_value()) {
    warranty.ends_on = EndWith(extension, warranty);
    warranty.state = StateOn(today, warranty);
  } else {
    warranty.state = WarrantyState::kNotDelivered;
  }
  warranty.extensions.push_back(extension);
}

WarrantyReads AddWarrantyRead(pg::Transaction& transaction, const CompanyId& company,
                              const LotId& lot_id, std::optional<absl::Time> as_of) {
  return AddRead(transaction, company, lot_id, as_of);
}

WarrantyReads AddWarrantyRead(pg::Pipeline& pipeline, const CompanyId& company, const LotId& lot_id,
                              std::optional<absl::Time> as_of) {
  return AddRead(pipeline, company, lot_id, as_of);
}

absl::StatusOr<std::optional<Warranty>> ReadWarranty(const pg::Results& results,
                                                     WarrantyReads reads, absl::Time now) {
  if (results[reads.term].empty()) return std::optional<Warranty>();
  const pg::Row row = results[reads.term][0];
  const pg::Result& extensions = results[reads.extensions];
  Warranty warranty{.lot_id = row.Get<LotId>(11),
                    .product_id = row.Get<ProductId>(9),
                    .number = row.Get<std::string>(10),
                    .months = row.Get<std::optional<int32_t>>(7).value_or(row.Get<int32_t>(0))};
  const bool has_none = warranty.months == 0 && extensions.empty();
  if (!has_none) warranty.state = WarrantyState::kNotDelivered;
  ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(row.Get<absl::string_view>(1)));
  const absl::CivilDay today = DayIn(now, zone);
  if (!row.IsNull(2)) {
    SetDelivery(row, zone, warranty);
    if (!has_none) warranty.state = StateOn(today, warranty);
  }
  for (const pg::Row extension : extensions) {
    ApplyExtension(ReadExtension(extension), today, warranty);
  }
  return std::optional(std::move(warranty));
}

absl::StatusOr<Warranty> GetWarranty(pg::Connection& db, const WarrantyQuery& query) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, query.company, {query.lot}));
  if (!found[0].has_value()) return Refuse(LotNotFound(query.lot, "lot"));
  const ResolvedLot& lot = *found[0];
  if (lot.tracking != Tracking::kSerial) {
    return Refuse(
        NotASerial(lot.number, lot.product_id, lot.tracking, "only a single unit has a warranty"));
  }
  pg::Pipeline pipeline(db);
  const WarrantyReads reads = AddWarrantyRead(pipeline, query.company, lot.lot_id, query.as_of);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  ASSIGN_OR_RETURN(std::optional<Warranty> warranty,
                   ReadWarranty(results, reads, query.as_of.value_or(query.now)));
  // The lot was deleted since it was resolved.
  if (!warranty.has_value()) return Refuse(LotNotFound(query.lot, "lot"));
  // Nothing begins and ends where there is no warranty.
  if (warranty->state == WarrantyState::kNone) {
    warranty->delivery.reset();
    warranty->starts_on.reset();
    warranty->ends_on.reset();
  }
  return *std::move(warranty);
}

}  // namespace lots
