// lotctl lot list | summary | locations | history
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/lot_history.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/shared/holds.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/movements.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct Selection {
  std::string product_id;
  std::string state;
  std::string work_order_id;
  std::string created_since;
  std::string created_before;
  std::string expires_before;
  bool on_hand = false;
  bool held = false;
  std::string query;
  std::string filter;
  bool show_archived = false;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, Selection& selection) {
  command.Add("--product", selection.product_id, "of this product");
  command.Add("--state", selection.state, "planned, active, archived or void");
  command.Add("--work-order", selection.work_order_id, "assigned to this work order");
  command.Add("--created-since", selection.created_since, "a date or time");
  command.Add("--created-before", selection.created_before, "a date or time");
  command.Add("--expires-before", selection.expires_before, "a date");
  command.AddSwitch("--on-hand", selection.on_hand, "only what is on hand");
  command.AddSwitch("--held", selection.held, "only what is held");
  command.Add("--query", selection.query, "text in the number or the reference");
  command.Add("--filter", selection.filter,
              "a filter as in the API: 'product_id = \"steel\" AND on_hand_quantity > 5'");
  command.AddSwitch("--archived", selection.show_archived, "also archived and void lots");
  command.Add("--limit", selection.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::StatusOr<std::string> FilterOf(const Selection& selection) {
  std::vector<std::string> terms;
  const auto time = [&](absl::string_view comparison, const std::string& text) -> absl::Status {
    if (text.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const google::protobuf::Timestamp parsed, ParseTime(text));
    terms.push_back(absl::StrCat("create_time ", comparison, " \"",
                                 absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ",
                                                  absl::FromUnixSeconds(parsed.seconds()) +
                                                      absl::Nanoseconds(parsed.nanos()),
                                                  absl::UTCTimeZone()),
                                 "\""));
    return absl::OkStatus();
  };
  if (!selection.product_id.empty()) {
    terms.push_back(absl::StrCat("product_id = ", FilterText(selection.product_id)));
  }
  if (!selection.state.empty()) {
    terms.push_back(absl::StrCat("state = ", absl::AsciiStrToUpper(selection.state)));
  }
  if (!selection.work_order_id.empty()) {
    terms.push_back(absl::StrCat("work_order_id = ", FilterText(selection.work_order_id)));
  }
  RETURN_IF_ERROR(time(">=", selection.created_since));
  RETURN_IF_ERROR(time("<", selection.created_before));
  if (!selection.expires_before.empty()) {
    ASSIGN_OR_RETURN(const google::type::Date date, ParseDate(selection.expires_before));
    terms.push_back(absl::StrCat("expire_date < ", Show(date)));
  }
  if (selection.on_hand) terms.push_back("on_hand_quantity > 0");
  if (selection.held) terms.push_back("held = true");
  return JoinFilter(std::move(terms), selection.filter);
}

struct ListOptions {
  Selection selection;
  std::string order_by;
};

void Declare(Command& command, ListOptions& options) {
  Declare(command, options.selection);
  command.Add("--order-by", options.order_by,
              "create_time, number or expire_date, each with or without ' desc'");
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListLotsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(options.selection));
  request.set_order_by(options.order_by);
  request.set_query(options.selection.query);
  request.set_show_archived(options.selection.show_archived);
  Table table = LotTable();
  const auto show = [&](const v1::ListLotsResponse& page) -> int64_t {
    for (const v1::Lot& lot : page.lots()) AddLot(lot, table);
    if (!session.json()) table.Print(session.terminal());
    return page.lots_size();
  };
  return ForEachPage(session, kListLots, request, options.selection.limit, show);
}

absl::Status Summary(Session& session, const Selection& selection) {
  v1::SummarizeLotsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(selection));
  request.set_query(selection.query);
  request.set_show_archived(selection.show_archived);
  Table table({{"PRODUCT"}, {"LOTS", Column::kRight}, {"ON HAND", Column::kRight}, {"COMPANY"}});
  const auto show = [&](const v1::SummarizeLotsResponse& page) -> int64_t {
    for (const v1::SummarizeLotsResponse::Group& group : page.groups()) {
      table.Add({group.product_id(), absl::StrCat(group.lot_count()), group.on_hand_quantity(),
                 group.company()});
    }
    if (!session.json()) table.Print(session.terminal());
    return page.groups_size();
  };
  return ForEachPage(session, kSummarizeLots, request, selection.limit, show);
}

struct LocationsOptions {
  std::vector<std::string> names;
  bool show_all = false;
};

void Declare(Command& command, LocationsOptions& options) {
  command.Add("lot", options.names, "lots, as UUID or PRODUCT/NUMBER").Required();
  command.AddSwitch("--all", options.show_all,
                    "also empty and virtual places: the whole ledger, which sums to zero");
}

absl::Status Locations(Session& session, const LocationsOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, options.names));
  Table table = StockTable();
  for (size_t i = 0; i < ids.size(); ++i) {
    v1::ListLotLocationsRequest request;
    request.set_lot_id(ids[i]);
    request.set_show_all(options.show_all);
    ASSIGN_OR_RETURN(const v1::ListLotLocationsResponse response,
                     session.Call(kListLotLocations, request));
    if (session.json()) {
      RETURN_IF_ERROR(session.PrintJson(response));
      continue;
    }
    for (const v1::LotStock& stock : response.locations()) AddStock(stock, table);
    table.Print(session.terminal());
    session.terminal().out << options.names[i] << ": " << response.on_hand_quantity()
                           << " on hand\n";
    PrintHolds(response.holds(), session.terminal());
  }
  return absl::OkStatus();
}

struct HistoryOptions {
  std::string name;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, HistoryOptions& options) {
  command.Add("lot", options.name, "the lot, as UUID or PRODUCT/NUMBER").Required();
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

std::string TextOf(const v1::LotEvent& event) {
  std::string text = Show(event.kind());
  if (!event.work_order_id().empty()) absl::StrAppend(&text, " work order ", event.work_order_id());
  if (event.has_hold()) absl::StrAppend(&text, "  ", ctl::TextOf(event.hold()));
  if (event.kind() == v1::LOT_EVENT_KIND_RELEASED && !event.hold().release_note().empty()) {
    absl::StrAppend(&text, "  (", event.hold().release_note(), ")");
  }
  for (const v1::LotEvent::Change& change : event.changes()) {
    absl::StrAppend(&text, "  ", change.field(), ": '", change.old_value(), "' → '",
                    change.new_value(), "'");
  }
  return text;
}

std::string TextOf(const v1::TransformationPart& part) {
  std::string text = Show(part.transformation().kind());
  if (!part.transformation().work_order_id().empty()) {
    absl::StrAppend(&text, " work order ", part.transformation().work_order_id());
  }
  if (!part.input_quantity().empty()) absl::StrAppend(&text, "  in ", part.input_quantity());
  if (!part.output_quantity().empty()) absl::StrAppend(&text, "  out ", part.output_quantity());
  if (!part.transformation().reverses_transformation_id().empty()) {
    absl::StrAppend(&text, "  reverses ", part.transformation().reverses_transformation_id());
  }
  return text;
}

void AddEntry(const v1::LotHistoryEntry& entry, Table& table) {
  std::string what;
  std::string id;
  if (entry.has_movement()) {
    what = ctl::TextOf(entry.movement());
    id = entry.movement().movement_id();
  } else if (entry.has_transformation()) {
    what = TextOf(entry.transformation());
    id = entry.transformation().transformation().transformation_id();
  } else {
    what = TextOf(entry.event());
  }
  table.Add({Show(entry.record_time()), Show(entry.occur_time()), entry.actor(), what,
             ShowOrigin(entry.origin()), id});
}

absl::Status History(Session& session, const HistoryOptions& options) {
  v1::ListLotHistoryRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot_id(), FindLotId(session, options.name));
  Table table({{"RECORDED"}, {"HAPPENED"}, {"BY"}, {"WHAT"}, {"FROM"}, {"ID"}});
  const auto show = [&](const v1::ListLotHistoryResponse& page) -> int64_t {
    for (const v1::LotHistoryEntry& entry : page.entries()) AddEntry(entry, table);
    if (!session.json()) table.Print(session.terminal());
    return page.entries_size();
  };
  return ForEachPage(session, kListLotHistory, request, options.limit, show);
}

}  // namespace

void AddLotListCommands(CommandGroup& group) {
  group.Add<ListOptions>({"list", "Lists lots, newest first",
                          "lot list --product steel --on-hand\n"
                          "lot list --query 4711 --order-by number\n"
                          "lot list --expires-before 2026-12-31 --limit 0"},
                         Declare, List);
  group.Add<Selection>({"summary", "Counts lots and what is on hand, by product",
                        "lot summary\nlot summary --created-since 2026-01-01"},
                       Declare, Summary);
  group.Add<LocationsOptions>({"locations", "Tells where lots are, and since when",
                               "lot locations pump/SN-1\nlot locations steel/H-1 --all"},
                              Declare, Locations);
  group.Add<HistoryOptions>(
      {"history", "Tells everything that happened to a lot, oldest first", "lot history pump/SN-1"},
      Declare, History);
}

}  // namespace lots::ctl
