// The refusals of questions about genealogies.
#pragma once

#include <string>

namespace lots {

struct Problem;
struct ResolvedLot;

// TRACE_TOO_LARGE.
Problem UnitsHaveTooManyOrigins();
Problem SeedsHaveTooManyRecipients();

// DUPLICATE_IN_REQUEST. `first` is the field that names the unit already.
Problem UnitNamedTwice(const std::string& field, const std::string& first, const ResolvedLot& lot);

// TRACKING_MISMATCH.
Problem NotASerial(const ResolvedLot& lot);

}  // namespace lots
