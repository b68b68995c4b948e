// The requests of one event, collected while the event is judged: adjustments come before what they
// make possible, settlements after. A serial moves once in a request, so these are requests apart.
#pragma once

#include <string>
#include <vector>

#include "service/ctl/epcis/catalog.h"
#include "service/ctl/epcis/plan.h"

namespace lots::ctl {

struct EpcisMove {
  v1::MovementKind kind = v1::MOVEMENT_KIND_UNSPECIFIED;
  const EpcisLot* lot = nullptr;
  Quantity quantity;
  std::string from;  // empty: the default of the kind
  std::string to;
  std::string why;  // empty: the event's step
};

class EpcisSteps {
 public:
  // `events` is what is turned into requests together: one event, or those of one transformation,
  // of which the last says when.
  explicit EpcisSteps(const std::vector<const EpcisEvent*>& events);

  void Adjust(const EpcisMove& move) { Append(adjustments_, move); }
  void Move(const EpcisMove& move) { Append(moves_, move); }
  void Settle(const EpcisMove& move) { Append(settlements_, move); }
  void Complete(v1::CompleteWorkOrderRequest completion);

  // Everything collected, in the order in which it is to be sent.
  std::vector<EpcisStep> Take();

 private:
  using Movements = std::vector<v1::NewMovement>;

  void Append(Movements& movements, const EpcisMove& move) const;
  void TakeMovements(const Movements& movements, const std::string& suffix,
                     std::vector<EpcisStep>& steps) const;
  std::string RequestId(const std::string& suffix) const;

  const EpcisEvent& event_;
  std::string mark_;
  std::string request_id_;
  Movements adjustments_;
  Movements moves_;
  std::vector<v1::CompleteWorkOrderRequest> completions_;
  Movements settlements_;
};

// The time as the API has it.
google::protobuf::Timestamp EpcisTimestamp(absl::Time time);

}  // namespace lots::ctl
