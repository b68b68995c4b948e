// Named SQL statements, counters of what transactions write, and the observer of both.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lots::pg {

// A Statement is a constant right above its only caller. Its name is unique in the program: the
// prepared statement and the metric's label have it, and a test proves by it that every statement
// was run.
struct Statement {
  const char* name;
  const char* sql;
};

// Counter is a business metric that transactions add to: one of a closed set of constants. The
// label tells counters of one name apart; empty: there is only one.
struct Counter {
  const char* name;
  const char* label = "";
};

// StatementObserver is called for every statement that ran, BEGIN, COMMIT and ROLLBACK included, on
// the thread that ran it. An implementation is thread safe and quick.
class StatementObserver {
 public:
  virtual ~StatementObserver() = default;

  // `statement` has the text that PostgreSQL got, composed texts too; it lives as long as the call.
  // `elapsed` is what the statement added to the round trip: the time since the previous result of
  // the pipeline, or since sending. Not called for statements that were skipped after a failed one.
  virtual void OnStatement(const Statement& statement, absl::Duration elapsed,
                           const absl::Status& status) = 0;

  // An operation is about to be run again by RunWrite.
  virtual void OnRetry() {}

  // A transaction that had counted `amount` has committed. Not called when the transaction was
  // rolled back or its outcome is unknown.
  virtual void OnWritten(const Counter& counter, double amount) {
    static_cast<void>(counter);
    static_cast<void>(amount);
  }
};

}  // namespace lots::pg
