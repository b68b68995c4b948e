// The refusals of questions about genealogies.
#pragma once

#include "storage/domain/errors.h"

namespace lots {

// TRACE_TOO_LARGE.
Problem UnitsHaveTooManyOrigins();
Problem SeedsHaveTooManyRecipients();

}  // namespace lots
