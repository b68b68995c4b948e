// A movement that was posted.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/movement.h"

namespace lots {

struct Movement {
  MovementId movement_id;
  CompanyId company;
  MovementKind kind = MovementKind::kTransfer;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  Quantity quantity;
  LocationId from;
  LocationId to;
  Document document;
  std::string partner_id;
  absl::Time occurred_at;
  absl::Time recorded_at;
  std::string actor;
  std::string note;
  std::optional<MovementId> reverses;
  std::optional<MovementId> delivery;
  std::optional<MovementId> receipt;
  std::optional<TransformationId> transformation;
  std::optional<WorkOrderId> work_order;
  bool unarchived = false;  // ReverseMovement only: an archived lot is ACTIVE again
};

}  // namespace lots
