// lotctl work-order issue | return
#include "lots/v1/issue.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/stock.pb.h"
#include "service/ctl/commands/orders/orders.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/issued.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct IssueOptions {
  std::string work_order_id;
  std::vector<std::string> lots;
  std::vector<std::string> automatic;
  std::string strategy;
  std::string product_id;
  std::string planned_quantity;
  std::string from;
  std::string operation;
  std::string work_centre;
  std::string subcontractor;
  std::string at;
  std::vector<std::string> accept;
  std::string note;
};

void Declare(Command& command, IssueOptions& options) {
  command.Add("work-order", options.work_order_id, "the work order").Required();
  command.Add("lot", options.lots,
              "what is issued: LOT[=QUANTITY][@LOCATION], the lot as NUMBER, PRODUCT/NUMBER or "
              "UUID");
  command.Add("--auto", options.automatic,
              "what is issued, by product: PRODUCT=QUANTITY[@LOCATION]; the lots are chosen and "
              "shown; repeatable");
  command.Add("--strategy", options.strategy, "of --auto: fefo, fifo or lifo; default fefo or fifo")
      .OneOf({"fefo", "fifo", "lifo"});
  command.Add("--product", options.product_id, "what it makes; needed when it is new here");
  command.Add("--planned", options.planned_quantity, "how much is planned in all").Quantity();
  command.Add("--from", options.from, "where components come from that do not say");
  command.Add("--operation", options.operation, "the operation of the routing");
  command.Add("--work-centre", options.work_centre, "the work centre to which they go");
  command.Add("--subcontractor", options.subcontractor, "the partner that does the work");
  command.Add("--at", options.at, "when it happened, a day or a time; default now");
  command.Add("--accept", options.accept, "overrule: held, expired, short").SplitAtCommas();
  command.Add("--note", options.note, "why");
}

absl::StatusOr<v1::IssueLine> ParseIssueLine(const std::string& text) {
  ASSIGN_OR_RETURN(const LotLine parsed, ParseLotLine(text));
  v1::IssueLine line;
  ASSIGN_OR_RETURN(*line.mutable_lot(), ParseLotRef(parsed.name));
  line.set_quantity(parsed.quantity);
  line.set_from_location_id(parsed.location_id);
  return line;
}

absl::StatusOr<v1::IssueLine> ParseProductLine(const std::string& text,
                                               v1::SuggestStrategy strategy) {
  ASSIGN_OR_RETURN(const LotLine parsed, ParseLotLine(text));
  ASSIGN_OR_RETURN(const v1::LotRef named, ParseLotRef(parsed.name));
  RETURN_IF_ERROR(CheckProductLine(text, named, parsed.quantity));
  v1::IssueLine line;
  line.set_product_id(named.number());
  line.set_quantity(parsed.quantity);
  line.set_from_location_id(parsed.location_id);
  line.set_strategy(strategy);
  return line;
}

absl::Status AddLines(Session& session, const IssueOptions& options,
                      v1::IssueComponentsRequest& request) {
  std::vector<v1::LotRef*> lots;
  for (const std::string& text : options.lots) {
    ASSIGN_OR_RETURN(*request.add_lines(), ParseIssueLine(text));
  }
  for (v1::IssueLine& line : *request.mutable_lines()) lots.push_back(line.mutable_lot());
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  v1::SuggestStrategy strategy = v1::SUGGEST_STRATEGY_UNSPECIFIED;
  if (!options.strategy.empty()) Parse(options.strategy, strategy);
  for (const std::string& text : options.automatic) {
    ASSIGN_OR_RETURN(*request.add_lines(), ParseProductLine(text, strategy));
  }
  return absl::OkStatus();
}

absl::Status Issue(Session& session, const IssueOptions& options) {
  v1::IssueComponentsRequest request;
  request.set_work_order_id(options.work_order_id);
  request.set_product_id(options.product_id);
  request.set_planned_quantity(options.planned_quantity);
  request.set_source_location_id(options.from);
  request.set_operation(options.operation);
  request.set_work_centre(options.work_centre);
  request.set_subcontractor_id(options.subcontractor);
  request.set_note(options.note);
  RETURN_IF_ERROR(AddLines(session, options, request));
  if (request.lines().empty()) return UsageError("say what is issued: lots, or --auto");
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  RETURN_IF_ERROR(SetOccurTime(session, options.at, request));
  ASSIGN_OR_RETURN(const v1::IssueComponentsResponse response,
                   session.Write(kIssueComponents, request));
  if (session.json()) return session.PrintJson(response);
  PrintIssuedLines("ISSUED", response.lines(), response.line_count(), session.terminal());
  for (const std::string& id : response.adjustment_movement_ids()) {
    session.terminal().out << "adjusted a shortage: movement " << id << "\n";
  }
  PrintDetails({{"transformation", response.transformation_id()}}, session.terminal());
  return absl::OkStatus();
}

struct ReturnOptions {
  std::string work_order_id;
  std::vector<std::string> lots;
  bool everything = false;
  std::string to;
  std::string operation;
  std::string work_centre;
  std::string at;
  std::string note;
};

void Declare(Command& command, ReturnOptions& options) {
  command.Add("work-order", options.work_order_id, "the work order").Required();
  command.Add("lot", options.lots,
              "what comes back: LOT[=QUANTITY][@LOCATION]; without a quantity, all that is left of "
              "the lot");
  command.AddSwitch("--everything", options.everything, "all that is left of every lot");
  command.Add("--to", options.to, "where components go that do not say");
  command.Add("--operation", options.operation, "the operation of the routing");
  command.Add("--work-centre", options.work_centre, "the work centre from which they come");
  command.Add("--at", options.at, "when it happened, a day or a time; default now");
  command.Add("--note", options.note, "why");
}

absl::Status Return(Session& session, const ReturnOptions& options) {
  if (options.lots.empty() != options.everything) {
    return UsageError("say what comes back: lots, or --everything");
  }
  v1::ReturnComponentsRequest request;
  request.set_work_order_id(options.work_order_id);
  request.set_everything(options.everything);
  request.set_destination_location_id(options.to);
  request.set_operation(options.operation);
  request.set_work_centre(options.work_centre);
  request.set_note(options.note);
  std::vector<v1::LotRef*> lots;
  for (const std::string& text : options.lots) {
    ASSIGN_OR_RETURN(const LotLine parsed, ParseLotLine(text));
    v1::ReturnComponentsRequest::Line& line = *request.add_lines();
    ASSIGN_OR_RETURN(*line.mutable_lot(), ParseLotRef(parsed.name));
    line.set_quantity(parsed.quantity);
    line.set_to_location_id(parsed.location_id);
  }
  for (auto& line : *request.mutable_lines()) lots.push_back(line.mutable_lot());
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  RETURN_IF_ERROR(SetOccurTime(session, options.at, request));
  ASSIGN_OR_RETURN(const v1::ReturnComponentsResponse response,
                   session.Write(kReturnComponents, request));
  if (session.json()) return session.PrintJson(response);
  PrintIssuedLines("RETURNED", response.lines(), response.line_count(), session.terminal());
  PrintDetails({{"transformation", response.transformation_id()}}, session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddIssueCommands(CommandGroup& group) {
  group.AddWrite<IssueOptions>(
      {"issue", "Moves components into an order before they are used up",
       "work-order issue WO-7 steel/H-1=12.5 --from RAW --operation 10\n"
       "work-order issue WO-7 --product pump --auto screw=100 --auto seal=10 --from RAW"},
      Declare, Issue);
  group.AddWrite<ReturnOptions>(
      {"return", "Moves what is left of issued components out of an order",
       "work-order return WO-7 steel/H-1=2.5 --to RAW\n"
       "work-order return WO-7 --everything --to RAW"},
      Declare, Return);
}

}  // namespace lots::ctl
