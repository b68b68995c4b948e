// What a maintenance takes out of a unit and puts in, before it is posted. For this folder only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/ends/ends.h"
#include "storage/genealogy/ends/in_unit.h"
#include "storage/genealogy/ends/unit_links.h"
#include "storage/lot_rows/resolve.h"

namespace lots {

struct MaintenanceCommand;

}  // namespace lots

namespace lots::units {

// The lots that a request names. Empty: there is no such lot.
struct MaintenanceNames {
  std::optional<ResolvedLot> unit;
  std::vector<std::optional<ResolvedLot>> removals;
  std::vector<std::optional<ResolvedLot>> installations;
};

struct PlannedMove {
  LotId lot_id;
  Quantity quantity;
  LocationId location;
  bool exact = true;  // of a removal: it was exactly in the unit
  std::string field;
};

struct MaintenancePlan {
  std::vector<PlannedMove> removals;  // a line for what was exact, and one for what was pooled
  std::vector<PlannedMove> installations;
  std::vector<ComponentEnd> ends;
};

// What is read under the locks.
struct UnitFacts {
  UnitLinks links;
  std::vector<InUnit> units;  // that the unit is in
};

// Appends every problem that is not about the movement of goods.
MaintenancePlan PlanMaintenance(const MaintenanceCommand& command, const MaintenanceNames& names,
                                const UnitFacts& facts, std::vector<Problem>& problems);

}  // namespace lots::units
