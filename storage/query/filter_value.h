// The values of a filter (filter.h), read as the type of the field they are compared with.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/base/uuid.h"
#include "storage/query/filter.h"

namespace lots {

// The instants from begin to before end: one microsecond, the database's grain, or a whole day.
struct FilterInstants {
  absl::Time begin;
  absl::Time end;
};

// Each fails with INVALID_ARGUMENT, saying what would be allowed; the caller adds the place.

absl::StatusOr<FilterInstants> ReadInstants(absl::string_view text, absl::TimeZone zone);
absl::StatusOr<absl::CivilDay> ReadDay(absl::string_view text);
absl::StatusOr<Quantity> ReadQuantity(absl::string_view text);
absl::StatusOr<bool> ReadBool(absl::string_view text);
absl::StatusOr<Uuid> ReadUuid(absl::string_view text);
// One of the field's values.
absl::StatusOr<FilterEnumValue> ReadEnum(absl::string_view text, const FilterField& field);

}  // namespace lots
