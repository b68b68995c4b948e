// lotctl work-order complete
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lots/v1/issue.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/commands/orders/orders.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/json.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/issued.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/redirect.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct CompleteOptions {
  std::string work_order_id;
  std::string product_id;
  std::string planned_quantity;
  std::vector<std::string> outputs;
  int planned_serial_count = 0;
  std::vector<std::string> components;
  std::vector<std::string> by_products;
  std::string to;
  std::string from;
  std::vector<std::string> issued;
  std::vector<std::string> automatic;
  std::string strategy;
  bool consume_issued = false;
  std::string operation;
  std::string work_centre;
  std::string subcontractor;
  std::string reference;
  std::string notes;
  std::vector<std::string> attributes;
  bool close = false;
  std::string at;
  std::vector<std::string> accept;
  std::string note;
  std::string file;
};

void Declare(Command& command, CompleteOptions& options) {
  command.Add("work-order", options.work_order_id, "the work order; not with --file");
  command.Add("--product", options.product_id, "what it makes; needed when it is new here");
  command.Add("--planned", options.planned_quantity, "how much is planned in all").Quantity();
  command.Add(
      "--finished", options.outputs,
      "what was made: NUMBER[=QUANTITY][@LOCATION], or a lot's UUID, with the dates that it "
      "gets behind that: :manufactured=DATE, :expires=DATE, :best-before=DATE, "
      ":remove-by=DATE and :alert=DATE; repeatable");
  command
      .Add("--planned-serials", options.planned_serial_count,
           "complete so many planned serials, in the order of assignment")
      .Positive();
  command.Add("--component", options.components,
              "what went in: LOT[=QUANTITY][@LOCATION][:into=INDEX], the lot as NUMBER, "
              "PRODUCT/NUMBER or UUID, the index that of the --finished it went into, from 0; "
              "repeatable. A shell takes '>0' for a file, which is noticed where the file is "
              "standard output, or new in the working directory, and not otherwise");
  command.Add("--issued", options.issued,
              "what went in of what was issued to the order: LOT[=QUANTITY][:into=INDEX]; "
              "repeatable");
  command.Add("--auto", options.automatic,
              "what went in, by product: PRODUCT=QUANTITY[@LOCATION][:into=INDEX]; the lots are "
              "chosen in the order of the strategy and shown; repeatable");
  command.Add("--strategy", options.strategy, "of --auto: fefo, fifo or lifo; default fefo or fifo")
      .OneOf({"fefo", "fifo", "lifo"});
  command.AddSwitch("--consume-issued", options.consume_issued,
                    "everything that is left of what was issued went in too");
  command.Add("--by-product", options.by_products,
              "what else came out: LOT=QUANTITY[@LOCATION], or PRODUCT/=QUANTITY for the next "
              "number of its template; repeatable");
  command.Add("--to", options.to, "where finished goods go that do not say");
  command.Add("--from", options.from, "where components come from that do not say");
  command.AddSwitch("--close", options.close, "this was the last completion");
  command.Add("--operation", options.operation, "the operation of the routing");
  command.Add("--work-centre", options.work_centre, "the work centre");
  command.Add("--subcontractor", options.subcontractor, "the partner that did the work");
  command.Add("--reference", options.reference, "of each --finished lot: another number of it");
  command.Add("--lot-notes", options.notes, "of each --finished lot: its notes");
  command.Add("--attribute", options.attributes,
              "of each --finished lot: NAME=VALUE, or NAME:TYPE=VALUE with decimal, flag, date or "
              "time; repeatable");
  command.Add("--at", options.at, "when it happened, a day or a time; default now");
  command
      .Add("--accept", options.accept, "overrule: held, expired, short, later-expiry (with --note)")
      .SplitAtCommas();
  command.Add("--note", options.note, "why");
  command
      .Add("--file", options.file,
           "the completion as JSON, {\"workOrderId\": …, \"outputs\": [{\"number\": …}]}; '-': "
           "stdin")
      .File();
}

// What the flags say of every finished lot that they name.
absl::Status SetTexts(Session& session, const CompleteOptions& options,
                      v1::CompletionOutput& output) {
  output.set_reference(options.reference);
  output.set_notes(options.notes);
  const auto zone = [&] { return session.ReadZone(); };
  for (const std::string& text : options.attributes) {
    const absl::Status set = ParseAttribute(text, zone, *output.mutable_attributes());
    RETURN_IF_ERROR(InFlag("--attribute", set));
  }
  return absl::OkStatus();
}

// The lot's place in the text is the product's here.
absl::StatusOr<v1::AutoComponent> ParseAutoComponent(const std::string& text,
                                                     const std::string& strategy) {
  ASSIGN_OR_RETURN(const v1::CompletionComponent parsed, ParseComponent(text));
  v1::AutoComponent component;
  RETURN_IF_ERROR(CheckProductLine(text, parsed.lot(), parsed.quantity()));
  component.set_product_id(parsed.lot().number());
  component.set_quantity(parsed.quantity());
  component.set_from_location_id(parsed.from_location_id());
  if (parsed.has_output_index()) component.set_output_index(parsed.output_index());
  v1::SuggestStrategy parsed_strategy = v1::SUGGEST_STRATEGY_UNSPECIFIED;
  if (!strategy.empty()) Parse(strategy, parsed_strategy);
  component.set_strategy(parsed_strategy);
  return component;
}

absl::Status AddComponents(const CompleteOptions& options, v1::CompleteWorkOrderRequest& request) {
  for (const std::string& text : options.components) {
    ASSIGN_OR_RETURN(*request.add_components(), ParseComponent(text));
  }
  for (const std::string& text : options.issued) {
    ASSIGN_OR_RETURN(v1::CompletionComponent component, ParseComponent(text));
    component.set_from_issued(true);
    *request.add_components() = std::move(component);
  }
  for (const std::string& text : options.automatic) {
    ASSIGN_OR_RETURN(*request.add_auto_components(), ParseAutoComponent(text, options.strategy));
  }
  if (options.consume_issued) request.set_consume_issued(true);
  return absl::OkStatus();
}

absl::Status AddLines(Session& session, const CompleteOptions& options,
                      v1::CompleteWorkOrderRequest& request) {
  for (const std::string& text : options.outputs) {
    v1::CompletionOutput& output = *request.add_outputs();
    ASSIGN_OR_RETURN(output, ParseOutput(text));
    RETURN_IF_ERROR(SetTexts(session, options, output));
  }
  RETURN_IF_ERROR(AddComponents(options, request));
  for (const std::string& text : options.by_products) {
    ASSIGN_OR_RETURN(*request.add_by_products(), ParseByProduct(text));
  }
  std::vector<v1::LotRef*> used, made;
  for (auto& component : *request.mutable_components()) used.push_back(component.mutable_lot());
  for (auto& by_product : *request.mutable_by_products()) made.push_back(by_product.mutable_lot());
  RETURN_IF_ERROR(ResolveNumbers(session, used));
  return ResolveNumbersAlone(session, made);
}

// A component may say the index of any output, whether a flag or the file names it.
absl::Status CheckComponents(const Session& session, const CompleteOptions& options,
                             const v1::CompleteWorkOrderRequest& from_file) {
  if (options.components.empty() && options.issued.empty() && options.automatic.empty()) {
    return absl::OkStatus();
  }
  const int output_count = static_cast<int>(options.outputs.size()) + from_file.outputs_size() +
                           std::max(options.planned_serial_count, from_file.planned_serial_count());
  return CheckRedirection(session.terminal(), output_count);
}

// The file's request, with what the flags say instead of it or on top of it.
absl::StatusOr<v1::CompleteWorkOrderRequest> RequestOf(Session& session,
                                                       const CompleteOptions& options) {
  v1::CompleteWorkOrderRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  RETURN_IF_ERROR(CheckComponents(session, options, request));
  const auto set = [](const std::string& value, std::string* field) {
    if (!value.empty()) *field = value;
  };
  set(options.work_order_id, request.mutable_work_order_id());
  set(options.product_id, request.mutable_product_id());
  set(options.planned_quantity, request.mutable_planned_quantity());
  set(options.to, request.mutable_destination_location_id());
  set(options.from, request.mutable_source_location_id());
  set(options.note, request.mutable_note());
  set(options.operation, request.mutable_operation());
  set(options.work_centre, request.mutable_work_centre());
  set(options.subcontractor, request.mutable_subcontractor_id());
  if (options.planned_serial_count > 0) {
    request.set_planned_serial_count(options.planned_serial_count);
  }
  if (options.close) request.set_close(true);
  RETURN_IF_ERROR(SetOccurTime(session, options.at, request));
  RETURN_IF_ERROR(AddLines(session, options, request));
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  if (request.work_order_id().empty()) return UsageError("name the work order");
  return request;
}

void Print(const v1::CompleteWorkOrderResponse& response, const std::string& work_order_id,
           const Terminal& terminal) {
  PrintNumberedLots("finished", response.outputs(), terminal);
  PrintNumberedLots("by-products", response.by_products(), terminal);
  PrintNumberedLots("void", response.voided(), terminal);
  PrintMoreSerials(response.voided_truncated(), response.voided_count(), work_order_id, terminal);
  PrintIssuedLines("TAKEN", response.chosen(), response.chosen_count(), terminal);
  for (const std::string& id : response.adjustment_movement_ids()) {
    terminal.out << "adjusted a shortage: movement " << id << "\n";
  }
  if (response.adjustments_truncated()) {
    terminal.out << "… of " << response.adjustment_count()
                 << " in all: lotctl stock movements --kind adjustment --work-order "
                 << work_order_id << "\n";
  }
  PrintDetails({{"transformation", response.transformation_id()},
                {"completed in all", response.completed_quantity()},
                {"work order", Show(response.state())}},
               terminal);
}

absl::Status Complete(Session& session, const CompleteOptions& options) {
  ASSIGN_OR_RETURN(const v1::CompleteWorkOrderRequest request, RequestOf(session, options));
  ASSIGN_OR_RETURN(const v1::CompleteWorkOrderResponse response,
                   session.Write(kCompleteWorkOrder, request));
  if (session.json()) return session.PrintJson(response);
  Print(response, request.work_order_id(), session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddCompleteCommand(CommandGroup& group) {
  group.AddWrite<CompleteOptions>(
      {"complete", "Posts what was made and what it was made of, in one transaction",
       "work-order complete WO-7 --finished SN-1 --component steel/H-1=2.5:into=0 --from RAW --to "
       "HALL\n"
       "work-order complete WO-8 --product paint --finished B-1=200@HALL --component base/L-9=180\n"
       "work-order complete WO-8 --finished B-2=200@HALL:expires=2027-06-30 --component "
       "base/L-9=180\n"
       "work-order complete WO-7 --planned-serials 5 --component steel/H-1=12.5@RAW --to HALL "
       "--close\n"
       "work-order complete WO-7 --finished SN-2 --auto screw=12@LINE:into=0 --issued steel/H-1=2 "
       "--to HALL --operation 20\n"
       "work-order complete WO-7 --finished SN-3 --to HALL --consume-issued --close\n"
       "work-order complete --file order.json --validate-only"},
      Declare, Complete);
}

}  // namespace lots::ctl
