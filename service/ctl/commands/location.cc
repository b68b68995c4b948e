// lotctl location upsert | get | list | retire
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/catalog.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/json.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/shared/list_table.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct UpsertOptions {
  std::vector<std::string> ids;
  std::string kind;
  std::optional<std::string> name;
  std::optional<std::string> parent_id;
  std::optional<std::string> gln;
  std::optional<std::string> street;
  std::optional<std::string> city;
  std::optional<std::string> region;
  std::optional<std::string> postal_code;
  std::optional<std::string> country;
  std::optional<std::string> phone;
  std::string quarantine;
  std::string file;
};

void Declare(Command& command, UpsertOptions& options) {
  command.Add("location", options.ids, "locations that get these values; not with --file");
  command
      .Add("--kind", options.kind,
           "internal, transit, supplier, customer, production, scrap or adjustment; "
           "needed when it is new")
      .OneOf({"internal", "transit", "supplier", "customer", "production", "scrap", "adjustment"});
  command.Add("--name", options.name, "its name");
  command.Add("--parent", options.parent_id, "the place it lies in");
  command.Add("--gln", options.gln, "Global Location Number, 13 digits");
  command.Add("--street", options.street, "street and number");
  command.Add("--city", options.city, "city");
  command.Add("--region", options.region, "state or region");
  command.Add("--postal-code", options.postal_code, "postal code");
  command.Add("--country", options.country, "two letters, as DE");
  command.Add("--phone", options.phone, "phone");
  command
      .Add("--quarantine", options.quarantine,
           "yes or no: whether goods that a recall holds may go there")
      .OneOf({"yes", "no"});
  command
      .Add("--file", options.file,
           "locations as JSON, {\"locations\": [{\"locationId\": …}]}; '-': stdin")
      .File();
}

void SetAddress(const UpsertOptions& options, v1::Address& address,
                google::protobuf::FieldMask& mask) {
  const auto set = [&](const char* path, const std::optional<std::string>& value, auto field) {
    if (!value) return;
    *(address.*field)() = *value;
    mask.add_paths(path);
  };
  set("address.street", options.street, &v1::Address::mutable_street);
  set("address.city", options.city, &v1::Address::mutable_city);
  set("address.region", options.region, &v1::Address::mutable_region);
  set("address.postal_code", options.postal_code, &v1::Address::mutable_postal_code);
  set("address.country", options.country, &v1::Address::mutable_country);
  set("address.phone", options.phone, &v1::Address::mutable_phone);
}

absl::Status SetValues(const UpsertOptions& options, v1::Location& location,
                       google::protobuf::FieldMask& mask) {
  if (!options.kind.empty()) {
    v1::LocationKind kind = v1::LOCATION_KIND_UNSPECIFIED;
    if (!Parse(options.kind, kind)) {
      return UsageError(
          absl::StrCat("--kind is internal, transit, supplier, customer, production, "
                       "scrap or adjustment; not '",
                       options.kind, "'"));
    }
    location.set_kind(kind);
    mask.add_paths("kind");
  }
  const auto set = [&](const char* path, const std::optional<std::string>& value, auto field) {
    if (!value) return;
    *(location.*field)() = *value;
    mask.add_paths(path);
  };
  set("display_name", options.name, &v1::Location::mutable_display_name);
  set("parent_id", options.parent_id, &v1::Location::mutable_parent_id);
  set("gln", options.gln, &v1::Location::mutable_gln);
  SetAddress(options, *location.mutable_address(), mask);
  if (!options.quarantine.empty()) {
    location.set_is_quarantine(options.quarantine == "yes");
    mask.add_paths("is_quarantine");
  }
  return absl::OkStatus();
}

std::string TextOf(const v1::Address& address) {
  std::vector<std::string> parts;
  for (const std::string& part : {address.street(), address.postal_code(), address.city(),
                                  address.region(), address.country()}) {
    if (!part.empty()) parts.push_back(part);
  }
  return absl::StrJoin(parts, ", ");
}

ListTable LocationTable(const Session& session) {
  return ListTable(session, {{"LOCATION"},
                             {"KIND"},
                             {"NAME"},
                             {"IN", Column::kLeft, Column::kUseful},
                             {"GLN", Column::kLeft, Column::kDetail},
                             {"ADDRESS", Column::kLeft, Column::kUseful},
                             {"DEFAULT", Column::kLeft, Column::kDetail},
                             {"QUARANTINE", Column::kLeft, Column::kDetail},
                             {"RETIRED", Column::kLeft, Column::kDetail}});
}

void PrintLocations(const google::protobuf::RepeatedPtrField<v1::Location>& locations,
                    ListTable& table, const Terminal& terminal) {
  for (const v1::Location& location : locations) {
    table.Add(location.company(),
              {location.location_id(), Show(location.kind()), location.display_name(),
               location.parent_id(), location.gln(), TextOf(location.address()),
               location.is_default() ? "yes" : "", location.is_quarantine() ? "yes" : "",
               location.has_retire_time() ? "yes" : ""});
  }
  table.Print(terminal);
}

absl::Status Upsert(Session& session, const UpsertOptions& options) {
  v1::UpsertLocationsRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  for (const std::string& id : options.ids) {
    request.mutable_update_mask()->Clear();
    v1::Location& location = *request.add_locations();
    location.set_location_id(id);
    RETURN_IF_ERROR(SetValues(options, location, *request.mutable_update_mask()));
  }
  if (request.locations().empty()) return UsageError("name a location, or give a --file");
  ASSIGN_OR_RETURN(const v1::UpsertLocationsResponse response,
                   session.Write(kUpsertLocations, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = LocationTable(session);
  PrintLocations(response.locations(), table, session.terminal());
  if (response.locations_truncated()) {
    session.terminal().out << "… of " << response.location_count()
                           << " in all: lotctl location list\n";
  }
  return absl::OkStatus();
}

struct GetOptions {
  std::string id;
};

void Declare(Command& command, GetOptions& options) {
  command.Add("location", options.id, "the location").Required();
}

absl::Status Get(Session& session, const GetOptions& options) {
  v1::GetLocationRequest request;
  request.set_location_id(options.id);
  ASSIGN_OR_RETURN(const v1::Location location, session.Call(kGetLocation, request));
  if (session.json()) return session.PrintJson(location);
  const absl::TimeZone zone = session.zone();
  PrintDetails({{"location", location.location_id()},
                {"kind", Show(location.kind())},
                {"name", location.display_name()},
                {"in", location.parent_id()},
                {"GLN", location.gln()},
                {"address", TextOf(location.address())},
                {"phone", location.address().phone()},
                {"default", location.is_default() ? "yes" : ""},
                {"retired", location.has_retire_time() ? Show(location.retire_time(), zone) : ""},
                {"created", Show(location.create_time(), zone)},
                {"updated", Show(location.update_time(), zone)},
                {"etag", location.etag()}},
               session.terminal());
  return absl::OkStatus();
}

struct ListOptions {
  int64_t limit = kLimitDefault;
  bool show_retired = false;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
  command.AddSwitch("--retired", options.show_retired, "retired ones, too");
}

absl::Status List(Session& session, const ListOptions& options) {
  ListTable table = LocationTable(session);
  const auto show = [&](const v1::ListLocationsResponse& page) -> int64_t {
    if (!session.json()) PrintLocations(page.locations(), table, session.terminal());
    return page.locations_size();
  };
  v1::ListLocationsRequest request;
  request.set_show_retired(options.show_retired);
  return ForEachPage(session, kListLocations, request, {"locations", options.limit}, show);
}

struct RetireOptions {
  std::vector<std::string> ids;
  bool undo = false;
};

void Declare(Command& command, RetireOptions& options) {
  command.Add("location", options.ids, "the locations").Required();
  command.AddSwitch("--undo", options.undo, "take them back into use");
}

absl::Status Retire(Session& session, const RetireOptions& options) {
  v1::RetireLocationsRequest request;
  for (const std::string& id : options.ids) request.add_location_ids(id);
  request.set_undo(options.undo);
  ASSIGN_OR_RETURN(const v1::RetireLocationsResponse response,
                   session.Write(kRetireLocations, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = LocationTable(session);
  PrintLocations(response.locations(), table, session.terminal());
  if (response.locations_truncated()) {
    session.terminal().out << "… of " << response.location_count()
                           << " in all: lotctl location list --retired\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddLocationCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "location", "Places where lots are, come from or go to", chosen);
  group.AddWrite<UpsertOptions>(
      {"upsert", "Creates locations, or changes the given values of those that exist",
       "location upsert HALL RAW --kind internal\n"
       "location upsert RAW-1 --kind internal --parent RAW --name 'Shelf 1'\n"
       "location upsert --file locations.json"},
      Declare, Upsert);
  group.Add<GetOptions>({"get", "Shows a location", "location get RAW-1"}, Declare, Get);
  group.Add<ListOptions>({"list", "Lists locations", "location list\nlocation list --retired"},
                         Declare, List);
  group.AddWrite<RetireOptions>({"retire", "Takes locations out of use: nothing goes into them",
                                 "location retire RAW-1 RAW-2\nlocation retire RAW-1 --undo"},
                                Declare, Retire);
}

}  // namespace lots::ctl
