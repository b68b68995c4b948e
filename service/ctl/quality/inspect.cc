// lotctl inspect record | show | list
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/inspection.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/quality/quality.h"
#include "service/ctl/quality/results.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/json.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/list_table.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct RecordOptions {
  std::vector<std::string> lots;
  std::string verdict;
  std::vector<std::string> results;
  std::string note;
  std::string plan;
  std::string inspector;
  std::string at;
  std::vector<std::string> documents;
  bool hold = false;
  std::string reason;
  std::vector<std::string> exempt_location_ids;
  std::string case_id;
  bool release = false;
  std::string file;
};

void DeclareHold(Command& command, RecordOptions& options) {
  command.AddSwitch("--hold", options.hold, "hold what failed, at every location");
  command.Add("--reason", options.reason, "with --hold: why; else the plan says it");
  command
      .Add("--exempt", options.exempt_location_ids,
           "with --hold: where held goods may still go; repeatable")
      .OneValueEach();
  command.Add("--case", options.case_id, "with --hold: the complaint or corrective action");
  command.AddSwitch("--release", options.release,
                    "free what passed and waits for its inspection since it was received");
}

void Declare(Command& command, RecordOptions& options) {
  command.Add("lot", options.lots,
              "the lots with this verdict and these results, as NUMBER, PRODUCT/NUMBER or UUID; "
              "not with --file");
  command.Add("--verdict", options.verdict, "passed or failed").OneOf({"passed", "failed"});
  command
      .Add("--result", options.results,
           "NAME=VALUE[:unit=UNIT][:min=LOWEST][:max=HIGHEST], of each lot; passed or failed as "
           "VALUE only judge; repeatable")
      .OneValueEach();
  command.Add("--note", options.note, "a note, of each lot");
  command.Add("--plan", options.plan, "the inspection plan");
  command.Add("--inspector", options.inspector, "who inspected; default: who is acting");
  command.Add("--at", options.at, "when; default: now");
  command
      .Add("--document", options.documents,
           "[TYPE:TITLE=]URL of a certificate or another document; repeatable")
      .OneValueEach();
  DeclareHold(command, options);
  command
      .Add("--file", options.file,
           "inspections as CSV, lot,verdict,note,result,value,unit,min,max with a line for each "
           "result; or as JSON, {\"inspections\": [{\"lot\": …}]}; '-': stdin")
      .File();
}

// "certificate:Analysis 4711=https://…", or the address alone.
v1::InspectionDocument DocumentOf(absl::string_view text) {
  v1::InspectionDocument document;
  const size_t at = text.find("=http");
  const size_t colon = text.find(':');
  if (at == absl::string_view::npos || colon > at) {
    document.set_url(std::string(text));
    return document;
  }
  document.set_type(std::string(text.substr(0, colon)));
  document.set_title(std::string(text.substr(colon + 1, at - colon - 1)));
  document.set_url(std::string(text.substr(at + 1)));
  return document;
}

absl::Status AppendLots(const RecordOptions& options, v1::RecordInspectionRequest& request) {
  if (options.lots.empty()) return absl::OkStatus();
  v1::NewInspection each;
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  if (!Parse(options.verdict, verdict)) return UsageError("say --verdict passed or failed");
  each.set_verdict(verdict);
  each.set_note(options.note);
  for (const std::string& text : options.results) {
    auto result = ParseResult(text);
    if (!result.ok()) return InFlag("--result", result.status());
    *each.add_results() = *std::move(result);
  }
  for (const std::string& lot : options.lots) {
    v1::NewInspection& inspection = *request.add_inspections();
    inspection = each;
    ASSIGN_OR_RETURN(*inspection.mutable_lot(), ParseLotRef(lot));
  }
  return absl::OkStatus();
}

// JSON begins with a brace.
absl::Status AppendFile(const std::string& path, v1::RecordInspectionRequest& request) {
  if (path.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) {
    return ReadJson(path, text, request);
  }
  const absl::Status read = AppendCsv(text, request);
  return read.ok() ? read : UsageError(absl::StrCat(path, ": ", read.message()));
}

absl::Status SetHold(const RecordOptions& options, v1::RecordInspectionRequest& request) {
  const bool has_terms =
      !options.reason.empty() || !options.exempt_location_ids.empty() || !options.case_id.empty();
  if (!options.hold && has_terms) return UsageError("--reason, --exempt and --case need --hold");
  if (!options.hold) return absl::OkStatus();
  v1::FailedHold& hold = *request.mutable_failed_hold();
  hold.set_reason(options.reason);
  for (const std::string& id : options.exempt_location_ids) hold.add_exempt_location_ids(id);
  hold.set_case_id(options.case_id);
  return absl::OkStatus();
}

absl::StatusOr<v1::RecordInspectionRequest> RequestOf(Session& session,
                                                      const RecordOptions& options) {
  v1::RecordInspectionRequest request;
  RETURN_IF_ERROR(AppendFile(options.file, request));
  RETURN_IF_ERROR(AppendLots(options, request));
  if (request.inspections().empty()) return UsageError("name a lot, or give a --file");
  if (!options.plan.empty()) request.set_plan(options.plan);
  if (!options.inspector.empty()) request.set_inspector(options.inspector);
  ASSIGN_OR_RETURN(const auto time, ReadOccurTime(session, options.at));
  if (time.has_value()) *request.mutable_inspect_time() = *time;
  for (const std::string& document : options.documents) {
    *request.add_documents() = DocumentOf(document);
  }
  RETURN_IF_ERROR(SetHold(options, request));
  if (options.release) request.set_release_passed(true);
  std::vector<v1::LotRef*> lots;
  for (v1::NewInspection& inspection : *request.mutable_inspections()) {
    lots.push_back(inspection.mutable_lot());
  }
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  return request;
}

absl::Status Record(Session& session, const RecordOptions& options) {
  ASSIGN_OR_RETURN(const v1::RecordInspectionRequest request, RequestOf(session, options));
  ASSIGN_OR_RETURN(const v1::RecordInspectionResponse response,
                   session.Write(kRecordInspection, request));
  if (session.json()) return session.PrintJson(response);
  Table table({{"RECORDED"}, {"ID"}});
  for (const std::string& id : response.inspection_ids()) table.Add({"inspection", id});
  for (const std::string& id : response.hold_ids()) table.Add({"hold placed", id});
  for (const std::string& id : response.released_hold_ids()) table.Add({"hold ended", id});
  table.Print(session.terminal());
  return absl::OkStatus();
}

struct ShowOptions {
  std::string inspection_id;
};

void Declare(Command& command, ShowOptions& options) {
  command.Add("inspection", options.inspection_id, "the inspection's id").Required();
}

std::string LimitsOf(const v1::InspectionResult& result) {
  if (result.lower_limit().empty() && result.upper_limit().empty()) return "";
  return absl::StrCat(result.lower_limit(), " … ", result.upper_limit());
}

void PrintResults(const v1::Inspection& inspection, Session& session) {
  Table table({{"RESULT"}, {"VALUE", Column::kRight}, {"UNIT"}, {"LIMITS"}, {"PASSED"}});
  for (const v1::InspectionResult& result : inspection.results()) {
    table.Add({result.name(), Show(result.value(), session.zone()), result.unit(), LimitsOf(result),
               !result.has_passed() ? ""
               : result.passed()    ? "yes"
                                    : "no"});
  }
  table.Print(session.terminal());
}

absl::Status ShowOne(Session& session, const ShowOptions& options) {
  v1::GetInspectionRequest request;
  request.set_inspection_id(options.inspection_id);
  ASSIGN_OR_RETURN(const v1::Inspection inspection, session.Call(kGetInspection, request));
  if (session.json()) return session.PrintJson(inspection);
  const absl::TimeZone zone = session.zone();
  PrintDetails({{"inspection id", inspection.inspection_id()},
                {"lot", ShowLot(inspection.product_id(), inspection.number())},
                {"verdict", Show(inspection.verdict())},
                {"plan", inspection.plan()},
                {"inspector", inspection.inspector()},
                {"inspected", Show(inspection.inspect_time(), zone)},
                {"recorded", Show(inspection.record_time(), zone)},
                {"recorded by", inspection.actor()},
                {"note", inspection.note()},
                {"placed hold", inspection.hold_id()},
                {"ended hold", inspection.released_hold_id()}},
               session.terminal());
  PrintResults(inspection, session);
  Table documents({{"DOCUMENT"}, {"TITLE"}, {"ADDRESS"}});
  for (const v1::InspectionDocument& document : inspection.documents()) {
    documents.Add({document.type(), document.title(), document.url()});
  }
  documents.Print(session.terminal());
  return absl::OkStatus();
}

struct ListOptions {
  std::string product_id;
  std::string lot;
  std::string plan;
  std::string verdict;
  std::string inspector;
  std::string since;
  std::string until;
  std::string filter;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--product", options.product_id, "only lots of this product");
  command.Add("--lot", options.lot, "only this lot, as NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--plan", options.plan, "only by this plan");
  command.Add("--verdict", options.verdict, "passed or failed").OneOf({"passed", "failed"});
  command.Add("--by", options.inspector, "only what this one inspected");
  command.Add("--since", options.since, "inspected on this day or later, or from this time on");
  command.Add("--until", options.until, "inspected up to this day and on it, or before this time");
  command.Add("--filter", options.filter, "a filter: 'failed_result = \"viscosity\"'");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::StatusOr<std::string> FilterOf(Session& session, const ListOptions& options) {
  std::vector<std::string> terms;
  const auto is = [&](absl::string_view field, const std::string& value) {
    if (!value.empty()) terms.push_back(absl::StrCat(field, " = ", FilterText(value)));
  };
  is("product_id", options.product_id);
  if (!options.lot.empty()) {
    ASSIGN_OR_RETURN(const std::string lot_id, FindLotId(session, options.lot));
    is("lot_id", lot_id);
  }
  is("plan", options.plan);
  if (!options.verdict.empty()) {
    terms.push_back(absl::StrCat("verdict = ", absl::AsciiStrToUpper(options.verdict)));
  }
  is("inspector", options.inspector);
  RETURN_IF_ERROR(AddTimeTerms(session, "inspect_time",
                               {{"--since", options.since, ">=", DayEdge::kBegin},
                                {"--until", options.until, "<", DayEdge::kEnd}},
                               terms));
  return JoinFilter(std::move(terms), options.filter);
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListInspectionsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(session, options));
  ListTable table(session, {{"LOT"},
                            {"VERDICT"},
                            {"PLAN", Column::kLeft, Column::kUseful},
                            {"INSPECTED", Column::kLeft, Column::kUseful},
                            {"BY", Column::kLeft, Column::kUseful},
                            {"RESULTS", Column::kRight, Column::kDetail},
                            {"NOTE", Column::kLeft, Column::kUseful},
                            {"INSPECTION ID", Column::kLeft, Column::kDetail}});
  const auto show = [&](const v1::ListInspectionsResponse& page) -> int64_t {
    if (session.json()) return page.inspections_size();
    for (const v1::Inspection& inspection : page.inspections()) {
      table.Add(inspection.company(),
                {ShowLot(inspection.product_id(), inspection.number()), Show(inspection.verdict()),
                 inspection.plan(), Show(inspection.inspect_time(), session.zone()),
                 inspection.inspector(), absl::StrCat(inspection.results_size()), inspection.note(),
                 inspection.inspection_id()});
    }
    table.Print(session.terminal());
    return page.inspections_size();
  };
  return ForEachPage(session, kListInspections, request, {"inspections", options.limit}, show);
}

}  // namespace

void AddInspectCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "inspect", "What inspections of lots and units found", chosen);
  group.AddWrite<RecordOptions>(
      {"record", "Records inspections, and holds or frees their lots",
       "inspect record steel/H-1 --verdict passed --plan QP-7 --release "
       "--result 'carbon=0.42:unit=%:max=0.45'\n"
       "inspect record paint/P-1 --verdict failed --result viscosity=9.1:max=4.5 --hold "
       "--exempt QUARANTINE\n"
       "inspect record --file measured.csv --plan QP-7 "
       "--document 'certificate:Analysis 4711=https://docs.example/4711'"},
      Declare, Record);
  group.Add<ShowOptions>({"show", "Shows one inspection with its results and documents",
                          "inspect show 01920a4c-7b1e-7c3d-8f00-000000000000"},
                         Declare, ShowOne);
  group.Add<ListOptions>({"list", "Lists inspections, the last recorded first",
                          "inspect list --product steel --verdict failed --since 2026-11-01\n"
                          "inspect list --lot steel/H-1 --output json"},
                         Declare, List);
}

}  // namespace lots::ctl
