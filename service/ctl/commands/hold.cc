// lotctl lot hold | release
#include "absl/strings/str_cat.h"
#include "lots/v1/hold.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct HoldOptions {
  std::vector<std::string> lots;
  std::string reason;
  std::string location_id;
  std::string until;
  std::vector<std::string> exempt_location_ids;
  std::string quantity;
  std::string case_id;
};

void Declare(Command& command, HoldOptions& options) {
  command.Add("lot", options.lots, "lots, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--reason", options.reason, "why").Required();
  command.Add("--location", options.location_id, "only what is there, now and later");
  command
      .Add("--quantity", options.quantity,
           "with --location: only so much of each, which must stay there")
      .Quantity();
  command.Add("--case", options.case_id,
              "the complaint or corrective action that this belongs to, CAPA-7, say");
  command.Add("--until", options.until,
              "through this day, or until this time; without: until it is released");
  command
      .Add("--exempt", options.exempt_location_ids,
           "where held goods may still go, QUARANTINE or SCRAP, say; repeatable")
      .OneValueEach();
}

absl::Status Hold(Session& session, const HoldOptions& options) {
  if (!options.quantity.empty() && options.location_id.empty()) {
    return UsageError("--quantity is of what is at one location: name it with --location");
  }
  v1::HoldLotsRequest request;
  std::vector<v1::LotRef*> lots;
  for (const std::string& lot : options.lots) {
    v1::HoldTarget& target = *request.add_targets();
    ASSIGN_OR_RETURN(*target.mutable_lot(), ParseLotRef(lot));
    target.set_location_id(options.location_id);
    target.set_quantity(options.quantity);
    lots.push_back(target.mutable_lot());
  }
  request.set_reason(options.reason);
  request.set_case_id(options.case_id);
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_expire_time(),
                     ReadTime(session, "--until", options.until, DayEdge::kLast));
  }
  for (const std::string& id : options.exempt_location_ids) request.add_exempt_location_ids(id);
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  ASSIGN_OR_RETURN(const v1::HoldLotsResponse response, session.Write(kHoldLots, request));
  if (session.json()) return session.PrintJson(response);
  Table table({{"HELD"}, {"HOLD ID"}});
  for (int i = 0; i < response.hold_ids_size(); ++i) {
    table.Add({options.lots[i], response.hold_ids(i)});
  }
  table.Print(session.terminal());
  return absl::OkStatus();
}

struct ReleaseOptions {
  std::vector<std::string> lots;
  std::vector<std::string> hold_ids;
  std::string note;
};

void Declare(Command& command, ReleaseOptions& options) {
  command.Add("lot", options.lots, "lots to free of every hold, as NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--hold", options.hold_ids, "single holds instead; repeatable").OneValueEach();
  command.Add("--note", options.note, "why").Required();
}

absl::Status Release(Session& session, const ReleaseOptions& options) {
  if (options.lots.empty() == options.hold_ids.empty()) {
    return UsageError("name lots, or holds with --hold");
  }
  v1::ReleaseLotsRequest request;
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_lots(), ParseLotRef(lot));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_lots()));
  for (const std::string& id : options.hold_ids) request.add_hold_ids(id);
  request.set_note(options.note);
  ASSIGN_OR_RETURN(const v1::ReleaseLotsResponse response, session.Write(kReleaseLots, request));
  if (session.json()) return session.PrintJson(response);
  Table table({{"RELEASED HOLD ID"}});
  for (const std::string& id : response.hold_ids()) table.Add({id});
  table.Print(session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddHoldCommands(CommandGroup& group) {
  group.AddWrite<HoldOptions>(
      {"hold", "Holds lots: they may not be taken away until somebody decided about them",
       "lot hold steel/H-1 steel/H-2 --reason 'lab report 7'\n"
       "lot hold steel/H-1 --location RAW --reason recount --until 2026-05-01\n"
       "lot hold steel/H-1 --location RAW --quantity 5 --reason 'wet bags' --case CAPA-7\n"
       "lot hold pump/SN-1 --reason leak --exempt QUARANTINE --exempt SCRAP"},
      Declare, Hold);
  group.AddWrite<ReleaseOptions>(
      {"release", "Releases holds; those of a recall end when it is closed",
       "lot release steel/H-1 --note 'second test was good'\n"
       "lot release --hold 01920a4c-7b1e-7c3d-8f00-000000000000 --note 'placed twice'"},
      Declare, Release);
}

void AddHoldCommandsAgain(CommandGroup& group) {
  group.AddWrite<HoldOptions>(
      {"place", "Holds lots, as 'lotctl lot hold' does",
       "hold place steel/H-1 --location RAW --quantity 5 --reason 'wet bags' --case CAPA-7"},
      Declare, Hold);
  group.AddWrite<ReleaseOptions>(
      {"release", "Releases holds, as 'lotctl lot release' does",
       "hold release --hold 01920a4c-7b1e-7c3d-8f00-000000000000 --note 'placed twice'"},
      Declare, Release);
}

}  // namespace lots::ctl
