// The other places of lots of which there is not enough, and the work orders of planned serials.
#include "storage/ledger/refusal_reads.h"

#include <cstddef>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/reasons.h"
#include "storage/ledger/rules/refusals.h"

namespace lots {

namespace {

// The text of a refusal stays short.
constexpr size_t kPlacesMax = 4;

constexpr pg::Statement kReadLotPlaces{"ledger_read_lot_places", R"sql(
  SELECT lot_id, location_id, kind, quantity
  FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND NOT is_serial AND quantity > 0
    AND kind IN ({PLACES_ON_HAND})
  ORDER BY lot_id, quantity DESC, location_id)sql"_sql};

constexpr pg::Statement kReadPlans{"ledger_read_plans", R"sql(
  SELECT lot_id, work_order_id FROM assignments
  WHERE company = $1 AND lot_id = ANY($2) AND state = {ASSIGNMENT_PLANNED})sql"_sql};

using PlacesOfLots = absl::flat_hash_map<LotId, std::vector<Place>>;
using WorkOrdersOfLots = absl::flat_hash_map<LotId, WorkOrderId>;

// The lot that a problem of this reason names by its id. Null for any other problem.
const LotFacts* LotOf(const LedgerFacts& facts, const Problem& problem, Reason reason) {
  if (problem.reason != reason) return nullptr;
  for (const auto& [key, value] : problem.facts) {
    if (key != "lot_id") continue;
    const std::optional<Uuid> id = Uuid::Parse(value);
    return id.has_value() ? facts.FindLot(LotId(*id)) : nullptr;
  }
  return nullptr;
}

std::vector<LotId> LotsOf(const LedgerFacts& facts, const std::vector<Problem>& problems,
                          Reason reason) {
  std::vector<LotId> lots;
  for (const Problem& problem : problems) {
    const LotFacts* lot = LotOf(facts, problem, reason);
    if (lot != nullptr) lots.push_back(lot->lot_id);
  }
  return lots;
}

PlacesOfLots PlacesIn(const pg::Result& rows) {
  PlacesOfLots places_of;
  for (const pg::Row row : rows) {
    std::vector<Place>& places = places_of[row.Get<LotId>(0)];
    if (places.size() == kPlacesMax) continue;
    places.push_back({.location_id = row.Get<LocationId>(1),
                      .kind = row.Get<LocationKind>(2),
                      .quantity = row.Get<Quantity>(3)});
  }
  return places_of;
}

}  // namespace

absl::Status CompleteRefusals(pg::Transaction& transaction, const CompanyId& company,
                              const LedgerFacts& facts, std::vector<Problem>& problems) {
  const std::vector<LotId> short_lots = LotsOf(facts, problems, Reason::kNotEnough);
  const std::vector<LotId> planned_lots = LotsOf(facts, problems, Reason::kLotPlanned);
  if (short_lots.empty() && planned_lots.empty()) return absl::OkStatus();
  const size_t places = transaction.Add(kReadLotPlaces, company, short_lots);
  const size_t plans = transaction.Add(kReadPlans, company, planned_lots);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  PlacesOfLots places_of = PlacesIn(results[places]);
  WorkOrdersOfLots work_order_of;
  for (const pg::Row row : results[plans]) {
    work_order_of[row.Get<LotId>(0)] = row.Get<WorkOrderId>(1);
  }
  for (Problem& problem : problems) {
    const LotFacts* lot = LotOf(facts, problem, Reason::kNotEnough);
    if (lot != nullptr) AppendElsewhere(places_of[lot->lot_id], lot->scale, problem);
    const LotFacts* planned = LotOf(facts, problem, Reason::kLotPlanned);
    if (planned == nullptr) continue;
    const auto plan = work_order_of.find(planned->lot_id);
    if (plan != work_order_of.end()) {
      problem.facts.emplace_back("work_order_id", plan->second.value());
    }
  }
  return absl::OkStatus();
}

}  // namespace lots
