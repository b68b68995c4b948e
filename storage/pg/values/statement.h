// A named SQL statement, what is worth counting of what it writes, and what watches both.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lots::pg {

// Statements are constants that stand right above their only caller. The name is unique in the
// program: it names the prepared statement, the metric's label, and the row of the test that proves
// every statement was run.
struct Statement {
  const char* name;
  const char* sql;
};

// Something worth counting that a transaction writes: one of a closed set of constants. The label
// tells those of one name apart; empty: there is only one.
struct Counter {
  const char* name;
  const char* label = "";
};

// Hears of every execution, BEGIN, COMMIT and ROLLBACK included. Called on the thread that ran the
// statement; must be thread safe and quick.
class StatementObserver {
 public:
  virtual ~StatementObserver() = default;

  // The statement has the text that PostgreSQL was given, composed ones too; it ends with the call.
  // `elapsed` counts from the answer before it in the same pipeline (from sending, for the first):
  // what this statement added to the round trip. Statements that were skipped because one before
  // them failed are not told.
  virtual void OnStatement(const Statement& statement, absl::Duration elapsed,
                           const absl::Status& status) = 0;

  // An operation is about to be run again by RunWrite.
  virtual void OnRetry() {}

  // A transaction that had counted `amount` of this has committed. Nobody hears of what was rolled
  // back, nor of what may have been.
  virtual void OnWritten(const Counter& counter, double amount) {
    static_cast<void>(counter);
    static_cast<void>(amount);
  }
};

}  // namespace lots::pg
