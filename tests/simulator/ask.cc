// Comparing the answers to questions.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tests/simulator/simulation.h"
#include "tests/support/server/test_server.h"

namespace lots::simulator {

namespace {

std::string CertaintyText(bool certain) { return certain ? "certainly" : "possibly"; }

// A whole trace of its pieces, and its last message.
template <class Response>
std::pair<v1::TracePiece, v1::TraceSummary> Together(const std::vector<Response>& messages) {
  v1::TracePiece whole;
  v1::TraceSummary summary;
  for (const Response& message : messages) {
    if (message.has_piece()) whole.MergeFrom(message.piece());
    if (message.has_summary()) summary = message.summary();
  }
  return {std::move(whole), std::move(summary)};
}

std::string LinkText(v1::TraceLinkKind kind) {
  return std::string(absl::StripPrefix(v1::TraceLinkKind_Name(kind), "TRACE_LINK_KIND_"));
}

v1::TraceLinkKind LinkKindOf(Role role) {
  switch (role) {
    case Role::kProduct:
      return v1::TRACE_LINK_KIND_OUTPUT;
    case Role::kByProduct:
      return v1::TRACE_LINK_KIND_BY_PRODUCT;
    case Role::kReturned:
      return v1::TRACE_LINK_KIND_RETURNED_COMPONENT;
  }
  return v1::TRACE_LINK_KIND_UNSPECIFIED;
}

bool IsNow(const Moment& moment) {
  return moment.as_of == absl::InfiniteFuture() && moment.known_after == INT_MAX;
}

std::string StateText(v1::LotState state) {
  return std::string(absl::StripPrefix(v1::LotState_Name(state), "LOT_STATE_"));
}

}  // namespace

std::set<LotIndex> Simulation::SeedsOf(const google::protobuf::RepeatedPtrField<v1::LotRef>& refs,
                                       Reasons& why) const {
  std::set<LotIndex> seeds;
  for (const v1::LotRef& ref : refs) {
    const LotIndex lot = history().FindLot(ref.product_id(), ref.number());
    if (lot == kNone) {
      why.insert("LOT_NOT_FOUND");
    } else {
      seeds.insert(lot);
    }
  }
  return seeds;
}

// Puts the instant between the step and the next into the request.
template <class Request>
Moment Simulation::MomentOf(Request& request, const Step& step) const {
  Moment moment;
  if (request.has_as_of()) moment.as_of = TimeOf(request.as_of());
  if (step.known_after < 0) return moment;
  // A step that was left out this time: the last one before it.
  auto done = done_at_.upper_bound(step.known_after);
  if (done == done_at_.begin()) return moment;
  --done;
  moment.known_after = done->first;
  *request.mutable_known_at() = ToProto(done->second);
  return moment;
}

void Simulation::Ask(const v1::TraceUpstreamRequest& request, const Step& step) {
  AskTrace(request, step, Direction::kUpstream);
}

void Simulation::Ask(const v1::TraceDownstreamRequest& request, const Step& step) {
  AskTrace(request, step, Direction::kDownstream);
}

template <class Request>
void Simulation::AskTrace(const Request& asked, const Step& step, Direction direction) {
  Request request = asked;
  Reasons why;
  TraceQuestion question{.seeds = SeedsOf(request.seeds(), why), .direction = direction};
  question.moment = MomentOf(request, step);
  if (request.depth_max() > 0) question.depth_max = request.depth_max();
  const auto reply = Send(request);
  if (!why.empty() || !reply.status.ok()) {
    return Compare("trace", {why.begin(), why.end()}, {ReasonOf(reply.status)});
  }
  const auto [whole, summary] = Together(reply.messages);
  CompareTrace(question, whole, summary);
  // The order in which seeds are named means nothing, nor does naming one twice.
  std::reverse(request.mutable_seeds()->begin(), request.mutable_seeds()->end());
  *request.add_seeds() = request.seeds(0);
  const auto again = Together(Send(request).messages);
  Expect(again.first.SerializeAsString() == whole.SerializeAsString(),
         "the order of the seeds changes the trace");
  Expect(again.second.SerializeAsString() == summary.SerializeAsString(),
         "the order of the seeds changes the summary");
}

Lines Simulation::PartnerLines(LotIndex lot, const Moment& moment) const {
  Lines lines;
  for (size_t i = 0; i < history().movements.size(); ++i) {
    const Movement& movement = history().movements[i];
    const bool with_partner = movement.kind == v1::MOVEMENT_KIND_RECEIPT ||
                              movement.kind == v1::MOVEMENT_KIND_DELIVERY ||
                              movement.kind == v1::MOVEMENT_KIND_RETURN ||
                              movement.kind == v1::MOVEMENT_KIND_SUPPLIER_RETURN;
    if (movement.lot != lot || !with_partner || movement.reverses != kNone) continue;
    if (movement.occurred_at > moment.as_of || movement.step > moment.known_after) continue;
    const int reversal = history().ReversalOf(static_cast<int>(i));
    if (reversal != kNone && history().movements[reversal].step <= moment.known_after) continue;
    const bool goes = movement.kind == v1::MOVEMENT_KIND_DELIVERY ||
                      movement.kind == v1::MOVEMENT_KIND_SUPPLIER_RETURN;
    lines.push_back(absl::StrCat(
        movement.kind, " ", movement.partner, " ", movement.quantity.ToString(), " at ",
        TimeText(movement.occurred_at), " ", goes ? movement.to : movement.from));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string Simulation::NodeLine(LotIndex lot, const TracedLot& traced,
                                 const Moment& moment) const {
  const int scale = history().lots[lot].product->scale;
  Lines places;
  for (const auto& [place, there] : history().PlacesThen(lot, moment)) {
    if (HoldsGoods(place) && there.IsPositive()) {
      places.push_back(absl::StrCat(place, ":", there.Format(scale)));
    }
  }
  std::sort(places.begin(), places.end());
  const std::string now = IsNow(moment)
                              ? absl::StrCat(StateText(history().lots[lot].state), " on hand ",
                                             history().OnHand(lot).Format(scale))
                              : "";
  return absl::StrCat(LotName(lot), " depth ", traced.depth, " ", CertaintyText(traced.certain),
                      " ", now, " at ", absl::StrJoin(places, ","), " partners ",
                      absl::StrJoin(PartnerLines(lot, moment), ","));
}

std::string Simulation::NodeLine(const v1::TraceNode& node, const Moment& moment) const {
  Lines places, partners;
  for (const v1::TracePlace& place : node.places()) {
    places.push_back(absl::StrCat(place.location_id(), ":", place.quantity()));
  }
  for (const v1::PartnerMovement& movement : node.partner_movements()) {
    partners.push_back(absl::StrCat(movement.kind(), " ", movement.partner_id(), " ",
                                    QuantityOf(movement.quantity()).ToString(), " at ",
                                    TimeText(TimeOf(movement.occur_time())), " ",
                                    movement.location_id()));
  }
  std::sort(places.begin(), places.end());
  std::sort(partners.begin(), partners.end());
  const std::string now =
      IsNow(moment) ? absl::StrCat(StateText(node.state()), " on hand ", node.on_hand_quantity())
                    : "";
  return absl::StrCat(node.product_id(), "/", node.number(), " depth ", node.depth(), " ",
                      CertaintyText(node.certainty() == v1::CERTAINTY_CERTAIN), " ", now, " at ",
                      absl::StrJoin(places, ","), " partners ", absl::StrJoin(partners, ","));
}

void Simulation::CompareTrace(const TraceQuestion& question, const v1::TracePiece& whole,
                              const v1::TraceSummary& summary) {
  const std::map<LotIndex, TracedLot> reached = Trace(history(), question);
  Lines of_model, of_server;
  int depth = 0;
  for (const auto& [lot, traced] : reached) {
    of_model.push_back(NodeLine(lot, traced, question.moment));
    depth = std::max(depth, traced.depth);
  }
  std::pair<int, std::string> last;
  for (const v1::TraceNode& node : whole.nodes()) {
    of_server.push_back(NodeLine(node, question.moment));
    const std::pair<int, std::string> next(node.depth(), node.product_id());
    Expect(last <= next, "lots are not sorted by depth and product");
    last = next;
  }
  CompareSorted("trace", std::move(of_model), std::move(of_server));
  Expect(summary.node_count() == static_cast<int64_t>(reached.size()), "node_count is wrong");
  Expect(summary.depth() == depth, "the summary's depth is wrong");
  Expect(summary.transformation_count() == whole.transformations_size(),
         "transformation_count is wrong");
  Expect(summary.link_count() == whole.links_size(), "link_count is wrong");
  CompareLinks(question, reached, whole);
  CompareCut(question, summary);
  if (question.direction == Direction::kDownstream) CompareBounds(question, whole);
}

// The links that the walk follows: from its lots into transformations, and on to what these inputs
// went into, or these outputs were made of. What came back from a disassembly is not followed.
void Simulation::CompareLinks(const TraceQuestion& question,
                              const std::map<LotIndex, TracedLot>& reached,
                              const v1::TracePiece& whole) {
  Lines of_model, of_server, transformations;
  std::map<std::string, Quantity> quantities;
  for (const int walked : WalkedTransformations(history(), question, reached)) {
    const Transformation own = history().WithoutEnded(walked, question.moment);
    transformations.push_back(own.symbol);
    const auto add = [&](LotIndex lot, absl::string_view kind, const std::string& output,
                         Quantity quantity) {
      quantities[absl::StrCat(own.symbol, " ", LotName(lot), " ", kind, " for ", output, " ")] +=
          quantity;
    };
    const FollowedLines lines = FollowedLinesOf(own, question, reached);
    for (const auto& input : lines.inputs) {
      const bool exact = input.output != kNone;
      add(input.lot, exact ? "EXACT_INPUT" : "POOLED_INPUT",
          exact ? LotName(input.output) : std::string("-"), input.quantity);
    }
    for (const auto& output : lines.outputs) {
      add(output.lot, LinkText(LinkKindOf(output.role)), "-", output.quantity);
    }
  }
  for (const auto& [link, quantity] : quantities) {
    of_model.push_back(absl::StrCat(link, quantity.ToString()));
  }
  for (const v1::TraceLink& link : whole.links()) {
    of_server.push_back(absl::StrCat(names_.SymbolOf(link.transformation_id()), " ",
                                     LotName(link.lot_id()), " ", LinkText(link.kind()), " for ",
                                     LotName(link.output_lot_id()), " ",
                                     QuantityOf(link.quantity()).ToString()));
  }
  Lines sent;
  for (const v1::Transformation& transformation : whole.transformations()) {
    sent.push_back(names_.SymbolOf(transformation.transformation_id()));
  }
  CompareSorted("transformations of the trace", std::move(transformations), std::move(sent));
  CompareSorted("links of the trace", std::move(of_model), std::move(of_server));
}

// A trace that is not whole says so.
void Simulation::CompareCut(const TraceQuestion& question, const v1::TraceSummary& summary) {
  TraceQuestion whole = question;
  whole.depth_max = INT_MAX;
  const bool is_cut = Trace(history(), whole).size() > Trace(history(), question).size();
  Expect(!is_cut || summary.truncated(), "there is more, and the trace does not say so");
  Expect(!summary.truncated() || question.depth_max != INT_MAX, "nothing cut the trace");
}

void Simulation::Ask(const v1::ListRecipientsRequest& request, const Step&) {
  Reasons why;
  const std::set<LotIndex> seeds = SeedsOf(request.seeds(), why);
  const auto reply = Send(request);
  if (!why.empty() || !reply.status.ok()) {
    return Compare("recipients", {why.begin(), why.end()}, {ReasonOf(reply.status)});
  }
  std::set<LotIndex> units;
  for (const LotIndex seed : seeds) {
    for (const LotIndex lot : history().IdentitiesOf(seed)) units.insert(lot);
  }
  const std::map<LotIndex, TracedLot> reached = Trace(history(), {.seeds = units});
  Lines of_server;
  std::set<std::string> partners;
  std::pair<bool, std::string> last;
  for (const auto& message : reply.messages) {
    for (const v1::Recipient& recipient : message.recipients()) {
      of_server.push_back(RecipientLine(recipient));
      if (!recipient.partner_id().empty()) partners.insert(recipient.partner_id());
      const std::pair<bool, std::string> next(!recipient.direct(), recipient.partner_id());
      Expect(last <= next, "recipients are not in order");
      last = next;
    }
  }
  const v1::RecipientSummary& summary = reply.messages.back().summary();
  Expect(summary.delivery_count() == static_cast<int64_t>(of_server.size()),
         "delivery_count is wrong");
  Expect(summary.partner_count() == static_cast<int64_t>(partners.size()),
         "partner_count is wrong");
  Expect(summary.lot_count() == static_cast<int64_t>(reached.size()), "lot_count is wrong");
  CompareSorted("recipients", RecipientLines(reached, request.show_returned()),
                std::move(of_server));
}

void Simulation::Ask(const v1::ListStockRequest& asked, const Step& step) {
  v1::ListStockRequest request = asked;
  const Moment moment = MomentOf(request, step);
  request.set_show_all_kinds(true);
  request.set_page_size(1000);
  const auto reply = Send(request);
  Expect(reply.status.ok(), "there is no stock");
  if (!reply.status.ok()) return;
  Lines of_model, of_server;
  for (size_t i = 0; i < history().lots.size(); ++i) {
    const auto lot = static_cast<LotIndex>(i);
    if (history().lots[i].product->id != request.product_id()) continue;
    for (const auto& [place, there] : history().PlacesThen(lot, moment)) {
      if (there.IsZero()) continue;
      of_model.push_back(absl::StrCat(LotName(lot), " at ", place, " ",
                                      there.Format(history().lots[i].product->scale)));
    }
  }
  for (const v1::LotStock& stock : reply.message().stock()) {
    of_server.push_back(absl::StrCat(stock.product_id(), "/", stock.number(), " at ",
                                     stock.location_id(), " ", stock.quantity()));
  }
  CompareSorted("stock then", std::move(of_model), std::move(of_server));
}

// What is picked may be taken, is the first by the strategy, and is enough if there is enough.
void Simulation::Ask(const v1::SuggestLotsRequest& request, const Step&) {
  const auto reply = Send(request);
  Expect(reply.status.ok(), "there is no suggestion");
  if (!reply.status.ok()) return;
  PickQuestion question{.product = request.product_id(),
                        .quantity = QuantityOf(request.quantity())};
  question.now = now_;
  std::map<std::string, Pick> left;
  Quantity available;
  for (const Pick& pick : CandidatesOf(history(), question)) {
    left[absl::StrCat(LotName(pick.lot), " at ", pick.place)] = pick;
    available += pick.quantity;
  }
  const auto key_of = [&](const Pick& pick) {
    const auto places = history().PlacesOf(pick.lot);
    const absl::Duration since = *places.at(pick.place).stock_since - absl::UnixEpoch();
    const auto expires = history().lots[pick.lot].expires_on.value_or(absl::CivilDay(9999, 12, 31));
    const bool by_expiry = request.strategy() == v1::SUGGEST_STRATEGY_FEFO;
    const bool last_in = request.strategy() == v1::SUGGEST_STRATEGY_LIFO;
    return std::pair(by_expiry ? expires : absl::CivilDay(), last_in ? -since : since);
  };
  Quantity picked;
  std::optional<decltype(key_of(Pick()))> last;
  for (const auto& pick : reply.message().picks()) {
    const std::string name = absl::StrCat(LotName(pick.lot_id()), " at ", pick.location_id());
    const auto found = left.find(name);
    Expect(found != left.end(), absl::StrCat("suggested, and not to be had: ", name));
    if (found == left.end()) return;
    Expect(QuantityOf(pick.quantity()) <= found->second.quantity,
           absl::StrCat("more is suggested than there is: ", name));
    const auto key = key_of(found->second);
    Expect(!last.has_value() || *last <= key, "picks are not in the strategy's order");
    last = key;
    picked += QuantityOf(pick.quantity());
    left.erase(found);
  }
  for (const auto& [name, pick] : left) {
    Expect(last.has_value() && *last <= key_of(pick),
           absl::StrCat("goes first and is not suggested: ", name));
  }
  const Quantity missing = std::max(Quantity(), question.quantity - available);
  Expect(picked == question.quantity - missing, "something else is suggested than is asked for");
  Expect(QuantityOf(reply.message().missing_quantity()) == missing, "missing_quantity is wrong");
}

void Simulation::Ask(const LookAtAll&, const Step&) {
  std::set<LotIndex> lots;
  for (size_t i = 0; i < history().lots.size(); ++i) lots.insert(static_cast<LotIndex>(i));
  Look(lots);
  for (const auto& [id, order] : history().work_orders) LookAtOrder(id);
  for (const auto& [id, recall] : history().recalls) LookAtRecall(recall);
  LookAtStock();
}

}  // namespace lots::simulator
