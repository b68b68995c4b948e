// The words of refusals about holds themselves.
#include "storage/holds/refusals.h"

#include "absl/strings/str_cat.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

std::string TextOf(const HoldId& hold_id) { return hold_id.value().ToString(); }

}  // namespace

Problem HoldNotFound(absl::string_view field, const HoldId& hold_id) {
  return {.reason = Reason::kHoldNotFound,
          .field = std::string(field),
          .message = absl::StrCat("no hold ", TextOf(hold_id), " in this company"),
          .facts = {{"hold_id", TextOf(hold_id)}}};
}

Problem HoldEnded(absl::string_view field, const EndedHold& hold) {
  const std::string ended_at =
      absl::FormatTime(absl::RFC3339_full, hold.ended_at, absl::UTCTimeZone());
  return {.reason = Reason::kHoldEnded,
          .field = std::string(field),
          .message = absl::StrCat("hold ", TextOf(hold.hold_id), " ended before: it ",
                                  hold.was_released ? "was released" : "expired", " at ", ended_at),
          .facts = {{"hold_id", TextOf(hold.hold_id)},
                    {"lot_id", hold.lot_id.value().ToString()},
                    {"ended_at", ended_at}}};
}

}  // namespace lots
