// TransformationEvents as completions of work orders. Those that share a transformationID are one:
// every input contributed to every output, so they are posted together, when the last of them
// comes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "service/ctl/epcis/plan/goods.h"

namespace lots::ctl {

class EpcisTransformations {
 public:
  // `events`: all that count.
  EpcisTransformations(const std::vector<const EpcisEvent*>& events, EpcisGoods& goods);

  // Adds each TransformationEvent once, in the order of time. Plans the transformation with its
  // last event.
  void AddEvent(const EpcisEvent& event);

 private:
  using Events = std::vector<const EpcisEvent*>;

  static std::string KeyOf(const EpcisEvent& event);
  std::string WorkOrderId(const EpcisEvent& event) const;
  void Plan(const Events& events);
  void PlanInputs(const EpcisEvent& event, EventRequests& requests,
                  v1::CompleteWorkOrderRequest& completion);
  void PlanOutputs(const EpcisEvent& event, EventRequests& requests,
                   v1::CompleteWorkOrderRequest& completion);
  // What the event says besides of what came out. That goods are used up or destroyed is said of
  // what went in.
  void FollowUp(const EpcisEvent& event, const EpcisLine& line, EventRequests& requests);
  // Whether the unit may come out: it is new, or this transformation used it (rework).
  bool MayComeOut(const EpcisEvent& event, const EpcisLine& line,
                  const v1::CompleteWorkOrderRequest& completion);
  void Consume(const EpcisEvent& event, EventRequests& requests);

  EpcisGoods& goods_;
  std::map<std::string, int> events_with_id_;
  std::map<std::string, int> to_come_;     // by KeyOf(event)
  std::map<std::string, Events> waiting_;  // by KeyOf(event)
  // What the transformation at hand used, and from where.
  std::vector<std::pair<EpcisLine, std::string>> used_;
};

}  // namespace lots::ctl
