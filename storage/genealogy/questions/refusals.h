// The refusals of questions about genealogies.
#pragma once

#include <string>

#include "storage/domain/errors.h"
#include "storage/lot_rows/resolve.h"

namespace lots {

// TRACE_TOO_LARGE.
Problem UnitsHaveTooManyOrigins();
Problem SeedsHaveTooManyRecipients();

// DUPLICATE_IN_REQUEST. `first` is the field that names the unit already.
Problem UnitNamedTwice(const std::string& field, const std::string& first, const ResolvedLot& lot);

// TRACKING_MISMATCH.
Problem NotASerial(const ResolvedLot& lot);

}  // namespace lots
