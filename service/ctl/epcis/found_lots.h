// The company's lots that a document speaks of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// Each finds nothing when the company or the product is not there yet.

// The product's lots that have or had the numbers, each with the number that was asked for.
absl::StatusOr<std::vector<std::pair<std::string, v1::Lot>>> FindLotsByNumber(
    Session& session, const std::string& product_id, const std::vector<std::string>& numbers);

// The lots that an import of the event would have moved: by what the event calls them, by the
// references that an import gives, and by the movements that have the event's mark and time. The
// last of these also finds the goods of pallets. Of lots that only the movements name, the answer
// has id, product and number.
absl::StatusOr<std::vector<v1::Lot>> FindLotsOf(Session& session,
                                                const EpcisWithdrawal& withdrawal);

// Whether the note has a mark of the event: whether an import of the event made it.
bool IsMarked(const std::string& note, const EpcisWithdrawal& withdrawal);

}  // namespace lots::ctl
