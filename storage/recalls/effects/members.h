// Memberships of open recalls, where the genealogy below some lots changes. For this folder only.
#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

}  // namespace lots

namespace lots::effects {

struct GenealogyChange;

// The open recalls that one of these lots is a member of.
absl::StatusOr<absl::btree_set<RecallId>> FindRecalls(pg::Transaction& transaction,
                                                      const CompanyId& company,
                                                      const std::vector<LotId>& lots);

// Walks from the seeds of each recall, as OpenRecall does, and compares with what is recorded of
// `lots`: what the recall reaches becomes a member, and, where the change removed components, what
// it does not reach any more is none. The links of the change are written, and `lots` are locked
// FOR UPDATE: the units of the change, and everything that was made of them. A lot that a person
// excluded stays excluded. A lot that is certainly affected stays so as long as it is a member.
// RECALL_TOO_LARGE.
absl::Status UpdateMembers(pg::Transaction& transaction, const WriteContext& context,
                           const GenealogyChange& change, const std::vector<LotId>& lots,
                           const absl::btree_set<RecallId>& recalls, absl::Time at);

}  // namespace lots::effects
