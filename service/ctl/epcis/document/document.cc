// Reads the JSON of an EPCIS document, and lists everything in it that is no EPCIS.
#include "service/ctl/epcis/document/document.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/ctl/epcis/document/content.h"
#include "service/ctl/session/failure.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

// Real documents nest about ten deep; and walking one is recursion here.
constexpr int kDepthMax = 64;
// A person corrects a few and tries again; the message says how many there are.
constexpr size_t kErrorsShownMax = 20;

absl::StatusOr<Json> ParseJson(absl::string_view text) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDepthMax;
    return !too_deep;
  };
  try {
    Json json = Json::parse(text.begin(), text.end(), watch);
    if (too_deep) return UsageError(absl::StrCat("it is nested deeper than ", kDepthMax));
    return json;
  } catch (const Json::exception& error) {
    absl::string_view what = error.what();
    // "[json.exception.parse_error.101] parse error at line 3, column 7: …"
    if (const size_t at = what.find("] "); at != absl::string_view::npos)
      what.remove_prefix(at + 2);
    return UsageError(absl::StrCat("it is no JSON: ", what));
  }
}

const Json* Find(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// The member whose name ends in `:name` or `#name` or is `name`: extensions carry prefixes.
const Json* FindBySuffix(const Json& object, absl::string_view name) {
  if (!object.is_object()) return nullptr;
  for (const auto& [key, value] : object.items()) {
    if (LastPart(key) == name) return &value;
  }
  return nullptr;
}

// Text, or the `id` of an object: EPCIS writes references both ways.
std::string TextOf(const Json* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  return TextOf(Find(*value, "id"));
}

std::optional<absl::CivilDay> DayOf(const Json* value) {
  absl::CivilDay day;
  // The day as it is written, whatever the time of day and the zone behind it.
  constexpr size_t kDayCharacters = 10;
  const std::string text = TextOf(value);
  if (!absl::ParseCivilTime(absl::string_view(text).substr(0, kDayCharacters), &day)) {
    return std::nullopt;
  }
  return day;
}

// Reads one event, noting what is wrong with it.
class EventReader {
 public:
  EventReader(const Json& json, size_t index, std::vector<std::string>& errors)
      : json_(json), errors_(errors) {
    event_.index = index;
  }

  EpcisEvent Read() {
    ReadHead();
    ReadGoods();
    ReadParties();
    ReadLotData();
    ReadDropped();
    return std::move(event_);
  }

 private:
  void Error(absl::string_view field, absl::string_view what) {
    const std::string name = event_.id.empty() ? "" : absl::StrCat(" (", event_.id, ")");
    errors_.push_back(absl::StrCat("event ", event_.index + 1, name, ": ", field, " ", what));
  }

  void ReadHead() {
    ReadId();
    event_.type = TextOf(Find(json_, Find(json_, "type") != nullptr ? "type" : "isA"));
    event_.kind = KindOf(event_.type);
    event_.action = ActionOf(TextOf(Find(json_, "action")));
    std::string error;
    const std::string time = TextOf(Find(json_, "eventTime"));
    const bool is_time = absl::ParseTime(absl::RFC3339_full, time, &event_.time, &error) &&
                         event_.time != absl::InfiniteFuture() &&
                         event_.time != absl::InfinitePast();
    if (!is_time) {
      Error("eventTime", absl::StrCat("'", time, "' is no time of RFC 3339"));
    }
    event_.step = LastPart(TextOf(Find(json_, "bizStep")));
    event_.disposition = LastPart(TextOf(Find(json_, "disposition")));
    event_.place = TextOf(Find(json_, "bizLocation"));
    event_.is_at_read_point = event_.place.empty();
    if (event_.is_at_read_point) event_.place = TextOf(Find(json_, "readPoint"));
    // Coordinates are no place that goods can be looked for in.
    if (absl::StartsWith(event_.place, "geo:")) event_.place.clear();
    event_.declared_wrong = Find(json_, "errorDeclaration") != nullptr;
  }

  void ReadId() {
    event_.content = HexHash(ContentOf(json_, ContentFields::kAll));
    event_.id = OneSpelling(TextOf(Find(json_, "eventID")));
    event_.has_id = !event_.id.empty();
    event_.hash =
        event_.has_id ? HexHash(ContentOf(json_, ContentFields::kStandard)) : event_.content;
    if (!event_.has_id) event_.id = IdWithoutEventId(event_);
  }

  EpcisEvent::Kind KindOf(const std::string& type) {
    if (type.empty()) Error("type", "is missing");
    if (type == "ObjectEvent") return EpcisEvent::kObject;
    if (type == "TransformationEvent") return EpcisEvent::kTransformation;
    if (type == "AggregationEvent") return EpcisEvent::kAggregation;
    if (type == "TransactionEvent") return EpcisEvent::kTransaction;
    if (type == "AssociationEvent") return EpcisEvent::kAssociation;
    return EpcisEvent::kOther;
  }

  EpcisEvent::Action ActionOf(const std::string& action) {
    if (action == "ADD") return EpcisEvent::kAdd;
    if (action == "OBSERVE") return EpcisEvent::kObserve;
    if (action == "DELETE") return EpcisEvent::kDelete;
    const bool needed =
        event_.kind == EpcisEvent::kObject || event_.kind == EpcisEvent::kAggregation;
    if (needed) Error("action", absl::StrCat("'", action, "' is not ADD, OBSERVE or DELETE"));
    return EpcisEvent::kNone;
  }

  // Whether the goods of the event are the children of its parent.
  bool HasChildren() const {
    return event_.kind == EpcisEvent::kAggregation || event_.kind == EpcisEvent::kAssociation;
  }

  void ReadGoods() {
    ReadEpcs(HasChildren() ? "childEPCs" : "epcList", event_.items);
    ReadQuantities(HasChildren() ? "childQuantityList" : "quantityList", event_.items);
    ReadEpcs("inputEPCList", event_.inputs);
    ReadQuantities("inputQuantityList", event_.inputs);
    ReadEpcs("outputEPCList", event_.outputs);
    ReadQuantities("outputQuantityList", event_.outputs);
    event_.parent = TextOf(Find(json_, "parentID"));
    event_.transformation_id = OneSpelling(TextOf(Find(json_, "transformationID")));
  }

  // The list, or an empty one where it is missing.
  const Json& ListOf(const char* name) {
    static const Json kEmpty = Json::array();
    const Json* list = Find(json_, name);
    if (list == nullptr) return kEmpty;
    if (list->is_array()) return *list;
    Error(name, "is no list");
    return kEmpty;
  }

  void ReadEpcs(const char* name, std::vector<EpcisItem>& items) {
    for (const Json& epc : ListOf(name)) {
      const std::string uri = TextOf(&epc);
      if (uri.empty()) Error(name, "has an entry that is no URI");
      items.push_back({.identity = IdentityOf(uri), .quantity = Quantity::FromUnits(1)});
    }
  }

  void ReadQuantities(const char* name, std::vector<EpcisItem>& items) {
    for (const Json& element : ListOf(name)) {
      EpcisItem item;
      item.identity = IdentityOf(TextOf(Find(element, "epcClass")));
      item.uom = TextOf(Find(element, "uom"));
      if (item.identity.uri.empty()) Error(name, "has an entry without epcClass");
      if (const Json* quantity = Find(element, "quantity")) ReadQuantity(name, *quantity, item);
      items.push_back(std::move(item));
      DropOthers(element, {"epcClass", "quantity", "uom"}, absl::StrCat(name, "."));
    }
  }

  void ReadQuantity(const char* name, const Json& value, EpcisItem& item) {
    const absl::StatusOr<Quantity> quantity =
        value.is_number() ? Quantity::Parse(DecimalOf(value))
                          : absl::StatusOr<Quantity>(absl::InvalidArgumentError("is no number"));
    if (!quantity.ok()) {
      Error(name, absl::StrCat("quantity ", value.dump(), " ", quantity.status().message()));
    } else if (!quantity->IsPositive()) {
      Error(name, absl::StrCat("quantity ", value.dump(), " is not above 0"));
    } else {
      item.quantity = *quantity;
    }
  }

  void ReadParties() {
    for (const auto& [key, value] : json_.items()) {
      if (LastPart(key) != "productOwner" || TextOf(&value).empty()) continue;
      event_.owner_field = key;
      event_.owner = TextOf(&value);
    }
    for (const Json& source : ListOf("sourceList")) {
      const std::string type = LastPart(TextOf(Find(source, "type")));
      const bool is_party = type == "owning_party" || type == "possessing_party";
      if (is_party && event_.source_party.empty()) {
        event_.source_party = TextOf(Find(source, "source"));
      }
    }
    for (const Json& transaction : ListOf("bizTransactionList")) {
      if (!event_.document_number.empty()) break;
      event_.document_type = LastPart(TextOf(Find(transaction, "type")));
      event_.document_number = TextOf(Find(transaction, "bizTransaction"));
    }
  }

  void ReadLotData() {
    const Json* ilmd = Find(json_, "ilmd");
    if (ilmd == nullptr) return;
    event_.lot_data.lot_number = TextOf(FindBySuffix(*ilmd, "lotNumber"));
    event_.lot_data.manufacture_date = DayOf(FindBySuffix(*ilmd, "productionDate"));
    event_.lot_data.expire_date = DayOf(FindBySuffix(*ilmd, "itemExpirationDate"));
    event_.lot_data.best_before_date = DayOf(FindBySuffix(*ilmd, "bestBeforeDate"));
  }

  // What is made or brought into being has lot data; other events only repeat them.
  bool HasLotData() const {
    return event_.kind == EpcisEvent::kTransformation ||
           (event_.kind == EpcisEvent::kObject && event_.action == EpcisEvent::kAdd);
  }

  // The fields that are read of an event of this kind.
  Names UsedFields() const {
    Names used = {
        "type",       "isA",         "eventID",          "eventTime",   "action",
        "bizStep",    "disposition", "errorDeclaration", "bizLocation", "bizTransactionList",
        "sourceList", "@context"};
    if (event_.kind == EpcisEvent::kTransformation) {
      used.insert({"inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList",
                   "transformationID"});
    } else if (HasChildren()) {
      used.insert({"parentID", "childEPCs", "childQuantityList"});
    } else {
      used.insert({"epcList", "quantityList"});
    }
    if (event_.kind == EpcisEvent::kTransaction) used.insert("parentID");
    if (TextOf(Find(json_, "bizLocation")).empty()) used.insert("readPoint");
    if (!event_.owner_field.empty()) used.insert(event_.owner_field);
    if (HasLotData()) used.insert("ilmd");
    return used;
  }

  // Notes the fields of the object that are not used. What else has no place is known to the plan
  // only: a movement has a document, a receipt a partner, and some dispositions move goods.
  void DropOthers(const Json& object, const Names& used, const std::string& prefix) {
    if (!object.is_object()) return;
    for (const auto& [key, value] : object.items()) {
      const bool says_nothing = value.is_null() || (value.is_structured() && value.empty());
      if (!says_nothing && !used.contains(key)) event_.dropped.push_back(prefix + key);
    }
  }

  void ReadDropped() {
    DropOthers(json_, UsedFields(), "");
    if (ListOf("sourceList").size() > (event_.source_party.empty() ? 0 : 1)) {
      event_.dropped.push_back("sourceList (all but the first party)");
    }
    if (ListOf("bizTransactionList").size() > 1) {
      event_.dropped.push_back("bizTransactionList (all but the first)");
    }
    const Json* ilmd = HasLotData() ? Find(json_, "ilmd") : nullptr;
    if (ilmd == nullptr || !ilmd->is_object()) return;
    Names used;
    for (const auto& [key, value] : ilmd->items()) {
      if (IsRead(LastPart(key))) used.insert(key);
    }
    DropOthers(*ilmd, used, "ilmd.");
  }

  // Whether the field of the lot data was understood.
  bool IsRead(const std::string& name) const {
    const EpcisLotData& data = event_.lot_data;
    return (name == "lotNumber" && !data.lot_number.empty()) ||
           (name == "productionDate" && data.manufacture_date.has_value()) ||
           (name == "itemExpirationDate" && data.expire_date.has_value()) ||
           (name == "bestBeforeDate" && data.best_before_date.has_value());
  }

  const Json& json_;
  std::vector<std::string>& errors_;
  EpcisEvent event_;
};

// False when it is nothing that the API has.
bool ReadMasterAttribute(const Json& attribute, EpcisMaster& master) {
  const std::string name = LastPart(TextOf(Find(attribute, "id")));
  const std::string value = TextOf(Find(attribute, "attribute"));
  if (name == "name" || name == "descriptionShort") {
    master.name = value;
  } else if (name == "streetAddressOne") {
    master.street = value;
  } else if (name == "streetAddressTwo") {
    absl::StrAppend(&master.street, ", ", value);
  } else if (name == "city") {
    master.city = value;
  } else if (name == "state") {
    master.region = value;
  } else if (name == "postalCode") {
    master.postal_code = value;
  } else if (name == "countryCode") {
    master.country = value;
  } else {
    return false;
  }
  return true;
}

constexpr char kMasterData[] = "epcisMasterData";

void ReadMaster(const Json& element, EpcisDocument& read) {
  EpcisMaster& master = read.masters[TextOf(Find(element, "id"))];
  const Json* attributes = Find(element, "attributes");
  if (attributes == nullptr) return;
  for (const Json& attribute : *attributes) {
    if (ReadMasterAttribute(attribute, master)) continue;
    ++read.dropped[absl::StrCat(kMasterData, ".", LastPart(TextOf(Find(attribute, "id"))))];
  }
}

void ReadMasters(const Json& document, EpcisDocument& read) {
  const Json* header = Find(document, "epcisHeader");
  const Json* data = header == nullptr ? nullptr : Find(*header, kMasterData);
  const Json* list = data == nullptr ? nullptr : Find(*data, "vocabularyList");
  if (list == nullptr) return;
  for (const Json& vocabulary : *list) {
    const Json* elements = Find(vocabulary, "vocabularyElementList");
    if (elements == nullptr) continue;
    for (const Json& element : *elements) ReadMaster(element, read);
  }
}

// Who sent the document, when, and what else stands around its events.
void DropEnvelope(const Json& document, EpcisDocument& read) {
  static const Names kUsed = {"@context",      "type",        "isA",
                              "schemaVersion", "epcisHeader", "epcisBody"};
  for (const auto& [key, value] : document.items()) {
    if (!kUsed.contains(key)) ++read.dropped[key];
  }
  const Json* header = Find(document, "epcisHeader");
  if (header == nullptr || !header->is_object()) return;
  for (const auto& [key, value] : header->items()) {
    if (key != kMasterData) ++read.dropped[absl::StrCat("epcisHeader.", key)];
  }
}

// The events of a document, or of a query's answer.
const Json* EventsOf(const Json& document) {
  const Json* body = Find(document, "epcisBody");
  if (body == nullptr) return nullptr;
  if (const Json* results = Find(*body, "queryResults")) body = Find(*results, "resultsBody");
  return body == nullptr ? nullptr : Find(*body, "eventList");
}

}  // namespace

std::string IdWithoutEventId(const EpcisEvent& event) {
  return absl::StrCat("sha256:", event.content);
}

absl::StatusOr<EpcisDocument> ParseEpcisDocument(absl::string_view text) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  const Json* events = EventsOf(json);
  if (events == nullptr || !events->is_array()) {
    return UsageError("it is no EPCIS 2.0 document: epcisBody.eventList is missing or no list");
  }
  EpcisDocument document;
  ReadMasters(json, document);
  DropEnvelope(json, document);
  std::vector<std::string> errors;
  for (size_t i = 0; i < events->size(); ++i) {
    document.events.push_back(EventReader((*events)[i], i, errors).Read());
  }
  if (errors.empty()) return document;
  const size_t count = errors.size();
  if (count > kErrorsShownMax) errors.resize(kErrorsShownMax);
  return UsageError(absl::StrCat("it is no EPCIS 2.0 document; ", count,
                                 " errors: ", absl::StrJoin(errors, "; ")));
}

}  // namespace lots::ctl
