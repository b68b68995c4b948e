// The lots and assignments that the operations of work orders write. For storage/work_order_*.cc
// and storage/work_orders/reshape/reshape.cc only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/lot.h"
#include "storage/domain/write_context.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/rows.h"

namespace lots::orders {

// Gives lots that exist a state and dates; for those that become ACTIVE or PLANNED here.
struct LotChanges {
  std::vector<LotId> ids;
  std::vector<LotState> states;
  std::vector<LotDates> dates;
};
void AddLotChanges(pg::Transaction& transaction, const CompanyId& company,
                   const LotChanges& changes, absl::Time at);

// Makes these the order's serials, in their order; one that was so before and is planned keeps its
// place.
void AddAssignments(pg::Transaction& transaction, const WriteContext& context,
                    const WorkOrderId& work_order, const std::vector<LotId>& serials,
                    AssignmentState state, absl::Time at);

// How assignments end: kVoided makes the lots VOID, kUnassigned leaves them as they are. The events
// tell the lots' history.
void AddEndOfAssignments(pg::Transaction& transaction, const WriteContext& context,
                         const WorkOrderId& work_order, const std::vector<LotId>& serials,
                         AssignmentState end, absl::Time at);

// Adds the read of the order's planned serials in the order of assignment, their lots locked as
// movements lock serials: at most `limit`, and none of `besides`.
size_t AddPlannedSerials(pg::Transaction& transaction, const CompanyId& company,
                         const WorkOrderId& work_order, std::optional<int64_t> limit,
                         const std::vector<LotId>& besides);
std::vector<NumberedLot> ReadNumberedLots(const pg::Result& rows);

// The lots' numbers as they are now, in the order of `ids`.
absl::StatusOr<std::vector<NumberedLot>> FindNumbers(pg::Connection& db, const CompanyId& company,
                                                     const std::vector<LotId>& ids);

std::vector<LotId> IdsOf(absl::Span<const NumberedLot> lots);
std::vector<Uuid> UuidsOf(absl::Span<const NumberedLot> lots);
std::vector<LotId> LotIdsOf(absl::Span<const Uuid> uuids);

}  // namespace lots::orders
