// Reads the other places of lots of which there is not enough, after the validation.
#include "storage/ledger/places_elsewhere.h"

#include <cstddef>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/ledger/refusals.h"

namespace lots {

namespace {

// The text of a refusal stays short.
constexpr size_t kPlacesMax = 4;

constexpr pg::Statement kReadLotPlaces{"ledger_read_lot_places", R"sql(
SELECT lot_id, location_id, kind, quantity
FROM balances
WHERE company = $1 AND lot_id = ANY($2) AND NOT is_serial AND quantity > 0 AND kind IN (1, 2)
ORDER BY lot_id, quantity DESC, location_id)sql"};

// The lot of a NOT_ENOUGH, which NotEnough names by its id. Null for any other problem.
const LotFacts* LotOf(const LedgerFacts& facts, const Problem& problem) {
  if (problem.reason != Reason::kNotEnough) return nullptr;
  for (const auto& [key, value] : problem.facts) {
    if (key != "lot_id") continue;
    const std::optional<Uuid> id = Uuid::Parse(value);
    return id.has_value() ? facts.FindLot(LotId(*id)) : nullptr;
  }
  return nullptr;
}

}  // namespace

absl::Status AddPlacesElsewhere(pg::Transaction& transaction, const CompanyId& company,
                                const LedgerFacts& facts, std::vector<Problem>& problems) {
  absl::flat_hash_map<LotId, std::vector<Place>> places_of;
  for (const Problem& problem : problems) {
    if (const LotFacts* lot = LotOf(facts, problem); lot != nullptr) places_of[lot->lot_id];
  }
  if (places_of.empty()) return absl::OkStatus();
  std::vector<LotId> lots;
  for (const auto& [lot, places] : places_of) lots.push_back(lot);
  const size_t read = transaction.Add(kReadLotPlaces, company, lots);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  for (const pg::Row row : results[read]) {
    std::vector<Place>& places = places_of[row.Get<LotId>(0)];
    if (places.size() == kPlacesMax) continue;
    places.push_back({.location_id = row.Get<LocationId>(1),
                      .kind = row.Get<LocationKind>(2),
                      .quantity = row.Get<Quantity>(3)});
  }
  for (Problem& problem : problems) {
    const LotFacts* lot = LotOf(facts, problem);
    if (lot != nullptr) AppendElsewhere(places_of[lot->lot_id], lot->scale, problem);
  }
  return absl::OkStatus();
}

}  // namespace lots
