// The one way to run a write: once for each request_id, and again after a write conflict.
//
// A write conflict is a status, not a refusal: pg::IsConflict (a serialization failure, a deadlock,
// WriteConflict below), or the violation of a constraint that notices a concurrent writer. Nothing
// was written, and the whole write, planned anew, sees what the other writer did.
#pragma once

#include <functional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/base/uuid.h"
#include "storage/pg/connection.h"

namespace lots {

struct WriteContext;

// Runs of one write at the most. The second run nearly always wins.
inline constexpr int kWriteRunsMax = 5;
// Writers to one work order that count up from one first number conflict again and again; in each
// round one of them commits.
inline constexpr int kOrderWriteRunsMax = 10;
// Calls that create lots conflict in the same way: so many may count up from one first number at
// once.
inline constexpr int kCreateRunsMax = 64;

// How a write that answers an Answer is run.
template <class Answer>
struct WritePolicy {
  const WriteContext& context;
  // Returns the answer of a repeat, from the ids that the first call recorded (ClaimRequest).
  std::function<absl::StatusOr<Answer>(const std::vector<Uuid>& created_ids)> rebuild;
  int runs_max = kWriteRunsMax;
  // The attempt reads before the claim, so it may refuse because of what the first call wrote.
  // RunWrite therefore looks for the first call before it returns a refusal.
  bool reads_before_claim = false;
};

// The conflict of a write that found a change between two of its reads. `what` is for the log.
absl::Status WriteConflict(absl::string_view what);

// The part of RunWrite that does not depend on the answer's type; for RunWrite only.
struct WriteSteps {
  const WriteContext& context;
  absl::FunctionRef<absl::Status()> attempt;
  absl::FunctionRef<absl::Status(const std::vector<Uuid>& created_ids)> rebuild;
  int runs_max;
  bool reads_before_claim;
};
absl::Status RunWriteSteps(pg::Connection& db, const WriteSteps& steps);

// Calls `attempt()` until the answer is no write conflict, with a short random pause between two
// runs. Ends with ABORTED when the runs or the connection's time are used up. Returns
// `policy.rebuild(created_ids)` when the request was made before. When the first call cannot be
// looked up, the answer is that error, never a refusal.
template <class Answer>
absl::StatusOr<Answer> RunWrite(pg::Connection& db, const WritePolicy<Answer>& policy,
                                absl::FunctionRef<absl::StatusOr<Answer>()> attempt) {
  absl::StatusOr<Answer> answer;
  const auto run = [&] {
    answer = attempt();
    return answer.status();
  };
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    answer = policy.rebuild(created_ids);
    return answer.status();
  };
  const absl::Status status = RunWriteSteps(db, {.context = policy.context,
                                                 .attempt = run,
                                                 .rebuild = rebuild,
                                                 .runs_max = policy.runs_max,
                                                 .reads_before_claim = policy.reads_before_claim});
  if (!status.ok()) return status;
  return answer;
}

}  // namespace lots
