// The words for what happens in a recall.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "lots/v1/lot_history.pb.h"
#include "lots/v1/recall_work.pb.h"

namespace lots::ctl {

// "joined again", "returned to supplier".
std::string Show(v1::RecallMemberChange change);
std::string Show(v1::RecallDispositionKind kind);
// The kind that a flag names: "returned-to-supplier". UNSPECIFIED for another text.
v1::RecallDispositionKind DispositionKindOf(absl::string_view text);

// "RC-1  excluded: tested  (PR-88)", "RC-1  cleared 5 at RAW  (PR-88)".
std::string TextOf(const v1::RecallLotEvent& event);

}  // namespace lots::ctl
