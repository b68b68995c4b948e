// Lots as commands name and show them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// The ids of lots named as UUID or PRODUCT/NUMBER, in their order. NOT_FOUND naming every one that
// there is not; a usage error for a name that is neither.
absl::StatusOr<std::vector<std::string>> FindLotIds(Session& session,
                                                    const std::vector<std::string>& names);
absl::StatusOr<std::string> FindLotId(Session& session, const std::string& name);

// A table of lots.
Table LotTable();
void AddLot(const v1::Lot& lot, Table& table);
// One lot with everything that is known of it.
void PrintLot(const v1::Lot& lot, const Terminal& terminal);
// A table of numbers with their ids, below a title; nothing when there are none.
void PrintNumberedLots(const std::string& title,
                       const google::protobuf::RepeatedPtrField<v1::NumberedLot>& lots,
                       const Terminal& terminal);
// The answer to --validate-only. A refusal when there are problems.
absl::Status PrintProblems(const google::protobuf::RepeatedPtrField<v1::Problem>& problems,
                           const Session& session);

}  // namespace lots::ctl
