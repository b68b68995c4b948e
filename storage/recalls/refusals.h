// The refusals of operations on recalls.
#pragma once

#include <cstddef>

#include "absl/time/time.h"
#include "storage/domain/ids.h"

namespace lots {

struct LotRef;
struct Problem;
struct Recall;

Problem RecallNotFound(const RecallId& recall_id);
Problem RecallExists(const Recall& existing);
Problem RecallClosed(const RecallId& recall_id, absl::Time closed_at);
Problem RecallTooLarge();
// DUPLICATE_IN_REQUEST. The seeds at `index` and `first` are the same lot.
Problem SeedNamedTwice(const LotRef& seed, size_t index, size_t first);
// TRANSACTION_CONFLICT.
Problem RecallLotDeleted();

}  // namespace lots
