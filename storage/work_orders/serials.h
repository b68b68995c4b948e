// The lots and assignments that the operations of work orders write. For this folder and those
// below it only.
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
#include "storage/domain/lot_details.h"
#include "storage/pg/pipeline.h"

namespace lots {

enum class AssignmentState : int16_t;
enum class LotState : int16_t;
struct NumberedLot;
struct WriteContext;

}  // namespace lots

namespace lots::orders {

// New states and dates of stored lots, which become ACTIVE or PLANNED.
struct LotChanges {
  std::vector<LotId> ids;
  std::vector<LotState> states;
  std::vector<LotDates> dates;
};
void AddLotChanges(pg::Transaction& transaction, const CompanyId& company,
                   const LotChanges& changes, absl::Time at);

// Assigns the serials to the order, in this order. A serial that was assigned to it before keeps
// its place.
void AddAssignments(pg::Transaction& transaction, const WriteContext& context,
                    const WorkOrderId& work_order, const std::vector<LotId>& serials,
                    AssignmentState state, absl::Time at);

// Ends assignments: kVoided makes the lots VOID, kUnassigned does not change the lots. Adds events
// to the lots' history.
void AddEndOfAssignments(pg::Transaction& transaction, const WriteContext& context,
                         const WorkOrderId& work_order, const std::vector<LotId>& serials,
                         AssignmentState end, absl::Time at);

// Adds the read of the order's planned serials in the order of assignment: at most `limit`, without
// `besides`. Locks their lots as movements lock serials.
size_t AddPlannedSerials(pg::Transaction& transaction, const CompanyId& company,
                         const WorkOrderId& work_order, std::optional<int64_t> limit,
                         const std::vector<LotId>& besides);
std::vector<NumberedLot> ReadNumberedLots(const pg::Result& rows);

// The current numbers of the lots, in the order of `ids`.
absl::StatusOr<std::vector<NumberedLot>> FindNumbers(pg::Connection& db, const CompanyId& company,
                                                     const std::vector<LotId>& ids);

std::vector<LotId> IdsOf(absl::Span<const NumberedLot> lots);
std::vector<Uuid> UuidsOf(absl::Span<const NumberedLot> lots);
std::vector<LotId> LotIdsOf(absl::Span<const Uuid> uuids);

}  // namespace lots::orders
