// lotctl work-order assign | unassign | disassemble | reverse | cancel | reopen | get | list
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/commands/orders/orders.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/list_table.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct AssignOptions {
  std::string work_order_id;
  std::vector<std::string> numbers;
  std::string product_id;
  std::string planned_quantity;
  int count = 0;
  std::string first_number;
};

void Declare(Command& command, AssignOptions& options) {
  command.Add("work-order", options.work_order_id, "the work order").Required();
  command.Add("number", options.numbers, "the serial numbers; or --count");
  command.Add("--product", options.product_id, "what it makes; needed when it is new here");
  command.Add("--planned", options.planned_quantity, "how much is planned in all").Quantity();
  command.Add("--count", options.count, "how many serials, with generated numbers").Positive();
  command.Add("--first", options.first_number, "with --count: count up from this number");
}

absl::Status Assign(Session& session, const AssignOptions& options) {
  v1::AssignSerialsRequest request;
  request.set_work_order_id(options.work_order_id);
  request.set_product_id(options.product_id);
  request.set_planned_quantity(options.planned_quantity);
  request.set_count(options.count);
  RETURN_IF_ERROR(CheckNewNumber(options.first_number));
  request.set_first_number(options.first_number);
  for (const std::string& number : options.numbers) {
    RETURN_IF_ERROR(CheckNewNumber(number));
    request.add_numbers(number);
  }
  ASSIGN_OR_RETURN(const v1::AssignSerialsResponse response,
                   session.Write(kAssignSerials, request));
  if (session.json()) return session.PrintJson(response);
  PrintNumberedLots("assigned", response.serials(), session.terminal());
  return absl::OkStatus();
}

struct UnassignOptions {
  std::string work_order_id;
  std::vector<std::string> numbers;
  bool keep = false;
};

void Declare(Command& command, UnassignOptions& options) {
  command.Add("work-order", options.work_order_id, "the work order").Required();
  command.Add("number", options.numbers, "the serial numbers").Required();
  command.AddSwitch("--keep", options.keep,
                    "keep them free for another order; without: their numbers become void");
}

absl::Status Unassign(Session& session, const UnassignOptions& options) {
  v1::UnassignSerialsRequest request;
  request.set_work_order_id(options.work_order_id);
  for (const std::string& number : options.numbers) request.add_numbers(number);
  request.set_keep(options.keep);
  ASSIGN_OR_RETURN(const v1::UnassignSerialsResponse response,
                   session.Write(kUnassignSerials, request));
  if (session.json()) return session.PrintJson(response);
  PrintNumberedLots(options.keep ? "free" : "given up", response.serials(), session.terminal());
  return absl::OkStatus();
}

struct OrderName {
  std::string work_order_id;
};

void Declare(Command& command, OrderName& options) {
  command.Add("work-order", options.work_order_id, "the work order").Required();
}

absl::Status Cancel(Session& session, const OrderName& options) {
  v1::CancelWorkOrderRequest request;
  request.set_work_order_id(options.work_order_id);
  ASSIGN_OR_RETURN(const v1::CancelWorkOrderResponse response,
                   session.Write(kCancelWorkOrder, request));
  if (session.json()) return session.PrintJson(response);
  session.terminal().out << "cancelled " << options.work_order_id << "\n";
  PrintNumberedLots("void", response.voided(), session.terminal());
  PrintMoreSerials(response.voided_truncated(), response.voided_count(), options.work_order_id,
                   session.terminal());
  return absl::OkStatus();
}

absl::Status Reopen(Session& session, const OrderName& options) {
  v1::ReopenWorkOrderRequest request;
  request.set_work_order_id(options.work_order_id);
  ASSIGN_OR_RETURN(const v1::ReopenWorkOrderResponse response,
                   session.Write(kReopenWorkOrder, request));
  if (session.json()) return session.PrintJson(response);
  session.terminal().out << "open again: " << options.work_order_id << "\n";
  PrintNumberedLots("void, to be assigned again by number", response.voided(), session.terminal());
  PrintMoreSerials(response.voided_truncated(), response.voided_count(), options.work_order_id,
                   session.terminal());
  return absl::OkStatus();
}

void PrintSerials(const v1::WorkOrder& order, const Terminal& terminal) {
  Table table({{"SERIAL"}, {"STATE"}, {"LOT ID"}});
  for (const v1::WorkOrder::Serial& serial : order.serials()) {
    table.Add({serial.number(), Show(serial.state()), serial.lot_id()});
  }
  table.Print(terminal);
  if (order.serials_truncated()) {
    terminal.out << "… and more: lotctl lot list --work-order " << order.work_order_id() << "\n";
  }
}

void PrintIssued(const v1::WorkOrder& order, const Terminal& terminal) {
  if (order.issued().empty()) return;
  Table table({{"ISSUED"}, {"LEFT", Column::kRight}, {"LOT ID", Column::kLeft, Column::kDetail}});
  for (const v1::WorkOrder::Issued& issued : order.issued()) {
    table.Add({ShowLot(issued.product_id(), issued.number()), issued.quantity(), issued.lot_id()});
  }
  table.Print(terminal);
  if (order.issued_size() < order.issued_count()) {
    terminal.out << "… of " << order.issued_count() << " lots in all\n";
  }
}

void PrintCompletions(const v1::WorkOrder& order, absl::TimeZone zone, const Terminal& terminal) {
  Table table({{"COMPLETED"},
               {"KIND"},
               {"OPERATION", Column::kLeft, Column::kUseful},
               {"AT", Column::kLeft, Column::kUseful},
               {"SUBCONTRACTOR", Column::kLeft, Column::kDetail},
               {"BY", Column::kLeft, Column::kUseful},
               {"NOTE", Column::kLeft, Column::kUseful},
               {"REVERSES", Column::kLeft, Column::kDetail},
               {"TRANSFORMATION ID"}});
  for (const v1::Transformation& completion : order.completions()) {
    table.Add({Show(completion.occur_time(), zone), Show(completion.kind()), completion.operation(),
               completion.work_centre(), completion.subcontractor_id(), completion.actor(),
               completion.note(), completion.reverses_transformation_id(),
               completion.transformation_id()});
  }
  table.Print(terminal);
}

absl::Status Get(Session& session, const OrderName& options) {
  v1::GetWorkOrderRequest request;
  request.set_work_order_id(options.work_order_id);
  ASSIGN_OR_RETURN(const v1::WorkOrder order, session.Call(kGetWorkOrder, request));
  if (session.json()) return session.PrintJson(order);
  const absl::TimeZone zone = session.zone();
  PrintDetails({{"work order", order.work_order_id()},
                {"company", order.company()},
                {"product", order.product_id()},
                {"state", Show(order.state())},
                {"planned", order.planned_quantity()},
                {"completed", order.completed_quantity()},
                {"planned serials", absl::StrCat(order.planned_serial_count())},
                {"created", Show(order.create_time(), zone)},
                {"updated", Show(order.update_time(), zone)}},
               session.terminal());
  PrintSerials(order, session.terminal());
  PrintIssued(order, session.terminal());
  PrintCompletions(order, zone, session.terminal());
  return absl::OkStatus();
}

struct ListOptions {
  std::string product_id;
  std::string state;
  std::string filter;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--product", options.product_id, "that make this product");
  command.Add("--state", options.state, "open, closed or cancelled")
      .OneOf({"open", "closed", "cancelled"});
  command.Add("--filter", options.filter, "a filter: 'state = OPEN AND product_id = \"pump\"'");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::Status List(Session& session, const ListOptions& options) {
  std::vector<std::string> terms;
  if (!options.product_id.empty()) {
    terms.push_back(absl::StrCat("product_id = ", FilterText(options.product_id)));
  }
  if (!options.state.empty()) {
    terms.push_back(absl::StrCat("state = ", absl::AsciiStrToUpper(options.state)));
  }
  v1::ListWorkOrdersRequest request;
  request.set_filter(JoinFilter(std::move(terms), options.filter));
  ListTable table(session, {{"WORK ORDER"},
                            {"PRODUCT"},
                            {"STATE"},
                            {"PLANNED", Column::kRight},
                            {"COMPLETED", Column::kRight},
                            {"PLANNED SERIALS", Column::kRight, Column::kUseful},
                            {"CREATED", Column::kLeft, Column::kUseful}});
  const auto show = [&](const v1::ListWorkOrdersResponse& page) -> int64_t {
    for (const v1::WorkOrder& order : page.work_orders()) {
      table.Add(order.company(), {order.work_order_id(), order.product_id(), Show(order.state()),
                                  order.planned_quantity(), order.completed_quantity(),
                                  absl::StrCat(order.planned_serial_count()),
                                  Show(order.create_time(), session.zone())});
    }
    if (!session.json()) table.Print(session.terminal());
    return page.work_orders_size();
  };
  return ForEachPage(session, kListWorkOrders, request, {"work orders", options.limit}, show);
}

struct DisassembleOptions {
  std::string lot;
  std::string quantity;
  std::string from;
  std::string to;
  std::vector<std::string> components;
  std::string at;
  std::string note;
};

void Declare(Command& command, DisassembleOptions& options) {
  command.Add("lot", options.lot, "the unit or lot, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--quantity", options.quantity, "how much of a lot").Quantity();
  command.Add("--to", options.to, "where components go that do not say").Required();
  command.Add("--from", options.from, "where the unit is taken from; default where it is");
  command.Add("--component", options.components,
              "what comes back of a component: LOT[=QUANTITY][@LOCATION]; exact "
              "ones that are not named come back whole; repeatable");
  command.Add("--at", options.at, "when it happened, a day or a time; default now");
  command.Add("--note", options.note, "why");
}

absl::Status Disassemble(Session& session, const DisassembleOptions& options) {
  v1::DisassembleRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  request.set_quantity(options.quantity);
  request.set_from_location_id(options.from);
  request.set_destination_location_id(options.to);
  request.set_note(options.note);
  for (const std::string& text : options.components) {
    ASSIGN_OR_RETURN(*request.add_components(), ParseReturnedComponent(text));
  }
  std::vector<v1::LotRef*> lots = {request.mutable_lot()};
  for (auto& component : *request.mutable_components()) lots.push_back(component.mutable_lot());
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  RETURN_IF_ERROR(SetOccurTime(session, options.at, request));
  ASSIGN_OR_RETURN(const v1::DisassembleResponse response, session.Write(kDisassemble, request));
  if (session.json()) return session.PrintJson(response);
  Table table({{"COMPONENT"},
               {"QUANTITY", Column::kRight},
               {"TO"},
               {"LINK"},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  for (const v1::DisassembleResponse::Component& component : response.components()) {
    table.Add({component.number(), component.quantity(), component.to_location_id(),
               component.exact() ? "exact" : "pooled", component.lot_id()});
  }
  table.Print(session.terminal());
  if (response.components_truncated()) {
    session.terminal().out << "… of " << response.component_count() << " components in all\n";
  }
  PrintDetails({{"transformation", response.transformation_id()}}, session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddWorkOrderCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "work-order", "Serials of work orders, and what went into what",
                     chosen);
  group.AddWrite<AssignOptions>({"assign", "Gives units of a work order their serial numbers",
                                 "work-order assign WO-7 --product pump --count 10\n"
                                 "work-order assign WO-7 SN-1 SN-2\n"
                                 "work-order assign WO-7 --count 3 --first SN-0100"},
                                Declare, Assign);
  AddCompleteCommand(group);
  AddIssueCommands(group);
  group.AddWrite<DisassembleOptions>(
      {"disassemble",
       "Takes a unit, or a quantity of a lot, apart; a unit's exact components come back as they "
       "were",
       "work-order disassemble pump/SN-1 --to RAW\n"
       "work-order disassemble paint/B-1 --quantity 10 --to RAW --component base/L-9=9\n"
       "work-order disassemble pump/SN-1 --to RAW --component seal/S-4@SCRAP --component "
       "oil/O-1=0.5"},
      Declare, Disassemble);
  AddReverseCommand(
      group, {"reverse", "Takes a completion, an issue, a return or a disassembly back, once",
              "work-order reverse 0190163d-8694-739b-aea5-966c26f8ad91"});
  AddCorrectCommand(group);
  group.AddWrite<OrderName>(
      {"cancel", "Closes an order that nothing more will come of", "work-order cancel WO-7"},
      Declare, Cancel);
  group.AddWrite<OrderName>({"reopen", "Opens an order that was closed or cancelled by mistake",
                             "work-order reopen WO-7"},
                            Declare, Reopen);
  group.Add<OrderName>(
      {"get", "Shows an order with its serials and completions", "work-order get WO-7"}, Declare,
      Get);
  group.Add<ListOptions>(
      {"list", "Lists orders, newest first", "work-order list --state open --product pump"},
      Declare, List);
  group.AddWrite<UnassignOptions>({"unassign", "Takes planned serials off a work order",
                                   "work-order unassign WO-7 SN-3\n"
                                   "work-order unassign WO-7 SN-3 --keep"},
                                  Declare, Unassign);
}

}  // namespace lots::ctl
