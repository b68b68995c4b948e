// Shared by the operations on recalls. Internal to storage/recalls.
#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"
#include "storage/recalls/recall.h"

namespace lots {

struct WriteContext;

// By product and number.
void SortSeeds(std::vector<RecallSeed>& seeds);

// The recall as the snapshot sees it. RECALL_NOT_FOUND.
absl::StatusOr<Recall> ReadRecall(pg::Transaction& snapshot, const CompanyId& company,
                                  const RecallId& recall_id);

// Runs a write on one recall once per request_id. Returns the recall as it is afterwards.
absl::StatusOr<Recall> RunRecallWrite(pg::Connection& db, const WriteContext& context,
                                      const RecallId& recall_id,
                                      absl::FunctionRef<absl::Status()> write);

}  // namespace lots
