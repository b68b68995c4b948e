// lotctl lot split | merge | relabel | reverse, lotctl work-order reverse
#include "lots/v1/reshape.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// What the three commands share.
struct CommonOptions {
  std::string at;
  std::string note;
  bool accept_held = false;  // the earlier flag
  std::vector<std::string> accept;
};

void DeclareCommon(Command& command, CommonOptions& options,
                   const char* accept_help = "overrule: held; what comes out is held too") {
  command.Add("--at", options.at, "when it happened, a day or a time; default now");
  command.Add("--note", options.note, "why");
  command.Add("--accept", options.accept, accept_help).SplitAtCommas();
  command.AddSwitch("--accept-held", options.accept_held, "as --accept held").Hidden();
}

template <class Request>
absl::Status SetCommon(Session& session, const CommonOptions& options, Request& request) {
  request.set_note(options.note);
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  if (options.accept_held) request.add_accept(v1::ACCEPTANCE_HELD);
  return SetOccurTime(session, options.at, request);
}

absl::Status Print(Session& session, const v1::ReshapeResponse& response) {
  if (session.json()) return session.PrintJson(response);
  PrintNumberedLots("came out", response.lots(), session.terminal());
  PrintDetails({{"transformation", response.transformation_id()}}, session.terminal());
  return absl::OkStatus();
}

struct SplitOptions {
  std::string lot;
  std::string from;
  std::vector<std::string> parts;
  CommonOptions common;
};

void Declare(Command& command, SplitOptions& options) {
  command.Add("lot", options.lot, "the lot, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command
      .Add("part", options.parts,
           "NUMBER=QUANTITY[@LOCATION]; without a number the next of the template, without "
           "a location where it was")
      .Required();
  command.Add("--from", options.from, "where the parts are taken from").Required();
  DeclareCommon(command, options.common);
}

absl::Status Split(Session& session, const SplitOptions& options) {
  v1::SplitLotRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  request.set_location_id(options.from);
  for (const std::string& text : options.parts) {
    ASSIGN_OR_RETURN(const LotLine line, ParseNewLotLine(text));
    v1::SplitPart& part = *request.add_parts();
    part.set_number(line.name);
    part.set_quantity(line.quantity);
    part.set_location_id(line.location_id);
  }
  RETURN_IF_ERROR(SetCommon(session, options.common, request));
  RETURN_IF_ERROR(ResolveNumbers(session, {request.mutable_lot()}));
  ASSIGN_OR_RETURN(const v1::ReshapeResponse response, session.Write(kSplitLot, request));
  return Print(session, response);
}

struct MergeOptions {
  std::vector<std::string> sources;
  std::string from;
  std::string number;
  std::string to;
  std::optional<std::string> reference;
  std::optional<std::string> notes;
  std::vector<std::string> attributes;
  CommonOptions common;
};

void Declare(Command& command, MergeOptions& options) {
  command
      .Add("source", options.sources,
           "LOT[=QUANTITY][@LOCATION]; without a quantity all that is there")
      .Required();
  command.Add("--from", options.from, "where sources are that do not say");
  command.Add("--into", options.number, "the result's number; default the template's next");
  command.Add("--to", options.to, "where it goes; default where the first source was");
  command.Add("--reference", options.reference, "its reference, where the lots differ in that");
  command.Add("--notes", options.notes, "its notes, where the lots differ in them");
  command.Add("--attribute", options.attributes,
              "NAME=VALUE, where the lots differ in that; repeatable");
  DeclareCommon(command, options.common);
}

absl::Status Merge(Session& session, const MergeOptions& options) {
  v1::MergeLotsRequest request;
  std::vector<v1::LotRef*> lots;
  for (const std::string& text : options.sources) {
    ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
    v1::MergeSource& source = *request.add_sources();
    ASSIGN_OR_RETURN(*source.mutable_lot(), ParseLotRef(line.name));
    source.set_quantity(line.quantity);
    source.set_location_id(line.location_id.empty() ? options.from : line.location_id);
    lots.push_back(source.mutable_lot());
  }
  RETURN_IF_ERROR(CheckNewNumber(options.number));
  request.set_number(options.number);
  request.set_location_id(options.to);
  if (options.reference.has_value()) request.set_reference(*options.reference);
  if (options.notes.has_value()) request.set_notes(*options.notes);
  for (const std::string& attribute : options.attributes) {
    const auto zone = [&] { return session.ReadZone(); };
    const absl::Status set = ParseAttribute(attribute, zone, *request.mutable_attributes());
    RETURN_IF_ERROR(InFlag("--attribute", set));
  }
  RETURN_IF_ERROR(SetCommon(session, options.common, request));
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  ASSIGN_OR_RETURN(const v1::ReshapeResponse response, session.Write(kMergeLots, request));
  return Print(session, response);
}

struct RelabelOptions {
  std::string lot;
  std::string from;
  std::string quantity;
  std::string product_id;
  std::string number;
  std::string expire_date;
  CommonOptions common;
};

void Declare(Command& command, RelabelOptions& options) {
  command.Add("lot", options.lot, "the lot or serial, as NUMBER, PRODUCT/NUMBER or UUID")
      .Required();
  command.Add("--from", options.from, "where it is").Required();
  command.Add("--quantity", options.quantity, "how much; default all that is there").Quantity();
  command.Add("--product", options.product_id, "what it becomes; default the same");
  command.Add("--number", options.number, "its new number; default the template's next");
  command.Add("--expires", options.expire_date, "expiry date; default the old lot's");
  DeclareCommon(command, options.common,
                "overrule: held (what comes out is held too), later-expiry (with --note)");
}

absl::Status Relabel(Session& session, const RelabelOptions& options) {
  v1::RelabelLotRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  request.set_location_id(options.from);
  request.set_quantity(options.quantity);
  request.set_product_id(options.product_id);
  RETURN_IF_ERROR(CheckNewNumber(options.number));
  request.set_number(options.number);
  if (!options.expire_date.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_expire_date(), ReadDate("--expires", options.expire_date));
  }
  RETURN_IF_ERROR(SetCommon(session, options.common, request));
  RETURN_IF_ERROR(ResolveNumbers(session, {request.mutable_lot()}));
  ASSIGN_OR_RETURN(const v1::ReshapeResponse response, session.Write(kRelabelLot, request));
  return Print(session, response);
}

struct ReverseOptions {
  std::string transformation_id;
  std::string note;
};

void Declare(Command& command, ReverseOptions& options) {
  command.Add("transformation", options.transformation_id, "its id, as 'lot history' shows it")
      .Required();
  command.Add("--note", options.note, "why");
}

absl::Status Reverse(Session& session, const ReverseOptions& options) {
  v1::ReverseCompletionRequest request;
  request.set_transformation_id(options.transformation_id);
  request.set_note(options.note);
  ASSIGN_OR_RETURN(const v1::ReverseCompletionResponse response,
                   session.Write(kReverseCompletion, request));
  if (session.json()) return session.PrintJson(response);
  const bool is_of_order = response.state() != v1::WORK_ORDER_STATE_UNSPECIFIED;
  PrintDetails({{"reversed by", response.transformation_id()},
                {"completed in all", is_of_order ? response.completed_quantity() : ""},
                {"work order", is_of_order ? Show(response.state()) : ""}},
               session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddReverseCommand(CommandGroup& group, const CommandText& text) {
  group.AddWrite<ReverseOptions>(text, Declare, Reverse);
}

void AddReshapeCommands(CommandGroup& group) {
  group.AddWrite<SplitOptions>({"split", "Makes lots of parts of one; what is not named stays",
                                "lot split steel/H-1 H-1A=60 H-1B=40@HALL --from RAW\n"
                                "lot split soup/S-9 =5 =5 --from RAW"},
                               Declare, Split);
  group.AddWrite<MergeOptions>({"merge", "Makes one lot of several of one product",
                                "lot merge steel/H-1 steel/H-2=2.5@HALL --from RAW --into H-3"},
                               Declare, Merge);
  group.AddWrite<RelabelOptions>(
      {"relabel", "Gives goods another number or another product",
       "lot relabel steel/H-1 --from RAW --number H-1R\n"
       "lot relabel pump/SN-1 --from HALL --product pump-b --number SN-1"},
      Declare, Relabel);
  AddReverseCommand(group, {"reverse", "Takes a split, a merge or a relabelling back, once",
                            "lot reverse 0190163d-8694-739b-aea5-966c26f8ad91"});
}

}  // namespace lots::ctl
