// The locations that every company has.
#pragma once

#include <string>

#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"

namespace lots {

// The id of the location that every company has of each virtual kind (SUPPLIER, CUSTOMER,
// PRODUCTION, SCRAP, ADJUSTMENT): the kind's name.
inline LocationId DefaultLocation(LocationKind kind) { return LocationId(std::string(Name(kind))); }

}  // namespace lots
