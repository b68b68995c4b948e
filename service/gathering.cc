#include "service/gathering.h"

#include <algorithm>

namespace lots {

absl::Duration UntilRefusals(absl::Time now) {
  const absl::Duration into_turn = (now - absl::UnixEpoch()) % kRefusalTurn;
  return std::max(absl::ZeroDuration(), kRefusalTurn / 2 - into_turn);
}

}  // namespace lots
