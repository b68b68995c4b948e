// Hands every second statement to a second connection in the same snapshot.
#include "storage/pg/parallel_reads.h"

#include <string>
#include <utility>

#include "storage/base/check.h"
#include "storage/base/status_macros.h"

namespace lots::pg {
namespace {

constexpr Statement kExport{"export_snapshot", "SELECT pg_export_snapshot()"};

}  // namespace

absl::Status ParallelReads::AddConnection() {
  Check(asked_.empty());
  if (pool_ == nullptr) return absl::OkStatus();
  lease_ = std::exchange(pool_, nullptr)->AcquireSpare(db_->deadline());
  if (!lease_) return absl::OkStatus();
  first_.Add(kExport);
  ASSIGN_OR_RETURN(const Results exported, first_.Send());
  Connection& db = **lease_;
  db.CopyCallSettings(*db_);
  second_.emplace(db, Transaction::Kind::kSnapshot);
  if (second_->BeginIn(exported[0][0].Get<std::string>(0)).ok()) return absl::OkStatus();
  second_.reset();
  lease_.reset();
  return absl::OkStatus();
}

Transaction& ParallelReads::Next() {
  const bool to_second = second_ && !asked_.empty() && asked_.back() == &first_;
  asked_.push_back(to_second ? &*second_ : &first_);
  return *asked_.back();
}

absl::Status ParallelReads::SendAsync() {
  RETURN_IF_ERROR(first_.SendAsync());
  const bool both = second_ && asked_.size() > 1;
  return both ? second_->SendAsync() : absl::OkStatus();
}

absl::StatusOr<Result> ParallelReads::Take() {
  Transaction* const asked = asked_.front();
  asked_.pop_front();
  return asked->Take();
}

}  // namespace lots::pg
