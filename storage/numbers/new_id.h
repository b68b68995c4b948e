// The ids that callers give to companies, products, locations, work orders and recalls.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "storage/domain/errors.h"

namespace lots {

// FIELD_INVALID for an id of a new resource that cannot stand in a URL or on lotctl's command line:
// with one of / \ ? # %, with a hyphen in front, or "." or "..". A colon is allowed, since URNs are
// ids; a URL has %3A for it, because a colon begins the method there ("recalls/RC-1:report").
// Resources that have such an id already keep it and work.
std::optional<Problem> CheckNewId(absl::string_view field, absl::string_view id);

}  // namespace lots
