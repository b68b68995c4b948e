// MaintainUnit: components come out of a unit and go into it, wherever the unit is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/rules/accept.h"
#include "storage/pg/connection.h"

namespace lots {

struct ComponentMove {
  LotRef lot;
  std::optional<Quantity> quantity;  // none: one serial, or all that is exactly in the unit
  // Of a removal: to where; of an installation: from where. None: as the command says.
  std::optional<LocationId> location;
};

struct MaintenanceCommand {
  WriteContext context;
  LotRef unit;
  std::vector<ComponentMove> removals;  // before the installations
  std::vector<ComponentMove> installations;
  std::optional<LocationId> destination;  // of removals that name none
  std::optional<LocationId> source;       // of installations that name none
  Document document;
  absl::Time occurred_at;
  Accept accept;
  std::string note;  // the reason, and what else is said
};

struct MaintainedComponent {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Quantity quantity;
  int scale = 0;
  LocationId location;
};

struct Maintenance {
  TransformationId transformation_id;
  std::vector<MaintainedComponent> removed;    // in the order of the request
  std::vector<MaintainedComponent> installed;  // likewise
  std::vector<MovementId> adjustments = {};    // for accepted shortages
  std::vector<LotId> unarchived = {};          // archived lots that are ACTIVE again
};

// Removes and installs components, in one transaction. What is removed is no longer in the unit;
// what is installed is exactly in it. The unit does not move. It inherits what holds the installed
// components, and becomes a member of their open recalls. ReverseCompletion reverses it.
absl::StatusOr<Maintenance> MaintainUnit(pg::Connection& db, const MaintenanceCommand& command);

}  // namespace lots
