// Where a lot of a trace is, and from and to which partners it moved.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/movement.h"

namespace lots {

// A receipt, delivery or return of a lot that was not reversed.
struct PartnerMovement {
  MovementKind kind = MovementKind::kReceipt;
  std::string partner_id;
  Document document;
  Quantity quantity;
  absl::Time occurred_at;
  LocationId location_id;  // the partner's side
};

struct TracePlace {
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
  std::optional<absl::Time> arrived_at;
  std::optional<WorkOrderId> work_order = {};  // of WORK_IN_PROCESS: the order that has it
};

}  // namespace lots
