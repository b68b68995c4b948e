// Holds and inspections as messages.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/inspection.pb.h"
#include "storage/domain/ids.h"

namespace lots {

enum class HoldCause : int16_t;
struct Hold;
struct Inspection;
struct LotHold;

// Same values on both sides.
v1::HoldCause ToProto(HoldCause cause);

// `product_id` and `number` are those of the held lot.
v1::Hold ToProto(const Hold& hold, const ProductId& product_id, absl::string_view number);
v1::Hold ToProto(const LotHold& hold);

v1::Inspection ToProto(const Inspection& inspection);

}  // namespace lots
