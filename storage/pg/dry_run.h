// A dry run of a write: the operation runs as it always does, and ends with ROLLBACK, not COMMIT.
#pragma once

#include "storage/base/check.h"
#include "storage/pg/connection.h"

namespace lots::pg {

// While a DryRun lives, no Transaction of the connection commits. Where a transaction that writes
// would commit, it checks what COMMIT would check (the deferred constraints) and stays open: the
// reads that follow see what the operation would have written. The end of the DryRun rolls the
// transaction back. Nothing that the transaction counts is reported. Only snapshots may begin after
// such a transaction: an operation commits once.
class DryRun {
 public:
  explicit DryRun(Connection& db) : db_(db) {
    Check(!db.dry_run());
    db.set_dry_run(true);
  }
  ~DryRun() {
    db_.Rollback();
    db_.set_dry_run(false);
  }
  DryRun(const DryRun&) = delete;
  DryRun& operator=(const DryRun&) = delete;

 private:
  Connection& db_;
};

}  // namespace lots::pg
