// The movement that reverses another one.
#include "storage/ledger/rules/posting.h"

namespace lots {

Posting PostingOf(const PostedMovement& original, const Reversal& reversal) {
  const Movement& movement = original.movement;
  return {.movement_id = reversal.movement_id,
          .kind = movement.kind,
          .lot_id = movement.lot_id,
          .quantity = movement.quantity,
          .from = movement.to,
          .to = movement.from,
          .document = movement.document,
          .partner_id = movement.partner_id,
          .occurred_at = movement.occurred_at,
          .note = reversal.note,
          .delivery = movement.delivery,
          .receipt = movement.receipt,
          .transformation = reversal.transformation,
          .work_order = movement.work_order,
          .field = reversal.field};
}

}  // namespace lots
