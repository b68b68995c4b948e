// GetTransformation: the header, the lines, the corrections, all in one snapshot.
#include "storage/genealogy/questions/transformation.h"

#include <utility>

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/refusals.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

constexpr pg::Statement kReadHeader{"get_transformation", R"sql(
  SELECT t.transformation_id, t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.actor,
         t.note, t.reverses_id, r.transformation_id, t.corrects_id,
         (SELECT count(*) FROM transformations c
          WHERE c.company = $1 AND c.corrects_id = t.transformation_id),
         (SELECT count(*) FROM transformation_outputs o
          WHERE o.company = $1 AND o.transformation_id = t.transformation_id),
         (SELECT count(*) FROM transformation_inputs i
          WHERE i.company = $1 AND i.transformation_id = t.transformation_id)
  FROM transformations t
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND t.transformation_id = $2)sql"};

constexpr pg::Statement kReadCorrections{"get_transformation_corrections", R"sql(
  SELECT t.transformation_id, t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.actor,
         t.note, t.reverses_id, r.transformation_id
  FROM transformations t
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND t.corrects_id = $2
  ORDER BY t.recorded_at, t.transformation_id LIMIT $3)sql"};

constexpr pg::Statement kReadOutputs{"get_transformation_outputs", R"sql(
  SELECT o.lot_id, l.product_id, l.number, l.scale, o.quantity, o.input_lot_id, n.number, o.role
  FROM transformation_outputs o
  JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id
  LEFT JOIN lots n ON n.company = $1 AND n.lot_id = o.input_lot_id
  WHERE o.company = $1 AND o.transformation_id = $2
  ORDER BY o.line LIMIT $3)sql"};

// An end counts while the transformation that ended the link is not reversed.
constexpr pg::Statement kReadInputs{"get_transformation_inputs", R"sql(
  SELECT i.lot_id, l.product_id, l.number, l.scale, i.quantity, i.output_lot_id, n.number,
         i.quantity - COALESCE((
           SELECT sum(e.quantity) FROM component_ends e
           WHERE e.company = $1 AND e.transformation_id = i.transformation_id
             AND e.input_line = i.line AND NOT EXISTS (
               SELECT FROM transformations r
               WHERE r.company = $1 AND r.reverses_id = e.ending_id)), 0)
  FROM transformation_inputs i
  JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  LEFT JOIN lots n ON n.company = $1 AND n.lot_id = i.output_lot_id
  WHERE i.company = $1 AND i.transformation_id = $2
  ORDER BY i.line LIMIT $3)sql"};

Transformation HeaderOf(const pg::Row& row) {
  return {.transformation_id = row.Get<TransformationId>(0),
          .kind = row.Get<TransformationKind>(1),
          .work_order = row.Get<std::optional<WorkOrderId>>(2),
          .occurred_at = row.Get<absl::Time>(3),
          .recorded_at = row.Get<absl::Time>(4),
          .actor = row.Get<std::string>(5),
          .note = row.Get<std::string>(6),
          .reverses = row.Get<std::optional<TransformationId>>(7),
          .reversed_by = row.Get<std::optional<TransformationId>>(8)};
}

TransformedLot LotOf(const pg::Row& row) {
  return {.lot_id = row.Get<LotId>(0),
          .product_id = row.Get<ProductId>(1),
          .number = row.Get<std::string>(2),
          .scale = row.Get<int>(3),
          .quantity = row.Get<Quantity>(4)};
}

std::optional<NamedLot> OtherLotOf(const pg::Row& row) {
  if (row.IsNull(5)) return std::nullopt;
  return NamedLot{row.Get<LotId>(5), row.Get<std::string>(6)};
}

}  // namespace

absl::StatusOr<TransformationDetails> GetTransformation(pg::Connection& db,
                                                        const CompanyId& company,
                                                        const TransformationId& transformation) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  snapshot.Add(kReadHeader, company, transformation);
  snapshot.Add(kReadCorrections, company, transformation, kTransformationCorrectionsShownMax);
  snapshot.Add(kReadOutputs, company, transformation, kTransformationLinesShownMax);
  snapshot.Add(kReadInputs, company, transformation, kTransformationLinesShownMax);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Commit());
  if (results[0].empty()) return Refuse(TransformationNotFound(transformation));
  const pg::Row header = results[0][0];
  TransformationDetails details{.transformation = HeaderOf(header),
                                .corrects = header.Get<std::optional<TransformationId>>(9),
                                .corrections = {},
                                .outputs = {},
                                .inputs = {},
                                .correction_count = header.Get<int64_t>(10),
                                .output_count = header.Get<int64_t>(11),
                                .input_count = header.Get<int64_t>(12)};
  for (const pg::Row row : results[1]) details.corrections.push_back(HeaderOf(row));
  for (const pg::Row row : results[2]) {
    details.outputs.push_back({LotOf(row), row.Get<OutputRole>(7), OtherLotOf(row)});
  }
  for (const pg::Row row : results[3]) {
    details.inputs.push_back({LotOf(row), OtherLotOf(row), row.Get<Quantity>(7)});
  }
  return details;
}

}  // namespace lots
