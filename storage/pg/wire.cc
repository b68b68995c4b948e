// Waits for the socket, watches the deadline, and sends cancel requests.
#include "storage/pg/wire.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/pg/error.h"

namespace lots::pg {
namespace {

// PostgreSQL drops a cancel request that arrives between two statements, so it is repeated.
constexpr absl::Duration kCancelInterval = absl::Milliseconds(500);
// How often the cancel flag is looked at.
constexpr absl::Duration kFlagInterval = absl::Milliseconds(100);
// TLS may hold bytes that the socket does not show, so no wait is longer.
constexpr absl::Duration kWaitMax = absl::Seconds(1);

int PollMillis(absl::Duration wait) {
  // Rounded up: rounded down, the last millisecond would be spent spinning.
  return static_cast<int>(absl::ToInt64Milliseconds(
      absl::Ceil(std::clamp(wait, absl::ZeroDuration(), kWaitMax), absl::Milliseconds(1))));
}

}  // namespace

absl::Status Wire::Flush() {
  int unsent;
  while ((unsent = PQflush(connection_)) > 0) {
    // Reading while writing: the server stops reading us when nobody reads its answers.
    RETURN_IF_ERROR(Wait(/*until_writable=*/true));
    if (PQconsumeInput(connection_) == 0) return absl::OkStatus();  // Next() says what happened.
  }
  return absl::OkStatus();
}

absl::StatusOr<Result> Wire::Next() {
  while (PQisBusy(connection_) != 0) {
    RETURN_IF_ERROR(Wait(/*until_writable=*/false));
    // When the connection is lost, PQgetResult has the reason: the error that the server sent last,
    // if any.
    if (PQconsumeInput(connection_) == 0) break;
  }
  return Result(PQgetResult(connection_));
}

absl::Status Wire::Wait(bool until_writable) {
  RETURN_IF_ERROR(CheckTime());
  const absl::Time now = absl::Now();
  absl::Duration wait = kWaitMax;
  if (stop_reason_.ok()) wait = std::min(wait, deadline_ - now);
  if (cancelled_ != nullptr || !stop_reason_.ok()) wait = std::min(wait, kFlagInterval);
  const int events = POLLIN | (until_writable ? POLLOUT : 0);
  pollfd socket{PQsocket(connection_), static_cast<short>(events), 0};
  if (poll(&socket, 1, PollMillis(wait)) < 0 && errno != EINTR) {
    return absl::UnavailableError("the database connection's socket cannot be waited for");
  }
  return absl::OkStatus();
}

absl::Status Wire::CheckTime() {
  const absl::Time now = absl::Now();
  if (stop_reason_.ok()) {
    if (cancelled_ != nullptr && cancelled_->load()) {
      stop_reason_ = absl::CancelledError("the caller went away while the database was at work");
    } else if (now >= deadline_) {
      stop_reason_ =
          absl::DeadlineExceededError("the deadline passed while the database was at work");
    } else {
      return absl::OkStatus();
    }
    give_up_at_ = now + stop_wait_;
  }
  if (now >= give_up_at_) return stop_reason_;
  if (now >= next_request_at_) SendCancelRequest();
  return absl::OkStatus();
}

void Wire::SendCancelRequest() {
  next_request_at_ = absl::Now() + kCancelInterval;
  if (request_done_ != nullptr && !request_done_->HasBeenNotified()) return;
  std::shared_ptr<PGcancel> cancel(PQgetCancel(connection_), PQfreeCancel);
  if (cancel == nullptr) return;
  const auto done = std::make_shared<absl::Notification>();
  // PQcancel connects, sends and waits for the server to hang up, without any time limit: a thread
  // of its own keeps a silent server from holding ours. It touches nothing that anybody else owns.
  try {
    std::thread([cancel, done] {
      char error[256];
      PQcancel(cancel.get(), error, sizeof(error));
      done->Notify();
    }).detach();
    request_done_ = done;
  } catch (const std::system_error&) {
    // No more threads: the next try comes in a moment.
  }
}

absl::Status Wire::Explain(absl::Status error) const {
  if (stop_reason_.ok() || !absl::IsDeadlineExceeded(error)) return error;
  return WithCode(stop_reason_.code(), error);
}

bool Wire::AwaitCancelRequests() {
  return request_done_ == nullptr || request_done_->WaitForNotificationWithDeadline(give_up_at_);
}

}  // namespace lots::pg
