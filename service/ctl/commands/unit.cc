// lotctl unit install | remove | swap | show | reverse
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lots/v1/unit.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/output/tree.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// What installing, removing and swapping share; each declares the flags that it has.
struct MaintainOptions {
  std::string lot;
  std::vector<std::string> removed;
  std::vector<std::string> installed;
  std::string to;
  std::string from;
  std::string reason;
  std::string note;
  std::string document;
  std::string at;
  std::vector<std::string> accept;
};

struct InstallOptions : MaintainOptions {};
struct RemoveOptions : MaintainOptions {};
struct SwapOptions : MaintainOptions {};

void DeclareUnit(Command& command, MaintainOptions& options) {
  command.Add("lot", options.lot, "the unit, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--reason", options.reason, "why: 'worn out'").Required();
  command.Add("--note", options.note, "more in words");
  command.Add("--document", options.document, "the document, TYPE:NUMBER");
  command.Add("--at", options.at, "when it was done, a day or a time; default now");
}

void DeclareFrom(Command& command, MaintainOptions& options) {
  command.Add("--from", options.from, "where it comes from; a customer's place too");
  command.Add("--accept", options.accept, "overrule: held, expired, short").SplitAtCommas();
}

void DeclareTo(Command& command, MaintainOptions& options) {
  command.Add("--to", options.to, "where it goes; SCRAP, or a customer's place too");
}

void Declare(Command& command, InstallOptions& options) {
  DeclareUnit(command, options);
  command
      .Add("--component", options.installed, "what goes in: LOT[=QUANTITY][@LOCATION]; repeatable")
      .Required();
  DeclareFrom(command, options);
}

void Declare(Command& command, RemoveOptions& options) {
  DeclareUnit(command, options);
  command
      .Add("--component", options.removed,
           "what comes out: LOT[=QUANTITY][@LOCATION], all of it without a quantity; repeatable")
      .Required();
  DeclareTo(command, options);
}

void Declare(Command& command, SwapOptions& options) {
  DeclareUnit(command, options);
  command
      .Add("--out", options.removed,
           "what comes out: LOT[=QUANTITY][@LOCATION], all of it without a quantity; repeatable")
      .Required();
  command.Add("--in", options.installed, "what goes in: LOT[=QUANTITY][@LOCATION]; repeatable")
      .Required();
  DeclareTo(command, options);
  DeclareFrom(command, options);
}

absl::Status AddMoves(const MaintainOptions& options, v1::MaintainUnitRequest& request) {
  for (const std::string& text : options.removed) {
    ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
    v1::MaintainUnitRequest::Removal& removal = *request.add_removals();
    ASSIGN_OR_RETURN(*removal.mutable_lot(), ParseLotRef(line.name));
    removal.set_quantity(line.quantity);
    removal.set_to_location_id(line.location_id);
  }
  for (const std::string& text : options.installed) {
    ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
    v1::MaintainUnitRequest::Installation& installation = *request.add_installations();
    ASSIGN_OR_RETURN(*installation.mutable_lot(), ParseLotRef(line.name));
    installation.set_quantity(line.quantity);
    installation.set_from_location_id(line.location_id);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::MaintainUnitRequest> RequestOf(Session& session,
                                                  const MaintainOptions& options) {
  v1::MaintainUnitRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  RETURN_IF_ERROR(AddMoves(options, request));
  std::vector<v1::LotRef*> lots = {request.mutable_lot()};
  for (auto& removal : *request.mutable_removals()) lots.push_back(removal.mutable_lot());
  for (auto& installation : *request.mutable_installations()) {
    lots.push_back(installation.mutable_lot());
  }
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  request.set_destination_location_id(options.to);
  request.set_source_location_id(options.from);
  request.set_reason(options.reason);
  request.set_note(options.note);
  if (!options.document.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_document(), ParseDocument(options.document));
  }
  RETURN_IF_ERROR(SetOccurTime(session, options.at, request));
  ASSIGN_OR_RETURN(const std::vector<v1::Acceptance> accept, ParseAcceptances(options.accept));
  for (const v1::Acceptance acceptance : accept) request.add_accept(acceptance);
  return request;
}

void Print(const v1::MaintainUnitResponse& response, const Terminal& terminal) {
  Table table({{"COMPONENT"},
               {"QUANTITY", Column::kRight},
               {"MOVED"},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  const auto add = [&](const v1::MaintainUnitResponse::Component& component,
                       const char* direction) {
    table.Add({ShowLot(component.product_id(), component.number()), component.quantity(),
               absl::StrCat(direction, component.location_id()), component.lot_id()});
  };
  for (const auto& component : response.removed()) add(component, "out, to ");
  for (const auto& component : response.installed()) add(component, "in, from ");
  table.Print(terminal);
  for (const std::string& id : response.adjustment_movement_ids()) {
    terminal.out << "adjusted a shortage: movement " << id << "\n";
  }
  PrintDetails({{"transformation", response.transformation_id()}}, terminal);
}

absl::Status Maintain(Session& session, const MaintainOptions& options) {
  ASSIGN_OR_RETURN(const v1::MaintainUnitRequest request, RequestOf(session, options));
  ASSIGN_OR_RETURN(const v1::MaintainUnitResponse response, session.Write(kMaintainUnit, request));
  if (session.json()) return session.PrintJson(response);
  Print(response, session.terminal());
  return absl::OkStatus();
}

absl::Status Install(Session& session, const InstallOptions& options) {
  return Maintain(session, options);
}

absl::Status Remove(Session& session, const RemoveOptions& options) {
  return Maintain(session, options);
}

absl::Status Swap(Session& session, const SwapOptions& options) {
  return Maintain(session, options);
}

struct ShowOptions {
  std::string lot;
  std::string as_of;
  std::string known_at;
  bool former = false;
  int level_max = 0;
  int limit = 0;
};

void Declare(Command& command, ShowOptions& options) {
  command.Add("lot", options.lot, "the unit, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--as-of", options.as_of, "what was in it at the end of this day, or at this time");
  command.Add("--known-at", options.known_at, "only what had been recorded by then");
  command.AddSwitch("--former", options.former, "also what was in it before");
  command.Add("--depth", options.level_max, "at most so many levels; default 20").Positive();
  command.Add("--limit", options.limit, "at most so many components; default 1000").Positive();
}

// "drive/D-7  1  since 2026-05-01 …  until …".
std::string TextOf(const v1::CompositionEntry& entry, absl::TimeZone zone) {
  std::string text =
      absl::StrCat(ShowLot(entry.product_id(), entry.number()), "  ", entry.quantity());
  if (!entry.exact()) absl::StrAppend(&text, " (pooled, possibly in it)");
  absl::StrAppend(&text, "  since ", Show(entry.since_time(), zone));
  if (entry.has_until_time()) absl::StrAppend(&text, "  until ", Show(entry.until_time(), zone));
  return text;
}

// The entries from `next` on that are deeper than the parent.
void AddBelow(const v1::Composition& composition, int level, absl::TimeZone zone, int& next,
              TreeNode& parent) {
  while (next < composition.entries_size() && composition.entries(next).level() == level) {
    TreeNode& child = parent.children.emplace_back();
    child.text = TextOf(composition.entries(next), zone);
    ++next;
    AddBelow(composition, level + 1, zone, next, child);
  }
}

TreeNode TreeOf(const v1::Composition& composition, absl::TimeZone zone) {
  TreeNode root;
  root.text = ShowLot(composition.product_id(), composition.number());
  for (const v1::ContainingUnit& unit : composition.containing_units()) {
    root.notes.push_back(absl::StrCat("in ", ShowLot(unit.product_id(), unit.number()), "  ",
                                      unit.quantity(), "  since ", Show(unit.since_time(), zone)));
  }
  if (!composition.location_id().empty()) {
    const std::string partner =
        composition.partner_id().empty() ? "" : absl::StrCat(", with ", composition.partner_id());
    root.notes.push_back(absl::StrCat("now at ", composition.location_id(), partner));
  }
  int next = 0;
  AddBelow(composition, 1, zone, next, root);
  return root;
}

absl::Status ShowUnit(Session& session, const ShowOptions& options) {
  v1::GetCompositionRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  RETURN_IF_ERROR(ResolveNumbers(session, {request.mutable_lot()}));
  if (!options.as_of.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_as_of(),
                     ReadTime(session, "--as-of", options.as_of, DayEdge::kLast));
  }
  if (!options.known_at.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_known_at(),
                     ReadTime(session, "--known-at", options.known_at, DayEdge::kLast));
  }
  request.set_include_former(options.former);
  request.set_level_max(options.level_max);
  request.set_entry_limit(options.limit);
  ASSIGN_OR_RETURN(const v1::Composition composition, session.Call(kGetComposition, request));
  if (session.json()) return session.PrintJson(composition);
  PrintTree(TreeOf(composition, session.zone()), session.terminal());
  if (composition.entries().empty()) session.terminal().out << "nothing is in it\n";
  if (composition.truncated()) {
    session.terminal().err << "lotctl: there is more: --depth and --limit show it\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddUnitCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "unit", "Components of units: install, remove, ask", chosen);
  group.AddWrite<InstallOptions>(
      {"install", "Installs components in a unit, wherever it is",
       "unit install bike/B-1 --component bell/N-3 --from STOCK --reason 'asked for it'\n"
       "unit install bike/B-1 --component oil/O-1=0.2@VAN --reason service --document "
       "service_order:S-17"},
      Declare, Install);
  group.AddWrite<RemoveOptions>(
      {"remove", "Removes components from a unit; they are no longer in it",
       "unit remove bike/B-1 --component battery/A-7 --to RETURNS --reason 'does not charge'\n"
       "unit remove bike/B-1 --component tyre/T-4@SCRAP --reason 'worn out'"},
      Declare, Remove);
  group.AddWrite<SwapOptions>(
      {"swap", "Removes components and installs others, in one transaction",
       "unit swap bike/B-1 --out battery/A-7 --to RETURNS --in battery/A-9 --from VAN --reason "
       "'does not charge'"},
      Declare, Swap);
  group.Add<ShowOptions>({"show", "Shows what is in a unit, and the units that it is in",
                          "unit show bike/B-1\n"
                          "unit show bike/B-1 --as-of 2026-05-01\n"
                          "unit show bike/B-1 --former"},
                         Declare, ShowUnit);
  AddReverseCommand(group, {"reverse", "Takes an installation, a removal or a swap back, once",
                            "unit reverse 0190163d-8694-739b-aea5-966c26f8ad91"});
}

}  // namespace lots::ctl
