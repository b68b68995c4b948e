// lotctl work-order assign | unassign | cancel | get | list
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/paging.h"
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
  command.Add("--planned", options.planned_quantity, "how much is planned in all");
  command.Add("--count", options.count, "how many serials, with generated numbers");
  command.Add("--first", options.first_number, "with --count: count up from this number");
}

absl::Status Assign(Session& session, const AssignOptions& options) {
  v1::AssignSerialsRequest request;
  request.set_work_order_id(options.work_order_id);
  request.set_product_id(options.product_id);
  request.set_planned_quantity(options.planned_quantity);
  request.set_count(options.count);
  request.set_first_number(options.first_number);
  for (const std::string& number : options.numbers) request.add_numbers(number);
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
  command.AddSwitch("--keep", options.keep, "keep them free for another order instead of void");
}

absl::Status Unassign(Session& session, const UnassignOptions& options) {
  v1::UnassignSerialsRequest request;
  request.set_work_order_id(options.work_order_id);
  for (const std::string& number : options.numbers) request.add_numbers(number);
  request.set_keep(options.keep);
  ASSIGN_OR_RETURN(const v1::UnassignSerialsResponse response,
                   session.Write(kUnassignSerials, request));
  if (session.json()) return session.PrintJson(response);
  PrintNumberedLots(options.keep ? "free" : "void", response.serials(), session.terminal());
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

void PrintCompletions(const v1::WorkOrder& order, const Terminal& terminal) {
  Table table({{"COMPLETED"}, {"KIND"}, {"BY"}, {"NOTE"}, {"REVERSES"}, {"TRANSFORMATION ID"}});
  for (const v1::Transformation& completion : order.completions()) {
    table.Add({Show(completion.occur_time()), Show(completion.kind()), completion.actor(),
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
  PrintDetails({{"work order", order.work_order_id()},
                {"company", order.company()},
                {"product", order.product_id()},
                {"state", Show(order.state())},
                {"planned", order.planned_quantity()},
                {"completed", order.completed_quantity()},
                {"planned serials", absl::StrCat(order.planned_serial_count())},
                {"created", Show(order.create_time())},
                {"updated", Show(order.update_time())}},
               session.terminal());
  PrintSerials(order, session.terminal());
  PrintCompletions(order, session.terminal());
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
  command.Add("--state", options.state, "open, closed or cancelled");
  command.Add("--filter", options.filter, "a filter as in the API");
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
  Table table({{"WORK ORDER"},
               {"PRODUCT"},
               {"STATE"},
               {"PLANNED", Column::kRight},
               {"COMPLETED", Column::kRight},
               {"PLANNED SERIALS", Column::kRight},
               {"CREATED"}});
  const auto show = [&](const v1::ListWorkOrdersResponse& page) -> int64_t {
    for (const v1::WorkOrder& order : page.work_orders()) {
      table.Add({order.work_order_id(), order.product_id(), Show(order.state()),
                 order.planned_quantity(), order.completed_quantity(),
                 absl::StrCat(order.planned_serial_count()), Show(order.create_time())});
    }
    if (!session.json()) table.Print(session.terminal());
    return page.work_orders_size();
  };
  return ForEachPage(session, kListWorkOrders, request, options.limit, show);
}

}  // namespace

void AddWorkOrderCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "work-order", "Serials of work orders, and what went into what",
                     chosen);
  group.Add<AssignOptions>({"assign", "Gives units of a work order their serial numbers",
                            "work-order assign WO-7 --product pump --count 10\n"
                            "work-order assign WO-7 SN-1 SN-2\n"
                            "work-order assign WO-7 --count 3 --first SN-0100"},
                           Declare, Assign);
  AddCompletionCommands(group);
  group.Add<OrderName>(
      {"cancel", "Closes an order that nothing more will come of", "work-order cancel WO-7"},
      Declare, Cancel);
  group.Add<OrderName>(
      {"get", "Shows an order with its serials and completions", "work-order get WO-7"}, Declare,
      Get);
  group.Add<ListOptions>(
      {"list", "Lists orders, newest first", "work-order list --state open --product pump"},
      Declare, List);
  group.Add<UnassignOptions>({"unassign", "Takes planned serials off a work order",
                              "work-order unassign WO-7 SN-3\n"
                              "work-order unassign WO-7 SN-3 --keep"},
                             Declare, Unassign);
}

}  // namespace lots::ctl
