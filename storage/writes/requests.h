// Idempotency: a write with a given request_id happens once, and every repeat is answered as the
// success it was (AIP-155).
//
// The claim is the first statement of a write's first pipeline. The claim waits for a concurrent
// write with the same id, and fails on requests_pkey when that write committed. RunWrite
// (run_write.h) then rebuilds the answer from the ids that the
// first call recorded.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/base/uuid.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

// Adds the claim to the transaction's first pipeline. Adds nothing if there is no request_id.
// `created_ids`: what the method needs to rebuild its answer, as far as it is known now: the ids
// that the call creates or, of UnassignSerials and ReleaseLots say, changes.
void ClaimRequest(pg::Transaction& transaction, const WriteContext& context,
                  const std::vector<Uuid>& created_ids);
// Replaces `created_ids` in a later pipeline of the same transaction.
void SetCreatedIds(pg::Transaction& transaction, const WriteContext& context,
                   const std::vector<Uuid>& created_ids);

// The status of an attempt that found, by its own read, that this request_id was already used.
absl::Status MadeBefore();
// MadeBefore when the request was made before. For an attempt that takes numbers before its claim:
// a repeat must not use any up. A failed read is an error.
absl::Status CheckNotMade(pg::Connection& db, const WriteContext& context);

// Whether an attempt failed because the request was made before: MadeBefore, or a failed claim.
bool IsRepeat(const absl::Status& status);
// The `created_ids` of the first call. INVALID_ARGUMENT REQUEST_ID_REUSED when the first call was
// another method or had another payload.
absl::StatusOr<std::vector<Uuid>> FindCreatedIds(pg::Connection& db, const WriteContext& context);

// Deletes requests of the company made before `before`, at most `limit`; returns how many.
absl::StatusOr<int64_t> ForgetRequests(pg::Connection& db, const CompanyId& company,
                                       absl::Time before, int64_t limit);
// Every company: for housekeeping, and for reads of every company (`company: "-"` in the API).
absl::StatusOr<std::vector<CompanyId>> ListCompanies(pg::Connection& db);

}  // namespace lots
