// Plans transformations as completions of work orders.
#include "service/ctl/epcis/plan/transformations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/session/arguments.h"

namespace lots::ctl {
namespace {

bool Uses(const v1::CompleteWorkOrderRequest& completion, const EpcisLot& lot) {
  return std::any_of(completion.components().begin(), completion.components().end(),
                     [&](const v1::CompletionComponent& component) {
                       return component.lot().product_id() == lot.product_id &&
                              component.lot().number() == lot.number;
                     });
}

void AddOutput(const EpcisLine& line, const std::string& place,
               v1::CompleteWorkOrderRequest& completion) {
  v1::CompletionOutput& output = *completion.add_outputs();
  output.set_number(line.lot->number);
  output.set_quantity(line.quantity.ToString());
  output.set_to_location_id(place);
  // A lot is created beforehand, with its dates and its URI; a serial by the completion.
  if (!line.lot->is_serial) return;
  const EpcisLotData data = Consistent(line.lot->data);
  if (data.manufacture_date) *output.mutable_manufacture_date() = ToDate(*data.manufacture_date);
  if (data.expire_date) *output.mutable_expire_date() = ToDate(*data.expire_date);
  if (data.best_before_date) *output.mutable_best_before_date() = ToDate(*data.best_before_date);
}

void AddByProduct(const EpcisLine& line, const std::string& place,
                  v1::CompleteWorkOrderRequest& completion) {
  v1::CompletionByProduct& by_product = *completion.add_by_products();
  by_product.mutable_lot()->set_product_id(line.lot->product_id);
  by_product.mutable_lot()->set_number(line.lot->number);
  by_product.set_quantity(line.quantity.ToString());
  by_product.set_to_location_id(place);
}

}  // namespace

EpcisTransformations::EpcisTransformations(const std::vector<const EpcisEvent*>& events,
                                           EpcisGoods& goods)
    : goods_(goods) {
  for (const EpcisEvent* event : events) {
    ++events_with_id_[event->id];
    if (event->kind == EpcisEvent::kTransformation) ++to_come_[KeyOf(*event)];
  }
}

std::string EpcisTransformations::KeyOf(const EpcisEvent& event) {
  return event.transformation_id.empty() ? absl::StrCat(event.id, "\n", event.hash)
                                         : event.transformation_id;
}

std::string EpcisTransformations::WorkOrderId(const EpcisEvent& event) const {
  if (!event.transformation_id.empty()) return ResourceId(event.transformation_id);
  if (events_with_id_.at(event.id) == 1) return ResourceId(event.id);
  return ResourceId(absl::StrCat(event.id, "#", event.hash));
}

void EpcisTransformations::AddEvent(const EpcisEvent& event) {
  const std::string key = KeyOf(event);
  waiting_[key].push_back(&event);
  if (--to_come_[key] == 0) Plan(waiting_[key]);
}

void EpcisTransformations::Plan(const Events& events) {
  EventRequests requests(events);
  v1::CompleteWorkOrderRequest completion;
  completion.set_work_order_id(WorkOrderId(*events.back()));
  completion.set_close(true);
  used_.clear();
  Events placed;
  for (const EpcisEvent* event : events) {
    if (goods_.HasPlace(*event)) placed.push_back(event);
  }
  for (const EpcisEvent* event : placed) PlanInputs(*event, requests, completion);
  for (const EpcisEvent* event : placed) PlanOutputs(*event, requests, completion);
  if (!completion.outputs().empty()) {
    requests.Complete(std::move(completion));
  } else if (!placed.empty()) {
    Consume(*events.back(), requests);
  }
  goods_.Append(requests);
}

void EpcisTransformations::PlanInputs(const EpcisEvent& event, EventRequests& requests,
                                      v1::CompleteWorkOrderRequest& completion) {
  const std::string place = goods_.PlaceOf(event);
  for (const EpcisLine& line : goods_.LinesOf(event, event.inputs)) {
    if (!goods_.Provide(event, line, place, "uses", requests)) continue;
    goods_.Take(line, place);
    if (goods_.HasExpired(event, *line.lot)) requests.AcceptExpired();
    used_.emplace_back(line, place);
    v1::CompletionComponent& component = *completion.add_components();
    component.mutable_lot()->set_product_id(line.lot->product_id);
    component.mutable_lot()->set_number(line.lot->number);
    component.set_quantity(line.quantity.ToString());
    component.set_from_location_id(place);
  }
}

void EpcisTransformations::PlanOutputs(const EpcisEvent& event, EventRequests& requests,
                                       v1::CompleteWorkOrderRequest& completion) {
  const std::string place = goods_.PlaceOf(event);
  for (const EpcisLine& line : goods_.LinesOf(event, event.outputs)) {
    if (!MayComeOut(event, line, completion)) continue;
    goods_.CheckDates(event, *line.lot);
    goods_.Make(line, place);
    if (completion.product_id().empty()) completion.set_product_id(line.lot->product_id);
    if (completion.product_id() == line.lot->product_id) {
      AddOutput(line, place, completion);
    } else {
      AddByProduct(line, place, completion);
    }
    FollowUp(event, line, requests);
  }
}

void EpcisTransformations::FollowUp(const EpcisEvent& event, const EpcisLine& line,
                                    EventRequests& requests) {
  EpcisMeaning meaning = MeaningOf(event);
  const bool is_of_inputs =
      meaning.end.has_value() && meaning.end->kind != v1::MOVEMENT_KIND_DELIVERY;
  if (is_of_inputs && !meaning.end->by_step) {
    goods_.Discrepancy(event,
                       absl::StrCat("makes ", goods_.TextOf(line), " and says ", meaning.end->word,
                                    ", which cannot be what came out"),
                       "what came out stays on record");
  }
  if (is_of_inputs) meaning.end.reset();
  goods_.NameUnclear(event, line, meaning);
  goods_.FollowUp(event, line, meaning, requests);
}

bool EpcisTransformations::MayComeOut(const EpcisEvent& event, const EpcisLine& line,
                                      const v1::CompleteWorkOrderRequest& completion) {
  if (!line.lot->is_serial || !goods_.balance().Knows(*line.lot)) return true;
  if (Uses(completion, *line.lot)) return true;
  goods_.Discrepancy(event,
                     absl::StrCat("makes ", EpcisGoods::NameOf(*line.lot),
                                  ", which is on record already: ", goods_.Whereabouts(*line.lot)),
                     "that unit is left out of what was made");
  return false;
}

// Nothing usable came out, so there is no product to complete: what went in is consumed.
void EpcisTransformations::Consume(const EpcisEvent& event, EventRequests& requests) {
  goods_.Discrepancy(event, "makes nothing that can be recorded",
                     "what went in is recorded as consumed, without what it became");
  for (const auto& [line, place] : used_) {
    requests.Move({.kind = v1::MOVEMENT_KIND_CONSUMPTION,
                   .lot = line.lot,
                   .quantity = line.quantity,
                   .from = place});
  }
}

}  // namespace lots::ctl
