// Places holds.
#include "storage/holds/holds.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/resolve.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Locks serials first, as the ledger does, so that holds and movements seldom deadlock.
constexpr pg::Statement kLockLots{"lock_lots_to_hold", R"sql(
  SELECT lot_id, state, number, product_id FROM lots
  WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY tracking DESC, lot_id FOR UPDATE)sql"};

constexpr pg::Statement kReadPlaces{"holds_read_places", R"sql(
  SELECT location_id, kind FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

// Runs after the locks. A movement that this transaction waited for sorts before the hold in
// history.
constexpr pg::Statement kReadLastRecord{"holds_read_last_record", R"sql(
  SELECT max(last_recorded_at) FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND last_recorded_at > '-infinity')sql"};

constexpr pg::Statement kInsertHolds{"insert_holds", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id)
  SELECT $1, n.hold_id, n.lot_id,
         CASE WHEN n.location_id IS NULL THEN {CAUSE_LOT} ELSE {CAUSE_PLACE} END, n.location_id,
         NULL, $5, $6, $7, $8, $9, $10
  FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS n (hold_id, lot_id, location_id))sql"_sql};

struct HeldLot {
  LotState state;
  std::string number;
  ProductId product_id;
};

// What is known under the locks.
struct HoldFacts {
  absl::btree_map<LotId, HeldLot> lots;
  absl::flat_hash_map<LocationId, LocationKind> places;
  absl::Time placed_at;
};

std::vector<HoldId> HoldIdsOf(const std::vector<Uuid>& created_ids) {
  return std::vector<HoldId>(created_ids.begin(), created_ids.end());
}

// One call of HoldLots. The ids of the holds are made once; every attempt locks, reads and
// validates again.
class HoldPlacer {
 public:
  HoldPlacer(pg::Connection& db, const HoldLotsCommand& command) : db_(db), command_(command) {
    for (size_t i = 0; i < command.targets.size(); ++i) made_.push_back(Uuid::MakeV7());
  }

  absl::Status Prepare();
  absl::StatusOr<std::vector<HoldId>> Attempt();

 private:
  absl::StatusOr<HoldFacts> LockAndRead(pg::Transaction& transaction) const;
  std::vector<LocationId> Places() const;
  std::vector<Problem> Validate(const HoldFacts& facts) const;
  void ValidateTarget(size_t index, const HoldFacts& facts, std::vector<Problem>& problems) const;
  void ValidateExemptions(const HoldFacts& facts, std::vector<Problem>& problems) const;
  void AddHolds(pg::Transaction& transaction, const HoldFacts& facts) const;

  pg::Connection& db_;
  const HoldLotsCommand& command_;
  std::vector<Uuid> made_;  // the holds' ids
  std::vector<std::optional<LotId>> lots_;
};

absl::Status HoldPlacer::Prepare() {
  std::vector<LotRef> refs;
  for (const HoldTarget& target : command_.targets) refs.push_back(target.lot);
  ASSIGN_OR_RETURN(const auto resolved, ResolveLots(db_, command_.context.company, refs));
  for (const std::optional<ResolvedLot>& lot : resolved) {
    lots_.push_back(lot.has_value() ? std::optional(lot->lot_id) : std::nullopt);
  }
  return absl::OkStatus();
}

std::vector<LocationId> HoldPlacer::Places() const {
  std::vector<LocationId> places = command_.exempt_location_ids;
  for (const HoldTarget& target : command_.targets) {
    if (target.location.has_value()) places.push_back(*target.location);
  }
  return places;
}

absl::StatusOr<HoldFacts> HoldPlacer::LockAndRead(pg::Transaction& transaction) const {
  const CompanyId& company = command_.context.company;
  std::vector<LotId> ids;
  for (const std::optional<LotId>& id : lots_) {
    if (id.has_value()) ids.push_back(*id);
  }
  ClaimRequest(transaction, command_.context, made_);
  const size_t settings = AddCompanyRead(transaction, company);
  const size_t lots = transaction.Add(kLockLots, company, ids);
  const size_t places = transaction.Add(kReadPlaces, company, Places());
  const size_t last = transaction.Add(kReadLastRecord, company, ids);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  RETURN_IF_ERROR(ReadEnabledCompany(company, results[settings]).status());
  HoldFacts facts;
  for (const pg::Row row : results[lots]) {
    facts.lots[row.Get<LotId>(0)] = {.state = row.Get<LotState>(1),
                                     .number = row.Get<std::string>(2),
                                     .product_id = row.Get<ProductId>(3)};
  }
  for (const pg::Row row : results[places]) {
    facts.places[row.Get<LocationId>(0)] = row.Get<LocationKind>(1);
  }
  const auto recorded_at = results[last][0].Get<std::optional<absl::Time>>(0);
  facts.placed_at = command_.context.now;
  if (recorded_at.has_value()) {
    facts.placed_at = std::max(facts.placed_at, *recorded_at + absl::Microseconds(1));
  }
  return facts;
}

void HoldPlacer::ValidateTarget(size_t index, const HoldFacts& facts,
                                std::vector<Problem>& problems) const {
  const HoldTarget& target = command_.targets[index];
  const std::optional<LotId>& lot_id = lots_[index];
  const auto lot = lot_id.has_value() ? facts.lots.find(*lot_id) : facts.lots.end();
  if (lot == facts.lots.end()) {
    problems.push_back(LotNotFound(target.lot, Indexed("targets", index, "lot")));
  } else if (lot->second.state == LotState::kVoid) {
    const HeldLot& held = lot->second;
    problems.push_back(LotVoid(Indexed("targets", index, "lot"), {held.number, *lot_id},
                               LotOfProduct(held.number, held.product_id),
                               ": it was never produced, so there is nothing to hold"));
  }
  if (!target.location.has_value()) return;
  const auto place = facts.places.find(*target.location);
  if (place == facts.places.end()) {
    problems.push_back(
        LocationNotFound(Indexed("targets", index, "location_id"), *target.location));
  } else if (!IsOnHand(place->second)) {
    problems.push_back(
        HeldAtKindMismatch(Indexed("targets", index, "location_id"), place->first, place->second));
  }
}

void HoldPlacer::ValidateExemptions(const HoldFacts& facts, std::vector<Problem>& problems) const {
  for (size_t i = 0; i < command_.exempt_location_ids.size(); ++i) {
    const LocationId& place = command_.exempt_location_ids[i];
    if (facts.places.contains(place)) continue;
    problems.push_back(LocationNotFound(Indexed("exempt_location_ids", i), place));
  }
}

// The end of the hold is validated here, under the claimed request, and not before: a repeat
// returns the first call's answer even when the hold has ended since.
std::vector<Problem> HoldPlacer::Validate(const HoldFacts& facts) const {
  std::vector<Problem> problems;
  if (command_.expires_at.has_value() && *command_.expires_at <= command_.context.now) {
    problems.push_back(FieldInvalid("expire_time",
                                    absl::FormatTime(*command_.expires_at, absl::UTCTimeZone()),
                                    "lies in the past; a hold ends in the future, or when it is "
                                    "released"));
  }
  absl::btree_map<std::pair<LotId, LocationId>, size_t> first_index;
  for (size_t i = 0; i < lots_.size(); ++i) {
    ValidateTarget(i, facts, problems);
    if (!lots_[i].has_value()) continue;
    const LocationId place = command_.targets[i].location.value_or(LocationId());
    const auto [first, is_first] = first_index.emplace(std::pair(*lots_[i], place), i);
    if (!is_first) problems.push_back(TargetTwice(*lots_[i], i, first->second));
  }
  ValidateExemptions(facts, problems);
  return problems;
}

void HoldPlacer::AddHolds(pg::Transaction& transaction, const HoldFacts& facts) const {
  std::vector<LotId> lots;
  std::vector<std::optional<LocationId>> places;
  for (size_t i = 0; i < lots_.size(); ++i) {
    lots.push_back(*lots_[i]);
    places.push_back(command_.targets[i].location);
  }
  const absl::btree_set<LocationId> exempt(command_.exempt_location_ids.begin(),
                                           command_.exempt_location_ids.end());
  transaction.Add(kInsertHolds, command_.context.company, made_, lots, places, command_.reason,
                  std::vector<LocationId>(exempt.begin(), exempt.end()), command_.expires_at,
                  command_.context.actor, facts.placed_at, command_.context.entry_id);
  AddAuditEntry(transaction, command_.context, {.lots = std::move(lots)});
}

absl::StatusOr<std::vector<HoldId>> HoldPlacer::Attempt() {
  pg::Transaction transaction(db_);
  ASSIGN_OR_RETURN(const HoldFacts facts, LockAndRead(transaction));
  std::vector<Problem> problems = Validate(facts);
  if (!problems.empty()) return Refuse(std::move(problems));
  AddHolds(transaction, facts);
  transaction.Count(counters::kHoldsPlaced, static_cast<double>(made_.size()));
  RETURN_IF_ERROR(transaction.Commit().status());
  return HoldIdsOf(made_);
}

}  // namespace

absl::StatusOr<std::vector<HoldId>> HoldLots(pg::Connection& db, const HoldLotsCommand& command) {
  HoldPlacer placer(db, command);
  RETURN_IF_ERROR(placer.Prepare());
  const auto rebuild =
      [](const std::vector<Uuid>& created_ids) -> absl::StatusOr<std::vector<HoldId>> {
    return HoldIdsOf(created_ids);
  };
  return RunWrite<std::vector<HoldId>>(db, {.context = command.context, .rebuild = rebuild},
                                       [&] { return placer.Attempt(); });
}

}  // namespace lots
