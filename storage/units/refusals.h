// What the maintenance of units refuses. For this folder only.
#pragma once

#include <optional>
#include <string>

#include "storage/base/quantity.h"
#include "storage/domain/errors.h"

namespace lots {

struct Place;
struct ResolvedLot;

}  // namespace lots

namespace lots::units {

// UNIT_NOT_IN_USE: the unit is nowhere, scrapped, taken apart or used up. `here` is where it is.
Problem UnitNotInUse(const ResolvedLot& unit, const std::optional<Place>& here);

}  // namespace lots::units
