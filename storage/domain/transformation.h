// A transformation that was posted.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/transformation.h"

namespace lots {

// Where an order was worked on, and by whom. Each may be empty.
struct WorkPlace {
  std::string operation;  // of the order's routing: "20"
  std::string work_centre;
  std::string subcontractor_id;  // the partner that did the work; empty: the company itself
};

struct Transformation {
  TransformationId transformation_id;
  TransformationKind kind = TransformationKind::kProduction;
  std::optional<WorkOrderId> work_order;
  absl::Time occurred_at;
  absl::Time recorded_at;
  std::string actor;
  std::string note;
  std::optional<TransformationId> reverses;
  std::optional<TransformationId> reversed_by;
  std::optional<TransformationId> corrects = {};  // of a correction; lists do not read it
  WorkPlace work_place = {};
};

}  // namespace lots
