// The socket of one exchange with the server: waits until the deadline, and then asks the server to
// cancel. For this folder only.
#pragma once

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "storage/pg/values/result.h"

struct pg_conn;  // libpq's

namespace lots::pg {

class Wire {
 public:
  // After the deadline, or once the flag is set, the running statement is cancelled. Its answer is
  // still read, for `stop_wait`: only the server knows whether the cancel request came in time.
  Wire(pg_conn* connection, absl::Time deadline, const std::atomic<bool>* cancelled,
       absl::Duration stop_wait)
      : connection_(connection),
        deadline_(deadline),
        cancelled_(cancelled),
        stop_wait_(stop_wait) {}

  // Sends everything that libpq has queued. After an error, here and in Next, the connection is out
  // of step with the server and can only be closed.
  absl::Status Flush();

  // The next result, as PQgetResult returns it, with an empty one between two statements. A lost
  // connection is an error result without SQLSTATE, or an empty result where one was due.
  absl::StatusOr<Result> Next();

  // The error for the caller. The error of a statement that this class cancelled gets the code of
  // the reason: CANCELLED or DEADLINE_EXCEEDED.
  absl::Status Explain(absl::Status error) const;

  // Waits until every cancel request of this class was delivered: a late one would cancel the next
  // statement. Returns false when that cannot be known in time.
  bool AwaitCancelRequests();

 private:
  // Returns when the socket is readable (or writable), and after a second at the latest.
  absl::Status Wait(bool until_writable);
  // Notices the deadline and the flag, and sends cancel requests.
  absl::Status CheckTime();
  void SendCancelRequest();

  pg_conn* const connection_;
  const absl::Time deadline_;
  const std::atomic<bool>* const cancelled_;
  const absl::Duration stop_wait_;

  // Why the server was asked to stop; OK when it was not.
  absl::Status stop_reason_;
  absl::Time give_up_at_ = absl::InfiniteFuture();
  absl::Time next_request_at_ = absl::InfinitePast();
  // Notified when the last cancel request was delivered; nullptr when none was sent.
  std::shared_ptr<absl::Notification> request_done_;
};

}  // namespace lots::pg
