// UpdateHold: changes the end, the exempt places, the reason or the case of a hold.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/holds/holds.h"
#include "storage/holds/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/writes/audit.h"
#include "storage/writes/lot_queue.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Not locked: a hold never changes its lot.
constexpr pg::Statement kFindLot{"find_lot_of_hold", R"sql(
  SELECT lot_id FROM holds WHERE company = $1 AND hold_id = $2)sql"};

// As for a new hold: a movement either finished before the change, or waits and then sees it.
constexpr pg::Statement kLockLot{"lock_lot_of_hold", R"sql(
  SELECT product_id, number, scale FROM lots WHERE company = $1 AND lot_id = $2 FOR UPDATE)sql"};

constexpr pg::Statement kLockHold{"lock_hold", "SELECT" LOTS_PLACED_HOLD_COLUMNS R"sql(
  FROM holds h
  WHERE h.company = $1 AND h.hold_id = $2
  FOR UPDATE)sql"};

// Runs after the lock on the lot.
constexpr pg::Statement kReadLastMove{"update_hold_read_last_move", R"sql(
  SELECT max(last_recorded_at) FROM balances
  WHERE company = $1 AND lot_id = $2 AND last_recorded_at > '-infinity')sql"};

constexpr pg::Statement kFindPlaces{"update_hold_find_places", R"sql(
  SELECT location_id FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

constexpr pg::Statement kUpdateHold{"update_hold", R"sql(
  UPDATE holds
  SET expires_at = $3, exempt_location_ids = $4, reason = $5, case_id = NULLIF($6, ''),
      version = $7, updated_at = $8
  WHERE company = $1 AND hold_id = $2)sql"};

// $8 the fields, $9 their old and $10 their new values, as storage/lots/events.h keeps changes.
constexpr pg::Statement kAddEvent{"add_hold_event", R"sql(
  INSERT INTO lot_events (company, event_id, lot_id, kind, work_order_id, actor, recorded_at,
                          changes, entry_id, hold_id)
  SELECT $1, $2, $3, {EVENT_HOLD_CHANGED}, NULL, $4, $5,
         jsonb_agg(jsonb_build_object('field', c.field, 'old', c.old_value, 'new', c.new_value)
                   ORDER BY c.ordinal),
         $6, $7
  FROM unnest($8::text[], $9::text[], $10::text[]) WITH ORDINALITY
    AS c (field, old_value, new_value, ordinal))sql"_sql};

std::string TextOf(const HoldEnd& end) {
  return end.has_value() ? absl::FormatTime(absl::RFC3339_full, *end, absl::UTCTimeZone()) : "";
}

std::string TextOf(const std::vector<LocationId>& places) {
  return absl::StrJoin(
      places, ", ", [](std::string* out, const LocationId& place) { out->append(place.value()); });
}

// The columns of kAddEvent.
struct Changes {
  std::vector<std::string> fields, old_values, new_values;

  void Add(const char* field, std::string old_value, std::string new_value) {
    if (old_value == new_value) return;
    fields.push_back(field);
    old_values.push_back(std::move(old_value));
    new_values.push_back(std::move(new_value));
  }
};

Changes Compare(const Hold& before, const Hold& after) {
  Changes changes;
  changes.Add("expire_time", TextOf(before.expires_at), TextOf(after.expires_at));
  changes.Add("exempt_location_ids", TextOf(before.exempt_location_ids),
              TextOf(after.exempt_location_ids));
  changes.Add("reason", before.reason, after.reason);
  changes.Add("case_id", before.case_id, after.case_id);
  return changes;
}

// One try at the update.
class HoldUpdate {
 public:
  HoldUpdate(pg::Connection& db, const UpdateHoldCommand& command) : db_(db), command_(command) {}

  absl::StatusOr<LotHold> Run();

 private:
  absl::Status LockAndRead(pg::Transaction& transaction);
  absl::Status CheckInEffect() const;
  void ApplyCommand();
  void ValidateLot();
  void ValidateEnd();
  void ValidateExemptions();
  void AddWrites(pg::Transaction& transaction, const Changes& changes);

  pg::Connection& db_;
  const UpdateHoldCommand& command_;
  LotHold before_;
  LotHold after_;
  absl::btree_set<LocationId> known_places_;
  absl::Time moved_at_ = absl::InfinitePast();  // the last movement of the lot
  std::vector<Problem> problems_;
};

absl::Status HoldUpdate::LockAndRead(pg::Transaction& transaction) {
  const CompanyId& company = command_.context.company;
  ClaimRequest(transaction, command_.context, {command_.hold_id.value()});
  const size_t settings = AddCompanyRead(transaction, company);
  const size_t found = transaction.Add(kFindLot, company, command_.hold_id);
  ASSIGN_OR_RETURN(const pg::Results first, transaction.Send());
  RETURN_IF_ERROR(ReadEnabledCompany(company, first[settings]).status());
  if (first[found].empty()) return Refuse(HoldNotFound("hold.hold_id", command_.hold_id));
  const auto lot_id = first[found][0].Get<LotId>(0);
  AddTurnAtLots(transaction, company, {lot_id});
  const size_t lot = transaction.Add(kLockLot, company, lot_id);
  const size_t hold = transaction.Add(kLockHold, company, command_.hold_id);
  const size_t moved = transaction.Add(kReadLastMove, company, lot_id);
  const size_t places = transaction.Add(
      kFindPlaces, company, command_.exempt_location_ids.value_or(std::vector<LocationId>()));
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const pg::Row row = results[lot][0];
  before_ = {.company = company,
             .hold = ReadPlacedHold(results[hold][0]),
             .product_id = row.Get<ProductId>(0),
             .number = row.Get<std::string>(1),
             .scale = row.Get<int>(2)};
  moved_at_ = results[moved][0].Get<std::optional<absl::Time>>(0).value_or(absl::InfinitePast());
  for (const pg::Row place : results[places]) known_places_.insert(place.Get<LocationId>(0));
  return absl::OkStatus();
}

absl::Status HoldUpdate::CheckInEffect() const {
  const Hold& hold = before_.hold;
  if (!IsInEffect(hold, command_.context.now)) {
    const bool was_released = hold.released_at.has_value();
    return Refuse(
        HoldEnded("hold.hold_id", {.hold_id = command_.hold_id,
                                   .lot_id = hold.lot_id,
                                   .ended_at = was_released ? *hold.released_at : *hold.expires_at,
                                   .was_released = was_released}));
  }
  const bool is_stale = command_.version.has_value() && *command_.version != hold.version;
  return is_stale ? Refuse(HoldChanged(command_.hold_id, hold.version)) : absl::OkStatus();
}

void HoldUpdate::ApplyCommand() {
  after_ = before_;
  Hold& hold = after_.hold;
  if (command_.expires_at.has_value()) hold.expires_at = *command_.expires_at;
  if (command_.exempt_location_ids.has_value()) {
    const absl::btree_set<LocationId> distinct(command_.exempt_location_ids->begin(),
                                               command_.exempt_location_ids->end());
    hold.exempt_location_ids.assign(distinct.begin(), distinct.end());
  }
  if (command_.reason.has_value()) hold.reason = *command_.reason;
  if (command_.case_id.has_value()) hold.case_id = *command_.case_id;
}

void HoldUpdate::ValidateLot() {
  const LotId& held = before_.hold.lot_id;
  if (command_.lot_id.value_or(held) == held) return;
  problems_.push_back(FieldInvalid(
      "hold.lot_id", command_.lot_id->value().ToString(),
      absl::StrCat("is not the lot of this hold, ", held.value().ToString(), "; leave it out")));
}

void HoldUpdate::ValidateEnd() {
  const HoldEnd& before = before_.hold.expires_at;
  const HoldEnd& after = after_.hold.expires_at;
  if (after == before) return;
  if (after.has_value() && *after <= command_.context.now) {
    problems_.push_back(FieldInvalid("hold.expire_time", TextOf(after),
                                     "lies in the past; ReleaseLots ends a hold now"));
  } else if (after.has_value() && before_.hold.awaits_inspection) {
    problems_.push_back(FieldInvalid("hold.expire_time", TextOf(after),
                                     "a hold that waits for an inspection ends with it, or when it "
                                     "is released"));
  }
  const bool ends_earlier = after.has_value() && *after < before.value_or(absl::InfiniteFuture());
  if (ends_earlier && !command_.may_weaken) {
    problems_.push_back(
        PermissionMissing("release", "hold.expire_time", "the hold would end earlier"));
  }
}

void HoldUpdate::ValidateExemptions() {
  if (!command_.exempt_location_ids.has_value()) return;
  for (size_t i = 0; i < command_.exempt_location_ids->size(); ++i) {
    const LocationId& place = (*command_.exempt_location_ids)[i];
    if (known_places_.contains(place)) continue;
    problems_.push_back(LocationNotFound(Indexed("hold.exempt_location_ids", i), place));
  }
  const bool lets_more_go =
      absl::c_any_of(after_.hold.exempt_location_ids, [&](const LocationId& place) {
        return !absl::c_linear_search(before_.hold.exempt_location_ids, place);
      });
  if (lets_more_go && !command_.may_weaken) {
    problems_.push_back(PermissionMissing("release", "hold.exempt_location_ids",
                                          "held goods could go to more places"));
  }
}

void HoldUpdate::AddWrites(pg::Transaction& transaction, const Changes& changes) {
  const WriteContext& context = command_.context;
  Hold& hold = after_.hold;
  // In history the change follows the hold, its changes before, and what moved until now.
  const absl::Time last =
      std::max({hold.placed_at, hold.updated_at.value_or(absl::InfinitePast()), moved_at_});
  hold.updated_at = std::max(context.now, last + absl::Microseconds(1));
  ++hold.version;
  transaction.Add(kUpdateHold, context.company, command_.hold_id, hold.expires_at,
                  hold.exempt_location_ids, hold.reason, hold.case_id, hold.version,
                  *hold.updated_at);
  transaction.Add(kAddEvent, context.company, Uuid::MakeV7(), hold.lot_id, context.actor,
                  *hold.updated_at, context.entry_id, command_.hold_id, changes.fields,
                  changes.old_values, changes.new_values);
}

absl::StatusOr<LotHold> HoldUpdate::Run() {
  pg::Transaction transaction(db_);
  RETURN_IF_ERROR(LockAndRead(transaction));
  RETURN_IF_ERROR(CheckInEffect());
  ApplyCommand();
  ValidateLot();
  ValidateEnd();
  ValidateExemptions();
  if (!problems_.empty()) return Refuse(std::move(problems_));
  Changes changes = Compare(before_.hold, after_.hold);
  if (!changes.fields.empty()) {
    changes.Add("note", "", command_.note);
    AddWrites(transaction, changes);
  }
  AddAuditEntry(transaction, command_.context, {.lots = {after_.hold.lot_id}});
  RETURN_IF_ERROR(transaction.Commit().status());
  return after_;
}

}  // namespace

absl::StatusOr<LotHold> UpdateHold(pg::Connection& db, const UpdateHoldCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return GetHold(db, command.context.company, command.hold_id);
  };
  return RunWrite<LotHold>(db, {.context = command.context, .rebuild = rebuild},
                           [&] { return HoldUpdate(db, command).Run(); });
}

}  // namespace lots
