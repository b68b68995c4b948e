// Which events of a document count: each once, and none that the document takes back.
#pragma once

#include <vector>

#include "service/ctl/epcis/document/document.h"
#include "service/ctl/epcis/plan/plan.h"

namespace lots::ctl {

// An event with an error declaration.
struct WrongEvent {
  const EpcisEvent* event = nullptr;
  // Whether it takes back an event of the document.
  bool is_in_document = false;
};

struct CountedEvents {
  std::vector<const EpcisEvent*> events;  // by time; of one instant in the order of the file
  std::vector<WrongEvent> declared_wrong;
  std::vector<EpcisFinding> discrepancies;
  std::vector<EpcisFinding> notices;
};

// Two events are one when they have one eventID and say the same, or when one of them has no
// eventID and they say the same; recordTime and spelling do not count. Real documents use one
// eventID for several events: events with one id that speak of other goods or places all count, and
// a second version of one event is a discrepancy. An error declaration takes the event with its
// eventID, or else its content, back.
CountedEvents CountEvents(const EpcisDocument& document);

}  // namespace lots::ctl
