// lotctl settings get | update
#include <optional>

#include "lots/v1/catalog.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

absl::Status Print(Session& session, const v1::Settings& settings) {
  if (session.json()) return session.PrintJson(settings);
  const absl::TimeZone zone = session.zone();
  PrintDetails({{"company", settings.company()},
                {"lots", settings.lots_enabled() ? "on" : "off"},
                {"expiry", settings.expiry_enabled() ? "on" : "off"},
                {"time zone", settings.time_zone()},
                {"created", Show(settings.create_time(), zone)},
                {"updated", Show(settings.update_time(), zone)},
                {"etag", settings.etag()}},
               session.terminal());
  return absl::OkStatus();
}

struct GetOptions {};

void Declare(Command&, GetOptions&) {}

absl::Status Get(Session& session, const GetOptions&) {
  ASSIGN_OR_RETURN(const v1::Settings settings,
                   session.Call(kGetSettings, v1::GetSettingsRequest()));
  return Print(session, settings);
}

struct UpdateOptions {
  std::optional<std::string> lots;
  std::optional<std::string> expiry;
  std::optional<std::string> time_zone;
  std::string etag;
};

void Declare(Command& command, UpdateOptions& options) {
  command.Add("--lots", options.lots, "lots and serials: on or off").OneOf({"on", "off"});
  command.Add("--expiry", options.expiry, "refuse expired lots: on or off").OneOf({"on", "off"});
  command.Add("--time-zone", options.time_zone, "of calendar dates, as Europe/Berlin");
  command.Add("--etag", options.etag, "only if nobody changed them since");
}

absl::Status Update(Session& session, const UpdateOptions& options) {
  v1::UpdateSettingsRequest request;
  v1::Settings& settings = *request.mutable_settings();
  google::protobuf::FieldMask& mask = *request.mutable_update_mask();
  if (options.lots) {
    settings.set_lots_enabled(*options.lots == "on");
    mask.add_paths("lots_enabled");
  }
  if (options.expiry) {
    settings.set_expiry_enabled(*options.expiry == "on");
    mask.add_paths("expiry_enabled");
  }
  if (options.time_zone) {
    settings.set_time_zone(*options.time_zone);
    mask.add_paths("time_zone");
  }
  // Without any option the company is created with the defaults, or left as it is.
  if (mask.paths().empty()) {
    absl::StatusOr<v1::Settings> found = session.Call(kGetSettings, v1::GetSettingsRequest());
    if (found.ok()) return Print(session, *found);
    if (!absl::IsNotFound(found.status())) return found.status();
    settings.set_lots_enabled(true);
    mask.add_paths("lots_enabled");
  }
  settings.set_etag(options.etag);
  ASSIGN_OR_RETURN(const v1::Settings updated, session.Write(kUpdateSettings, request));
  return Print(session, updated);
}

}  // namespace

void AddSettingsCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "settings", "The company's settings", chosen);
  group.Add<GetOptions>({"get", "Shows the settings", "settings get --company acme"}, Declare, Get);
  group.AddWrite<UpdateOptions>({"update", "Changes settings, and creates the company on first use",
                                 "settings update --company acme --time-zone Europe/Berlin\n"
                                 "settings update --expiry off"},
                                Declare, Update);
}

}  // namespace lots::ctl
