// Reads on-hand quantities and holds of many lots.
#include "storage/lot_rows/computed_fields.h"

#include "storage/base/status_macros.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/lot.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {
namespace {

// The rows are summed here: summing costs more in PostgreSQL.
constexpr pg::Statement kReadOnHand{"read_on_hand_of_lots", R"sql(
  SELECT lot_id, quantity FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND kind IN ({PLACES_ON_HAND})
    AND quantity <> 0)sql"_sql};

constexpr pg::Statement kReadHoldCauses{
    "read_hold_causes_of_lots",
    "SELECT h.lot_id, h.cause FROM lot_holds h "
    "WHERE h.company = $1 AND h.lot_id = ANY($2) AND" LOTS_HOLD_BINDS("$3")};

}  // namespace

size_t AddComputedFields(pg::Pipeline& pipeline, const CompanyId& company,
                         absl::Span<const LotId> lot_ids, absl::Time now) {
  const size_t first = pipeline.Add(kReadOnHand, company, lot_ids);
  pipeline.Add(kReadHoldCauses, company, lot_ids, now);
  return first;
}

ComputedFieldsByLot ReadComputedFields(const pg::Results& results, size_t first) {
  ComputedFieldsByLot computed;
  for (const pg::Row row : results[first]) {
    computed[row.Get<LotId>(0)].on_hand += row.Get<Quantity>(1);
  }
  for (const pg::Row row : results[first + 1]) {
    std::optional<HoldCause>& strongest = computed[row.Get<LotId>(0)].hold_cause;
    const HoldCause cause = row.Get<HoldCause>(1);
    const bool stronger = !strongest.has_value() || HoldStrength(cause) > HoldStrength(*strongest);
    if (stronger) strongest = cause;
  }
  return computed;
}

void SetComputedFields(const ComputedFieldsByLot& computed, Lot& lot) {
  const auto found = computed.find(lot.lot_id);
  if (found == computed.end()) return;
  lot.on_hand = found->second.on_hand;
  lot.hold_cause = found->second.hold_cause;
}

absl::Status LoadComputedFields(pg::Connection& db, const CompanyId& company, absl::Time now,
                                absl::Span<Lot* const> lots) {
  if (lots.empty()) return absl::OkStatus();
  std::vector<LotId> lot_ids;
  for (const Lot* const lot : lots) lot_ids.push_back(lot->lot_id);
  pg::Pipeline pipeline(db);
  const size_t first = AddComputedFields(pipeline, company, lot_ids, now);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  const ComputedFieldsByLot computed = ReadComputedFields(results, first);
  for (Lot* const lot : lots) SetComputedFields(computed, *lot);
  return absl::OkStatus();
}

}  // namespace lots
