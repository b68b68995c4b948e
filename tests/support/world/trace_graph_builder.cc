// Writes lots and transformations of a test into the tables.
#include "tests/support/world/trace_graph_builder.h"

#include "absl/strings/substitute.h"
#include "storage/base/check.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

constexpr pg::Statement kAddLot{"test_add_lot", R"sql(
  INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number,
    number_key, reference, search_key, notes, attributes, state, version, created_by, created_at,
    updated_at)
  VALUES ($1, $2, 'part', 2, 0, false, $3, $3, '', $3, '', '{}', 2, 1, 'test', $4, $4))sql"};

constexpr pg::Statement kAddTransformation{"test_add_transformation", R"sql(
  INSERT INTO transformations (company, transformation_id, kind, occurred_at, recorded_at, actor,
    note, reverses_id)
  VALUES ($1, $2, $3, $4, $4, 'test', '', $5))sql"};

constexpr pg::Statement kAddInput{"test_add_input", R"sql(
  INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity,
    output_lot_id)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};

constexpr pg::Statement kAddOutput{"test_add_output", R"sql(
  INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role,
    left_over)
  VALUES ($1, $2, $3, $4, $5, $6, $7))sql"};

constexpr char kCompany[] = R"sql(
  INSERT INTO companies VALUES ('$0', true, true, 'UTC', 1, now(), now());
  INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
    inherit_expiry, warranty_months, gtin, producible, case_sensitive, version, created_at,
    updated_at)
  VALUES ('$0', 'part', '', 2, '', 0, '', false, 0, '', true, false, 1, now(), now());
)sql";

}  // namespace

TraceGraphBuilder::TraceGraphBuilder(const TestDatabase& database, const std::string& company)
    : company_(company), db_(database.Connect()) {
  database.Execute(absl::Substitute(kCompany, company));
}

LotId TraceGraphBuilder::Lot(const std::string& name) {
  for (const auto& [known, lot_id] : lots_) {
    if (known == name) return lot_id;
  }
  const LotId lot_id(Uuid::MakeV7());
  lots_.emplace_back(name, lot_id);
  Check(pg::Query(*db_, kAddLot, company_, lot_id, name, absl::Now()).ok());
  return lot_id;
}

TransformationId TraceGraphBuilder::AddTransformation(const std::vector<Input>& inputs,
                                                      const std::vector<Output>& outputs,
                                                      TransformationKind kind) {
  const TransformationId transformation_id(Uuid::MakeV7());
  pg::Transaction transaction(*db_);
  transaction.Add(kAddTransformation, company_, transformation_id, kind, absl::Now(),
                  std::optional<TransformationId>());
  int line = 0;
  for (const Input& input : inputs) {
    const auto output =
        input.output.empty() ? std::optional<LotId>() : std::optional<LotId>(Lot(input.output));
    transaction.Add(kAddInput, company_, transformation_id, ++line, Lot(input.lot), input.quantity,
                    output);
  }
  for (const Output& output : outputs) {
    transaction.Add(kAddOutput, company_, transformation_id, ++line, Lot(output.lot),
                    output.quantity, output.role, output.left_over);
  }
  Check(transaction.Commit().ok());
  return transformation_id;
}

void TraceGraphBuilder::Reverse(const TransformationId& transformation_id) {
  Check(pg::Query(*db_, kAddTransformation, company_, TransformationId(Uuid::MakeV7()),
                  TransformationKind::kProduction, absl::Now(),
                  std::optional<TransformationId>(transformation_id))
            .ok());
}

}  // namespace lots
