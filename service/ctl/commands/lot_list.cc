// lotctl lot list | summary | locations | history
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/lot_history.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/output/words.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/holds.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/movements.h"
#include "service/ctl/shared/recalls/words.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"

namespace lots::ctl {
namespace {

struct Selection {
  std::string product_id;
  std::string state;
  std::string where;
  std::string unit;
  std::string work_order_id;
  std::string since;
  std::string until;
  std::string created_before;
  std::string expires_until;
  std::string expires_before;
  bool on_hand = false;
  bool held = false;
  std::string query;
  std::string filter;
  bool show_archived = false;
  int64_t limit = kLimitDefault;
};

void DeclareEarlierNames(Command& command, Selection& selection) {
  command.Add("--created-since", selection.since, "as --since").Hidden();
  command.Add("--created-before", selection.created_before, "created before this day or time")
      .Hidden();
  command.Add("--expires-before", selection.expires_before, "expires before this day").Hidden();
}

void Declare(Command& command, Selection& selection) {
  command.Add("--product", selection.product_id, "of this product");
  command.Add("--state", selection.state, "planned, active, archived or void")
      .OneOf({"planned", "active", "archived", "void"});
  command.Add("--where", selection.where, "some of it is, or went, there")
      .OneOf({"never-moved", "in-stock", "issued", "built-in", "consumed", "with-customer",
              "at-supplier", "scrapped", "taken-apart", "reshaped", "adjusted-away"});
  command.Add("--in-unit", selection.unit,
              "what is in this unit, at any level; NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--work-order", selection.work_order_id, "assigned to this work order");
  command.Add("--since", selection.since, "created on this day or later, or from this time on");
  command.Add("--until", selection.until, "created up to this day and on it, or before this time");
  command.Add("--expires-until", selection.expires_until, "expires up to this day and on it");
  DeclareEarlierNames(command, selection);
  command.AddSwitch("--on-hand", selection.on_hand, "only what is on hand");
  command.AddSwitch("--held", selection.held, "only what is held");
  command.Add("--query", selection.query, "text in the number or the reference");
  command.Add("--filter", selection.filter,
              "a filter: 'product_id = \"steel\" AND on_hand_quantity > 5'");
  command.AddSwitch("--archived", selection.show_archived, "also archived and void lots");
  command.Add("--limit", selection.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::Status AddExpiryTerms(const Selection& selection, std::vector<std::string>& terms) {
  const auto add = [&](const char* flag, const char* comparison,
                       const std::string& text) -> absl::Status {
    if (text.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const google::type::Date date, ReadDate(flag, text));
    terms.push_back(absl::StrCat("expire_date ", comparison, " ", Show(date)));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(add("--expires-until", "<=", selection.expires_until));
  return add("--expires-before", "<", selection.expires_before);
}

absl::Status AddWhereTerms(Session& session, const Selection& selection,
                           std::vector<std::string>& terms) {
  v1::Whereabouts whereabouts = v1::WHEREABOUTS_UNSPECIFIED;
  if (Parse(selection.where, whereabouts)) {
    terms.push_back(absl::StrCat("whereabouts = ", InFilter(whereabouts)));
  }
  if (selection.unit.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string unit, FindLotId(session, selection.unit));
  terms.push_back(absl::StrCat("unit_lot_id = ", FilterText(unit)));
  return absl::OkStatus();
}

absl::StatusOr<std::string> FilterOf(Session& session, const Selection& selection) {
  std::vector<std::string> terms;
  if (!selection.product_id.empty()) {
    terms.push_back(absl::StrCat("product_id = ", FilterText(selection.product_id)));
  }
  if (!selection.state.empty()) {
    terms.push_back(absl::StrCat("state = ", absl::AsciiStrToUpper(selection.state)));
  }
  RETURN_IF_ERROR(AddWhereTerms(session, selection, terms));
  if (!selection.work_order_id.empty()) {
    terms.push_back(absl::StrCat("work_order_id = ", FilterText(selection.work_order_id)));
  }
  RETURN_IF_ERROR(
      AddTimeTerms(session, "create_time",
                   {{"--since", selection.since, ">=", DayEdge::kBegin},
                    {"--until", selection.until, "<", DayEdge::kEnd},
                    {"--created-before", selection.created_before, "<", DayEdge::kBegin}},
                   terms));
  RETURN_IF_ERROR(AddExpiryTerms(selection, terms));
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
              "created, number or expires, each with or without ' desc'");
}

// The API's names for the words of --order-by; its own are taken too.
std::string OrderOf(const std::string& order_by) {
  static constexpr std::pair<absl::string_view, absl::string_view> kFields[] = {
      {"created", "create_time"}, {"expires", "expire_date"}};
  for (const auto& [word, field] : kFields) {
    if (order_by == word || absl::StartsWith(order_by, absl::StrCat(word, " "))) {
      return absl::StrCat(field, order_by.substr(word.size()));
    }
  }
  return order_by;
}

// An index finds a text of three characters or more anywhere; a shorter one only at the beginning.
// The service counts without the spaces around it, and in the form in which it compares: "ß" is
// two.
void SayWhatWasSearched(Session& session, const std::string& query) {
  constexpr size_t kAnywhereMin = 3;
  const std::string folded = FoldCase(absl::StripAsciiWhitespace(query));
  if (folded.empty() || CountCharacters(folded) >= kAnywhereMin) return;
  session.terminal().err << "lotctl: '" << Printable(query)
                         << "' is shorter than 3 characters: only numbers that begin with it were "
                            "looked for, and no references\n";
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListLotsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(session, options.selection));
  request.set_order_by(OrderOf(options.order_by));
  request.set_query(options.selection.query);
  request.set_show_archived(options.selection.show_archived);
  ListTable table = LotTable(session);
  const auto show = [&](const v1::ListLotsResponse& page) -> int64_t {
    for (const v1::Lot& lot : page.lots()) AddLot(lot, session, table);
    if (!session.json()) table.Print(session.terminal());
    return page.lots_size();
  };
  RETURN_IF_ERROR(
      ForEachPage(session, kListLots, request, {"lots", options.selection.limit}, show));
  SayWhatWasSearched(session, options.selection.query);
  return absl::OkStatus();
}

absl::Status Summary(Session& session, const Selection& selection) {
  v1::SummarizeLotsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(session, selection));
  request.set_query(selection.query);
  request.set_show_archived(selection.show_archived);
  ListTable table(session, {{"PRODUCT"}, {"LOTS", Column::kRight}, {"ON HAND", Column::kRight}},
                  ListTable::kDetail);
  const auto show = [&](const v1::SummarizeLotsResponse& page) -> int64_t {
    for (const v1::SummarizeLotsResponse::Group& group : page.groups()) {
      table.Add(group.company(),
                {group.product_id(), absl::StrCat(group.lot_count()), group.on_hand_quantity()});
    }
    if (!session.json()) table.Print(session.terminal());
    return page.groups_size();
  };
  RETURN_IF_ERROR(ForEachPage(session, kSummarizeLots, request, {"lots", selection.limit}, show));
  SayWhatWasSearched(session, selection.query);
  return absl::OkStatus();
}

struct LocationsOptions {
  std::vector<std::string> names;
  bool show_all = false;
};

void Declare(Command& command, LocationsOptions& options) {
  command.Add("lot", options.names, "lots, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.AddSwitch("--all", options.show_all,
                    "also empty and virtual places: the whole ledger, which sums to zero");
}

absl::Status Locations(Session& session, const LocationsOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, options.names));
  ListTable table = StockTable(session);
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
    for (const v1::LotStock& stock : response.locations()) AddStock(stock, session, table);
    table.Print(session.terminal());
    session.terminal().out << options.names[i] << ": " << response.on_hand_quantity()
                           << " on hand\n";
    PrintHolds(response.holds(), session.zone(), session.terminal());
  }
  return absl::OkStatus();
}

struct HistoryOptions {
  std::string name;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, HistoryOptions& options) {
  command.Add("lot", options.name, "the lot, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

std::string TextOf(const v1::LotEvent& event, absl::TimeZone zone) {
  std::string text = Show(event.kind());
  if (!event.work_order_id().empty()) absl::StrAppend(&text, " work order ", event.work_order_id());
  if (event.has_hold()) absl::StrAppend(&text, "  ", ctl::TextOf(event.hold(), zone));
  if (event.kind() == v1::LOT_EVENT_KIND_RELEASED && !event.hold().release_note().empty()) {
    absl::StrAppend(&text, "  (", event.hold().release_note(), ")");
  }
  if (event.has_inspection()) {
    const v1::Inspection& inspection = event.inspection();
    absl::StrAppend(&text, " ", Show(inspection.verdict()),
                    inspection.plan().empty() ? "" : "  plan ", inspection.plan(),
                    inspection.note().empty() ? "" : "  ", inspection.note());
  }
  if (event.has_recall()) absl::StrAppend(&text, "  ", ctl::TextOf(event.recall()));
  for (const v1::LotEvent::Change& change : event.changes()) {
    absl::StrAppend(&text, "  ", DetailNamed(change.field()), ": '", change.old_value(), "' → '",
                    change.new_value(), "'");
  }
  return text;
}

std::string TextOf(const v1::TransformationPart& part) {
  std::string text = Show(part.transformation().kind());
  if (!part.transformation().work_order_id().empty()) {
    absl::StrAppend(&text, " work order ", part.transformation().work_order_id());
  }
  if (part.has_unit()) {
    absl::StrAppend(&text, " of ", ShowLot(part.unit().product_id(), part.unit().number()));
  }
  if (!part.input_quantity().empty()) absl::StrAppend(&text, "  in ", part.input_quantity());
  if (!part.output_quantity().empty()) absl::StrAppend(&text, "  out ", part.output_quantity());
  if (!part.transformation().reverses_transformation_id().empty()) {
    absl::StrAppend(&text, "  reverses ", part.transformation().reverses_transformation_id());
  }
  return text;
}

// `lot_id`: the lot that was asked. What it was under a former number, says so.
void AddEntry(const v1::LotHistoryEntry& entry, const std::string& lot_id, absl::TimeZone zone,
              Table& table) {
  std::string what;
  std::string id;
  if (entry.has_movement()) {
    what = ctl::TextOf(entry.movement());
    id = entry.movement().movement_id();
  } else if (entry.has_transformation()) {
    what = TextOf(entry.transformation());
    id = entry.transformation().transformation().transformation_id();
  } else {
    what = TextOf(entry.event(), zone);
  }
  if (entry.lot_id() != lot_id) {
    what = absl::StrCat("as ", entry.product_id(), "/", entry.number(), "  ", what);
  }
  table.Add({Show(entry.record_time(), zone), Show(entry.occur_time(), zone), entry.actor(), what,
             ShowOrigin(entry.origin()), id});
}

absl::Status History(Session& session, const HistoryOptions& options) {
  v1::ListLotHistoryRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot_id(), FindLotId(session, options.name));
  Table table({{"RECORDED", Column::kLeft, Column::kUseful},
               {"HAPPENED"},
               {"BY", Column::kLeft, Column::kUseful},
               {"WHAT"},
               {"FROM", Column::kLeft, Column::kDetail},
               {"ID", Column::kLeft, Column::kDetail}});
  const auto show = [&](const v1::ListLotHistoryResponse& page) -> int64_t {
    for (const v1::LotHistoryEntry& entry : page.entries()) {
      AddEntry(entry, request.lot_id(), session.zone(), table);
    }
    if (!session.json()) table.Print(session.terminal());
    return page.entries_size();
  };
  return ForEachPage(session, kListLotHistory, request, {"entries", options.limit}, show);
}

}  // namespace

void AddLotListCommands(CommandGroup& group) {
  group.Add<ListOptions>({"list", "Lists lots, newest first",
                          "lot list --product steel --on-hand\n"
                          "lot list --query 4711 --order-by number\n"
                          "lot list --where built-in\n"
                          "lot list --in-unit pump/SN-1\n"
                          "lot list --expires-until 2026-12-31 --limit 0"},
                         Declare, List);
  group.Add<Selection>({"summary", "Counts lots and what is on hand, by product",
                        "lot summary\nlot summary --since 2026-01-01"},
                       Declare, Summary);
  group.Add<LocationsOptions>({"locations", "Tells where lots are, and since when",
                               "lot locations pump/SN-1\nlot locations steel/H-1 --all"},
                              Declare, Locations);
  group.Add<HistoryOptions>(
      {"history", "Tells everything that happened to a lot, oldest first", "lot history pump/SN-1"},
      Declare, History);
}

}  // namespace lots::ctl
