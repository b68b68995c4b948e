// Watches the database and deletes old request ids.
#include "service/server/housekeeping.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/server_limits.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/schema/migrate.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

// Statistics of a table are made from a sample, in a second or two. The next ping waits meanwhile.
constexpr absl::Duration kAnalyzeMax = absl::Seconds(10);

absl::StatusOr<int64_t> ForgetOf(pg::Connection& db, const CompanyId& company) {
  const absl::Time before = absl::Now() - kRequestsKept;
  int64_t total = 0;
  while (true) {
    ASSIGN_OR_RETURN(const int64_t gone,
                     ForgetRequests(db, company, before, kRequestsForgottenAtOnce));
    total += gone;
    if (gone < kRequestsForgottenAtOnce) return total;
  }
}

absl::StatusOr<int64_t> ForgetOfAll(pg::Pool& pool) {
  const absl::Time deadline = absl::Now() + kForgetRoundMax;
  ASSIGN_OR_RETURN(pg::Pool::Lease db, pool.Acquire(deadline));
  db->set_deadline(deadline);
  ASSIGN_OR_RETURN(const std::vector<CompanyId> companies, ListCompanies(*db));
  int64_t total = 0;
  for (const CompanyId& company : companies) {
    ASSIGN_OR_RETURN(const int64_t gone, ForgetOf(*db, company));
    total += gone;
  }
  return total;
}

}  // namespace

absl::Status DatabaseWatch::Check() {
  const absl::Status status = TryCheck();
  healthy_ = status.ok();
  return status;
}

bool DatabaseWatch::AnalyzeGrownTables() {
  if (db_ == nullptr || !db_->usable()) return false;
  db_->set_deadline(absl::Now() + kAnalyzeMax);
  const auto grown = growth_.Grown(*db_);
  const bool has_grown = grown.ok() && !grown->empty();
  // What fails is made up for by autovacuum.
  if (has_grown) pg::Analyze(*db_, *grown).IgnoreError();
  db_->set_deadline(absl::InfiniteFuture());
  return has_grown;
}

absl::Status DatabaseWatch::TryCheck() {
  if (db_ == nullptr || !db_->usable()) RETURN_IF_ERROR(Connect());
  const absl::Status alive = db_->Ping(kPingTimeout);
  if (!alive.ok()) db_.reset();
  return alive;
}

absl::Status DatabaseWatch::Connect() {
  ASSIGN_OR_RETURN(std::unique_ptr<pg::Connection> db, pg::Connection::Open(options_));
  db->set_deadline(absl::Now() + kPingTimeout);
  ASSIGN_OR_RETURN(const int version, AppliedVersion(*db));
  db->set_deadline(absl::InfiniteFuture());
  if (version < SchemaVersion()) {
    return absl::FailedPreconditionError(absl::StrCat("the database has schema version ", version,
                                                      ", this lotd needs ", SchemaVersion()));
  }
  db_ = std::move(db);
  return absl::OkStatus();
}

void ForgetOldRequests(pg::Pool& pool, Log& log) {
  const absl::StatusOr<int64_t> forgotten = ForgetOfAll(pool);
  if (!forgotten.ok()) {
    log.Write(LogLevel::kWarning, "forget_requests_failed",
              LogFields().Add("error", forgotten.status().ToString()));
  } else if (*forgotten > 0) {
    log.Write(LogLevel::kInfo, "requests_forgotten", LogFields().Add("count", *forgotten));
  }
}

}  // namespace lots
