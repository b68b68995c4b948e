// The requests of one event, collected while the event is planned. Adjustments are sent before the
// movements that they make possible, settlements after them. Each kind has a request of its own,
// because a serial may move only once in a request.
#pragma once

#include <string>
#include <vector>

#include "service/ctl/epcis/plan/catalog.h"
#include "service/ctl/epcis/plan/plan.h"

namespace lots::ctl {

struct EpcisMove {
  v1::MovementKind kind = v1::MOVEMENT_KIND_UNSPECIFIED;
  const EpcisLot* lot = nullptr;
  Quantity quantity;
  std::string from;  // empty: the default of the kind
  std::string to;
  std::string why;  // empty: the event's step
};

// "EPCIS event ID #": how the notes of everything that the event caused begin, under its id, and
// where a document had the event without an eventID. What follows is a hash of what the event says.
std::vector<std::string> MarksOf(const EpcisEvent& event);

class EventRequests {
 public:
  // `events` is what is turned into requests together: one event, or those of one transformation,
  // of which the last says when.
  explicit EventRequests(const std::vector<const EpcisEvent*>& events);

  void Adjust(const EpcisMove& move) { Append(adjustments_, move); }
  void Move(const EpcisMove& move) { Append(moves_, move); }
  void Settle(const EpcisMove& move) { Append(settlements_, move); }
  // What is moved or used may have expired.
  void AcceptExpired() { accept_expired_ = true; }
  void Complete(v1::CompleteWorkOrderRequest completion);

  // The fields of the events that movements could have carried, and that no movement carries.
  std::vector<std::string> Dropped() const;
  // Everything collected, in the order in which it is to be sent.
  std::vector<ImportRequest> Take();

 private:
  using Movements = std::vector<v1::NewMovement>;

  void Append(Movements& movements, const EpcisMove& move) const;
  void TakeMovements(const Movements& movements, const std::string& suffix,
                     std::vector<ImportRequest>& requests) const;
  std::string RequestId(const std::string& suffix) const;

  const std::vector<const EpcisEvent*> events_;
  const EpcisEvent& event_;
  std::string mark_;
  std::string request_id_;
  Movements adjustments_;
  Movements moves_;
  std::vector<v1::CompleteWorkOrderRequest> completions_;
  Movements settlements_;
  bool accept_expired_ = false;
};

}  // namespace lots::ctl
