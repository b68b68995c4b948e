// One round trip in libpq's pipeline mode. For this folder only.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/pg/connection.h"
#include "storage/pg/wire.h"

namespace lots::pg {

// Exchange sends the statements of one pipeline and reads their results.
class Exchange {
 public:
  // The statements outlive the exchange.
  Exchange(Connection& db, absl::Span<const QueuedStatement> statements);

  // Prepares the statements that this connection has not prepared yet, and sends all. Call it once.
  // After an error the connection is broken and there is nothing to take.
  absl::Status SendAsync();
  // Returns the results in the order of the statements, each as soon as the server has sent it. The
  // first error is the last result. Once all are taken, the connection is ready again or marked
  // broken.
  absl::StatusOr<Result> Take();
  bool all_taken() const { return next_ == statements_.size(); }

  // SendAsync, and Take of all results.
  absl::StatusOr<Results> Run();

  // Whether a statement that was prepared earlier no longer fits the schema.
  bool found_stale_plan() const { return found_stale_plan_; }

 private:
  void CollectUnprepared();
  absl::Status Begin();
  // After an error of this and of the Read functions the connection is out of step with the server.
  absl::Status SendAll();
  bool IsPrepared(const QueuedStatement& queued) const;
  bool SendPrepares();
  bool SendStatements();
  absl::Status ReadPrepares();
  // Reads the next result; after an error of the server also all later ones, which are empty.
  absl::StatusOr<Result> ReadNext();
  absl::StatusOr<Result> ReadResults();

  // Reads one statement's result. A returned error means that the connection is out of step. An
  // error that the server gave goes to `first_error_`, and the result is then empty.
  absl::StatusOr<Result> ReadAnswer(const QueuedStatement& queued);
  absl::StatusOr<Result> ReadResult(const QueuedStatement& queued);
  bool Send(const QueuedStatement& queued);
  // The settings to send before the statement, for its PlanUse.
  std::vector<absl::string_view> SettingsBefore(const QueuedStatement& queued) const;
  // The first statement before which the session drops its cached plans; null: there is none.
  const QueuedStatement* FirstThatDropsPlans() const;
  // Whether application_name is set to the trace right after the statement.
  bool ReportsTraceAfter(const QueuedStatement& queued) const;
  absl::Status ReadSync();
  void TakeError(const QueuedStatement& queued, absl::Status error);
  void Report(const QueuedStatement& queued, const absl::Status& status);
  absl::Status Break(const absl::Status& status);

  Connection& db_;
  const absl::Span<const QueuedStatement> statements_;
  Wire wire_;
  std::vector<const QueuedStatement*> unprepared_;
  bool flush_each_ = false;  // asks the server to send each result as soon as it has it
  size_t next_ = 0;          // the statement whose result comes next
  absl::Status first_error_;
  bool found_stale_plan_ = false;
  absl::Time last_answer_at_;
};

}  // namespace lots::pg
