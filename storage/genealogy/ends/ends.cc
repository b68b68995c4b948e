// The statement that inserts ends of components.
#include "storage/genealogy/ends/ends.h"

#include <vector>

#include "storage/domain/write_context.h"

namespace lots {
namespace {

// After the lines that the ending has already.
constexpr pg::Statement kInsertEnds{"insert_component_ends", R"sql(
  INSERT INTO component_ends (company, ending_id, line, transformation_id, input_line, lot_id,
                              unit_lot_id, quantity, entry_id)
  SELECT $1, $2, n.line + COALESCE((
           SELECT max(x.line) FROM component_ends x WHERE x.company = $1 AND x.ending_id = $2), 0),
         n.transformation_id, n.input_line, n.lot_id, n.unit_lot_id, n.quantity, $8
  FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::numeric[])
    WITH ORDINALITY AS n (transformation_id, input_line, lot_id, unit_lot_id, quantity,
                          line))sql"};

}  // namespace

ComponentEnd EndOfMaking(const TransformationId& transformation, const LotId& unit) {
  return {.transformation_id = transformation,
          .input_line = 0,
          .lot_id = unit,
          .unit = unit,
          .quantity = Quantity::FromUnits(1)};
}

void AddComponentEnds(pg::Transaction& transaction, const WriteContext& context,
                      const TransformationId& ending, absl::Span<const ComponentEnd> ends) {
  if (ends.empty()) return;
  std::vector<TransformationId> transformations;
  std::vector<int64_t> lines;
  std::vector<LotId> lots;
  std::vector<std::optional<LotId>> units;
  std::vector<Quantity> quantities;
  for (const ComponentEnd& end : ends) {
    transformations.push_back(end.transformation_id);
    lines.push_back(end.input_line);
    lots.push_back(end.lot_id);
    units.push_back(end.unit);
    quantities.push_back(end.quantity);
  }
  transaction.Add(kInsertEnds, context.company, ending, transformations, lines, lots, units,
                  quantities, context.entry_id);
}

}  // namespace lots
