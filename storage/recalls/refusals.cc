// The words of refusals of operations on recalls.
#include "storage/recalls/refusals.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/recalls/recall.h"
#include "storage/recalls/rows.h"

namespace lots {

Problem RecallExists(const Recall& existing) {
  const std::string state(Name(existing.state));
  return {.reason = Reason::kRecallExists,
          .field = "recall_id",
          .message = absl::StrCat("there is a recall \"", existing.recall_id.value(),
                                  "\" already (", state, "): give every case a name of its own"),
          .facts = {{"recall_id", existing.recall_id.value()}, {"state", state}}};
}

Problem RecallClosed(const RecallId& recall_id, absl::Time closed_at) {
  const std::string at = absl::FormatTime(absl::RFC3339_full, closed_at, absl::UTCTimeZone());
  return {.reason = Reason::kRecallClosed,
          .field = "recall_id",
          .message = absl::StrCat("recall \"", recall_id.value(), "\" was closed on ", at),
          .facts = {{"recall_id", recall_id.value()}, {"close_time", at}}};
}

Problem RecallTooLarge(absl::string_view field) {
  return {.reason = Reason::kRecallTooLarge,
          .field = std::string(field),
          .message = absl::StrCat("the seeds reach more than ", kRecallMembersMax,
                                  " lots: open several recalls, each of fewer seeds"),
          .facts = {{"limit", absl::StrCat(kRecallMembersMax)}}};
}

Problem LotNotInRecall(absl::string_view field, const NumberedLot& lot, const RecallId& recall_id) {
  return {.reason = Reason::kLotNotInRecall,
          .field = std::string(field),
          .message = absl::StrCat(QuotedLot(lot.number), " was never a member of recall \"",
                                  recall_id.value(), "\": include it first, or leave it out"),
          .facts = {{"lot_id", lot.lot_id.value().ToString()},
                    {"number", lot.number},
                    {"recall_id", recall_id.value()}}};
}

Problem MoreThanOneUnit(absl::string_view field, Quantity quantity, absl::string_view number) {
  return FieldInvalid(field, quantity.ToString(),
                      absl::StrCat("serial ", number, " is one unit: say 1 at most"));
}

Problem MoreThanIsThere(absl::string_view field, Quantity quantity, Quantity there, Quantity before,
                        Quantity other) {
  std::string message = absl::StrCat(there.ToString(), " are there");
  if (before.IsPositive()) {
    absl::StrAppend(&message, ", and ", before.ToString(), " were recorded before");
  }
  if (other.IsPositive()) {
    absl::StrAppend(&message, ", and ", other.ToString(), " are good by the other kind already");
  }
  absl::StrAppend(&message,
                  ": CLEARED and REWORKED are together what is there at most, or what was ",
                  "recorded before");
  return FieldInvalid(field, quantity.ToString(), message);
}

Problem RecallUnaccounted(const UnaccountedGoods& goods, int64_t count) {
  const std::string quantity = goods.quantity.Format(goods.scale);
  return {.reason = Reason::kRecallUnaccounted,
          .field = "recall_id",
          .message = absl::StrCat(
              quantity, " of ", LotOfProduct(goods.number, goods.product_id), " are at ",
              goods.location_id.value(),
              " and not accounted for: exclude the lot, record a disposition, scrap or return the "
              "goods, or close with leave_held"),
          .facts = {{"lot_id", goods.lot_id.value().ToString()},
                    {"number", goods.number},
                    {"product_id", goods.product_id.value()},
                    {"location_id", goods.location_id.value()},
                    {"quantity", quantity},
                    {"unaccounted_count", absl::StrCat(count)}}};
}

}  // namespace lots
