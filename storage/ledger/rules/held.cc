// The words of LOT_HELD: which hold keeps the goods, and what the caller can do about it.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/reasons.h"
#include "storage/ledger/rules/refusals.h"

namespace lots {

namespace {

std::string Places(const std::vector<LocationId>& locations) {
  return absl::StrJoin(locations, ", ", [](std::string* out, const LocationId& location) {
    absl::StrAppend(out, location.value());
  });
}

// "is held by recall R-1".
std::string HeldBy(const Hold& hold) {
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

// What the caller can do about a hold.
std::string WayOut(const Hold& hold) {
  const std::string exempt =
      hold.exempt_location_ids.empty()
          ? ""
          : absl::StrCat("move it to ", Places(hold.exempt_location_ids), ", ");
  return absl::StrCat(exempt,
                      hold.exempts_disposal ? "move it to a quarantine location, scrap it, return "
                                              "it to its supplier, exclude the lot, "
                                            : "",
                      hold.cause == HoldCause::kRecall ? "close the recall" : "release it first",
                      ", or accept HELD where that is possible and permitted");
}

Facts FactsOfHold(const Posting& posting, const LotFacts& lot, const Hold& hold) {
  Facts facts = {{"lot_id", lot.lot_id.value().ToString()},
                 {"number", lot.number},
                 {"location_id", posting.from.value()},
                 {"cause", std::string(Name(hold.cause))}};
  if (hold.hold_id.has_value()) facts.emplace_back("hold_id", hold.hold_id->value().ToString());
  if (hold.recall_id.has_value()) facts.emplace_back("recall_id", hold.recall_id->value());
  facts.emplace_back("reason", hold.reason);
  facts.emplace_back("exempt_location_ids", Places(hold.exempt_location_ids));
  return facts;
}

}  // namespace

Problem LotHeld(const Posting& posting, const LotFacts& lot, const Hold& hold,
                const std::string& field) {
  return {.reason = Reason::kLotHeld,
          .field = field,
          .message = absl::StrCat(NameOf(lot), " ", HeldBy(hold), " (", hold.reason,
                                  ") and may not leave ", posting.from.value(), " for ",
                                  posting.to.value(), "; ", WayOut(hold)),
          .facts = FactsOfHold(posting, lot, hold)};
}

Problem PartHeld(const Posting& posting, const LotFacts& lot, const Hold& hold,
                 const HeldPart& part, const std::string& field) {
  const Quantity free = std::max(part.present - part.kept, Quantity());
  Facts facts = FactsOfHold(posting, lot, hold);
  facts.emplace_back("held_quantity", part.kept.ToString());
  facts.emplace_back("free_quantity", free.ToString());
  return {.reason = Reason::kLotHeld,
          .field = field,
          .message = absl::StrCat(part.kept.ToString(), " of ", NameOf(lot), " at ",
                                  posting.from.value(), " are held (", hold.reason,
                                  "): ", free.ToString(), " are free, and the request takes ",
                                  posting.quantity.ToString(), "; ", WayOut(hold)),
          .facts = std::move(facts)};
}

}  // namespace lots
