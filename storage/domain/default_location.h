// The locations that every company has.
#pragma once

#include <string>

#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"

namespace lots {

// The id of the location that every company has of each virtual kind (SUPPLIER, CUSTOMER,
// PRODUCTION, SCRAP, ADJUSTMENT): the kind's name.
inline LocationId DefaultLocation(LocationKind kind) { return LocationId(std::string(Name(kind))); }

// Where goods are that were issued to a work order and not used up yet, of whichever order: a
// location of kind PRODUCTION. The first issue of a company creates it. issued_components says
// which order has how much.
inline LocationId WorkInProcess() { return LocationId("WORK_IN_PROCESS"); }

}  // namespace lots
