#include "storage/lot_rows/computed_fields.h"

#include "storage/base/status_macros.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {
namespace {

// As they are: adding them up costs more there than here.
constexpr pg::Statement kReadOnHand{"read_on_hand_of_lots", R"sql(
  SELECT lot_id, quantity FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND kind IN (1, 2) AND quantity <> 0)sql"};

constexpr pg::Statement kReadHoldCauses{
    "read_hold_causes_of_lots",
    "SELECT h.lot_id, h.cause FROM lot_holds h "
    "WHERE h.company = $1 AND h.lot_id = ANY($2) AND" LOTS_HOLD_BINDS("$3")};

}  // namespace

size_t AddStandings(pg::Flight& flight, const CompanyId& company, absl::Span<const LotId> lot_ids,
                    absl::Time now) {
  const size_t first = flight.Add(kReadOnHand, company, lot_ids);
  flight.Add(kReadHoldCauses, company, lot_ids, now);
  return first;
}

LotStandings ReadStandings(const pg::Results& results, size_t first) {
  LotStandings standings;
  for (const pg::Row row : results[first]) {
    standings[row.Get<LotId>(0)].on_hand += row.Get<Quantity>(1);
  }
  for (const pg::Row row : results[first + 1]) {
    std::optional<HoldCause>& strongest = standings[row.Get<LotId>(0)].hold_cause;
    const HoldCause cause = row.Get<HoldCause>(1);
    const bool stronger = !strongest.has_value() || HoldStrength(cause) > HoldStrength(*strongest);
    if (stronger) strongest = cause;
  }
  return standings;
}

void SetStanding(const LotStandings& standings, Lot& lot) {
  const auto standing = standings.find(lot.lot_id);
  if (standing == standings.end()) return;
  lot.on_hand = standing->second.on_hand;
  lot.hold_cause = standing->second.hold_cause;
}

absl::Status SetStandings(pg::Connection& db, const CompanyId& company, absl::Time now,
                          absl::Span<Lot* const> lots) {
  if (lots.empty()) return absl::OkStatus();
  std::vector<LotId> lot_ids;
  for (const Lot* const lot : lots) lot_ids.push_back(lot->lot_id);
  pg::Flight flight(db);
  const size_t first = AddStandings(flight, company, lot_ids, now);
  ASSIGN_OR_RETURN(const pg::Results results, flight.Send());
  const LotStandings standings = ReadStandings(results, first);
  for (Lot* const lot : lots) SetStanding(standings, *lot);
  return absl::OkStatus();
}

}  // namespace lots
