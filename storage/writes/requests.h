// Idempotency: a write with a given request_id happens once, and every repeat is answered as the
// success it was (AIP-155).
//
// The claim is the first statement of a write's first pipeline: it waits for a crossing write with
// the same id, and fails on requests_pkey when that one committed. Then the answer is rebuilt from
// what was made.
#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/domain/model.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/retry.h"

namespace lots {

// Adds the claim to the transaction's first pipeline. Nothing without a request_id. `made`: what
// the method will need to rebuild its answer, as far as it is known now.
void ClaimRequest(pg::Transaction& transaction, const WriteContext& context,
                  const std::vector<Uuid>& made);
// Replaces `made` in a later pipeline of the same transaction.
void SetMade(pg::Transaction& transaction, const WriteContext& context,
             const std::vector<Uuid>& made);

// Whether the pipeline failed because the request_id has been used.
bool IsRepeat(const absl::Status& status);
// What the first call made. INVALID_ARGUMENT REQUEST_ID_REUSED when it was another method or
// payload.
absl::StatusOr<std::vector<Uuid>> FindMade(pg::Connection& db, const WriteContext& context);

// Runs a whole write: `attempt()` → StatusOr<Answer>, again on crossing writers; when the request
// was made before, `rebuild(made)` → StatusOr<Answer> answers instead.
template <class Attempt, class Rebuild>
auto WriteOnce(pg::Connection& db, const WriteContext& context, Attempt attempt, Rebuild rebuild)
    -> decltype(attempt()) {
  auto answer = pg::RunWithRetries(db, attempt);
  if (!IsRepeat(answer.status())) return answer;
  absl::StatusOr<std::vector<Uuid>> made = FindMade(db, context);
  if (!made.ok()) return made.status();
  return rebuild(*made);
}

// Deletes requests of the company made before `before`, at most `limit`; returns how many.
absl::StatusOr<int64_t> ForgetRequests(pg::Connection& db, const CompanyId& company,
                                       absl::Time before, int64_t limit);
// Every company; for the janitor and for "-".
absl::StatusOr<std::vector<CompanyId>> ListCompanies(pg::Connection& db);

}  // namespace lots
