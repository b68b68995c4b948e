// The refusals of questions about genealogies.
#pragma once

#include <string>

namespace lots {

struct Problem;
struct ResolvedLot;

// TRACE_TOO_LARGE.
Problem UnitsHaveTooManyOrigins();
Problem SeedsHaveTooManyRecipients();

}  // namespace lots
