// Releases holds, by their ids or by their lots.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/holds/holds.h"
#include "storage/holds/refusals.h"
#include "storage/lot_rows/resolve.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// The rows are locked in one order, so that two releases of the same holds wait for each other.
// Lots need no lock: a movement at the same time may see its lot held or free.
constexpr pg::Statement kLockHolds{"lock_holds", R"sql(
  SELECT hold_id, lot_id, placed_at, expires_at, released_at FROM holds
  WHERE company = $1 AND hold_id = ANY($2)
  ORDER BY hold_id FOR UPDATE)sql"};

constexpr pg::Statement kLockHoldsOfLots{"lock_holds_of_lots", R"sql(
  SELECT hold_id, lot_id, placed_at, expires_at, released_at FROM holds
  WHERE company = $1 AND lot_id = ANY($2) AND released_at IS NULL
  ORDER BY hold_id FOR UPDATE)sql"};

// The recall that holds each lot. A refusal names the recall, because closing it frees the lot.
constexpr pg::Statement kReadRecalls{"read_recalls_of_lots", R"sql(
  SELECT h.lot_id, min(h.recall_id) FROM lot_holds h
  WHERE h.company = $1 AND h.lot_id = ANY($2) AND h.cause = {CAUSE_RECALL} AND h.binding
  GROUP BY h.lot_id)sql"_sql};

// A release sorts in history after the hold, and after what moved while the hold was in effect.
constexpr pg::Statement kReleaseHolds{"release_holds", R"sql(
  UPDATE holds h
  SET released_by = $3, release_note = $4, release_entry_id = $6,
      released_at = GREATEST($5, h.placed_at + interval '1 microsecond',
                             h.updated_at + interval '1 microsecond', (
        SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
        WHERE b.company = $1 AND b.lot_id = h.lot_id AND b.last_recorded_at > '-infinity'))
  WHERE h.company = $1 AND h.hold_id = ANY($2))sql"};

struct HoldRow {
  HoldId hold_id;
  LotId lot_id;
  absl::Time placed_at;
  std::optional<absl::Time> expires_at;
  std::optional<absl::Time> released_at;
};

HoldRow HoldRowOf(const pg::Row& row) {
  return {.hold_id = row.Get<HoldId>(0),
          .lot_id = row.Get<LotId>(1),
          .placed_at = row.Get<absl::Time>(2),
          .expires_at = row.Get<std::optional<absl::Time>>(3),
          .released_at = row.Get<std::optional<absl::Time>>(4)};
}

// When the hold ended; none while it is in effect.
std::optional<absl::Time> EndOf(const HoldRow& hold, absl::Time now) {
  if (hold.released_at.has_value()) return hold.released_at;
  if (hold.expires_at.has_value() && *hold.expires_at <= now) return hold.expires_at;
  return std::nullopt;
}

Problem HoldEnded(const HoldRow& hold, absl::Time ended_at, size_t index) {
  return lots::HoldEnded(Indexed("hold_ids", index),
                         {.hold_id = hold.hold_id,
                          .lot_id = hold.lot_id,
                          .ended_at = ended_at,
                          .was_released = hold.released_at.has_value()});
}

Problem LotNotHeld(const ResolvedLot& lot, const std::optional<RecallId>& recall, size_t index) {
  Facts facts = {{"lot_id", lot.lot_id.value().ToString()}, {"number", lot.number}};
  if (recall.has_value()) facts.emplace_back("recall_id", recall->value());
  return {.reason = Reason::kLotNotHeld,
          .field = Indexed("lots", index),
          .message =
              absl::StrCat("lot ", lot.number, " of product ", lot.product_id.value(),
                           recall.has_value() ? absl::StrCat(" is held by recall ", recall->value(),
                                                             " only, which ends with CloseRecall")
                                              : std::string(" has no hold that could be released")),
          .facts = std::move(facts)};
}

// What a release frees, in the order of the request, or why the release is refused.
struct Release {
  std::vector<HoldId> holds;
  std::vector<LotId> lots;  // of these holds
  std::vector<Problem> problems;
};

Release ValidateHolds(const ReleaseLotsCommand& command, const pg::Result& rows) {
  absl::flat_hash_map<HoldId, HoldRow> found;
  for (const pg::Row row : rows) found[row.Get<HoldId>(0)] = HoldRowOf(row);
  Release release;
  absl::flat_hash_map<HoldId, size_t> first_index;
  for (size_t i = 0; i < command.holds.size(); ++i) {
    const HoldId& id = command.holds[i];
    const auto [first, is_first] = first_index.emplace(id, i);
    const auto hold = found.find(id);
    if (!is_first) {
      release.problems.push_back(
          ListedTwice("hold_ids", i, first->second, {{"hold_id", id.value().ToString()}}));
    } else if (hold == found.end()) {
      release.problems.push_back(HoldNotFound(Indexed("hold_ids", i), id));
    } else if (const auto end = EndOf(hold->second, command.context.now); end.has_value()) {
      release.problems.push_back(HoldEnded(hold->second, *end, i));
    } else {
      release.holds.push_back(id);
      release.lots.push_back(hold->second.lot_id);
    }
  }
  return release;
}

using Lots = std::vector<std::optional<ResolvedLot>>;

// The holds of each lot that are in effect, in the order in which they were placed.
absl::flat_hash_map<LotId, std::vector<HoldRow>> HoldsInEffect(const pg::Result& rows,
                                                               absl::Time now) {
  absl::flat_hash_map<LotId, std::vector<HoldRow>> in_effect;
  for (const pg::Row row : rows) {
    const HoldRow hold = HoldRowOf(row);
    if (!EndOf(hold, now).has_value()) in_effect[hold.lot_id].push_back(hold);
  }
  for (auto& [lot_id, holds] : in_effect) {
    std::sort(holds.begin(), holds.end(), [](const HoldRow& a, const HoldRow& b) {
      return std::pair(a.placed_at, a.hold_id) < std::pair(b.placed_at, b.hold_id);
    });
  }
  return in_effect;
}

Release ValidateLots(const ReleaseLotsCommand& command, const Lots& lots, const pg::Result& rows,
                     const pg::Result& recalls) {
  const auto in_effect = HoldsInEffect(rows, command.context.now);
  absl::flat_hash_map<LotId, RecallId> recall_of;
  for (const pg::Row row : recalls) recall_of[row.Get<LotId>(0)] = row.Get<RecallId>(1);
  Release release;
  absl::flat_hash_map<LotId, size_t> first_index;
  for (size_t i = 0; i < lots.size(); ++i) {
    if (!lots[i].has_value()) {
      release.problems.push_back(LotNotFound(command.lots[i], Indexed("lots", i)));
      continue;
    }
    const LotId& id = lots[i]->lot_id;
    const auto [first, is_first] = first_index.emplace(id, i);
    const auto holds = in_effect.find(id);
    if (!is_first) {
      release.problems.push_back(
          ListedTwice("lots", i, first->second, {{"lot_id", id.value().ToString()}}));
    } else if (holds == in_effect.end()) {
      const auto recall = recall_of.find(id);
      release.problems.push_back(LotNotHeld(
          *lots[i], recall == recall_of.end() ? std::nullopt : std::optional(recall->second), i));
    } else {
      for (const HoldRow& hold : holds->second) release.holds.push_back(hold.hold_id);
      release.lots.push_back(id);
    }
  }
  return release;
}

// Locks the holds to release, and validates the release.
absl::StatusOr<Release> LockAndValidate(pg::Transaction& transaction,
                                        const ReleaseLotsCommand& command, const Lots& lots) {
  const CompanyId& company = command.context.company;
  ClaimRequest(transaction, command.context, {});
  if (!command.holds.empty()) {
    const size_t holds = transaction.Add(kLockHolds, company, command.holds);
    ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
    return ValidateHolds(command, results[holds]);
  }
  std::vector<LotId> ids;
  for (const std::optional<ResolvedLot>& lot : lots) {
    if (lot.has_value()) ids.push_back(lot->lot_id);
  }
  const size_t holds = transaction.Add(kLockHoldsOfLots, company, ids);
  const size_t recalls = transaction.Add(kReadRecalls, company, ids);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  return ValidateLots(command, lots, results[holds], results[recalls]);
}

absl::StatusOr<std::vector<HoldId>> Attempt(pg::Connection& db, const ReleaseLotsCommand& command,
                                            const Lots& lots) {
  pg::Transaction transaction(db);
  ASSIGN_OR_RETURN(Release release, LockAndValidate(transaction, command, lots));
  if (!release.problems.empty()) return Refuse(std::move(release.problems));
  std::vector<Uuid> released_ids;
  for (const HoldId& hold : release.holds) released_ids.push_back(hold.value());
  SetCreatedIds(transaction, command.context, released_ids);
  AddReleases(transaction, command.context, release.holds, command.note);
  AddAuditEntry(transaction, command.context, {.lots = std::move(release.lots)});
  RETURN_IF_ERROR(transaction.Commit().status());
  return std::move(release.holds);
}

}  // namespace

void AddReleases(pg::Transaction& transaction, const WriteContext& context,
                 const std::vector<HoldId>& holds, const std::string& note) {
  transaction.Add(kReleaseHolds, context.company, holds, context.actor, note, context.now,
                  context.entry_id);
  transaction.Count(counters::kHoldsReleased, static_cast<double>(holds.size()));
}

absl::StatusOr<std::vector<HoldId>> ReleaseLots(pg::Connection& db,
                                                const ReleaseLotsCommand& command) {
  ASSIGN_OR_RETURN(const Lots lots, ResolveLots(db, command.context.company, command.lots));
  const auto rebuild =
      [](const std::vector<Uuid>& released_ids) -> absl::StatusOr<std::vector<HoldId>> {
    return std::vector<HoldId>(released_ids.begin(), released_ids.end());
  };
  return RunWrite<std::vector<HoldId>>(db, {.context = command.context, .rebuild = rebuild},
                                       [&] { return Attempt(db, command, lots); });
}

}  // namespace lots
