// The refusals of questions about genealogies.
#pragma once

#include "storage/domain/errors.h"
#include <string>

namespace lots {

struct Problem;
struct ResolvedLot;

// TRACE_TOO_LARGE.
Problem UnitsHaveTooManyOrigins();
Problem SeedsHaveTooManyRecipients();

}  // namespace lots
