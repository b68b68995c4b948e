// The refusals of operations on recalls.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"

namespace lots {

struct NumberedLot;
struct Problem;
struct Recall;
struct UnaccountedGoods;

Problem RecallExists(const Recall& existing);
Problem RecallClosed(const RecallId& recall_id, absl::Time closed_at);
Problem RecallTooLarge(absl::string_view field);
// LOT_NOT_IN_RECALL.
Problem LotNotInRecall(absl::string_view field, const NumberedLot& lot, const RecallId& recall_id);
// FIELD_INVALID: more than one of a serial.
Problem MoreThanOneUnit(absl::string_view field, Quantity quantity, absl::string_view number);
// FIELD_INVALID: more is good than the location has, `there`, and than was found good there before;
// `other` is good by the other kind.
Problem MoreThanIsThere(absl::string_view field, Quantity quantity, Quantity there, Quantity before,
                        Quantity other);
// RECALL_UNACCOUNTED: `count` is of all such lots and places.
Problem RecallUnaccounted(const UnaccountedGoods& goods, int64_t count);

}  // namespace lots
