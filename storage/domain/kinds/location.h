// The kinds of locations. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class LocationKind : int16_t {
  kInternal = 1,
  kTransit = 2,
  kSupplier = 3,
  kCustomer = 4,
  kProduction = 5,
  kScrap = 6,
  kAdjustment = 7,
};

// "INTERNAL", …
absl::string_view Name(LocationKind kind);

// INTERNAL and TRANSIT: counts as on hand.
bool IsOnHand(LocationKind kind);
// INTERNAL, TRANSIT, CUSTOMER, SCRAP: holds goods, so it is never negative.
bool HoldsGoods(LocationKind kind);

}  // namespace lots
