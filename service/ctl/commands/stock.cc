// lotctl stock move | list | suggest | reverse | movements
#include "absl/strings/str_cat.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/json.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/movements.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct MoveOptions {
  std::string kind;
  std::vector<std::string> lots;
  std::string from;
  std::string to;
  std::string partner;
  std::string document;
  std::string at;
  std::string delivery;
  std::string receipt;
  std::string note;
  std::vector<std::string> accept;
  std::string file;
};

void Declare(Command& command, MoveOptions& options) {
  command.Add("kind", options.kind,
              "receipt, transfer, delivery, return, consumption, scrap, adjustment or "
              "supplier-return");
  command.Add("lot", options.lots,
              "LOT[=QUANTITY][@FROM], the lot as NUMBER, PRODUCT/NUMBER or UUID; a serial needs no "
              "quantity");
  command.Add("--from", options.from, "from where; a default where the kind has one");
  command.Add("--to", options.to, "to where; a default where the kind has one");
  command.Add("--partner", options.partner, "the supplier or customer");
  command.Add("--document", options.document, "TYPE:NUMBER, as purchase_order:4711");
  command.Add("--at", options.at,
              "when it happened, a day or a time as 2026-12-31T08:00; default now");
  command.Add("--delivery", options.delivery, "for a return: the delivery's movement id");
  command.Add("--receipt", options.receipt, "for a supplier-return: the receipt's movement id");
  command.Add("--note", options.note, "why");
  command.Add("--accept", options.accept, "overrule: held, expired").SplitAtCommas();
  command
      .Add("--file", options.file,
           "movements as JSON, {\"movements\": [{\"kind\": …}]}; '-': stdin")
      .File();
}

absl::StatusOr<v1::MovementKind> ParseKind(const std::string& text) {
  v1::MovementKind kind = v1::MOVEMENT_KIND_UNSPECIFIED;
  if (Parse(text, kind)) return kind;
  return UsageError(absl::StrCat("'", text, "' is no kind of movement: receipt, transfer, ",
                                 "delivery, return, consumption, production, scrap, adjustment, ",
                                 "supplier-return"));
}

absl::StatusOr<v1::NewMovement> MovementOf(Session& session, const MoveOptions& options,
                                           const std::string& lot) {
  v1::NewMovement movement;
  ASSIGN_OR_RETURN(const v1::MovementKind kind, ParseKind(options.kind));
  movement.set_kind(kind);
  ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(lot));
  ASSIGN_OR_RETURN(*movement.mutable_lot(), ParseLotRef(line.name));
  movement.set_quantity(line.quantity);
  movement.set_from_location_id(line.location_id.empty() ? options.from : line.location_id);
  movement.set_to_location_id(options.to);
  movement.set_partner_id(options.partner);
  movement.set_delivery_movement_id(options.delivery);
  movement.set_receipt_movement_id(options.receipt);
  movement.set_note(options.note);
  if (!options.document.empty()) {
    ASSIGN_OR_RETURN(*movement.mutable_document(), ParseDocument(options.document));
  }
  RETURN_IF_ERROR(SetOccurTime(session, options.at, movement));
  return movement;
}

absl::Status Move(Session& session, const MoveOptions& options) {
  v1::RecordMovementsRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_movements(), MovementOf(session, options, lot));
  }
  if (request.movements().empty()) return UsageError("name a kind and a lot, or give a --file");
  std::vector<v1::LotRef*> lots;
  for (v1::NewMovement& movement : *request.mutable_movements()) {
    lots.push_back(movement.mutable_lot());
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  ASSIGN_OR_RETURN(const v1::RecordMovementsResponse response,
                   session.Write(kRecordMovements, request));
  if (session.json()) return session.PrintJson(response);
  for (const std::string& id : response.movement_ids()) {
    session.terminal().out << "movement " << id << "\n";
  }
  return absl::OkStatus();
}

struct ListOptions {
  std::vector<std::string> lots;
  std::string product_id;
  std::string location_id;
  bool below = false;
  std::string as_of;
  std::string known_at;
  bool all_kinds = false;
  std::string filter;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("lot", options.lots, "of these lots, as NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--product", options.product_id, "of this product");
  command.Add("--location", options.location_id, "in this location");
  command.AddSwitch("--below", options.below, "also in everything below the location");
  command.Add("--as-of", options.as_of,
              "as it was at the end of this day, or at this time, by when movements happened");
  command.Add("--known-at", options.known_at, "as it was known then, by when they were recorded");
  command.AddSwitch("--all-kinds", options.all_kinds, "also customers, scrap and virtual places");
  command.Add("--filter", options.filter, "a filter: 'attributes.grade = A AND quantity > 5'");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListStockRequest request;
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, options.lots));
  for (const std::string& id : ids) request.add_lot_ids(id);
  request.set_product_id(options.product_id);
  request.set_location_id(options.location_id);
  request.set_include_descendants(options.below);
  request.set_show_all_kinds(options.all_kinds);
  request.set_filter(options.filter);
  if (!options.as_of.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_as_of(),
                     ReadTime(session, "--as-of", options.as_of, DayEdge::kLast));
  }
  if (!options.known_at.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_known_at(),
                     ReadTime(session, "--known-at", options.known_at, DayEdge::kLast));
  }
  ListTable table = StockTable(session);
  const auto show = [&](const v1::ListStockResponse& page) -> int64_t {
    for (const v1::LotStock& stock : page.stock()) AddStock(stock, session, table);
    if (!session.json()) table.Print(session.terminal());
    return page.stock_size();
  };
  return ForEachPage(session, kListStock, request, {"goods", options.limit}, show);
}

struct SuggestOptions {
  std::string product_id;
  std::string quantity;
  std::string location_id;
  std::string strategy;
  bool past_removal = false;
};

void Declare(Command& command, SuggestOptions& options) {
  command.Add("product", options.product_id, "the product").Required();
  command.Add("quantity", options.quantity, "how much is needed").Required().Quantity();
  command.Add("--location", options.location_id, "only from here and below");
  command.Add("--strategy", options.strategy, "fefo, fifo or lifo").OneOf({"fefo", "fifo", "lifo"});
  command.AddSwitch("--past-removal", options.past_removal, "also lots past their removal date");
}

absl::Status Suggest(Session& session, const SuggestOptions& options) {
  v1::SuggestLotsRequest request;
  request.set_product_id(options.product_id);
  request.set_quantity(options.quantity);
  request.set_location_id(options.location_id);
  request.set_include_past_removal(options.past_removal);
  v1::SuggestStrategy strategy = v1::SUGGEST_STRATEGY_UNSPECIFIED;
  if (!options.strategy.empty() && !Parse(options.strategy, strategy)) {
    return UsageError(
        absl::StrCat("--strategy is fefo, fifo or lifo; not '", options.strategy, "'"));
  }
  request.set_strategy(strategy);
  ASSIGN_OR_RETURN(const v1::SuggestLotsResponse response, session.Call(kSuggestLots, request));
  if (session.json()) return session.PrintJson(response);
  const absl::TimeZone zone = session.zone();
  Table table({{"NUMBER"},
               {"LOCATION"},
               {"TAKE", Column::kRight},
               {"EXPIRES", Column::kLeft, Column::kAlways, ColourOfExpiry},
               {"IN STOCK SINCE", Column::kLeft, Column::kUseful},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  for (const v1::SuggestLotsResponse::Pick& pick : response.picks()) {
    table.Add({pick.number(), pick.location_id(), pick.quantity(),
               ShowExpiry(pick.expire_date(), session.TodayIn(session.options().company)),
               Show(pick.stock_since_time(), zone), pick.lot_id()});
  }
  table.Print(session.terminal());
  session.terminal().out << "missing: " << response.missing_quantity() << "\n";
  return absl::OkStatus();
}

struct ReverseOptions {
  std::string movement_id;
  std::string note;
};

void Declare(Command& command, ReverseOptions& options) {
  command.Add("movement", options.movement_id, "the movement's id").Required();
  command.Add("--note", options.note, "why");
}

absl::Status Reverse(Session& session, const ReverseOptions& options) {
  v1::ReverseMovementRequest request;
  request.set_movement_id(options.movement_id);
  request.set_note(options.note);
  ASSIGN_OR_RETURN(const v1::Movement movement, session.Write(kReverseMovement, request));
  if (session.json()) return session.PrintJson(movement);
  ListTable table = MovementTable(session);
  AddMovement(movement, session, table);
  table.Print(session.terminal());
  return absl::OkStatus();
}

struct MovementsOptions {
  std::string lot;
  std::string product_id;
  std::string kind;
  std::string from;
  std::string to;
  std::string document;
  std::string partner;
  std::string work_order_id;
  std::string since;
  std::string until;
  std::string filter;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, MovementsOptions& options) {
  command.Add("--lot", options.lot, "of this lot, as NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--product", options.product_id, "of this product");
  command.Add("--kind", options.kind, "of this kind, as receipt");
  command.Add("--from", options.from, "from this location");
  command.Add("--to", options.to, "to this location");
  command.Add("--document", options.document, "with this document number");
  command.Add("--partner", options.partner, "with this supplier or customer");
  command.Add("--work-order", options.work_order_id, "of this work order");
  command.Add("--since", options.since, "happened on this day or later, or from this time on");
  command.Add("--until", options.until, "happened up to this day and on it, or before this time");
  command.Add("--filter", options.filter, "a filter: 'record_time > 2026-11-01'");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::StatusOr<std::string> FilterOf(Session& session, const MovementsOptions& options) {
  std::vector<std::string> terms;
  const auto equals = [&](absl::string_view field, const std::string& value) {
    if (!value.empty()) terms.push_back(absl::StrCat(field, " = ", FilterText(value)));
  };
  if (!options.lot.empty()) {
    ASSIGN_OR_RETURN(const std::string id, FindLotId(session, options.lot));
    equals("lot_id", id);
  }
  if (!options.kind.empty()) {
    ASSIGN_OR_RETURN(const v1::MovementKind kind, ParseKind(options.kind));
    terms.push_back(absl::StrCat("kind = ", InFilter(kind)));
  }
  equals("product_id", options.product_id);
  equals("from_location_id", options.from);
  equals("to_location_id", options.to);
  equals("document_number", options.document);
  equals("partner_id", options.partner);
  equals("work_order_id", options.work_order_id);
  RETURN_IF_ERROR(AddTimeTerms(session, "occur_time",
                               {{"--since", options.since, ">=", DayEdge::kBegin},
                                {"--until", options.until, "<", DayEdge::kEnd}},
                               terms));
  return JoinFilter(std::move(terms), options.filter);
}

absl::Status Movements(Session& session, const MovementsOptions& options) {
  v1::ListMovementsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(session, options));
  ListTable table = MovementTable(session);
  const auto show = [&](const v1::ListMovementsResponse& page) -> int64_t {
    for (const v1::Movement& movement : page.movements()) AddMovement(movement, session, table);
    if (!session.json()) table.Print(session.terminal());
    return page.movements_size();
  };
  return ForEachPage(session, kListMovements, request, {"movements", options.limit}, show);
}

}  // namespace

void AddStockCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "stock", "What moved, and what is where", chosen);
  group.AddWrite<MoveOptions>(
      {"move", "Records movements, all or nothing",
       "stock move receipt steel/H-1=100 --to RAW --partner ACME --document purchase_order:4711\n"
       "stock move transfer steel/H-1=20 steel/H-2=5 --from RAW --to HALL\n"
       "stock move delivery pump/SN-1 pump/SN-2 --from SHIP --partner C-9\n"
       "stock move return pump/SN-1 --to SHIP --partner C-9 --delivery MOVEMENT_ID\n"
       "stock move --file movements.json --validate-only"},
      Declare, Move);
  group.Add<ListOptions>({"list", "Tells what is where",
                          "stock list --location RAW --below\n"
                          "stock list --product steel --as-of 2026-01-31\n"
                          "stock list pump/SN-1 --all-kinds"},
                         Declare, List);
  group.Add<SuggestOptions>({"suggest", "Says which lots to take, and how much is missing",
                             "stock suggest steel 120 --location RAW --strategy fefo"},
                            Declare, Suggest);
  group.AddWrite<ReverseOptions>({"reverse", "Takes a movement back, once",
                                  "stock reverse 0190163d-8694-739b-aea5-966c26f8ad91"},
                                 Declare, Reverse);
  group.Add<MovementsOptions>({"movements", "Lists movements, newest recorded first",
                               "stock movements --lot steel/H-1\n"
                               "stock movements --kind delivery --partner C-9"},
                              Declare, Movements);
}

}  // namespace lots::ctl
