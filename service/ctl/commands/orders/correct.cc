// lotctl work-order correct
#include <algorithm>
#include <string>
#include <vector>

#include "lots/v1/transformation.pb.h"
#include "service/ctl/commands/orders/orders.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/json.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct CorrectOptions {
  std::string transformation_id;
  std::vector<std::string> wrong;
  std::vector<std::string> right;
  std::vector<std::string> units;
  std::string reason;
  std::vector<std::string> accept;
  std::string file;
};

void Declare(Command& command, CorrectOptions& options) {
  command.Add("transformation", options.transformation_id,
              "the completion or maintenance, as 'lot history' shows it");
  command.Add("--wrong", options.wrong,
              "what is recorded and was not in it: LOT[=QUANTITY][@LOCATION where it is]; default "
              "all of it, where it was taken from; repeatable");
  command.Add("--right", options.right,
              "what was in it: LOT[=QUANTITY][@LOCATION where it is missing]; the first --right "
              "replaces the first --wrong, and so on; repeatable");
  command.Add(
      "--unit", options.units,
      "the unit that it was in, for each --wrong or --right; without: pooled, or the unit of "
      "a maintenance; repeatable");
  command.Add("--reason", options.reason, "why");
  command.Add("--accept", options.accept, "overrule: held, expired, short").SplitAtCommas();
  command
      .Add("--file", options.file,
           "the correction as JSON, {\"transformationId\": …, \"lines\": [{\"wrong\": …}]}; '-': "
           "stdin")
      .File();
}

// Lines are made of the flags by their position: each flag is given as often as there are lines, or
// not at all.
absl::Status CheckCounts(const CorrectOptions& options, size_t count) {
  for (const std::vector<std::string>* values : {&options.wrong, &options.right, &options.units}) {
    if (values->empty() || values->size() == count) continue;
    return UsageError(
        "give --wrong, --right and --unit equally often; for other corrections use --file");
  }
  if (count > 0 && options.wrong.empty() && options.right.empty()) {
    return UsageError("name what was recorded with --wrong, what is true with --right, or both");
  }
  return absl::OkStatus();
}

template <class Component>
absl::Status ReadComponent(const std::string& text, std::string* location, Component& component) {
  ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
  ASSIGN_OR_RETURN(*component.mutable_lot(), ParseLotRef(line.name));
  component.set_quantity(line.quantity);
  *location = line.location_id;
  return absl::OkStatus();
}

absl::Status AddLines(const CorrectOptions& options, v1::CorrectGenealogyRequest& request) {
  const size_t count = std::max({options.wrong.size(), options.right.size(), options.units.size()});
  RETURN_IF_ERROR(CheckCounts(options, count));
  for (size_t i = 0; i < count; ++i) {
    v1::CorrectGenealogyRequest::Line& line = *request.add_lines();
    v1::LotRef unit;
    if (!options.units.empty()) {
      ASSIGN_OR_RETURN(unit, ParseLotRef(options.units[i]));
    }
    if (!options.wrong.empty()) {
      auto& wrong = *line.mutable_wrong();
      RETURN_IF_ERROR(ReadComponent(options.wrong[i], wrong.mutable_to_location_id(), wrong));
      if (!options.units.empty()) *wrong.mutable_unit() = unit;
    }
    if (!options.right.empty()) {
      auto& right = *line.mutable_right();
      RETURN_IF_ERROR(ReadComponent(options.right[i], right.mutable_from_location_id(), right));
      if (!options.units.empty()) *right.mutable_unit() = unit;
    }
  }
  return absl::OkStatus();
}

std::vector<v1::LotRef*> LotsOf(v1::CorrectGenealogyRequest& request) {
  std::vector<v1::LotRef*> lots;
  const auto add = [&](auto& component) {
    lots.push_back(component.mutable_lot());
    if (component.has_unit()) lots.push_back(component.mutable_unit());
  };
  for (auto& line : *request.mutable_lines()) {
    if (line.has_wrong()) add(*line.mutable_wrong());
    if (line.has_right()) add(*line.mutable_right());
  }
  return lots;
}

absl::StatusOr<v1::CorrectGenealogyRequest> RequestOf(Session& session,
                                                      const CorrectOptions& options) {
  v1::CorrectGenealogyRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  if (!options.transformation_id.empty()) {
    request.set_transformation_id(options.transformation_id);
  }
  if (!options.reason.empty()) request.set_reason(options.reason);
  RETURN_IF_ERROR(AddLines(options, request));
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  if (request.transformation_id().empty()) return UsageError("name the transformation");
  if (request.reason().empty()) return UsageError("say why with --reason");
  RETURN_IF_ERROR(ResolveNumbers(session, LotsOf(request)));
  return request;
}

absl::Status Correct(Session& session, const CorrectOptions& options) {
  ASSIGN_OR_RETURN(const v1::CorrectGenealogyRequest request, RequestOf(session, options));
  ASSIGN_OR_RETURN(const v1::CorrectGenealogyResponse response,
                   session.Write(kCorrectGenealogy, request));
  if (session.json()) return session.PrintJson(response);
  for (const std::string& id : response.adjustment_movement_ids()) {
    session.terminal().out << "adjusted a shortage: movement " << id << "\n";
  }
  PrintDetails({{"corrected by", response.transformation_id()}}, session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddCorrectCommand(CommandGroup& group) {
  group.AddWrite<CorrectOptions>(
      {"correct", "Corrects what went into what, after the fact; deliveries stay as they are",
       "work-order correct 0190163d-8694-739b-aea5-966c26f8ad91 --unit pump/SN-1 --wrong seal/S-1 "
       "--right seal/S-2@RAW --reason 'scanned the wrong label'\n"
       "work-order correct 0190163d-8694-739b-aea5-966c26f8ad91 --right oil/O-1=0.5@RAW --reason "
       "forgotten\n"
       "work-order correct --file correction.json --validate-only"},
      Declare, Correct);
}

}  // namespace lots::ctl
