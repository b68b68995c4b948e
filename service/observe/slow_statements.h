// A log line for each statement that takes long, with the trace of the call that waits for it.
#pragma once

#include "absl/time/time.h"
#include "service/observe/log.h"
#include "storage/pg/values/statement.h"

namespace lots {

// Thread safe. The log and `next` outlive it. Passes every event on to `next`.
class SlowStatements final : public pg::StatementObserver {
 public:
  SlowStatements(Log& log, absl::Duration slow, pg::StatementObserver* next)
      : log_(log), slow_(slow), next_(next) {}

  void OnStatement(const pg::Statement& statement, absl::Duration elapsed,
                   const absl::Status& status) override;
  void OnRetry() override;
  void OnWritten(const pg::Counter& counter, double amount) override;

 private:
  Log& log_;
  const absl::Duration slow_;
  pg::StatementObserver* const next_;
};

}  // namespace lots
