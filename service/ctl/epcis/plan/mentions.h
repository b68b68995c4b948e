// Events that the API has no record for: AggregationEvents, TransactionEvents, AssociationEvents,
// and types that EPCIS does not have. Such an event still says where its goods are, and may be the
// only one that says so.
#pragma once

#include "service/ctl/epcis/plan/goods.h"
#include "service/ctl/epcis/plan/records.h"

namespace lots::ctl {

// Notes that the event is not recorded, and keeps what is on a pallet. Goods that the event, and no
// ObjectEvent, ships, receives, sells or destroys, or that it finds elsewhere than on record, are a
// discrepancy, and a movement puts that right.
void PlanMention(const EpcisEvent& event, EpcisGoods& goods, EpcisRecords& records);

}  // namespace lots::ctl
