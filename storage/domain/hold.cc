// When a hold is in effect, and which of several causes is the strongest.
#include "storage/domain/hold.h"

namespace lots {

bool IsInEffect(const Hold& hold, absl::Time now) {
  if (hold.released_at.has_value()) return false;
  return !hold.expires_at.has_value() || *hold.expires_at > now;
}

int HoldStrength(HoldCause cause) {
  switch (cause) {
    case HoldCause::kRecall:
      return 4;
    case HoldCause::kLot:
      return 3;
    case HoldCause::kInherited:
      return 2;
    case HoldCause::kPlace:
      return 1;
  }
  return 0;
}

}  // namespace lots
