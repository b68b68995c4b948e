// The statements that insert transformations with their inputs and outputs.
#include "storage/ledger/transformations.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "storage/domain/counters.h"
#include "storage/domain/transformation.h"
#include "storage/domain/write_context.h"

namespace lots {
namespace {

constexpr pg::Statement kInsertTransformation{"insert_transformation", R"sql(
  INSERT INTO transformations (company, transformation_id, kind, work_order_id, occurred_at,
                               recorded_at, actor, note, reverses_id, entry_id, corrects_id,
                               operation, work_centre, subcontractor_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))sql"};

constexpr pg::Statement kInsertInputs{"insert_transformation_inputs", R"sql(
  INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity,
                                     output_lot_id)
  SELECT $1, $2, n.line, n.lot_id, n.quantity, n.output_lot_id
  FROM unnest($3::uuid[], $4::numeric[], $5::uuid[])
    WITH ORDINALITY AS n (lot_id, quantity, output_lot_id, line))sql"};

constexpr pg::Statement kInsertOutputs{"insert_transformation_outputs", R"sql(
  INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role,
                                      input_lot_id, before_state, before_dates, left_over)
  SELECT $1, $2, n.line, n.lot_id, n.quantity, n.role, n.input_lot_id,
         n.before_state, n.before_dates::date[], n.left_over
  FROM unnest($3::uuid[], $4::numeric[], $5::bigint[], $6::uuid[], $7::bigint[],
              $8::text[], $9::boolean[])
    WITH ORDINALITY AS n (lot_id, quantity, role, input_lot_id, before_state, before_dates,
                          left_over, line))sql"};

// "{2026-01-31,NULL,…}", in the order of before_dates.
std::string ArrayOf(const LotDates& dates) {
  std::vector<std::string> days;
  for (const auto& day : {dates.manufactured_on, dates.expires_on, dates.best_before_on,
                          dates.removal_on, dates.alert_on}) {
    days.push_back(day.has_value() ? absl::FormatCivilTime(*day) : "NULL");
  }
  return absl::StrCat("{", absl::StrJoin(days, ","), "}");
}

}  // namespace

void AddTransformation(pg::Transaction& transaction, const WriteContext& context,
                       const Transformation& transformation) {
  transaction.Add(kInsertTransformation, context.company, transformation.transformation_id,
                  transformation.kind, transformation.work_order, transformation.occurred_at,
                  transformation.recorded_at, transformation.actor, transformation.note,
                  transformation.reverses, context.entry_id, transformation.corrects,
                  transformation.work_place.operation, transformation.work_place.work_centre,
                  transformation.work_place.subcontractor_id);
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
  std::vector<std::optional<LotState>> states;
  std::vector<std::optional<std::string>> dates;
  std::vector<bool> left_over;
  for (const OutputLine& line : lines) {
    lots.push_back(line.lot_id);
    quantities.push_back(line.quantity);
    roles.push_back(line.role);
    inputs.push_back(line.input);
    left_over.push_back(line.left_over);
    states.emplace_back();
    dates.emplace_back();
    if (!line.before.has_value()) continue;
    states.back() = line.before->state;
    dates.back() = ArrayOf(line.before->dates);
  }
  transaction.Add(kInsertOutputs, company, transformation, lots, quantities, roles, inputs, states,
                  dates, left_over);
}

}  // namespace lots
