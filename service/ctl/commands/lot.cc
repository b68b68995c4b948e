// lotctl lot create | get | find | update | archive | unarchive | delete | preview
#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/lot_numbers.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/json.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/whereabouts.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// What creating and updating a lot have in common: the fields that a person may give.
struct LotFields {
  std::optional<std::string> reference;
  std::optional<std::string> notes;
  std::vector<std::string> attributes;
  std::optional<std::string> manufacture_date;
  std::optional<std::string> expire_date;
  std::optional<std::string> best_before_date;
  std::optional<std::string> removal_date;
  std::optional<std::string> alert_date;
};

void Declare(Command& command, LotFields& fields) {
  command.Add("--reference", fields.reference, "the supplier's lot number");
  command.Add("--notes", fields.notes, "notes");
  command.Add("--attribute", fields.attributes,
              "NAME=VALUE, or NAME:TYPE=VALUE with decimal, flag, date or time; repeatable");
  command.Add("--manufactured", fields.manufacture_date, "date of manufacture, 2026-12-31");
  command.Add("--expires", fields.expire_date, "last day of use");
  command.Add("--best-before", fields.best_before_date, "best-before date");
  command.Add("--remove-by", fields.removal_date, "day by which it must leave the shelf");
  command.Add("--alert", fields.alert_date, "day on which somebody should look");
}

// The given fields; `message` is a Lot or a NewLot.
template <class Message>
absl::Status SetFields(Session& session, const LotFields& fields, Message& message) {
  if (fields.reference) message.set_reference(*fields.reference);
  if (fields.notes) message.set_notes(*fields.notes);
  for (const std::string& attribute : fields.attributes) {
    const auto zone = [&] { return session.ReadZone(); };
    const absl::Status set = ParseAttribute(attribute, zone, *message.mutable_attributes());
    RETURN_IF_ERROR(InFlag("--attribute", set));
  }
  const auto set = [](const char* flag, const std::optional<std::string>& text,
                      auto mutable_date) -> absl::Status {
    if (!text) return absl::OkStatus();
    ASSIGN_OR_RETURN(*mutable_date(), ReadDate(flag, *text));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(set("--manufactured", fields.manufacture_date,
                      [&] { return message.mutable_manufacture_date(); }));
  RETURN_IF_ERROR(
      set("--expires", fields.expire_date, [&] { return message.mutable_expire_date(); }));
  RETURN_IF_ERROR(set("--best-before", fields.best_before_date,
                      [&] { return message.mutable_best_before_date(); }));
  RETURN_IF_ERROR(
      set("--remove-by", fields.removal_date, [&] { return message.mutable_removal_date(); }));
  return set("--alert", fields.alert_date, [&] { return message.mutable_alert_date(); });
}

// The paths of the given fields, for an update mask: each attribute on its own, so that the others
// stay.
std::vector<std::string> GivenFields(const LotFields& fields, const v1::Lot& lot) {
  std::vector<std::string> names;
  if (fields.reference) names.push_back("reference");
  if (fields.notes) names.push_back("notes");
  for (const auto& [key, value] : lot.attributes()) {
    names.push_back(absl::StrCat("attributes.`", absl::StrReplaceAll(key, {{"`", "``"}}), "`"));
  }
  if (fields.manufacture_date) names.push_back("manufacture_date");
  if (fields.expire_date) names.push_back("expire_date");
  if (fields.best_before_date) names.push_back("best_before_date");
  if (fields.removal_date) names.push_back("removal_date");
  if (fields.alert_date) names.push_back("alert_date");
  return names;
}

struct CreateOptions {
  std::string product_id;
  std::vector<std::string> numbers;
  int count = 0;
  std::string first_number;
  LotFields fields;
  std::string opening_quantity;
  std::string opening_location_id;
  std::string file;
};

void Declare(Command& command, CreateOptions& options) {
  command.Add("product", options.product_id, "the product; not with --file");
  command.Add("number", options.numbers, "the numbers; none: the next of the product's template")
      .NotEmpty("is empty: leave it out for the next number of the product's template");
  command.Add("--count", options.count, "how many lots, with generated numbers").Positive();
  command.Add("--first", options.first_number, "with --count: count up from this number");
  Declare(command, options.fields);
  command.Add("--quantity", options.opening_quantity, "what is there already, of each").Quantity();
  command.Add("--location", options.opening_location_id, "where that is");
  command
      .Add("--file", options.file,
           "lots as JSON, {\"productId\": …, \"lots\": [{\"number\": …}]}; '-': stdin")
      .File();
}

absl::Status CreateOne(Session& session, const CreateOptions& options) {
  v1::CreateLotRequest request;
  request.mutable_lot()->set_product_id(options.product_id);
  if (!options.numbers.empty()) request.mutable_lot()->set_number(options.numbers.front());
  RETURN_IF_ERROR(SetFields(session, options.fields, *request.mutable_lot()));
  request.set_opening_quantity(options.opening_quantity);
  request.set_opening_location_id(options.opening_location_id);
  ASSIGN_OR_RETURN(const v1::Lot lot, session.Write(kCreateLot, request));
  if (session.json()) return session.PrintJson(lot);
  PrintLot(lot, session);
  return absl::OkStatus();
}

absl::StatusOr<v1::BatchCreateLotsRequest> BatchOf(Session& session, const CreateOptions& options) {
  v1::BatchCreateLotsRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  if (!options.product_id.empty()) request.set_product_id(options.product_id);
  if (options.count > 0) request.set_count(options.count);
  if (!options.first_number.empty()) request.set_first_number(options.first_number);
  for (const std::string& number : options.numbers) {
    v1::NewLot& lot = *request.add_lots();
    lot.set_number(number);
    RETURN_IF_ERROR(SetFields(session, options.fields, lot));
    lot.set_opening_quantity(options.opening_quantity);
    lot.set_opening_location_id(options.opening_location_id);
  }
  return request;
}

absl::Status Create(Session& session, const CreateOptions& options) {
  if (options.product_id.empty() && options.file.empty()) return UsageError("name the product");
  RETURN_IF_ERROR(CheckNewNumber(options.first_number));
  for (const std::string& number : options.numbers) RETURN_IF_ERROR(CheckNewNumber(number));
  const bool one = options.numbers.size() < 2 && options.count == 0 && options.file.empty();
  if (one) return CreateOne(session, options);
  ASSIGN_OR_RETURN(const v1::BatchCreateLotsRequest request, BatchOf(session, options));
  ASSIGN_OR_RETURN(const v1::BatchCreateLotsResponse response,
                   session.Write(kBatchCreateLots, request));
  if (session.json()) return session.PrintJson(response);
  PrintNumberedLots("created", response.lots(), session.terminal());
  return absl::OkStatus();
}

struct LotNames {
  std::vector<std::string> names;
};

void Declare(Command& command, LotNames& options) {
  command.Add("lot", options.names, "lots, as NUMBER, PRODUCT/NUMBER or UUID").Required();
}

absl::Status Get(Session& session, const LotNames& options) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, options.names));
  if (ids.size() == 1) {
    v1::GetLotRequest request;
    request.set_lot_id(ids.front());
    request.set_view(v1::LOT_VIEW_FULL);
    ASSIGN_OR_RETURN(const v1::Lot lot, session.Call(kGetLot, request));
    if (session.json()) return session.PrintJson(lot);
    PrintLot(lot, session);
    return absl::OkStatus();
  }
  v1::BatchGetLotsRequest request;
  for (const std::string& id : ids) request.add_lot_ids(id);
  request.set_view(v1::LOT_VIEW_FULL);
  ASSIGN_OR_RETURN(const v1::BatchGetLotsResponse response, session.Call(kBatchGetLots, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = LotTable(session);
  for (const v1::Lot& lot : response.lots()) AddLot(lot, session, table);
  table.Print(session.terminal());
  for (const v1::Lot& lot : response.lots()) PrintWhereabouts(lot, session);
  return absl::OkStatus();
}

struct FindOptions {
  std::vector<std::string> numbers;
  std::string product_id;
};

void Declare(Command& command, FindOptions& options) {
  command.Add("number", options.numbers, "numbers").Required();
  command.Add("--product", options.product_id, "only lots of this product");
}

absl::Status Find(Session& session, const FindOptions& options) {
  v1::FindLotsRequest request;
  for (const std::string& number : options.numbers) request.add_numbers(number);
  request.set_product_id(options.product_id);
  request.set_view(v1::LOT_VIEW_FULL);
  ASSIGN_OR_RETURN(const v1::FindLotsResponse response, session.Call(kFindLots, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = LotTable(session);
  for (const v1::FindLotsResponse::Match& match : response.matches()) {
    for (const v1::Lot& lot : match.lots()) AddLot(lot, session, table);
  }
  table.Print(session.terminal());
  for (const v1::FindLotsResponse::Match& match : response.matches()) {
    for (const v1::Lot& lot : match.lots()) PrintWhereabouts(lot, session);
    if (match.lots().empty())
      session.terminal().out << "no lot has the number " << match.number() << "\n";
    if (!match.former_lot_ids().empty()) {
      session.terminal().out << match.number() << " is a former number\n";
    }
  }
  return absl::OkStatus();
}

struct UpdateOptions {
  std::vector<std::string> names;
  std::string number;
  std::string product_id;
  LotFields fields;
  std::vector<std::string> cleared;
  std::string etag;
  std::vector<std::string> accept;
  std::string note;
  std::string file;
};

void Declare(Command& command, UpdateOptions& options) {
  command.Add("lot", options.names, "lots, as NUMBER, PRODUCT/NUMBER or UUID; not with --file");
  command.Add("--number", options.number, "its new number; with one lot");
  command.Add("--product", options.product_id, "its product, while nothing moved yet");
  Declare(command, options.fields);
  command
      .Add("--clear", options.cleared,
           "what to empty: reference, notes, attributes, manufactured, expires, best-before, "
           "remove-by or alert; repeatable")
      .OneValueEach();
  command.Add("--etag", options.etag, "only if nobody changed it since; with one lot");
  command.Add("--accept", options.accept, "overrule: later-expiry").SplitAtCommas();
  command.Add("--note", options.note, "why");
  command
      .Add("--file", options.file,
           "updates as JSON, {\"updates\": [{\"lot\": {\"lotId\": …, \"notes\": …}}]}; '-': stdin")
      .File();
}

// The field that a flag sets; fields may also be named as the API does.
std::string FieldNamed(const std::string& name) {
  static constexpr std::pair<absl::string_view, absl::string_view> kFields[] = {
      {"manufactured", "manufacture_date"},
      {"expires", "expire_date"},
      {"best-before", "best_before_date"},
      {"remove-by", "removal_date"},
      {"alert", "alert_date"}};
  for (const auto& [flag, field] : kFields) {
    if (name == flag) return std::string(field);
  }
  return name;
}

// What the flags change, of a lot without an id.
absl::StatusOr<v1::LotUpdate> UpdateOf(Session& session, const UpdateOptions& options) {
  v1::LotUpdate update;
  v1::Lot& lot = *update.mutable_lot();
  RETURN_IF_ERROR(SetFields(session, options.fields, lot));
  lot.set_etag(options.etag);
  google::protobuf::FieldMask& mask = *update.mutable_update_mask();
  for (const std::string& field : GivenFields(options.fields, lot)) mask.add_paths(field);
  for (const std::string& name : options.cleared) {
    const std::string field = FieldNamed(name);
    if (!absl::c_linear_search(mask.paths(), field)) mask.add_paths(field);
  }
  if (!options.number.empty()) {
    RETURN_IF_ERROR(CheckNewNumber(options.number));
    lot.set_number(options.number);
    mask.add_paths("number");
  }
  if (!options.product_id.empty()) {
    lot.set_product_id(options.product_id);
    mask.add_paths("product_id");
  }
  if (mask.paths().empty()) return UsageError("say what to change, for example --reference H-4711");
  return update;
}

// `request` is an UpdateLotRequest or a BatchUpdateLotsRequest.
template <class Request>
absl::Status SetOverrides(const UpdateOptions& options, Request& request) {
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  if (!options.note.empty()) request.set_note(options.note);
  return absl::OkStatus();
}

absl::Status UpdateOne(Session& session, const UpdateOptions& options) {
  ASSIGN_OR_RETURN(v1::LotUpdate update, UpdateOf(session, options));
  v1::UpdateLotRequest request;
  *request.mutable_lot() = std::move(*update.mutable_lot());
  *request.mutable_update_mask() = std::move(*update.mutable_update_mask());
  RETURN_IF_ERROR(SetOverrides(options, request));
  ASSIGN_OR_RETURN(*request.mutable_lot()->mutable_lot_id(),
                   FindLotId(session, options.names.front()));
  ASSIGN_OR_RETURN(const v1::Lot updated, session.Write(kUpdateLot, request));
  if (session.json()) return session.PrintJson(updated);
  PrintLot(updated, session);
  return absl::OkStatus();
}

// The same change of every lot that is named, and the updates of the file.
absl::StatusOr<v1::BatchUpdateLotsRequest> UpdatesOf(Session& session,
                                                     const UpdateOptions& options) {
  v1::BatchUpdateLotsRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  RETURN_IF_ERROR(SetOverrides(options, request));
  if (options.names.empty()) return request;
  if (!options.number.empty() || !options.etag.empty()) {
    return UsageError("--number and --etag go with one lot; --file gives each lot its own");
  }
  ASSIGN_OR_RETURN(const v1::LotUpdate update, UpdateOf(session, options));
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, options.names));
  for (const std::string& id : ids) {
    v1::LotUpdate& added = *request.add_updates();
    added = update;
    added.mutable_lot()->set_lot_id(id);
  }
  return request;
}

absl::Status Update(Session& session, const UpdateOptions& options) {
  if (options.names.empty() && options.file.empty()) {
    return UsageError("name a lot, or give a --file");
  }
  if (options.names.size() == 1 && options.file.empty()) return UpdateOne(session, options);
  ASSIGN_OR_RETURN(const v1::BatchUpdateLotsRequest request, UpdatesOf(session, options));
  ASSIGN_OR_RETURN(const v1::BatchUpdateLotsResponse response,
                   session.Write(kBatchUpdateLots, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = LotTable(session);
  for (const v1::Lot& lot : response.lots()) AddLot(lot, session, table);
  table.Print(session.terminal());
  if (response.lots_truncated()) {
    session.terminal().out << "… of " << response.lot_count() << " in all\n";
  }
  return absl::OkStatus();
}

struct StateOptions {
  LotNames lots;
  std::string etag;
};

void Declare(Command& command, StateOptions& options) {
  Declare(command, options.lots);
  command.Add("--etag", options.etag, "only if nobody changed it since; with one lot");
}

// Runs a write of one lot for each lot that was named, and prints each answer.
template <class Request, class Response>
absl::Status ForEachLot(Session& session, const StateOptions& options,
                        const UnaryMethod<Request, Response>& method, absl::string_view done) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, options.lots.names));
  for (size_t i = 0; i < ids.size(); ++i) {
    Request request;
    request.set_lot_id(ids[i]);
    request.set_etag(options.etag);
    const absl::StatusOr<Response> response = session.Write(method, request);
    if (IsEndOfDryRun(response.status())) continue;
    RETURN_IF_ERROR(response.status());
    if (session.json()) {
      RETURN_IF_ERROR(session.PrintJson(*response));
    } else {
      session.terminal().out << done << " " << options.lots.names[i] << "\n";
    }
  }
  return absl::OkStatus();
}

absl::Status Archive(Session& session, const StateOptions& options) {
  return ForEachLot(session, options, kArchiveLot, "archived");
}

absl::Status Unarchive(Session& session, const StateOptions& options) {
  return ForEachLot(session, options, kUnarchiveLot, "active again:");
}

absl::Status Delete(Session& session, const StateOptions& options) {
  return ForEachLot(session, options, kDeleteLot, "deleted");
}

struct PreviewOptions {
  std::string product_id;
  int count = 1;
  std::string first_number;
};

void Declare(Command& command, PreviewOptions& options) {
  command.Add("product", options.product_id, "the product").Required();
  command.Add("--count", options.count, "how many numbers").ShowDefault().Positive();
  command.Add("--first", options.first_number, "count up from this instead of the template");
}

absl::Status Preview(Session& session, const PreviewOptions& options) {
  v1::PreviewLotNumbersRequest request;
  request.set_product_id(options.product_id);
  request.set_count(options.count);
  request.set_first_number(options.first_number);
  ASSIGN_OR_RETURN(const v1::PreviewLotNumbersResponse response,
                   session.Call(kPreviewLotNumbers, request));
  if (session.json()) return session.PrintJson(response);
  for (const std::string& number : response.numbers()) session.terminal().out << number << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddLotCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "lot", "Lots and serial numbers", chosen);
  group.AddWrite<CreateOptions>({"create", "Creates lots with given or generated numbers",
                                 "lot create steel H-4711 --reference SUP-9 --expires 2026-12-31\n"
                                 "lot create pump --count 10 --first SN-0001\n"
                                 "lot create steel H-1 H-2 --quantity 12.5 --location RAW"},
                                Declare, Create);
  group.Add<LotNames>({"get", "Shows lots", "lot get SN-1\nlot get steel/H-1 steel/H-2"}, Declare,
                      Get);
  group.Add<FindOptions>({"find", "Finds the lots that have given numbers, in every product",
                          "lot find SN-1 SN-2\nlot find H-4711 --product steel"},
                         Declare, Find);
  AddLotListCommands(group);
  AddHoldCommands(group);
  AddReshapeCommands(group);
  AddWarrantyCommands(group);
  group.AddWrite<UpdateOptions>(
      {"update", "Changes numbers, references, notes, attributes, dates of lots",
       "lot update steel/H-1 --reference SUP-10 --attribute colour=blue\n"
       "lot update steel/H-1 --clear expires\n"
       "lot update steel/H-1 steel/H-2 --attribute supplier-grade=A\n"
       "lot update --file updates.json"},
      Declare, Update);
  group.AddWrite<StateOptions>({"archive", "Hides lots from lists and keeps their history",
                                "lot archive steel/H-1 steel/H-2"},
                               Declare, Archive);
  group.AddWrite<StateOptions>(
      {"unarchive", "Makes archived lots active again", "lot unarchive steel/H-1"}, Declare,
      Unarchive);
  group.AddWrite<StateOptions>(
      {"delete", "Removes lots to which nothing ever happened", "lot delete steel/TYPO-1"}, Declare,
      Delete);
  group.Add<PreviewOptions>(
      {"preview", "Shows the next numbers without reserving them", "lot preview pump --count 5"},
      Declare, Preview);
}

}  // namespace lots::ctl
