// The refusals of operations on recalls.
#pragma once

#include "absl/time/time.h"
#include "storage/domain/ids.h"

namespace lots {

struct LotRef;
struct Problem;
struct Recall;

Problem RecallExists(const Recall& existing);
Problem RecallClosed(const RecallId& recall_id, absl::Time closed_at);
Problem RecallTooLarge();

}  // namespace lots
