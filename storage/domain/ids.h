// Identifiers, a type for each: a product where a lot is wanted does not compile.
#pragma once

#include <string>

#include "storage/base/strong.h"
#include "storage/base/uuid.h"

namespace lots {

using CompanyId = Strong<struct CompanyTag, std::string>;
using ProductId = Strong<struct ProductTag, std::string>;
using LocationId = Strong<struct LocationTag, std::string>;
using WorkOrderId = Strong<struct WorkOrderTag, std::string>;
using LotId = Strong<struct LotTag, Uuid>;
using MovementId = Strong<struct MovementTag, Uuid>;
using TransformationId = Strong<struct TransformationTag, Uuid>;
using HoldId = Strong<struct HoldTag, Uuid>;
using InspectionId = Strong<struct InspectionTag, Uuid>;
using RecallId = Strong<struct RecallTag, std::string>;

}  // namespace lots
