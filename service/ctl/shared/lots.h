// Lots as commands name and show them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/session/session.h"
#include "service/ctl/shared/list_table.h"

namespace lots::ctl {

// The ids of lots named by number, PRODUCT/NUMBER or UUID, in their order. A number may have a
// slash itself: where there is no PRODUCT/NUMBER, all of it is looked for as a number. NOT_FOUND
// naming every one that there is not; a usage error for a number that several products have, and
// for a name that is none.
absl::StatusOr<std::vector<std::string>> FindLotIds(Session& session,
                                                    const std::vector<std::string>& names);
absl::StatusOr<std::string> FindLotId(Session& session, const std::string& name);
// Replaces numbers (ParseLotRef) by the ids of the lots that have them; where a product is said,
// only those that FindLotIds reads as one number. The errors are those of FindLotIds.
absl::Status ResolveNumbers(Session& session, const std::vector<v1::LotRef*>& lots);
absl::Status ResolveNumbers(Session& session, google::protobuf::RepeatedPtrField<v1::LotRef>& lots);
// The same of lots that the request may make: where a product is said, it is that product.
absl::Status ResolveNumbersAlone(Session& session, const std::vector<v1::LotRef*>& lots);

// A table of lots.
ListTable LotTable(const Session& session);
void AddLot(const v1::Lot& lot, Session& session, ListTable& table);
// One lot with everything that is known of it.
void PrintLot(const v1::Lot& lot, Session& session);
// A table of numbers with their ids, below a title; nothing when there are none.
void PrintNumberedLots(const std::string& title,
                       const google::protobuf::RepeatedPtrField<v1::NumberedLot>& lots,
                       const Terminal& terminal);
// Says that an answer lists only the first of so many serials of an order.
void PrintMoreSerials(bool truncated, int64_t count, const std::string& work_order_id,
                      const Terminal& terminal);

}  // namespace lots::ctl
