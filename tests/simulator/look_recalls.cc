// Comparing recalls and recipients.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/simulation.h"

namespace lots::simulator {

namespace {

std::string CertaintyText(bool certain) { return certain ? "certainly" : "possibly"; }
std::string CertaintyText(v1::Certainty certainty) {
  return CertaintyText(certainty == v1::CERTAINTY_CERTAIN);
}

}  // namespace

// "5 lots, 3 certainly, depth 2, 4 on hand, 1 delivered".
std::string Simulation::ScopeText(const Recall& recall) const {
  int certain = 0, depth = 0, on_hand = 0, delivered = 0;
  for (const auto& [lot, member] : recall.members) {
    const Flows flows = FlowsOf(history(), lot, recall.step);
    certain += member.certain ? 1 : 0;
    depth = std::max(depth, member.depth);
    on_hand += flows.on_hand.IsPositive() ? 1 : 0;
    delivered += flows.delivered.IsPositive() ? 1 : 0;
  }
  return absl::StrCat(recall.members.size(), " lots, ", certain, " certainly, depth ", depth, ", ",
                      on_hand, " on hand, ", delivered, " delivered, ",
                      recall.open ? "open" : "closed", recall.drill ? " drill" : "");
}

void Simulation::LookAtRecall(const Recall& recall) {
  v1::StreamRecallReportRequest request;
  request.set_recall_id(recall.id);
  const auto reply = Send(request);
  Expect(reply.status.ok() && !reply.messages.empty(), "there is no report");
  if (!reply.status.ok() || reply.messages.empty()) return;
  const v1::Recall& reported = reply.messages.front().recall();
  const v1::RecallScope& scope = reported.scope();
  Expect(scope.possible_count() == scope.lot_count() - scope.certain_count(),
         "members are neither certainly nor possibly affected");
  Compare(absl::StrCat("scope of ", recall.id), {ScopeText(recall)},
          {absl::StrCat(scope.lot_count(), " lots, ", scope.certain_count(), " certainly, depth ",
                        scope.depth(), ", ", scope.on_hand_lot_count(), " on hand, ",
                        scope.delivered_lot_count(), " delivered, ",
                        reported.state() == v1::RECALL_STATE_OPEN ? "open" : "closed",
                        reported.drill() ? " drill" : "")});
  std::vector<v1::MassBalance> balances;
  std::vector<v1::RecallLot> lots;
  Lines recipients;
  for (const auto& piece : reply.messages) {
    balances.insert(balances.end(), piece.balances().begin(), piece.balances().end());
    lots.insert(lots.end(), piece.lots().begin(), piece.lots().end());
    for (const auto& recipient : piece.recipients()) {
      recipients.push_back(RecipientLine(recipient));
    }
  }
  LookAtBalances(recall, balances);
  LookAtMembers(recall, lots);
  std::map<LotIndex, TracedLot> members;
  for (const auto& [lot, member] : recall.members) members[lot] = {member.depth, member.certain};
  CompareSorted(absl::StrCat("recipients in ", recall.id), RecipientLines(members, true),
                std::move(recipients));
}

// Returned goods are counted apart from goods that never left. They count as on hand first, up to
// the quantity that is on hand, and then as scrapped. Returned goods that left again are not
// recovered.
void Simulation::LookAtBalances(const Recall& recall,
                                const std::vector<v1::MassBalance>& balances) {
  Lines of_model, of_server;
  for (const LotIndex seed : recall.seeds) {
    const Flows flows = FlowsOf(history(), seed, recall.step);
    const Quantity left = flows.on_hand + flows.scrapped;
    const Quantity recovered = std::min(flows.recovered, left);
    const Quantity still_here = std::min(recovered, flows.on_hand);
    const Quantity out = flows.consumed + flows.lost + flows.delivered;
    const Quantity on_hand = flows.on_hand - still_here;
    const Quantity scrapped = flows.scrapped - (recovered - still_here);
    const int scale = history().lots[seed].product->scale;
    Expect(flows.in == out + on_hand + scrapped + recovered, "the model does not balance");
    of_model.push_back(absl::StrCat(
        LotName(seed), " in ", flows.in.Format(scale), " out ", out.Format(scale), " on hand ",
        on_hand.Format(scale), " scrapped ", scrapped.Format(scale), " recovered ",
        recovered.Format(scale), " difference ", Quantity().Format(scale)));
  }
  for (const v1::MassBalance& balance : balances) {
    of_server.push_back(absl::StrCat(
        balance.seed().product_id(), "/", balance.seed().number(), " in ", balance.in_quantity(),
        " out ", balance.out_quantity(), " on hand ", balance.on_hand_quantity(), " scrapped ",
        balance.scrapped_quantity(), " recovered ", balance.recovered_quantity(), " difference ",
        balance.difference()));
  }
  CompareSorted(absl::StrCat("balances of ", recall.id), std::move(of_model), std::move(of_server));
}

void Simulation::LookAtMembers(const Recall& recall, const std::vector<v1::RecallLot>& lots) {
  Lines of_model, of_server;
  for (const auto& [lot, member] : recall.members) {
    const Flows flows = FlowsOf(history(), lot, recall.step);
    const int scale = history().lots[lot].product->scale;
    int places = 0;
    for (const auto& [place, there] : history().PlacesThen(lot, {})) {
      places += HoldsGoods(place) && there.IsPositive() ? 1 : 0;
    }
    of_model.push_back(absl::StrCat(LotName(lot), " ", CertaintyText(member.certain), " depth ",
                                    member.depth, " on hand ", flows.on_hand.Format(scale),
                                    " delivered ", flows.delivered.Format(scale), " recovered ",
                                    flows.recovered.Format(scale), " scrapped ",
                                    flows.scrapped.Format(scale), " places ", places));
  }
  std::pair<int, absl::Time> last;
  for (const v1::RecallLot& lot : lots) {
    of_server.push_back(
        absl::StrCat(lot.product_id(), "/", lot.number(), " ", CertaintyText(lot.certainty()),
                     " depth ", lot.depth(), " on hand ", lot.on_hand_quantity(), " delivered ",
                     lot.delivered_quantity(), " recovered ", lot.recovered_quantity(),
                     " scrapped ", lot.scrapped_quantity(), " places ", lot.place_count()));
    Expect(last.first <= lot.depth(), "members are not sorted by depth");
    last.first = lot.depth();
    // When it joined: within the step that made it one.
    const LotIndex index = LotOf(lot.lot_id());
    const auto member = recall.members.find(index);
    if (member == recall.members.end()) continue;
    const auto end = done_at_.find(member->second.step);
    const absl::Time joined = TimeOf(lot.join_time());
    Expect(end == done_at_.end() || joined <= end->second, "a member joined too late");
    const auto begin = done_at_.find(member->second.step - 1);
    Expect(begin == done_at_.end() || joined >= begin->second, "a member joined too early");
  }
  CompareSorted(absl::StrCat("members of ", recall.id), std::move(of_model), std::move(of_server));
}

Lines Simulation::RecipientLines(const std::map<LotIndex, TracedLot>& lots,
                                 bool show_returned) const {
  Lines lines;
  for (const DeliveryAnswer& delivery : DeliveriesOf(history(), lots)) {
    if (!show_returned && delivery.delivered == delivery.returned) continue;
    const Movement& movement = history().movements[delivery.movement];
    const int scale = history().lots[movement.lot].product->scale;
    lines.push_back(absl::StrCat(
        movement.symbol, " ", movement.partner, " at ", movement.to, " on ",
        TimeText(movement.occurred_at), " of ", LotName(movement.lot), " delivered ",
        delivery.delivered.Format(scale), " returned ", delivery.returned.Format(scale), " net ",
        (delivery.delivered - delivery.returned).Format(scale), " ",
        delivery.lot.depth == 0 ? "direct" : "indirect", " depth ", delivery.lot.depth, " ",
        CertaintyText(delivery.lot.certain)));
  }
  return lines;
}

std::string Simulation::RecipientLine(const v1::Recipient& recipient) const {
  return absl::StrCat(names_.SymbolOf(recipient.movement_id()), " ", recipient.partner_id(), " at ",
                      recipient.location_id(), " on ", TimeText(TimeOf(recipient.occur_time())),
                      " of ", recipient.product_id(), "/", recipient.number(), " delivered ",
                      recipient.delivered_quantity(), " returned ", recipient.returned_quantity(),
                      " net ", recipient.net_quantity(), " ",
                      recipient.direct() ? "direct" : "indirect", " depth ", recipient.depth(), " ",
                      CertaintyText(recipient.certainty()));
}

}  // namespace lots::simulator
