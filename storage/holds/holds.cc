// Places holds.
#include "storage/holds/holds.h"

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
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/resolve.h"
#include "storage/writes/audit.h"
#include "storage/writes/lot_queue.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Locks serials first, as the ledger does, so that holds and movements seldom deadlock.
constexpr pg::Statement kLockLots{"lock_lots_to_hold", R"sql(
  SELECT lot_id, state, number, product_id, tracking, scale FROM lots
  WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY tracking DESC, lot_id FOR UPDATE)sql"};

constexpr pg::Statement kReadPlaces{"holds_read_places", R"sql(
  SELECT location_id, kind FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

// A movement that this transaction waited for sorts before the hold in history.
constexpr pg::Statement kInsertHolds{"insert_holds", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id, quantity,
                     case_id)
  SELECT $1, n.hold_id, n.lot_id,
         CASE WHEN n.location_id IS NULL THEN {CAUSE_LOT} ELSE {CAUSE_PLACE} END, n.location_id,
         NULL, $6, $7, $8, $9,
         GREATEST($10, (
           SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
           WHERE b.company = $1 AND b.lot_id = n.lot_id AND b.last_recorded_at > '-infinity')),
         $11, n.quantity, NULLIF($12, '')
  FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::numeric[])
    AS n (hold_id, lot_id, location_id, quantity))sql"_sql};

struct HeldLot {
  LotState state;
  std::string number;
  ProductId product_id;
  Tracking tracking;
  int scale;
};

// What is known under the locks.
struct HoldFacts {
  absl::btree_map<LotId, HeldLot> lots;
  absl::flat_hash_map<LocationId, LocationKind> places;
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
  void ValidateQuantity(size_t index, const HeldLot& lot, std::vector<Problem>& problems) const;
  void ValidateExemptions(const HoldFacts& facts, std::vector<Problem>& problems) const;
  std::vector<NewHold> NewHolds() const;

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
  AddTurnAtLots(transaction, company, ids);
  const size_t lots = transaction.Add(kLockLots, company, ids);
  const size_t places = transaction.Add(kReadPlaces, company, Places());
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  RETURN_IF_ERROR(ReadEnabledCompany(company, results[settings]).status());
  HoldFacts facts;
  for (const pg::Row row : results[lots]) {
    facts.lots[row.Get<LotId>(0)] = {.state = row.Get<LotState>(1),
                                     .number = row.Get<std::string>(2),
                                     .product_id = row.Get<ProductId>(3),
                                     .tracking = row.Get<Tracking>(4),
                                     .scale = row.Get<int>(5)};
  }
  for (const pg::Row row : results[places]) {
    facts.places[row.Get<LocationId>(0)] = row.Get<LocationKind>(1);
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
  } else {
    ValidateQuantity(index, lot->second, problems);
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

// More may be held than is there now: then all of it is held, and what comes up to the quantity.
void HoldPlacer::ValidateQuantity(size_t index, const HeldLot& lot,
                                  std::vector<Problem>& problems) const {
  const std::optional<Quantity>& quantity = command_.targets[index].quantity;
  if (!quantity.has_value()) return;
  const std::string field = Indexed("targets", index, "quantity");
  if (!command_.targets[index].location.has_value()) {
    problems.push_back(FieldInvalid(field, quantity->ToString(),
                                    "is of what is at a location: give location_id as well"));
  } else if (lot.tracking == Tracking::kSerial && *quantity != Quantity::FromUnits(1)) {
    problems.push_back(
        FieldInvalid(field, quantity->ToString(), "a serial is one unit: leave the quantity out"));
  } else if (!quantity->FitsScale(lot.scale)) {
    problems.push_back(QuantityScale(field, *quantity, lot.scale, lot.product_id));
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

std::vector<NewHold> HoldPlacer::NewHolds() const {
  std::vector<NewHold> holds;
  for (size_t i = 0; i < lots_.size(); ++i) {
    const HoldTarget& target = command_.targets[i];
    holds.push_back({.hold_id = HoldId(made_[i]),
                     .lot_id = *lots_[i],
                     .location = target.location,
                     .quantity = target.quantity});
  }
  return holds;
}

absl::StatusOr<std::vector<HoldId>> HoldPlacer::Attempt() {
  pg::Transaction transaction(db_);
  ASSIGN_OR_RETURN(const HoldFacts facts, LockAndRead(transaction));
  std::vector<Problem> problems = Validate(facts);
  if (!problems.empty()) return Refuse(std::move(problems));
  const std::vector<NewHold> holds = NewHolds();
  AddHolds(transaction, command_.context,
           {.reason = command_.reason,
            .expires_at = command_.expires_at,
            .exempt_location_ids = command_.exempt_location_ids,
            .case_id = command_.case_id},
           holds);
  AuditSubject subject;
  for (const NewHold& hold : holds) subject.lots.push_back(hold.lot_id);
  AddAuditEntry(transaction, command_.context, subject);
  RETURN_IF_ERROR(transaction.Commit().status());
  return HoldIdsOf(made_);
}

}  // namespace

void AddHolds(pg::Transaction& transaction, const WriteContext& context, const HoldTerms& terms,
              const std::vector<NewHold>& holds) {
  std::vector<HoldId> ids;
  std::vector<LotId> lots;
  std::vector<std::optional<LocationId>> places;
  std::vector<std::optional<Quantity>> quantities;
  for (const NewHold& hold : holds) {
    ids.push_back(hold.hold_id);
    lots.push_back(hold.lot_id);
    places.push_back(hold.location);
    quantities.push_back(hold.quantity);
  }
  const absl::btree_set<LocationId> exempt(terms.exempt_location_ids.begin(),
                                           terms.exempt_location_ids.end());
  transaction.Add(kInsertHolds, context.company, ids, lots, places, quantities, terms.reason,
                  std::vector<LocationId>(exempt.begin(), exempt.end()), terms.expires_at,
                  context.actor, context.now, context.entry_id, terms.case_id);
  transaction.Count(counters::kHoldsPlaced, static_cast<double>(holds.size()));
}

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
