// What happens to the members of a recall. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

// Why a membership ended or began again.
enum class RecallMemberChange : int16_t {
  kExcluded = 1,     // a person cleared the lot, with evidence
  kIncluded = 2,     // a person took an exclusion back, or added the lot
  kJoinedAgain = 3,  // it was made of a member, or a new seed reached it
  kUnlinked = 4,     // the genealogy was corrected: the lot is not made of a member
};

// What became of goods of a member.
enum class RecallDispositionKind : int16_t {
  kCleared = 1,   // good: free when the recall is closed
  kReworked = 2,  // made good: free when the recall is closed
  kScrapped = 3,
  kReturnedToSupplier = 4,
  kDestroyedByCustomer = 5,
};

// "EXCLUDED", "RETURNED_TO_SUPPLIER", …
absl::string_view Name(RecallMemberChange change);
absl::string_view Name(RecallDispositionKind kind);

}  // namespace lots
