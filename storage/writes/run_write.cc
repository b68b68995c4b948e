// Runs a write: which errors are write conflicts, the pause before the next run, and the look for
// the first call of a repeated request.
#include "storage/writes/run_write.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/errors.h"
#include "storage/pg/error.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

// The pause before the second run: about as long as the other writer needs to commit. Each later
// pause is twice as long, up to 8 ms, so that all runs of a write still fit into a usual deadline.
constexpr absl::Duration kFirstPause = absl::Milliseconds(1);
constexpr int kPauseDoublingsMax = 3;

// The constraints that notice a concurrent writer: the number was free and the product as it is
// written when this write was planned. An operation that can say more about a violation refuses it
// in its own words before RunWrite sees it.
constexpr absl::string_view kConflictConstraints[] = {
    "assignments_one_plan",  // another order planned the serial
    "former_numbers_pkey",   // another lot had the number
    "lots_number_key",       // another lot took the number
    "lots_product_fkey",     // the product's rules changed
    "products_pkey",         // another call registered the product
};

// The status as a conflict, when it is one.
absl::Status MarkConflict(const absl::Status& status) {
  const std::string constraint = pg::ViolatedConstraint(status);
  const bool is_conflict =
      std::find(std::begin(kConflictConstraints), std::end(kConflictConstraints), constraint) !=
      std::end(kConflictConstraints);
  return is_conflict ? pg::AsConflict(status) : status;
}

// Random, so that two writers do not meet again in step.
absl::Duration PauseAfter(int run) {
  static thread_local absl::BitGen random;
  return kFirstPause * (1 << std::min(run - 1, kPauseDoublingsMax)) *
         absl::Uniform(random, 0.5, 1.5);
}

// Waits before the run after `run`, and calls the connection's observer. Returns false without
// waiting when no time is left for another run or the client went away.
bool PauseBeforeNextRun(pg::Connection& db, int run) {
  if (!db.usable() || db.cancelled()) return false;
  const absl::Duration pause = PauseAfter(run);
  if (absl::Now() + pause >= db.deadline()) return false;
  absl::SleepFor(pause);
  if (db.observer() != nullptr) db.observer()->OnRetry();
  return true;
}

absl::Status RunUntilNoConflict(pg::Connection& db, const WriteSteps& steps) {
  for (int run = 1;; ++run) {
    absl::Status answer = MarkConflict(steps.attempt());
    if (!pg::IsConflict(answer) || run >= steps.runs_max) return answer;
    if (!PauseBeforeNextRun(db, run)) return answer;
  }
}

}  // namespace

absl::Status WriteConflict(absl::string_view what) {
  return pg::AsConflict(absl::AbortedError(what));
}

absl::Status RunWriteSteps(pg::Connection& db, const WriteSteps& steps) {
  absl::Status answer = RunUntilNoConflict(db, steps);
  if (answer.ok()) return answer;
  const bool is_refusal = pg::IsConflict(answer) || !ProblemsOf(answer).empty();
  if (is_refusal && steps.reads_before_claim) {
    const absl::Status look = CheckNotMade(db, steps.context);
    if (!look.ok()) answer = look;
  }
  if (!IsRepeat(answer)) return answer;
  ASSIGN_OR_RETURN(const std::vector<Uuid> created_ids, FindCreatedIds(db, steps.context));
  RETURN_IF_ERROR(steps.rebuild(created_ids));
  if (db.observer() != nullptr && !db.dry_run()) db.observer()->OnWritten(counters::kRepeats, 1);
  return absl::OkStatus();
}

}  // namespace lots
