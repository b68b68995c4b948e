// What an import will do: the requests to send, and everything that does not add up. A pure
// function of the document: its events, sorted by time, run through a plain balance model.
//
// | event                        | becomes                                                       |
// |------------------------------|---------------------------------------------------------------|
// | ObjectEvent ADD              | the lots, and a RECEIPT from the supplier                     |
// | ObjectEvent OBSERVE shipping | a TRANSFER to kTransitId                                      |
// | ObjectEvent OBSERVE selling, | a discrepancy; adjusted a DELIVERY, a CONSUMPTION, SCRAP or   |
// | consuming, destroying, …     | an ADJUSTMENT (effects.h has the words)                       |
// | ObjectEvent OBSERVE, other   | a TRANSFER to its place from wherever the goods are: from the |
// |                              | way first; a RECEIPT when they come from outside              |
// | ObjectEvent DELETE           | SCRAP, or what the step and the disposition say: a DELIVERY … |
// | TransformationEvents of one  | a completion of a work order, at the time of the last of them |
// | transformationID             |                                                               |
// | AggregationEvent,            | nothing, and is named; a pallet that moves takes its goods    |
// | TransactionEvent,            | along. Goods that only such an event moves or ends are a      |
// | AssociationEvent             | discrepancy, which a movement settles                         |
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/epcis/document/document.h"

namespace lots::ctl {

// Something about an event that a person must know.
struct EpcisFinding {
  std::string event_id;  // as in the document
  absl::Time at;
  std::string step;  // "shipping"
  std::string what;
  // Discrepancies: what `adjust` does about it.
  std::string remedy;
};

// One request of an event, under a request id derived from it.
struct ImportRequest {
  std::string event_id;
  // "EPCIS event ID #HASH", in the notes of everything that the event causes.
  std::string mark;
  std::variant<v1::RecordMovementsRequest, v1::CompleteWorkOrderRequest> message;
};

// A lot that the requests need and that no completion creates.
struct EpcisNewLot {
  std::string product_id;
  v1::NewLot lot;
};

// An event that the document takes back.
struct EpcisWithdrawal {
  struct Lot {
    std::string product_id;
    // The numbers that an import may have given to the lot, when the event says them.
    std::vector<std::string> numbers;
    // The reference that an import gave to the lot. Empty: none, because its URI is too long; or a
    // unit, which has its number from the URI.
    std::string reference;
  };
  std::string event_id;
  absl::Time at;
  std::string step;
  // How the notes begin of what an import of the event recorded, under its id or without one.
  std::vector<std::string> marks;
  // What the event speaks of.
  std::vector<Lot> lots;
  // The event speaks of pallets, whose goods only earlier events say.
  bool names_pallets = false;
  // The document has the event that is taken back.
  bool is_in_document = false;
};

struct EpcisPlan {
  std::vector<v1::Product> products;
  std::vector<v1::Location> locations;
  std::vector<EpcisNewLot> lots;
  std::vector<ImportRequest> requests;
  // What does not add up. `refuse` writes nothing when there is any.
  std::vector<EpcisFinding> discrepancies;
  // What is left out, or noteworthy, without being wrong.
  std::vector<EpcisFinding> notices;
  std::vector<EpcisWithdrawal> withdrawals;
  // The fields of the document that have no place in the API, and how often each was dropped.
  std::map<std::string, size_t> dropped;
  size_t event_count = 0;
};

EpcisPlan PlanEpcisImport(const EpcisDocument& document);

}  // namespace lots::ctl
