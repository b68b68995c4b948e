// lotctl trace transformation
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "lots/v1/transformation.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct ShowOptions {
  std::string transformation_id;
};

void Declare(Command& command, ShowOptions& options) {
  command.Add("transformation", options.transformation_id, "its id, as 'lot history' shows it")
      .Required();
}

std::string ShowRole(v1::TransformationOutputRole role) {
  const std::string name(
      absl::StripPrefix(v1::TransformationOutputRole_Name(role), "TRANSFORMATION_OUTPUT_ROLE_"));
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", " "}});
}

void PrintInputs(const v1::TransformationDetails& details, const Terminal& terminal) {
  Table table({{"WENT IN"},
               {"QUANTITY", Column::kRight},
               {"STILL IN IT", Column::kRight},
               {"INTO"},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  for (const v1::TransformationInput& input : details.inputs()) {
    table.Add(
        {ShowLot(input.product_id(), input.number()), input.quantity(), input.remaining_quantity(),
         input.output_lot_id().empty() ? "all (pooled)" : input.output_number(), input.lot_id()});
  }
  table.Print(terminal);
  if (details.inputs_truncated()) terminal.out << "… of " << details.input_count() << " in all\n";
}

void PrintOutputs(const v1::TransformationDetails& details, const Terminal& terminal) {
  Table table({{"CAME OUT"},
               {"QUANTITY", Column::kRight},
               {"AS"},
               {"OF"},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  for (const v1::TransformationOutput& output : details.outputs()) {
    table.Add({ShowLot(output.product_id(), output.number()), output.quantity(),
               ShowRole(output.role()), output.input_number(), output.lot_id()});
  }
  table.Print(terminal);
  if (details.outputs_truncated()) terminal.out << "… of " << details.output_count() << " in all\n";
}

void PrintCorrections(const v1::TransformationDetails& details, absl::TimeZone zone,
                      const Terminal& terminal) {
  Table table({{"CORRECTED"},
               {"BY", Column::kLeft, Column::kUseful},
               {"REASON"},
               {"REVERSED BY", Column::kLeft, Column::kDetail},
               {"CORRECTION"}});
  for (const v1::Transformation& correction : details.corrections()) {
    table.Add({Show(correction.record_time(), zone), correction.actor(), correction.note(),
               correction.reversed_by_transformation_id(), correction.transformation_id()});
  }
  table.Print(terminal);
  if (details.corrections_truncated()) {
    terminal.out << "… of " << details.correction_count() << " in all\n";
  }
}

absl::Status ShowTransformation(Session& session, const ShowOptions& options) {
  v1::GetTransformationRequest request;
  request.set_transformation_id(options.transformation_id);
  ASSIGN_OR_RETURN(const v1::TransformationDetails details,
                   session.Call(kGetTransformation, request));
  if (session.json()) return session.PrintJson(details);
  const v1::Transformation& header = details.transformation();
  const absl::TimeZone zone = session.zone();
  PrintDetails({{"transformation", header.transformation_id()},
                {"kind", Show(header.kind())},
                {"work order", header.work_order_id()},
                {"happened", Show(header.occur_time(), zone)},
                {"recorded", Show(header.record_time(), zone)},
                {"by", header.actor()},
                {"note", header.note()},
                {"corrects", details.corrects_transformation_id()},
                {"reverses", header.reverses_transformation_id()},
                {"reversed by", header.reversed_by_transformation_id()}},
               session.terminal());
  PrintInputs(details, session.terminal());
  PrintOutputs(details, session.terminal());
  if (details.correction_count() > 0) PrintCorrections(details, zone, session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddTransformationCommand(CommandGroup& group) {
  group.Add<ShowOptions>(
      {"transformation", "Shows one completion or other transformation, line by line",
       "trace transformation 0190163d-8694-739b-aea5-966c26f8ad91"},
      Declare, ShowTransformation);
}

}  // namespace lots::ctl
