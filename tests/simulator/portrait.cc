// What the server tells of a whole company, whatever the order in which it came to know it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/simulation.h"

namespace lots::simulator {

v1::LotRef Simulation::RefTo(LotIndex lot) const {
  v1::LotRef ref;
  ref.set_product_id(history().lots[lot].product->id);
  ref.set_number(history().lots[lot].number);
  return ref;
}

void Simulation::PaintLot(LotIndex lot, Lines& lines) {
  const std::string name = LotName(lot);
  v1::BatchGetLotsRequest lots;
  lots.add_lot_ids(LotId(lot));
  const auto found = Send(lots);
  for (const v1::Lot& one : found.message().lots()) lines.push_back(LotLine(one));
  v1::ListLotLocationsRequest locations;
  locations.set_lot_id(LotId(lot));
  const auto places = Send(locations);
  for (const v1::LotStock& stock : places.message().locations()) {
    lines.push_back(absl::StrCat(name, " at ", PlaceLine(stock)));
  }
  for (const v1::Hold& hold : places.message().holds()) {
    lines.push_back(absl::StrCat(name, " held ", HoldLine(hold)));
  }
  PaintTrace<v1::TraceDownstreamRequest>(lot, " down: ", lines);
  PaintTrace<v1::TraceUpstreamRequest>(lot, " up: ", lines);
  v1::ListRecipientsRequest recipients;
  *recipients.add_seeds() = RefTo(lot);
  for (const auto& message : Send(recipients).messages) {
    for (const v1::Recipient& recipient : message.recipients()) {
      lines.push_back(absl::StrCat(name, " to ", RecipientLine(recipient)));
    }
  }
}

template <class Request>
void Simulation::PaintTrace(LotIndex lot, absl::string_view name, Lines& lines) {
  Request request;
  *request.add_seeds() = RefTo(lot);
  for (const auto& message : Send(request).messages) {
    for (const v1::TraceNode& node : message.piece().nodes()) {
      lines.push_back(absl::StrCat(LotName(lot), name, NodeLine(node, {}), " ",
                                   node.bounds().ShortDebugString()));
    }
    for (const v1::TraceLink& link : message.piece().links()) {
      lines.push_back(absl::StrCat(LotName(lot), name, names_.SymbolOf(link.transformation_id()),
                                   " ", LotName(link.lot_id()), " ", link.kind(), " ",
                                   link.quantity(), " for ", LotName(link.output_lot_id())));
    }
  }
}

// Everything but when it was opened.
void Simulation::PaintRecall(const std::string& name, std::vector<LotIndex> seeds, Lines& lines) {
  v1::OpenRecallRequest request;
  request.set_request_id(absl::StrCat("open-", name));
  request.set_recall_id(name);
  request.set_reason("metal");
  request.set_drill(true);
  for (const LotIndex seed : seeds) *request.add_seeds() = RefTo(seed);
  Check(Send(request).status.ok());
  v1::StreamRecallReportRequest report;
  report.set_recall_id(name);
  for (const auto& message : Send(report).messages) {
    for (const v1::MassBalance& balance : message.balances()) {
      lines.push_back(absl::StrCat(balance.seed().number(), " ", balance.in_quantity(), " ",
                                   balance.out_quantity(), " ", balance.on_hand_quantity(), " ",
                                   balance.scrapped_quantity(), " ", balance.recovered_quantity()));
    }
    for (const v1::RecallLot& lot : message.lots()) {
      lines.push_back(absl::StrCat(lot.product_id(), "/", lot.number(), " ", lot.certainty(), " ",
                                   lot.depth(), " ", lot.on_hand_quantity(), " ",
                                   lot.delivered_quantity(), " ", lot.scrapped_quantity()));
    }
    for (const v1::Recipient& recipient : message.recipients()) {
      lines.push_back(RecipientLine(recipient));
    }
  }
}

Lines Simulation::Portrait() {
  Lines lines;
  std::vector<LotIndex> lots;
  for (size_t i = 0; i < history().lots.size(); ++i) lots.push_back(static_cast<LotIndex>(i));
  std::sort(lots.begin(), lots.end(),
            [&](LotIndex a, LotIndex b) { return LotName(a) < LotName(b); });
  for (const LotIndex lot : lots) PaintLot(lot, lines);
  // Of every third lot; the order in which seeds are named means nothing.
  std::vector<LotIndex> seeds;
  for (size_t i = 0; i < lots.size(); i += 3) seeds.push_back(lots[i]);
  Lines recall, again;
  PaintRecall("forwards", seeds, recall);
  std::reverse(seeds.begin(), seeds.end());
  PaintRecall("backwards", seeds, again);
  Expect(recall == again, "the order of the seeds changes the recall");
  lines.insert(lines.end(), recall.begin(), recall.end());
  if (!wrong_.empty()) lines.push_back(wrong_);
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace lots::simulator
