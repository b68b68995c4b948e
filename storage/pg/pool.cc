// Lends connections, opens and closes them, and drops those of a lost server.
#include "storage/pg/pool.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"

namespace lots::pg {

Pool::Pool(PoolOptions options) : options_(std::move(options)) {}

Pool::~Pool() {
  absl::MutexLock lock(&mutex_);
  Check(busy_ == 0);
}

absl::StatusOr<Pool::Lease> Pool::Acquire(absl::Time deadline) {
  RETURN_IF_ERROR(AcquireSlot(deadline));
  return Fill(deadline);
}

std::optional<Pool::Lease> Pool::AcquireSpare(absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    if (2 * (busy_ + 1) > options_.connections_max) return std::nullopt;
    ++busy_;
  }
  absl::StatusOr<Lease> lease = Fill(deadline);
  if (!lease.ok()) return std::nullopt;
  return *std::move(lease);
}

absl::StatusOr<Pool::Lease> Pool::Fill(absl::Time deadline) {
  absl::StatusOr<Pooled> pooled = TakeOrOpen(deadline);
  if (!pooled.ok()) {
    absl::MutexLock lock(&mutex_);
    ReleaseSlot();
    return std::move(pooled).status();
  }
  return Lease(this, *std::move(pooled));
}

absl::Status Pool::AcquireSlot(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  if (busy_ < options_.connections_max) {
    ++busy_;
    return absl::OkStatus();
  }
  Waiter waiter;
  waiters_.push_back(&waiter);
  if (mutex_.AwaitWithDeadline(absl::Condition(&waiter.granted), deadline)) return absl::OkStatus();
  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
  ++timeouts_total_;
  return absl::DeadlineExceededError(absl::StrCat(
      "all ", options_.connections_max, " database connections were busy until the deadline"));
}

void Pool::ReleaseSlot() {
  if (waiters_.empty()) {
    --busy_;
    return;
  }
  // Handed over while the lock is held, so that nobody who comes now can overtake.
  waiters_.front()->granted = true;
  waiters_.pop_front();
}

absl::StatusOr<Pool::Pooled> Pool::TakeOrOpen(absl::Time deadline) {
  while (true) {
    Pooled pooled = PopIdle();
    if (pooled.connection == nullptr) return Open(deadline);
    if (IsAlive(pooled, deadline) && HasFreshPlans(pooled, deadline)) return pooled;
    // One that does not answer takes the others with it: asking each would cost its time again.
    Drop(std::move(pooled));
    if (absl::Now() >= deadline) {
      return absl::UnavailableError("the database did not answer before the deadline");
    }
  }
}

Pool::Pooled Pool::PopIdle() {
  absl::MutexLock lock(&mutex_);
  if (idle_.empty()) return {};
  Pooled pooled = std::move(idle_.back());
  idle_.pop_back();
  return pooled;
}

bool Pool::IsAlive(const Pooled& pooled, absl::Time deadline) const {
  const absl::Time now = absl::Now();
  if (now >= pooled.expires_at) return false;
  const bool is_fresh = now - pooled.idle_since < options_.idle_check_after;
  if (is_fresh && pooled.connection->IsQuiet()) return true;
  const absl::Duration timeout = std::min(options_.connection.connect_timeout, deadline - now);
  return pooled.connection->Ping(timeout).ok();
}

void Pool::DropPlans() { ++plan_drops_; }

bool Pool::HasFreshPlans(Pooled& pooled, absl::Time deadline) const {
  const int64_t wanted = plan_drops_;
  if (pooled.plan_drops == wanted) return true;
  pooled.connection->set_deadline(deadline);
  const absl::Status dropped = pooled.connection->DropPlans();
  pooled.connection->set_deadline(absl::InfiniteFuture());
  pooled.plan_drops = wanted;
  return dropped.ok();
}

absl::StatusOr<Pool::Pooled> Pool::Open(absl::Time deadline) {
  Pooled pooled;
  pooled.plan_drops = plan_drops_;
  {
    absl::MutexLock lock(&mutex_);
    // Read before connecting: a loss seen meanwhile then counts against this connection.
    pooled.losses_before = losses_;
    pooled.expires_at = absl::Now() + options_.lifetime_max * absl::Uniform(random_, 1.0, 1.1);
  }
  ConnectionOptions options = options_.connection;
  options.connect_timeout = std::min(options.connect_timeout, deadline - absl::Now());
  ASSIGN_OR_RETURN(pooled.connection, Connection::Open(options));
  absl::MutexLock lock(&mutex_);
  ++opened_total_;
  return pooled;
}

void Pool::Return(Pooled pooled) {
  pooled.connection->set_deadline(absl::InfiniteFuture());
  pooled.connection->set_cancelled(nullptr);
  pooled.connection->set_traceparent("");
  pooled.connection->set_dry_run(false);
  pooled.idle_since = absl::Now();
  std::vector<Pooled> unusable;  // Outlives the lock: closing a connection takes its time.
  absl::MutexLock lock(&mutex_);
  NoteLoss(pooled);
  idle_.push_back(std::move(pooled));
  unusable = TakeUnusable(absl::Now());
  ReleaseSlot();
}

void Pool::Drop(Pooled pooled) {
  std::vector<Pooled> unusable;
  absl::MutexLock lock(&mutex_);
  NoteLoss(pooled);
  unusable = TakeUnusable(absl::Now());
}

void Pool::NoteLoss(const Pooled& pooled) {
  if (pooled.connection->server_lost()) losses_ = std::max(losses_, pooled.losses_before + 1);
}

bool Pool::IsReusable(const Pooled& pooled, absl::Time now) const {
  return pooled.connection->usable() && !pooled.connection->in_transaction() &&
         pooled.losses_before == losses_ && now < pooled.expires_at;
}

std::vector<Pool::Pooled> Pool::TakeUnusable(absl::Time now) {
  const auto first_unusable =
      std::stable_partition(idle_.begin(), idle_.end(), [&](const Pooled& pooled) {
        mutex_.AssertHeld();  // The analysis does not look through a lambda.
        return IsReusable(pooled, now);
      });
  std::vector<Pooled> unusable(std::make_move_iterator(first_unusable),
                               std::make_move_iterator(idle_.end()));
  idle_.erase(first_unusable, idle_.end());
  return unusable;
}

Pool::Gauge Pool::gauge() const {
  absl::MutexLock lock(&mutex_);
  return {.idle = static_cast<int>(idle_.size()),
          .busy = busy_,
          .max = options_.connections_max,
          .waiting = static_cast<int>(waiters_.size()),
          .opened_total = opened_total_,
          .timeouts_total = timeouts_total_};
}

}  // namespace lots::pg
