// What the ObjectEvents of a document record of their goods. Events of other types speak of the
// same: a TransactionEvent of a shipment, an AggregationEvent of what was received. Such an event
// then says nothing new.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "service/ctl/epcis/document/document.h"
#include "service/ctl/epcis/plan/balance.h"

namespace lots::ctl {

class EpcisRecords {
 public:
  // `events`: all that count, by time.
  explicit EpcisRecords(const std::vector<const EpcisEvent*>& events);

  // What no ObjectEvent records of the items. It would record them as moved in the same way (to
  // the place, from the place, or ended), at the same place, within a day before or after, by
  // themselves or on their pallet. Each ObjectEvent answers for one event of each other type.
  std::vector<EpcisItem> Unrecorded(const EpcisEvent& event, const std::vector<EpcisItem>& items,
                                    const EpcisPallets& pallets);

 private:
  enum class Change { kNone, kArrives, kLeaves, kEnds };
  struct Record {
    const EpcisEvent* event = nullptr;
    Change change = Change::kNone;
    Quantity quantity;
    std::string uom;
    // How much of it events of the other types spoke of.
    std::map<EpcisEvent::Kind, Quantity> mentioned;
  };

  static Change ChangeOf(const EpcisEvent& event);
  // Whether the record may be what the event says of the item.
  static bool Answers(const Record& record, const EpcisEvent& event, const EpcisItem& item);
  // Appends what is not recorded of the item.
  void Append(const EpcisEvent& event, EpcisItem item, std::vector<EpcisItem>& unrecorded);

  std::map<std::string, std::vector<Record>> records_;  // by EpcisIdentity::key, then by time
};

}  // namespace lots::ctl
