// Taking a posted movement back.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/ledger/ledger.h"

namespace lots {

namespace {

Facts ReversedFacts(const MovementId& movement) {
  return {{"movement_id", movement.value().ToString()}};
}

Problem AlreadyReversed(const MovementId& movement, const MovementId& reversal,
                        const std::string& field) {
  Facts facts = ReversedFacts(movement);
  facts.emplace_back("reversed_by", reversal.value().ToString());
  return {.reason = Reason::kAlreadyReversed,
          .field = field,
          .message = absl::StrCat("movement ", movement.value().ToString(),
                                  " was reversed before, by ", reversal.value().ToString()),
          .facts = std::move(facts)};
}

Problem NotReversible(const MovementId& movement, const std::string& field) {
  return {.reason = Reason::kReversalNotReversible,
          .field = field,
          .message = absl::StrCat("movement ", movement.value().ToString(),
                                  " is a reversal itself; record the movement anew instead"),
          .facts = ReversedFacts(movement)};
}

// `fact`: which later movement, or what is left.
Problem ResultUsed(const LotFacts& lot, const std::string& field, absl::string_view why,
                   Facts::value_type fact) {
  return {.reason = Reason::kResultUsed,
          .field = field,
          .message = absl::StrCat(lot.tracking == Tracking::kSerial ? "serial " : "lot ",
                                  lot.number, " of product ", lot.product_id.value(), " ", why),
          .facts = {
              {"lot_id", lot.lot_id.value().ToString()}, {"number", lot.number}, std::move(fact)}};
}

// The goods never left, as it now turns out: the earlier date is the true one.
std::optional<absl::Time> Earlier(std::optional<absl::Time> a, std::optional<absl::Time> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

}  // namespace

void Ledger::PostReversal(const PostedMovement& original, const Reversal& reversal,
                          std::vector<Problem>& problems) {
  const Movement& movement = original.movement;
  const Posting posting{.movement_id = reversal.movement_id,
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
                        .transformation = reversal.transformation,
                        .work_order = movement.work_order,
                        .field = reversal.field};
  const Case c{posting, lots_.at(posting.lot_id), BalanceOf(posting.lot_id, posting.from),
               BalanceOf(posting.lot_id, posting.to)};
  const size_t problems_before = problems.size();
  JudgeReversal(original, c, problems);
  if (problems.size() == problems_before) JudgeHolds(c, posting.field, problems);
  if (problems.size() == problems_before) ApplyReversal(original, c);
}

void Ledger::JudgeReversal(const PostedMovement& original, const Case& c,
                           Problems& problems) const {
  const Movement& movement = original.movement;
  const std::string& field = c.posting.field;
  const std::string available = c.from.quantity.Format(c.lot.scale);
  if (movement.reverses.has_value()) {
    problems.push_back(NotReversible(movement.movement_id, field));
  } else if (const auto by = reversals_.find(movement.movement_id); by != reversals_.end()) {
    problems.push_back(AlreadyReversed(movement.movement_id, by->second, field));
  } else if (const auto later = later_movements_.find(movement.movement_id);
             later != later_movements_.end()) {
    const std::string id = later->second.value().ToString();
    problems.push_back(ResultUsed(
        c.lot, field, absl::StrCat("moved on with movement ", id, "; reverse that one first"),
        {"movement_id", id}));
  } else if (HoldsGoods(c.from.kind) && c.from.quantity < movement.quantity) {
    problems.push_back(ResultUsed(
        c.lot, field,
        absl::StrCat("was used since: ", available, " is left at ", c.posting.from.value(), " of ",
                     movement.quantity.Format(c.lot.scale)),
        {"available", available}));
  } else if (const auto delivery = deliveries_.find(movement.movement_id);
             delivery != deliveries_.end() && delivery->second.returnable < movement.quantity) {
    const std::string returnable = delivery->second.returnable.Format(c.lot.scale);
    problems.push_back(ResultUsed(c.lot, field,
                                  "was returned from this delivery; reverse the return first",
                                  {"available", returnable}));
  } else if (c.lot.state == LotState::kArchived && IsOnHand(c.to.kind)) {
    problems.push_back(
        {.reason = Reason::kLotArchived,
         .field = field,
         .message = absl::StrCat("lot ", c.lot.number, " of product ", c.lot.product_id.value(),
                                 " is archived; unarchive it first"),
         .facts = {{"lot_id", c.lot.lot_id.value().ToString()}, {"number", c.lot.number}}});
  }
}

void Ledger::ApplyReversal(const PostedMovement& original, const Case& c) {
  const Movement& movement = original.movement;
  // Whether the movement is the last thing that happened at a place. The movements of one
  // transformation follow each other there without a gap, because its balances were locked.
  const auto is_last = [&](const Balance& balance) {
    return balance.last_recorded_at == movement.recorded_at ||
           (balance.rewinding.has_value() && balance.rewinding == movement.transformation);
  };
  const bool last_where_it_arrived = is_last(c.from);
  const bool last_where_it_left = is_last(c.to);
  AddLine(c).reverses = movement.movement_id;
  if (last_where_it_arrived) {
    c.from.dates = original.to_before;
    c.from.rewinding = movement.transformation;
  }
  if (last_where_it_left) c.to.rewinding = movement.transformation;
  if (c.from.quantity.IsZero()) c.from.dates = {};
  // Leaving changes no dates but those of a place that is then empty, so where the goods came from
  // this also restores what was before.
  c.to.dates = {.arrived_at = Earlier(c.to.dates.arrived_at, original.from_before.arrived_at),
                .stock_since = Earlier(c.to.dates.stock_since, original.from_before.stock_since)};

  if (const auto own = deliveries_.find(movement.movement_id); own != deliveries_.end()) {
    own->second.returnable = Quantity();
    own->second.changed = true;
  }
  if (movement.delivery.has_value()) {
    Delivery& returned = deliveries_.at(*movement.delivery);
    returned.returnable += movement.quantity;
    returned.changed = true;
  }
}

}  // namespace lots
