// LotService: creating, editing, archiving and deleting lots.
#include "service/convert/writes.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "service/base/problems.h"
#include "service/base/status.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/update_mask.h"
#include "service/handlers/lots/lots.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/lot.h"
#include "storage/domain/refusals.h"
#include "storage/lots/lots.h"

namespace lots {
namespace {

bool IsOutputOnly(const google::protobuf::FieldDescriptor& field) {
  const google::protobuf::FieldOptions& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY) {
      return true;
    }
  }
  return false;
}

std::optional<Opening> OpeningOf(absl::string_view prefix, absl::string_view quantity,
                                 absl::string_view location_id, FieldChecker& fields) {
  const std::string quantity_field = absl::StrCat(prefix, "opening_quantity");
  const std::string location_field = absl::StrCat(prefix, "opening_location_id");
  if (quantity.empty() && location_id.empty()) return std::nullopt;
  if (quantity.empty()) fields.Refused(quantity_field, "", "is required with opening_location_id");
  if (location_id.empty()) fields.Refused(location_field, "", "is required with opening_quantity");
  return Opening{.quantity = fields.OptionalQuantity(quantity_field, quantity).value_or(Quantity()),
                 .location_id = fields.Optional<LocationId>(location_field, location_id)};
}

// The fields that v1::Lot and v1::NewLot share. Storage validates the number.
template <class Message>
NewLot NewLotOf(absl::string_view prefix, const Message& message, FieldChecker& fields) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(prefix, field); };
  return {.number = message.number(),
          .reference = fields.Line(at("reference"), message.reference(), kReferenceCharactersMax),
          .notes = fields.Text(at("notes"), message.notes(), kNotesCharactersMax),
          .attributes = fields.AttributesOf(at("attributes"), message.attributes()),
          .dates = fields.Dates(prefix, message),
          .opening = std::nullopt};
}

// What to do instead of setting a field that the server sets.
absl::string_view AdviceFor(absl::string_view field) {
  if (field == "quantity" || field == "on_hand_quantity") {
    return "does not create stock: give opening_quantity and opening_location_id";
  }
  if (field == "state") {
    return "is set by the server: a created lot is ACTIVE, and AssignSerials plans serials";
  }
  if (field == "hold_cause") return "is set by the server: HoldLots places holds";
  if (field == "tracking") return "is the product's: UpsertProducts sets it";
  if (field == "company") return "is not the company of the request, which is in its own field";
  return "is set by the server: leave the field out";
}

// Refuses values of fields that the server sets. A caller who sets one believes that it has an
// effect; nothing is ignored in silence.
void RefuseOutputOnly(const v1::Lot& lot, const Call& call, FieldChecker& fields) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  v1::Lot::GetReflection()->ListFields(lot, &set);
  for (const google::protobuf::FieldDescriptor* const field : set) {
    if (!IsOutputOnly(*field)) continue;
    if (field->name() == "company" && lot.company() == call.company.value()) continue;
    std::string value;
    google::protobuf::TextFormat::PrintFieldValueToString(lot, field, field->is_repeated() ? 0 : -1,
                                                          &value);
    fields.Refused(absl::StrCat("lot.", field->name()), value, AdviceFor(field->name()));
  }
}

CreateLotsCommand CommandOf(const v1::CreateLotRequest& request, const Call& call,
                            FieldChecker& fields) {
  if (!request.has_lot()) fields.Refused("lot", "", "is required");
  RefuseOutputOnly(request.lot(), call, fields);
  CreateLotsCommand command{
      .context = fields.Write(request, call),
      .product_id = fields.Required<ProductId>("lot.product_id", request.lot().product_id()),
      .lots = {NewLotOf("lot.", request.lot(), fields)},
      .is_single = true};
  command.lots.front().opening =
      OpeningOf("", request.opening_quantity(), request.opening_location_id(), fields);
  return command;
}

std::vector<NewLot> NewLotsOf(const v1::BatchCreateLotsRequest& request, FieldChecker& fields) {
  std::vector<NewLot> lots;
  lots.reserve(request.lots_size());
  for (int i = 0; i < request.lots_size(); ++i) {
    const v1::NewLot& message = request.lots(i);
    const std::string prefix = absl::StrCat("lots[", i, "].");
    lots.push_back(NewLotOf(prefix, message, fields));
    lots.back().opening =
        OpeningOf(prefix, message.opening_quantity(), message.opening_location_id(), fields);
  }
  return lots;
}

// A request has either the lots or a count.
CreateLotsCommand CommandOf(const v1::BatchCreateLotsRequest& request, const Call& call,
                            FieldChecker& fields) {
  CreateLotsCommand command{
      .context = fields.Write(request, call),
      .product_id = fields.Required<ProductId>("product_id", request.product_id()),
      .first_number = request.first_number(),
      .validate_only = request.validate_only()};
  const bool by_count = request.count() != 0;
  if (by_count && request.lots_size() > 0) {
    fields.Refused("count", absl::StrCat(request.count()), "stands instead of lots: give one");
  } else if (by_count) {
    command.lots.resize(fields.InRange("count", request.count(), 1, kLotsPerBatchMax));
  } else {
    fields.Count("lots", request.lots_size(), 1, kLotsPerBatchMax);
    if (fields.ok()) command.lots = NewLotsOf(request, fields);
  }
  if (!by_count && !request.first_number().empty()) {
    fields.Refused("first_number", request.first_number(), "goes with count, not with lots");
  }
  return command;
}

// Where an edit stands in its request: "" or "updates[3].".
struct EditPlace {
  std::string prefix;

  std::string operator()(absl::string_view field) const { return absl::StrCat(prefix, field); }
};

// Refuses fields that an edit cannot change, and says how they change.
void RefuseUneditable(const google::protobuf::FieldMask& mask, const std::string& field,
                      FieldChecker& fields) {
  for (const std::string& path : mask.paths()) {
    if (path == "quantity" || path == "on_hand_quantity") {
      fields.Refused(field, path,
                     absl::StrCat("\"", path,
                                  "\" changes by movements only: record an ADJUSTMENT with "
                                  "StockService.RecordMovements"));
    } else if (path == "state") {
      fields.Refused(field, path,
                     "\"state\" changes by its own methods only: ArchiveLot, UnarchiveLot, and "
                     "those of WorkOrderService");
    }
  }
}

constexpr absl::string_view kEditable[] = {
    "product_id",       "number",      "reference",        "notes",        "attributes",
    "manufacture_date", "expire_date", "best_before_date", "removal_date", "alert_date"};

// The paths to write. A mask that names what only other methods change is refused with their names.
// `update` is an UpdateLotRequest or a LotUpdate.
template <class Update>
std::vector<std::string> EditedPaths(const Update& update, const EditPlace& at,
                                     FieldChecker& fields) {
  const std::string field = at("update_mask");
  RefuseUneditable(update.update_mask(), field, fields);
  if (!fields.ok()) return {};
  const UpdateMask mask(field, update.update_mask(), {std::begin(kEditable), std::end(kEditable)},
                        *v1::Lot::descriptor(), fields);
  return mask.PathsOf(update.lot());
}

// Without a mask, or with one that names all, the caller may send a whole lot, with fields that an
// edit does not change.
void SetUnchanged(const v1::Lot& lot, const EditPlace& at, FieldChecker& fields, LotEdit& edit) {
  const auto decimal = [&](absl::string_view name, const std::string& text) {
    std::optional<Quantity> quantity;
    if (text.empty()) return quantity;
    const absl::StatusOr<Quantity> parsed = Quantity::Parse(text);
    if (parsed.ok()) return std::optional(*parsed);
    fields.Refused(at(name), text, parsed.status().message());
    return quantity;
  };
  edit.quantity = decimal("lot.quantity", lot.quantity());
  edit.on_hand = decimal("lot.on_hand_quantity", lot.on_hand_quantity());
  edit.state = fields.OptionalEnum<LotState>(at("lot.state"), lot.state());
}

// Sets the edit of one path. `values` has the fields of the request's lot.
void SetEdit(absl::string_view path, const EditPlace& at, const v1::Lot& lot, const NewLot& values,
             FieldChecker& fields, LotEdit& edit) {
  if (path == "product_id") {
    edit.product_id = fields.Required<ProductId>(at("lot.product_id"), lot.product_id());
  }
  if (path == "number") edit.number = values.number;
  if (path == "reference") edit.reference = values.reference;
  if (path == "notes") edit.notes = values.notes;
  if (path == "attributes") edit.attributes = values.attributes;
  if (path == "manufacture_date") edit.manufactured_on = values.dates.manufactured_on;
  if (path == "expire_date") edit.expires_on = values.dates.expires_on;
  if (path == "best_before_date") edit.best_before_on = values.dates.best_before_on;
  if (path == "removal_date") edit.removal_on = values.dates.removal_on;
  if (path == "alert_date") edit.alert_on = values.dates.alert_on;
  if (!absl::ConsumePrefix(&path, "attributes.")) return;
  const auto value = values.attributes.find(std::string(path));
  std::optional<AttributeValue>& attribute = edit.attribute_edits[std::string(path)];
  if (value != values.attributes.end()) attribute = value->second;
}

template <class Update>
void SetEdits(const Update& update, const EditPlace& at, FieldChecker& fields, LotEdit& edit) {
  const std::vector<std::string> paths = EditedPaths(update, at, fields);
  const NewLot values = NewLotOf(at("lot."), update.lot(), fields);
  const auto& mask = update.update_mask().paths();
  const bool is_whole = mask.empty() || absl::c_linear_search(mask, "*");
  if (is_whole) SetUnchanged(update.lot(), at, fields, edit);
  if (!fields.ok()) return;
  if (paths.empty()) {
    fields.Refused(at("update_mask"), "",
                   "names nothing, and lot has no field to change: set the fields to change, or "
                   "name those to clear");
  }
  for (const std::string& path : paths) SetEdit(path, at, update.lot(), values, fields, edit);
}

// Problems of one edit do not hide those of the next.
template <class Update>
LotEdit EditOf(const Update& update, const EditPlace& at, const Call& call, FieldChecker& all) {
  FieldChecker fields;
  const v1::Lot& lot = update.lot();
  fields.SameCompany(at("lot.company"), lot.company(), call.company);
  LotEdit edit{.lot_id = fields.RequiredUuid<LotId>(at("lot.lot_id"), lot.lot_id()),
               .version = FieldChecker::Etag(lot.etag())};
  SetEdits(update, at, fields, edit);
  for (const Problem& problem : fields.problems()) all.Add(problem);
  return edit;
}

template <class Request>
LaterExpiry ReadLaterExpiry(const Request& request, FieldChecker& fields) {
  for (int i = 0; i < request.accept_size(); ++i) {
    if (request.accept(i) == v1::ACCEPTANCE_LATER_EXPIRY) continue;
    fields.Refused(Indexed("accept", i), v1::Acceptance_Name(request.accept(i)),
                   "an edit can accept LATER_EXPIRY");
  }
  return {.accepted = request.accept_size() > 0,
          .note = fields.Text("note", request.note(), kNoteCharactersMax)};
}

UpdateLotsCommand CommandOf(const v1::BatchUpdateLotsRequest& request, const Call& call,
                            FieldChecker& fields) {
  UpdateLotsCommand command{.context = fields.Write(request, call)};
  const LaterExpiry later_expiry = ReadLaterExpiry(request, fields);
  absl::flat_hash_map<LotId, size_t> first;
  for (int i = 0; i < request.updates_size(); ++i) {
    LotEdit edit = EditOf(request.updates(i), {Indexed("updates", i) + "."}, call, fields);
    edit.later_expiry = later_expiry;
    const auto [seen, is_first] = first.emplace(edit.lot_id, command.edits.size());
    const bool is_known = edit.lot_id != LotId();  // else it was refused
    if (!is_first && is_known) {
      fields.Add(
          ListedTwice("updates", i, seen->second, {{"lot_id", edit.lot_id.value().ToString()}}));
    }
    command.edits.push_back(std::move(edit));
  }
  return command;
}

template <class Request>
LotCommand LotCommandOf(const Request& request, const Call& call, FieldChecker& fields) {
  return {.context = fields.Write(request, call),
          .lot_id = fields.RequiredUuid<LotId>("lot_id", request.lot_id()),
          .version = FieldChecker::Etag(request.etag())};
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::Lot> CreateLot(const v1::CreateLotRequest& request, const Call& call,
                                  pg::Connection& db) {
  FieldChecker fields;
  const CreateLotsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Lot lot, lots::CreateLot(db, command));
  return ToProto(lot);
}

absl::StatusOr<v1::BatchCreateLotsResponse> BatchCreateLots(
    const v1::BatchCreateLotsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const CreateLotsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const CreatedLots created, CreateLots(db, command));
  v1::BatchCreateLotsResponse response;
  AddProblems(created.problems, response);
  if (command.validate_only) return response;
  for (const NumberedLot& lot : created.lots) *response.add_lots() = ToProto(lot);
  return response;
}

absl::StatusOr<v1::Lot> UpdateLot(const v1::UpdateLotRequest& request, const Call& call,
                                  pg::Connection& db) {
  FieldChecker fields;
  if (request.request_id().empty() && request.lot().etag().empty()) {
    fields.Refused("request_id", "", "is required unless lot.etag is given");
  }
  UpdateLotCommand command;
  command.context = fields.OptionalWrite(request, call);
  static_cast<LotEdit&>(command) = EditOf(request, {}, call, fields);
  command.later_expiry = ReadLaterExpiry(request, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Lot lot, lots::UpdateLot(db, command));
  return ToProto(lot);
}

absl::StatusOr<v1::BatchUpdateLotsResponse> BatchUpdateLots(
    const v1::BatchUpdateLotsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  fields.Count("updates", request.updates_size(), 1, kBatchUpdateMax);
  if (!fields.ok()) return fields.status();
  const UpdateLotsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Lot> lots, lots::UpdateLots(db, command));
  v1::BatchUpdateLotsResponse response;
  response.set_lot_count(static_cast<int64_t>(lots.size()));
  response.set_lots_truncated(!AnswerRoom(response).Fill(
      lots, [](const Lot& lot) { return ToProto(lot); }, *response.mutable_lots()));
  return response;
}

absl::StatusOr<v1::Lot> ArchiveLot(const v1::ArchiveLotRequest& request, const Call& call,
                                   pg::Connection& db) {
  FieldChecker fields;
  const LotCommand command = LotCommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Lot lot, lots::ArchiveLot(db, command));
  return ToProto(lot);
}

absl::StatusOr<v1::Lot> UnarchiveLot(const v1::UnarchiveLotRequest& request, const Call& call,
                                     pg::Connection& db) {
  FieldChecker fields;
  const LotCommand command = LotCommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Lot lot, lots::UnarchiveLot(db, command));
  return ToProto(lot);
}

absl::StatusOr<v1::DeleteLotResponse> DeleteLot(const v1::DeleteLotRequest& request,
                                                const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const LotCommand command = LotCommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  RETURN_IF_ERROR(lots::DeleteLot(db, command));
  return v1::DeleteLotResponse();
}

}  // namespace handlers

}  // namespace lots
