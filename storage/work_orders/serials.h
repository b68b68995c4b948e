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

// Makes stored serials PLANNED, which keep what is known of them, their dates too.
void AddPlanning(pg::Transaction& transaction, const CompanyId& company,
                 const std::vector<LotId>& serials, absl::Time at);

// Assigns the serials to the order, in this order. A serial that was assigned to it before keeps
// its position.
void AddAssignments(pg::Transaction& transaction, const WriteContext& context,
                    const WorkOrderId& work_order, const std::vector<LotId>& serials,
                    AssignmentState state, absl::Time at);

// A serial that is planned for an order.
struct PlannedSerial {
  LotId lot_id;
  std::string number;
  bool active_before = false;
  LotDates dates;  // of one that was created before it was assigned
};

// Adds the read of the order's planned serials in the order of assignment: at most `limit`, without
// `besides`. Locks their lots as movements lock serials.
size_t AddPlannedSerials(pg::Transaction& transaction, const CompanyId& company,
                         const WorkOrderId& work_order, std::optional<int64_t> limit,
                         const std::vector<LotId>& besides);
std::vector<PlannedSerial> ReadPlannedSerials(const pg::Result& rows);

// Ends assignments. The lots do not change: a PLANNED one is free for another order. Adds events to
// the lots' history.
void AddUnassigning(pg::Transaction& transaction, const WriteContext& context,
                    const WorkOrderId& work_order, const std::vector<LotId>& serials,
                    absl::Time at);
// Ends assignments and gives the numbers up. A serial that was never ACTIVE becomes VOID. Every
// other one becomes what it was before: ACTIVE when it was created by hand or taken apart, PLANNED
// and free when the completion that made it was reversed. Adds events to the lots' history. Serials
// that are free already have no assignment that ends.
void AddGivingUp(pg::Transaction& transaction, const WriteContext& context,
                 const WorkOrderId& work_order, absl::Span<const PlannedSerial> serials,
                 absl::Time at);
// Those that AddGivingUp makes VOID.
std::vector<NumberedLot> VoidedOf(absl::Span<const PlannedSerial> serials);

// The current numbers of the lots, in the order of `ids`.
absl::StatusOr<std::vector<NumberedLot>> FindNumbers(pg::Connection& db, const CompanyId& company,
                                                     const std::vector<LotId>& ids);

std::vector<LotId> IdsOf(absl::Span<const NumberedLot> lots);
std::vector<LotId> IdsOf(absl::Span<const PlannedSerial> serials);
std::vector<Uuid> UuidsOf(absl::Span<const NumberedLot> lots);
std::vector<LotId> LotIdsOf(absl::Span<const Uuid> uuids);

}  // namespace lots::orders
