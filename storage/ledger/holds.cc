// Held goods: what the ledger knows of holds and refuses for them.
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {

namespace {

// After the locks, so that it sees the holds that were placed while one was waited for.
constexpr pg::Statement kReadHolds{"ledger_read_holds",
                                   "SELECT" LOTS_HOLD_COLUMNS
                                   "FROM lot_holds h "
                                   "WHERE h.company = $1 AND h.lot_id = ANY($2) "
                                   "ORDER BY h.lot_id, h.placed_at, h.hold_id"};

std::string Places(const std::vector<LocationId>& locations) {
  return absl::StrJoin(locations, ", ", [](std::string* out, const LocationId& location) {
    absl::StrAppend(out, location.value());
  });
}

// "held by recall R-1", "held at shelf", "held for what it was made of".
std::string Why(const Hold& hold) {
  switch (hold.cause) {
    case HoldCause::kLot:
      return "is held";
    case HoldCause::kPlace:
      return absl::StrCat("is held at ", hold.location_id->value());
    case HoldCause::kInherited:
      return "is held for what it was made of";
    case HoldCause::kRecall:
      return absl::StrCat("is held by recall ", hold.recall_id->value());
  }
  return "is held";
}

std::string WayOut(const Hold& hold) {
  const std::string exempt =
      hold.exempt_location_ids.empty()
          ? ""
          : absl::StrCat("move it to ", Places(hold.exempt_location_ids), ", ");
  return absl::StrCat(exempt,
                      hold.cause == HoldCause::kRecall ? "close the recall" : "release it first",
                      ", or accept HELD where that is possible and permitted");
}

Problem LotHeld(const Posting& posting, const LotFacts& lot, const Hold& hold,
                const std::string& field) {
  Facts facts = {{"lot_id", lot.lot_id.value().ToString()},
                 {"number", lot.number},
                 {"location_id", posting.from.value()},
                 {"cause", std::string(Name(hold.cause))}};
  if (hold.hold_id.has_value()) facts.emplace_back("hold_id", hold.hold_id->value().ToString());
  if (hold.recall_id.has_value()) facts.emplace_back("recall_id", hold.recall_id->value());
  facts.emplace_back("reason", hold.reason);
  facts.emplace_back("exempt_location_ids", Places(hold.exempt_location_ids));
  return {.reason = Reason::kLotHeld,
          .field = field,
          .message = absl::StrCat(
              lot.tracking == Tracking::kSerial ? "serial " : "lot ", lot.number, " of product ",
              lot.product_id.value(), " ", Why(hold), " (", hold.reason, ") and may not leave ",
              posting.from.value(), " for ", posting.to.value(), "; ", WayOut(hold)),
          .facts = std::move(facts)};
}

}  // namespace

size_t Ledger::AddHolds(pg::Transaction& transaction, const std::vector<LotId>& lot_ids) const {
  return transaction.Add(kReadHolds, context_.company, lot_ids);
}

void Ledger::LoadHolds(const pg::Result& rows) {
  for (const pg::Row row : rows) {
    Hold hold = ReadHold(row);
    if (Stands(hold, now_)) holds_[hold.lot_id].push_back(std::move(hold));
  }
}

absl::Span<const Hold> Ledger::HoldsOf(const LotId& lot_id) const {
  const auto found = holds_.find(lot_id);
  if (found == holds_.end()) return {};
  return found->second;
}

bool Ledger::HasTaken(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances_.find({lot_id, location_id});
  return found != balances_.end() && found->second.taken;
}

void Ledger::JudgeHolds(const Case& c, const std::string& field, Problems& problems) const {
  if (accept_.held || !IsOnHand(c.from.kind)) return;
  const Hold* strongest = nullptr;
  for (const Hold& hold : HoldsOf(c.lot.lot_id)) {
    const bool applies = hold.binding &&
                         hold.location_id.value_or(c.posting.from) == c.posting.from &&
                         !absl::c_linear_search(hold.exempt_location_ids, c.posting.to);
    if (!applies) continue;
    if (strongest == nullptr || HoldStrength(hold.cause) > HoldStrength(strongest->cause)) {
      strongest = &hold;
    }
  }
  if (strongest != nullptr) problems.push_back(LotHeld(c.posting, c.lot, *strongest, field));
}

}  // namespace lots
