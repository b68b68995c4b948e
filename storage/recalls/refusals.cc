// The words of refusals of operations on recalls.
#include "storage/recalls/refusals.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/reasons.h"
#include "storage/recalls/recall.h"

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

Problem RecallTooLarge() {
  return {.reason = Reason::kRecallTooLarge,
          .field = "seeds",
          .message = absl::StrCat("the seeds reach more than ", kRecallMembersMax,
                                  " lots: open several recalls, each of fewer seeds"),
          .facts = {{"limit", absl::StrCat(kRecallMembersMax)}}};
}

}  // namespace lots
