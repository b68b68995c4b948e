// Joins loader, validation and writer for one transaction.
#include "storage/ledger/ledger.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/receipt_holds.h"
#include "storage/ledger/refusal_reads.h"
#include "storage/ledger/rules/apply.h"
#include "storage/ledger/rules/validate.h"
#include "storage/ledger/write.h"

namespace lots {

Ledger::Ledger(const WriteContext& context, Accept accept)
    : context_(context), accept_(accept), loader_(context.company, accept.shortage) {
  facts_.now = absl::FromUnixMicros(absl::ToUnixMicros(context.now));
  facts_.recorded_at = facts_.now;
}

void Ledger::Touch(const LotId& lot_id, const LocationId& location_id) {
  loader_.Touch(lot_id, location_id);
  if (accept_.shortage) loader_.Touch(lot_id, DefaultLocation(LocationKind::kAdjustment));
}

void Ledger::TouchUnnamedReturn(const LotId& lot_id) {
  loader_.TouchDeliveriesOf(lot_id);
  loader_.Touch(lot_id, DefaultLocation(LocationKind::kAdjustment));
}

void Ledger::AddNewLot(const LotFacts& lot) {
  facts_.lots[lot.lot_id] = lot;
  facts_.new_lots.insert(lot.lot_id);
}

void Ledger::SetState(const LotId& lot_id, LotState state) {
  const auto found = facts_.lots.find(lot_id);
  Check(found != facts_.lots.end());
  found->second.state = state;
}

// The clocks of two servers, or of a caller and a server, differ: a movement less than a minute
// before the serial's arrival is posted at the time of the arrival, and is not refused.
void Ledger::RaiseToArrivalWithinClockSkew(Posting& posting) const {
  const LotFacts* lot = facts_.FindLot(posting.lot_id);
  if (lot == nullptr || lot->tracking != Tracking::kSerial) return;
  const absl::Time since = facts_.CameAt(posting.lot_id);
  if (since < posting.occurred_at + kClockSkewMax) {
    posting.occurred_at = std::max(posting.occurred_at, since);
  }
}

void Ledger::Post(const Posting& wanted, std::vector<Problem>& problems) {
  Posting posting = wanted;
  RaiseToArrivalWithinClockSkew(posting);
  if (!posting.delivery.has_value()) posting.delivery = FindDelivery(facts_, posting);
  std::vector<Problem> found = ValidatePosting(facts_, accept_, posting);
  if (!found.empty()) {
    std::move(found.begin(), found.end(), std::back_inserter(problems));
    return;
  }
  const Quantity missing = MissingAtSource(facts_, accept_, posting);
  if (missing.IsPositive()) PostAdjustment(missing, posting);
  movements_.push_back(ApplyPosting(posting, facts_));
  if (posting.kind == MovementKind::kReceipt) HoldReceived(movements_.back());
}

void Ledger::HoldReceived(const MovementRow& receipt) {
  const LotId& lot_id = receipt.posting.lot_id;
  if (!facts_.held_on_receipt.contains(lot_id)) return;
  Hold hold{.lot_id = lot_id,
            .reason = kAwaitsInspectionReason,
            .exempt_location_ids = {receipt.posting.from},
            .placed_by = context_.actor,
            .placed_at = receipt.recorded_at};
  hold.awaits_inspection = true;
  facts_.holds[lot_id].push_back(std::move(hold));
}

bool Ledger::CanPost(const Posting& wanted) const {
  Posting posting = wanted;
  RaiseToArrivalWithinClockSkew(posting);
  return ValidatePosting(facts_, Accept(), posting).empty();
}

void Ledger::PostAdjustment(Quantity missing, const Posting& posting) {
  const bool is_return = posting.kind == MovementKind::kReturn;
  const Posting adjustment{.movement_id = MovementId(Uuid::MakeV7()),
                           .kind = MovementKind::kAdjustment,
                           .lot_id = posting.lot_id,
                           .quantity = missing,
                           .from = DefaultLocation(LocationKind::kAdjustment),
                           .to = posting.from,
                           .document = posting.document,
                           .occurred_at = posting.occurred_at,
                           .note = is_return ? "was never delivered" : "shortage accepted",
                           .transformation = posting.transformation,
                           .work_order = posting.work_order,
                           .field = posting.field};
  movements_.push_back(ApplyPosting(adjustment, facts_));
  adjustments_.push_back(adjustment.movement_id);
}

void Ledger::PostReversal(const PostedMovement& original, const Reversal& reversal,
                          std::vector<Problem>& problems) {
  const Posting posting = PostingOf(original, reversal);
  std::vector<Problem> found = ValidateReversal(facts_, accept_, original, posting);
  if (!found.empty()) {
    std::move(found.begin(), found.end(), std::back_inserter(problems));
    return;
  }
  movements_.push_back(ApplyReversal(original, posting, facts_));
}

absl::Status Ledger::CompleteRefusals(pg::Transaction& transaction,
                                      std::vector<Problem>& problems) const {
  return lots::CompleteRefusals(transaction, context_.company, facts_, problems);
}

absl::Status Ledger::Refuse(pg::Transaction& transaction, std::vector<Problem> problems) const {
  RETURN_IF_ERROR(CompleteRefusals(transaction, problems));
  return lots::Refuse(std::move(problems));
}

void Ledger::AddWrites(pg::Transaction& transaction) const {
  AddLedgerWrites(transaction, context_, facts_, movements_);
}

absl::Status Ledger::Explain(const absl::Status& status) { return ExplainLedgerError(status); }

}  // namespace lots
