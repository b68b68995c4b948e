// The statements that insert transformations with their inputs and outputs.
#include "storage/ledger/transformations.h"

#include "storage/domain/counters.h"
#include "storage/domain/transformation.h"
#include "storage/domain/write_context.h"

namespace lots {
namespace {

constexpr pg::Statement kInsertTransformation{"insert_transformation", R"sql(
  INSERT INTO transformations (company, transformation_id, kind, work_order_id, occurred_at,
                               recorded_at, actor, note, reverses_id, entry_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))sql"};

constexpr pg::Statement kInsertInputs{"insert_transformation_inputs", R"sql(
  INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity,
                                     output_lot_id)
  SELECT $1, $2, n.line, n.lot_id, n.quantity, n.output_lot_id
  FROM unnest($3::uuid[], $4::numeric[], $5::uuid[])
    WITH ORDINALITY AS n (lot_id, quantity, output_lot_id, line))sql"};

constexpr pg::Statement kInsertOutputs{"insert_transformation_outputs", R"sql(
  INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role,
                                      input_lot_id)
  SELECT $1, $2, n.line, n.lot_id, n.quantity, n.role, n.input_lot_id
  FROM unnest($3::uuid[], $4::numeric[], $5::bigint[], $6::uuid[])
    WITH ORDINALITY AS n (lot_id, quantity, role, input_lot_id, line))sql"};

}  // namespace

void AddTransformation(pg::Transaction& transaction, const WriteContext& context,
                       const Transformation& transformation) {
  transaction.Add(kInsertTransformation, context.company, transformation.transformation_id,
                  transformation.kind, transformation.work_order, transformation.occurred_at,
                  transformation.recorded_at, transformation.actor, transformation.note,
                  transformation.reverses, context.entry_id);
  transaction.Count(transformation.reverses.has_value()
                        ? counters::kTransformationsReversed
                        : counters::Of(counters::kTransformations, transformation.kind));
}

void AddInputs(pg::Transaction& transaction, const CompanyId& company,
               const TransformationId& transformation, absl::Span<const InputLine> lines) {
  if (lines.empty()) return;
  std::vector<LotId> lots;
  std::vector<Quantity> quantities;
  std::vector<std::optional<LotId>> outputs;
  for (const InputLine& line : lines) {
    lots.push_back(line.lot_id);
    quantities.push_back(line.quantity);
    outputs.push_back(line.output);
  }
  transaction.Add(kInsertInputs, company, transformation, lots, quantities, outputs);
}

void AddOutputs(pg::Transaction& transaction, const CompanyId& company,
                const TransformationId& transformation, absl::Span<const OutputLine> lines) {
  if (lines.empty()) return;
  std::vector<LotId> lots;
  std::vector<Quantity> quantities;
  std::vector<OutputRole> roles;
  std::vector<std::optional<LotId>> inputs;
  for (const OutputLine& line : lines) {
    lots.push_back(line.lot_id);
    quantities.push_back(line.quantity);
    roles.push_back(line.role);
    inputs.push_back(line.input);
  }
  transaction.Add(kInsertOutputs, company, transformation, lots, quantities, roles, inputs);
}

}  // namespace lots
