// lotctl hold list | show | update
#include "service/ctl/shared/holds.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/hold.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/quality/quality.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/list_table.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct ListOptions {
  std::string product_id;
  std::string lot;
  std::string location_id;
  std::string reason;
  std::string placer;
  std::string case_id;
  std::string ends_before;
  bool waiting = false;
  bool all = false;
  std::string filter;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--product", options.product_id, "only lots of this product");
  command.Add("--lot", options.lot, "only this lot, as NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--location", options.location_id, "only holds of what is at this location");
  command.Add("--reason", options.reason, "only where the reason has this text");
  command.Add("--by", options.placer, "only what this one placed");
  command.Add("--case", options.case_id, "only holds of this complaint or corrective action");
  command.Add("--ends-before", options.ends_before, "only what ends before this day or time");
  command.AddSwitch("--waiting", options.waiting, "only what waits for an inspection");
  command.AddSwitch("--all", options.all, "also holds that have ended");
  command.Add("--filter", options.filter, "a filter: 'cause = PLACE AND place_time < 2026-11-01'");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::StatusOr<std::string> FilterOf(Session& session, const ListOptions& options) {
  std::vector<std::string> terms;
  const auto add = [&](absl::string_view field, absl::string_view op, const std::string& value) {
    if (!value.empty()) terms.push_back(absl::StrCat(field, op, FilterText(value)));
  };
  if (!options.all) terms.push_back("active = true");
  if (options.waiting) terms.push_back("awaits_inspection = true");
  add("product_id", " = ", options.product_id);
  if (!options.lot.empty()) {
    ASSIGN_OR_RETURN(const std::string lot_id, FindLotId(session, options.lot));
    add("lot_id", " = ", lot_id);
  }
  add("location_id", " = ", options.location_id);
  add("reason", ":", options.reason);
  add("placer", " = ", options.placer);
  add("case_id", " = ", options.case_id);
  RETURN_IF_ERROR(AddTimeTerms(session, "expire_time",
                               {{"--ends-before", options.ends_before, "<", DayEdge::kBegin}},
                               terms));
  return JoinFilter(std::move(terms), options.filter);
}

// What ended a hold, or will end it.
std::string EndOf(const v1::Hold& hold, absl::TimeZone zone) {
  if (hold.has_release_time()) {
    return absl::StrCat("released ", Show(hold.release_time(), zone));
  }
  if (hold.awaits_inspection()) return "inspection";
  return Show(hold.expire_time(), zone);
}

ListTable HoldTable(const Session& session) {
  return ListTable(session, {{"LOT"},
                             {"HELD", Column::kLeft, Column::kAlways, ColourOfHold},
                             {"LOCATION", Column::kLeft, Column::kUseful},
                             {"QUANTITY", Column::kRight, Column::kUseful},
                             {"REASON"},
                             {"CASE", Column::kLeft, Column::kUseful},
                             {"BY", Column::kLeft, Column::kUseful},
                             {"SINCE", Column::kLeft, Column::kDetail},
                             {"UNTIL", Column::kLeft, Column::kUseful},
                             {"HOLD ID", Column::kLeft, Column::kDetail}});
}

void AddHold(const v1::Hold& hold, Session& session, ListTable& table) {
  table.Add(hold.company(),
            {ShowLot(hold.product_id(), hold.number()), Show(hold.cause()), hold.location_id(),
             hold.quantity(), hold.reason(), hold.case_id(), hold.placer(),
             Show(hold.place_time(), session.zone()), EndOf(hold, session.zone()), hold.hold_id()});
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListHoldsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(session, options));
  ListTable table = HoldTable(session);
  const auto show = [&](const v1::ListHoldsResponse& page) -> int64_t {
    if (session.json()) return page.holds_size();
    for (const v1::Hold& hold : page.holds()) AddHold(hold, session, table);
    table.Print(session.terminal());
    return page.holds_size();
  };
  return ForEachPage(session, kListHolds, request, {"holds", options.limit}, show);
}

struct ShowOptions {
  std::string hold_id;
};

void Declare(Command& command, ShowOptions& options) {
  command.Add("hold", options.hold_id, "the hold's id, as 'lotctl hold list --wide' shows it")
      .Required();
}

absl::Status PrintHold(const v1::Hold& hold, Session& session) {
  if (session.json()) return session.PrintJson(hold);
  const absl::TimeZone zone = session.zone();
  PrintDetails({{"hold id", hold.hold_id()},
                {"lot", ShowLot(hold.product_id(), hold.number())},
                {"held", Show(hold.cause())},
                {"location", hold.location_id()},
                {"quantity", hold.quantity()},
                {"made of", hold.source_lot_id()},
                {"reason", hold.reason()},
                {"case", hold.case_id()},
                {"may go to", absl::StrJoin(hold.exempt_location_ids(), ", ")},
                {"waits for", hold.awaits_inspection() ? "an inspection" : ""},
                {"until", Show(hold.expire_time(), zone)},
                {"placed by", hold.placer()},
                {"placed", Show(hold.place_time(), zone)},
                {"changed", Show(hold.update_time(), zone)},
                {"released by", hold.releaser()},
                {"released", Show(hold.release_time(), zone)},
                {"release note", hold.release_note()},
                {"etag", hold.etag()}},
               session.terminal());
  return absl::OkStatus();
}

absl::Status ShowOne(Session& session, const ShowOptions& options) {
  v1::GetHoldRequest request;
  request.set_hold_id(options.hold_id);
  ASSIGN_OR_RETURN(const v1::Hold hold, session.Call(kGetHold, request));
  return PrintHold(hold, session);
}

struct UpdateOptions {
  std::string hold_id;
  std::optional<std::string> until;
  std::vector<std::string> exempt_location_ids;
  bool exempts_nothing = false;
  std::optional<std::string> reason;
  std::optional<std::string> case_id;
  std::string note;
  std::string etag;
};

void Declare(Command& command, UpdateOptions& options) {
  command.Add("hold", options.hold_id, "the hold's id").Required();
  command.Add("--until", options.until,
              "through this day, or until this time; '': until it is released");
  command
      .Add("--exempt", options.exempt_location_ids,
           "where held goods may go from now on, instead of before; repeatable")
      .OneValueEach();
  command.AddSwitch("--exempt-nothing", options.exempts_nothing, "held goods may go nowhere");
  command.Add("--reason", options.reason, "why it is held");
  command.Add("--case", options.case_id, "the complaint or corrective action; '': none");
  command.Add("--note", options.note, "why it changes, for the history");
  command.Add("--etag", options.etag, "change only what 'lotctl hold show' showed with this etag");
}

absl::Status Update(Session& session, const UpdateOptions& options) {
  if (options.exempts_nothing && !options.exempt_location_ids.empty()) {
    return UsageError("--exempt and --exempt-nothing contradict each other");
  }
  v1::UpdateHoldRequest request;
  v1::Hold& hold = *request.mutable_hold();
  google::protobuf::FieldMask& mask = *request.mutable_update_mask();
  hold.set_hold_id(options.hold_id);
  hold.set_etag(options.etag);
  request.set_note(options.note);
  if (options.until) {
    mask.add_paths("expire_time");
    if (!options.until->empty()) {
      ASSIGN_OR_RETURN(*hold.mutable_expire_time(),
                       ReadTime(session, "--until", *options.until, DayEdge::kLast));
    }
  }
  if (options.exempts_nothing || !options.exempt_location_ids.empty()) {
    mask.add_paths("exempt_location_ids");
  }
  for (const std::string& id : options.exempt_location_ids) hold.add_exempt_location_ids(id);
  if (options.reason) {
    mask.add_paths("reason");
    hold.set_reason(*options.reason);
  }
  if (options.case_id) {
    mask.add_paths("case_id");
    hold.set_case_id(*options.case_id);
  }
  if (mask.paths().empty())
    return UsageError("say what changes: --until, --exempt, --reason, --case");
  ASSIGN_OR_RETURN(const v1::Hold changed, session.Write(kUpdateHold, request));
  return PrintHold(changed, session);
}

}  // namespace

void AddHoldGroup(Command& program, Work& chosen) {
  CommandGroup group(program, "hold", "What may not be used until somebody decides", chosen);
  group.Add<ListOptions>({"list", "Lists holds that are in effect, newest first",
                          "hold list --product steel --ends-before 2026-12-31\n"
                          "hold list --case CAPA-7 --all\n"
                          "hold list --waiting"},
                         Declare, List);
  group.Add<ShowOptions>(
      {"show", "Shows one hold", "hold show 01920a4c-7b1e-7c3d-8f00-000000000000"}, Declare,
      ShowOne);
  group.AddWrite<UpdateOptions>(
      {"update", "Changes when a hold ends, where goods may go, its reason or its case",
       "hold update 01920a4c-7b1e-7c3d-8f00-000000000000 --until 2026-12-31 --note 'retest'\n"
       "hold update 01920a4c-7b1e-7c3d-8f00-000000000000 --exempt QUARANTINE --exempt SCRAP"},
      Declare, Update);
  AddHoldCommandsAgain(group);
}

}  // namespace lots::ctl
