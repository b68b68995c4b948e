// The kinds of movements. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class MovementKind : int16_t {
  kReceipt = 1,
  kTransfer = 2,
  kDelivery = 3,
  kReturn = 4,
  kConsumption = 5,
  kProduction = 6,
  kScrap = 7,
  kAdjustment = 8,
  kSupplierReturn = 9,
  kIssue = 10,
  kIssueReturn = 11,
  kInstallation = 12,  // a component goes into a unit
  kRemoval = 13,       // a component comes out of a unit
};

// "RECEIPT", …
absl::string_view Name(MovementKind kind);

}  // namespace lots
