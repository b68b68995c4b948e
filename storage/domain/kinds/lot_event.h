// What happens to the records of lots. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

namespace lots {

enum class LotEventKind : int16_t {
  kCreated = 1,
  kEdited = 2,
  kArchived = 3,
  kUnarchived = 4,
  kAssigned = 5,
  kUnassigned = 6,
  kVoided = 7,
  kDeleted = 8,
  kHeld = 9,
  kReleased = 10,
  kHoldChanged = 11,
  kInspected = 12,
  kRecallMember = 13,       // a membership ended or began again
  kRecallDisposition = 14,  // a recall says what became of goods
  kCorrected = 16,
  kWarrantyExtended = 17,
};

}  // namespace lots
