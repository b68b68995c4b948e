// Comparing what there is: lots, where they are, what happened to them, orders.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tests/simulator/simulation.h"

namespace lots::simulator {

namespace {

std::string Text(Quantity quantity, int scale) { return quantity.Format(scale); }

std::string DayText(std::optional<absl::CivilDay> day) {
  return day.has_value() ? absl::FormatCivilTime(*day) : "-";
}

template <class Message>
std::string ExpiryText(const Message& message) {
  return message.has_expire_date() ? DayText(DayOf(message.expire_date())) : "-";
}

std::string KindText(v1::MovementKind kind) {
  return std::string(absl::StripPrefix(v1::MovementKind_Name(kind), "MOVEMENT_KIND_"));
}

std::string CauseText(v1::HoldCause cause) {
  if (cause == v1::HOLD_CAUSE_UNSPECIFIED) return "free";
  return std::string(absl::StripPrefix(v1::HoldCause_Name(cause), "HOLD_CAUSE_"));
}

std::string StateText(v1::LotState state) {
  return std::string(absl::StripPrefix(v1::LotState_Name(state), "LOT_STATE_"));
}

}  // namespace

std::string Simulation::LotName(LotIndex lot) const {
  return absl::StrCat(history().lots[lot].product->id, "/", history().lots[lot].number);
}

std::string Simulation::LotName(const std::string& lot_id) const {
  if (lot_id.empty()) return "-";
  return std::string(absl::StripPrefix(names_.SymbolOf(lot_id), "@l"));
}

std::string Simulation::LotId(LotIndex lot) const {
  return names_.IdOf(LotSymbol(history().lots[lot].product->id, history().lots[lot].number));
}

LotIndex Simulation::LotOf(const std::string& lot_id) const {
  for (size_t i = 0; i < history().lots.size(); ++i) {
    if (LotId(static_cast<LotIndex>(i)) == lot_id) return static_cast<LotIndex>(i);
  }
  return kNone;
}

// By the clock on the wall, what was not dated happened when its request came in.
std::string Simulation::TimeText(absl::Time time) const {
  const bool is_now = !has_own_clock() && absl::AbsDuration(absl::Now() - time) < absl::Hours(1);
  return is_now ? "lately" : absl::FormatTime("%m-%d %H:%M:%E*S", time, absl::UTCTimeZone());
}

void Simulation::Look(const std::set<LotIndex>& lots) {
  if (lots.empty()) return;
  v1::BatchGetLotsRequest request;
  Lines of_model;
  for (const LotIndex lot : lots) {
    request.add_lot_ids(LotId(lot));
    const Lot& own = history().lots[lot];
    const Quantity on_hand = history().OnHand(lot);
    const Quantity quantity = own.product->is_serial() ? Quantity::FromUnits(1) : on_hand;
    of_model.push_back(absl::StrCat(
        LotName(lot), " ", StateText(own.state), " quantity ", Text(quantity, own.product->scale),
        " on hand ", Text(on_hand, own.product->scale), " expires ", DayText(own.expires_on), " ",
        CauseText(history().CauseOf(lot, now_))));
  }
  const auto reply = Send(request);
  Expect(reply.status.ok(), "lots are missing");
  if (!reply.status.ok()) return;
  Lines of_server;
  for (const v1::Lot& lot : reply.message().lots()) {
    of_server.push_back(LotLine(lot));
  }
  Compare("lots", std::move(of_model), std::move(of_server));
  for (const LotIndex lot : lots) {
    LookAtHistory(lot);
    LookAtPlaces(lot);
  }
}

std::string Simulation::MovementLine(const Movement& movement) const {
  const auto symbol = [&](int other) {
    return other == kNone ? "-" : history().movements[other].symbol;
  };
  const std::string transformation =
      movement.transformation == kNone ? "-"
                                       : history().transformations[movement.transformation].symbol;
  const int scale = history().lots[movement.lot].product->scale;
  return absl::StrCat(KindText(movement.kind), " ", Text(movement.quantity, scale), " ",
                      movement.from, ">", movement.to, " ", movement.partner, " at ",
                      TimeText(movement.occurred_at), " reverses ", symbol(movement.reverses),
                      " of ", symbol(movement.delivery), symbol(movement.receipt), " in ",
                      transformation);
}

std::string Simulation::MovementLine(const v1::Movement& movement) const {
  const auto symbol = [&](const std::string& id) { return id.empty() ? "-" : names_.SymbolOf(id); };
  return absl::StrCat(
      KindText(movement.kind()), " ", movement.quantity(), " ", movement.from_location_id(), ">",
      movement.to_location_id(), " ", movement.partner_id(), " at ",
      TimeText(TimeOf(movement.occur_time())), " reverses ",
      symbol(movement.reverses_movement_id()), " of ", symbol(movement.delivery_movement_id()),
      symbol(movement.receipt_movement_id()), " in ", symbol(movement.transformation_id()));
}

// The history lists every event of a lot, and of the units that it was before a relabel, in one
// order. The simulation reads from it the ids that no answer named.
void Simulation::LookAtHistory(LotIndex lot) {
  v1::ListLotHistoryRequest request;
  request.set_lot_id(LotId(lot));
  request.set_page_size(1000);
  const auto reply = Send(request);
  Expect(reply.status.ok(), "there is no history");
  if (!reply.status.ok()) return;
  const v1::ListLotHistoryResponse& answer = reply.message();
  const std::vector<LotIndex> identities = history().IdentitiesOf(lot);
  std::set<std::string> lot_ids;
  for (const LotIndex own : identities) {
    lot_ids.insert(LotId(own));
    LookAtMovements(own, answer);
  }
  absl::Time last = absl::InfinitePast();
  for (const v1::LotHistoryEntry& entry : answer.entries()) {
    Expect(last <= TimeOf(entry.record_time()), "the history is out of order");
    last = TimeOf(entry.record_time());
    Expect(lot_ids.count(entry.lot_id()) > 0, "the history tells of another lot");
  }
  LookAtTransformations(lot, answer);
}

void Simulation::LookAtMovements(LotIndex lot, const v1::ListLotHistoryResponse& answer) {
  Lines of_model, of_server, ids;
  std::vector<std::string> symbols;
  for (const int index : history().RecordOrderOf(lot)) {
    of_model.push_back(MovementLine(history().movements[index]));
    symbols.push_back(history().movements[index].symbol);
  }
  for (const v1::LotHistoryEntry& entry : answer.entries()) {
    if (!entry.has_movement() || entry.lot_id() != LotId(lot)) continue;
    const std::string& id = entry.movement().movement_id();
    const size_t place = ids.size();
    ids.push_back(id);
    if (place < symbols.size() && !names_.Knows(symbols[place])) names_.Learn(symbols[place], id);
    of_server.push_back(MovementLine(entry.movement()));
  }
  Compare(absl::StrCat("movements of ", LotName(lot)), std::move(of_model), std::move(of_server));
  for (std::string& id : ids) id = names_.SymbolOf(id);
  Compare(absl::StrCat("order of movements of ", LotName(lot)), symbols, std::move(ids));
}

void Simulation::LookAtTransformations(LotIndex lot, const v1::ListLotHistoryResponse& answer) {
  const int scale = history().lots[lot].product->scale;
  const std::vector<LotIndex> identities = history().IdentitiesOf(lot);
  const auto is_own = [&](LotIndex other) { return absl::c_linear_search(identities, other); };
  Lines of_model, of_server;
  for (size_t i = 0; i < history().transformations.size(); ++i) {
    const Transformation& own = history().transformations[i];
    Quantity in, out;
    for (const auto& input : own.inputs) in += is_own(input.lot) ? input.quantity : Quantity();
    for (const auto& output : own.outputs) out += is_own(output.lot) ? output.quantity : Quantity();
    if (in.IsZero() && out.IsZero()) continue;
    const int reversal = history().ReversalOfTransformation(static_cast<int>(i));
    const std::string by = reversal == kNone ? "" : history().transformations[reversal].symbol;
    of_model.push_back(absl::StrCat(own.symbol, " kind ", own.kind, " in ",
                                    in.IsZero() ? "" : Text(in, scale), " out ",
                                    out.IsZero() ? "" : Text(out, scale), " at ",
                                    TimeText(own.occurred_at), " reversed by ", by));
  }
  for (const v1::LotHistoryEntry& entry : answer.entries()) {
    if (!entry.has_transformation()) continue;
    const v1::TransformationPart& part = entry.transformation();
    const v1::Transformation& own = part.transformation();
    of_server.push_back(absl::StrCat(names_.SymbolOf(own.transformation_id()), " kind ", own.kind(),
                                     " in ", part.input_quantity(), " out ", part.output_quantity(),
                                     " at ", TimeText(TimeOf(own.occur_time())), " reversed by ",
                                     names_.SymbolOf(own.reversed_by_transformation_id())));
  }
  Compare(absl::StrCat("transformations of ", LotName(lot)), std::move(of_model),
          std::move(of_server));
}

Lines Simulation::HoldLines(LotIndex lot) const {
  Lines lines;
  for (const Hold& hold : history().holds) {
    if (hold.lot != lot || !history().HoldStands(hold, now_)) continue;
    lines.push_back(absl::StrCat(CauseText(hold.cause), " at ", hold.place, " from ",
                                 hold.source == kNone ? "-" : LotName(hold.source),
                                 " recall  exempt ", absl::StrJoin(hold.exempt, ","), " until ",
                                 hold.expires_at.has_value() ? TimeText(*hold.expires_at) : "-"));
  }
  for (const auto& [id, recall] : history().recalls) {
    if (!recall.open || recall.drill || recall.members.count(lot) == 0) continue;
    lines.push_back(absl::StrCat("RECALL at  from - recall ", id, " exempt ",
                                 absl::StrJoin(recall.exempt, ","), " until -"));
  }
  return lines;
}

std::string Simulation::LotLine(const v1::Lot& lot) const {
  return absl::StrCat(lot.product_id(), "/", lot.number(), " ", StateText(lot.state()),
                      " quantity ", lot.quantity(), " on hand ", lot.on_hand_quantity(),
                      " expires ", ExpiryText(lot), " ", CauseText(lot.hold_cause()));
}

std::string Simulation::PlaceLine(const v1::LotStock& stock) const {
  return absl::StrCat(
      stock.location_id(), " ", stock.quantity(), " arrived ",
      stock.has_arrive_time() ? TimeText(TimeOf(stock.arrive_time())) : "-", " since ",
      stock.has_stock_since_time() ? TimeText(TimeOf(stock.stock_since_time())) : "-", " ",
      CauseText(stock.hold_cause()));
}

std::string Simulation::HoldLine(const v1::Hold& hold) const {
  const std::set<std::string> exempt(hold.exempt_location_ids().begin(),
                                     hold.exempt_location_ids().end());
  return absl::StrCat(CauseText(hold.cause()), " at ", hold.location_id(), " from ",
                      LotName(hold.source_lot_id()), " recall ", hold.recall_id(), " exempt ",
                      absl::StrJoin(exempt, ","), " until ",
                      hold.has_expire_time() ? TimeText(TimeOf(hold.expire_time())) : "-");
}

void Simulation::LookAtPlaces(LotIndex lot) {
  v1::ListLotLocationsRequest request;
  request.set_lot_id(LotId(lot));
  const auto reply = Send(request);
  Expect(reply.status.ok(), "there are no locations");
  if (!reply.status.ok()) return;
  const int scale = history().lots[lot].product->scale;
  Lines of_model, of_server, holds;
  for (const auto& [place, presence] : history().PlacesOf(lot)) {
    if (!HoldsGoods(place) || presence.quantity.IsZero()) continue;
    const v1::HoldCause cause =
        IsOnHand(place) ? history().CauseOf(lot, now_, place) : v1::HOLD_CAUSE_UNSPECIFIED;
    of_model.push_back(absl::StrCat(
        place, " ", Text(presence.quantity, scale), " arrived ",
        presence.arrived_at.has_value() ? TimeText(*presence.arrived_at) : "-", " since ",
        presence.stock_since.has_value() ? TimeText(*presence.stock_since) : "-", " ",
        CauseText(cause)));
  }
  for (const v1::LotStock& stock : reply.message().locations()) {
    of_server.push_back(PlaceLine(stock));
  }
  CompareSorted(absl::StrCat("places of ", LotName(lot)), std::move(of_model),
                std::move(of_server));
  for (const v1::Hold& hold : reply.message().holds()) {
    holds.push_back(HoldLine(hold));
  }
  CompareSorted(absl::StrCat("holds of ", LotName(lot)), HoldLines(lot), std::move(holds));
}

void Simulation::LookAtOrder(const std::string& work_order) {
  const auto found = history().work_orders.find(work_order);
  if (work_order.empty()) return;
  v1::GetWorkOrderRequest request;
  request.set_work_order_id(work_order);
  const auto reply = Send(request);
  Expect(reply.status.ok() == (found != history().work_orders.end()),
         "one of the two does not know the order");
  if (!reply.status.ok() || found == history().work_orders.end()) return;
  const WorkOrder& own = found->second;
  const v1::WorkOrder& order = reply.message();
  Lines of_model = {absl::StrCat(own.product->id, " state ", own.state, " completed ",
                                 Text(own.completed, own.product->scale), " planned ",
                                 history().PlannedOf(work_order).size())};
  Lines of_server = {absl::StrCat(order.product_id(), " state ", order.state(), " completed ",
                                  order.completed_quantity(), " planned ",
                                  order.planned_serial_count())};
  for (const LotIndex serial : own.serials) {
    const Lot& lot = history().lots[serial];
    of_model.push_back(absl::StrCat(lot.number, " ", StateText(lot.state)));
  }
  for (const auto& serial : order.serials()) {
    of_server.push_back(absl::StrCat(serial.number(), " ", StateText(serial.state())));
  }
  for (const Transformation& transformation : history().transformations) {
    if (transformation.work_order == work_order) of_model.push_back(transformation.symbol);
  }
  for (const v1::Transformation& transformation : order.completions()) {
    of_server.push_back(names_.SymbolOf(transformation.transformation_id()));
  }
  Compare(absl::StrCat("order ", work_order), std::move(of_model), std::move(of_server));
}

// Every place of every lot at once, as ListStock tells them.
void Simulation::LookAtStock() {
  Lines of_model, of_server;
  for (const Location& location : kOwnLocations) {
    v1::ListStockRequest request;
    request.set_location_id(location.id);
    request.set_show_all_kinds(true);
    request.set_page_size(1000);
    const auto reply = Send(request);
    for (const v1::LotStock& stock : reply.message().stock()) {
      of_server.push_back(absl::StrCat(stock.location_id(), ": ", stock.quantity(), " of ",
                                       stock.product_id(), "/", stock.number(), " ",
                                       CauseText(stock.hold_cause())));
    }
    for (size_t i = 0; i < history().lots.size(); ++i) {
      const auto lot = static_cast<LotIndex>(i);
      const Quantity there = history().At(lot, location.id);
      if (there.IsZero()) continue;
      const v1::HoldCause cause = IsOnHand(location.kind)
                                      ? history().CauseOf(lot, now_, location.id)
                                      : v1::HOLD_CAUSE_UNSPECIFIED;
      of_model.push_back(absl::StrCat(location.id, ": ",
                                      Text(there, history().lots[i].product->scale), " of ",
                                      LotName(lot), " ", CauseText(cause)));
    }
  }
  CompareSorted("stock", std::move(of_model), std::move(of_server));
}

}  // namespace lots::simulator
