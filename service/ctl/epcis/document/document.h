// An EPCIS 2.0 document (JSON-LD) as typed events, in the order of the file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/ctl/epcis/document/identity.h"
#include "storage/base/quantity.h"

namespace lots::ctl {

// Something that an event speaks of, and how much of it.
struct EpcisItem {
  EpcisIdentity identity;
  std::optional<Quantity> quantity;  // 1 for the items of an EPC list
  std::string uom;                   // UN/ECE code; empty: a count
};

// What an event says about the lots that it creates.
struct EpcisLotData {
  std::string lot_number;
  std::optional<absl::CivilDay> manufacture_date;
  std::optional<absl::CivilDay> expire_date;
  std::optional<absl::CivilDay> best_before_date;
};

struct EpcisEvent {
  enum Kind { kObject, kTransformation, kAggregation, kTransaction, kAssociation, kOther };
  enum Action { kNone, kAdd, kObserve, kDelete };

  Kind kind = kOther;
  Action action = kNone;
  std::string type;  // as the document has it: "AggregationEvent"
  size_t index = 0;  // position in the file, from 0
  std::string id;    // in one spelling, not always unique; made from `content` if absent
  bool has_id = false;
  // Hashes of what the event says, whatever its spelling (content.h): of everything, and of what
  // tells an event from another one that has its id. The latter is all of it where there is no id.
  std::string content;
  std::string hash;
  absl::Time time;
  std::string step;                // bizStep, its last part: "shipping"
  std::string disposition;         // its last part: "in_transit"
  std::string place;               // bizLocation, or readPoint where that is missing; a URI
  bool is_at_read_point = false;   // there is no bizLocation
  std::string parent;              // what the items are on, in or part of; a URI
  std::string transformation_id;   // in one spelling
  std::vector<EpcisItem> items;    // goods, or what is on, in or part of the parent
  std::vector<EpcisItem> inputs;   // of a TransformationEvent
  std::vector<EpcisItem> outputs;  // of a TransformationEvent
  std::string owner;               // gdst:productOwner
  std::string owner_field;         // its name in the document
  std::string source_party;
  std::string document_type;  // the first business transaction
  std::string document_number;
  EpcisLotData lot_data;
  bool declared_wrong = false;  // an error declaration takes it back
  // The fields that the import has no use for, by their names in the document.
  std::vector<std::string> dropped;
};

// The id of an event that says the same and has no eventID.
std::string IdWithoutEventId(const EpcisEvent& event);

// What the master data say of a product, a place or a party.
struct EpcisMaster {
  std::string name;
  std::string street;
  std::string city;
  std::string region;
  std::string postal_code;
  std::string country;
};

struct EpcisDocument {
  std::map<std::string, EpcisMaster> masters;  // by URI
  std::vector<EpcisEvent> events;
  // Fields of the document and of its master data that the import has no use for: how often.
  std::map<std::string, size_t> dropped;
};

// Reads a document. A usage error that says where: line and column of what is no JSON, the event
// and field of what is no EPCIS; every one of the latter at once.
absl::StatusOr<EpcisDocument> ParseEpcisDocument(absl::string_view text);

}  // namespace lots::ctl
