// One round trip in libpq's pipeline mode. For this folder only.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/pg/connection.h"
#include "storage/pg/wire.h"

namespace lots::pg {

class Exchange {
 public:
  // The statements live as long as it does.
  Exchange(Connection& db, absl::Span<const QueuedStatement> statements);

  // Prepares the statements that this connection does not know yet and sends the statements. Once.
  // An error means that the connection is broken, and that there is nothing to take.
  absl::Status Post();
  // The answers, in the order of the statements, each as soon as it is there. The first error is
  // the last answer. Once all are taken the connection is in step again, or marked broken.
  absl::StatusOr<Result> Take();
  bool all_taken() const { return next_ == statements_.size(); }

  // Both: all the answers.
  absl::StatusOr<Results> Run();

  // Whether it failed because a statement that was prepared earlier does not fit any more.
  bool found_stale_plan() const { return found_stale_plan_; }

 private:
  void CollectUnprepared();
  absl::Status Begin();
  // An error, here and of what reads, means that the connection is out of step.
  absl::Status SendAll();
  bool IsPrepared(const QueuedStatement& step) const;
  bool SendPrepares();
  bool SendStatements();
  absl::Status ReadPrepares();
  // The next step's answer; after a refusal the others' too, which are nothing then.
  absl::StatusOr<Result> ReadNext();
  absl::StatusOr<Result> ReadResults();

  // One statement's answer. An error status means that the connection is out of step; what the
  // server itself refused goes to `first_error_`, and the answer is then empty.
  absl::StatusOr<Result> ReadAnswer(const QueuedStatement& step);
  absl::StatusOr<Result> ReadResult(const QueuedStatement& step);
  bool Send(const QueuedStatement& step);
  // Whether the server is told of the trace right after the step.
  bool ReportsTraceAfter(const QueuedStatement& step) const;
  absl::Status ReadSync();
  void TakeError(const QueuedStatement& step, absl::Status error);
  void Report(const QueuedStatement& step, const absl::Status& status);
  absl::Status Break(const absl::Status& status);

  Connection& db_;
  const absl::Span<const QueuedStatement> statements_;
  Wire wire_;
  std::vector<const QueuedStatement*> unprepared_;
  bool at_once_ = false;  // each answer as soon as it is there
  size_t next_ = 0;       // the step whose answer comes next
  absl::Status first_error_;
  bool found_stale_plan_ = false;
  absl::Time last_answer_at_;
};

}  // namespace lots::pg
