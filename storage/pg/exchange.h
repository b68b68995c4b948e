// One round trip in libpq's pipeline mode. For this folder only.
#pragma once

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
  Exchange(Connection& db, absl::Span<const Step> steps);

  // Prepares the statements that this connection does not know yet, runs the steps, and reads all
  // the answers. Used once. The connection is in step afterwards, or marked broken.
  absl::StatusOr<Results> Run();

  // Whether it failed because a statement that was prepared earlier does not fit any more.
  bool found_stale_plan() const { return found_stale_plan_; }

 private:
  void CollectUnprepared();
  // Sends and reads everything. An error means that the connection is out of step.
  absl::Status Talk();
  bool IsPrepared(const Step& step) const;
  bool SendPrepares();
  bool SendSteps();
  absl::Status ReadPrepares();
  absl::Status ReadSteps();

  // One statement's answer. An error status means that the connection is out of step; what the
  // server itself refused goes to `first_error_`, and the answer is then empty.
  absl::StatusOr<Result> ReadAnswer(const Step& step);
  absl::StatusOr<Result> ReadStep(const Step& step);
  absl::Status ReadSync();
  void TakeError(const Step& step, absl::Status error);
  void Tell(const Step& step, const absl::Status& status);
  absl::Status Break(const absl::Status& status);

  Connection& db_;
  const absl::Span<const Step> steps_;
  Wire wire_;
  std::vector<const Step*> unprepared_;
  Results results_;
  absl::Status first_error_;
  bool found_stale_plan_ = false;
  absl::Time last_answer_at_;
};

}  // namespace lots::pg
