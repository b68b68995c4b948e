// lotctl recall open | drill | get | list | report | close; recall_work.cc has the others.
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/output.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/shared/catalog.h"
#include "service/ctl/shared/list_table.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/recalls/report.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

absl::Status Print(const v1::Recall& recall, Session& session) {
  if (session.json()) return session.PrintJson(recall);
  const absl::TimeZone zone = session.zone();
  PrintDetails(DetailsOf(recall, zone), session.terminal());
  return absl::OkStatus();
}

struct OpenOptions {
  std::string recall_id;
  std::vector<std::string> seeds;
  std::string reason;
  std::vector<std::string> exempt_location_ids;
  bool only_listed_exempt = false;
  bool drill = false;
  bool former = false;
};

void Declare(Command& command, OpenOptions& options) {
  command.Add("recall", options.recall_id, "your name of the case; RC-2026-014").Required();
  command.Add("lot", options.seeds, "the bad lots, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--reason", options.reason, "why, in words").Required();
  command.Add("--exempt", options.exempt_location_ids,
              "a location that held goods may still go to, beside scrap, quarantine locations and "
              "suppliers; may be repeated");
  command.AddSwitch("--only-exempt", options.only_listed_exempt,
                    "held goods may go to the --exempt locations only");
  command.AddSwitch("--drill", options.drill, "record everything and hold nothing");
  command.AddSwitch("--former", options.former,
                    "also what a bad lot was in and is no longer; without: listed apart");
}

absl::StatusOr<v1::Recall> Open(Session& session, const OpenOptions& options) {
  v1::OpenRecallRequest request;
  request.set_recall_id(options.recall_id);
  for (const std::string& seed : options.seeds) {
    ASSIGN_OR_RETURN(*request.add_seeds(), ParseLotRef(seed));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_seeds()));
  request.set_reason(options.reason);
  for (const std::string& location : options.exempt_location_ids) {
    request.add_exempt_location_ids(location);
  }
  request.set_only_listed_exempt(options.only_listed_exempt);
  request.set_drill(options.drill);
  request.set_include_former(options.former);
  return session.WriteOrPreview(kOpenRecall, request);
}

absl::Status OpenAndPrint(Session& session, const OpenOptions& options) {
  ASSIGN_OR_RETURN(const v1::Recall recall, Open(session, options));
  return Print(recall, session);
}

struct RecallName {
  std::string recall_id;
};

void Declare(Command& command, RecallName& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
}

absl::Status Get(Session& session, const RecallName& options) {
  v1::GetRecallRequest request;
  request.set_recall_id(options.recall_id);
  ASSIGN_OR_RETURN(const v1::Recall recall, session.Call(kGetRecall, request));
  return Print(recall, session);
}

struct ListOptions {
  std::string state;
  std::string filter;
  std::string order_by;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--state", options.state, "open or closed").OneOf({"open", "closed"});
  command.Add("--filter", options.filter,
              "AIP-160 over recall_id, reason, state, drill, open_time, close_time, opener, "
              "seed_lot_id, lot_id");
  command.Add("--order-by", options.order_by, "open_time or recall_id; \"open_time desc\"");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListRecallsRequest request;
  if (options.state == "open") request.set_state(v1::RECALL_STATE_OPEN);
  if (options.state == "closed") request.set_state(v1::RECALL_STATE_CLOSED);
  request.set_filter(options.filter);
  request.set_order_by(options.order_by);
  ListTable table(session, {{"RECALL"},
                            {"STATE"},
                            {"DRILL"},
                            {"LOTS", Column::kRight},
                            {"CERTAIN", Column::kRight, Column::kUseful},
                            {"OPENED"},
                            {"BY", Column::kLeft, Column::kUseful},
                            {"REASON"}});
  const auto show = [&](const v1::ListRecallsResponse& page) -> int64_t {
    for (const v1::Recall& recall : page.recalls()) {
      table.Add(recall.company(),
                {recall.recall_id(), recall.state() == v1::RECALL_STATE_OPEN ? "open" : "closed",
                 recall.drill() ? "drill" : "", absl::StrCat(recall.scope().lot_count()),
                 absl::StrCat(recall.scope().certain_count()),
                 Show(recall.open_time(), session.zone()), recall.opener(), recall.reason()});
    }
    if (!session.json()) table.Print(session.terminal());
    return page.recalls_size();
  };
  return ForEachPage(session, kListRecalls, request, {"recalls", options.limit}, show);
}

struct CloseOptions {
  std::string recall_id;
  std::string note;
  bool leave_held = false;
};

void Declare(Command& command, CloseOptions& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
  command.Add("--note", options.note, "the closing record: what was found and done").Required();
  command.AddSwitch("--leave-held", options.leave_held,
                    "close although goods on hand are not accounted for, and hold their lots");
}

absl::StatusOr<v1::Recall> Close(Session& session, const CloseOptions& options) {
  v1::CloseRecallRequest request;
  request.set_recall_id(options.recall_id);
  request.set_closing_note(options.note);
  request.set_leave_held(options.leave_held);
  return session.Write(kCloseRecall, request);
}

absl::Status CloseAndPrint(Session& session, const CloseOptions& options) {
  ASSIGN_OR_RETURN(const v1::Recall recall, Close(session, options));
  return Print(recall, session);
}

struct ReportOptions {
  std::string recall_id;
  std::string format = "table";
  std::string file;
};

void Declare(Command& command, ReportOptions& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
  command
      .Add("--format", options.format,
           "table, csv (one sheet with the columns of FSMA 204, lot code source included; decimals "
           "with a point) or html")
      .OneOf({"table", "csv", "html"})
      .ShowDefault();
  command.Add("--out", options.file, "write to this file instead of standard output").File();
}

// Adds what the report is shown with.
absl::Status Describe(Session& session, RecallReport& report) {
  report.zone = session.zone();
  report.read_time = ToTimestamp(absl::Now());
  std::set<std::string> products;
  for (const v1::RecallLot& lot : report.lots) products.insert(lot.product_id());
  for (const v1::RecallSeed& seed : report.recall.seeds()) products.insert(seed.product_id());
  ASSIGN_OR_RETURN(report.products, FindProducts(session, products));
  ASSIGN_OR_RETURN(report.locations, ReadLocations(session));
  return absl::OkStatus();
}

// So many lots are asked one by one.
constexpr size_t kReceiptLotsMax = 1'000;

// The receipts of a lot that were not taken back, oldest first.
absl::Status ReadReceiptsOf(Session& session, const std::string& lot_id, RecallReport& report) {
  v1::ListMovementsRequest request;
  request.set_filter(absl::StrCat("lot_id = ", FilterText(lot_id),
                                  " AND kind = ", InFilter(v1::MOVEMENT_KIND_RECEIPT)));
  request.set_page_size(kPageSize);
  std::vector<v1::Movement> receipts;
  std::set<std::string> reversed;
  do {
    ASSIGN_OR_RETURN(const v1::ListMovementsResponse page, session.Call(kListMovements, request));
    for (const v1::Movement& movement : page.movements()) {
      if (movement.reverses_movement_id().empty()) receipts.push_back(movement);
      reversed.insert(movement.reverses_movement_id());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  for (auto receipt = receipts.rbegin(); receipt != receipts.rend(); ++receipt) {
    if (!reversed.contains(receipt->movement_id())) report.receipts.push_back(std::move(*receipt));
  }
  return absl::OkStatus();
}

// From whom the affected lots came. Of a large recall only the seeds are asked for: what was made
// of them seldom came from elsewhere.
absl::Status ReadReceipts(Session& session, RecallReport& report) {
  const bool asks_all = report.lots.size() <= kReceiptLotsMax;
  for (const v1::RecallLot& lot : report.lots) {
    if (!asks_all && lot.depth() > 0) continue;
    RETURN_IF_ERROR(ReadReceiptsOf(session, lot.lot_id(), report));
  }
  if (!asks_all) {
    session.terminal().err << "lotctl: the sheet has receipts of the seeds only: "
                           << report.lots.size() << " lots are affected\n";
  }
  return absl::OkStatus();
}

void SayWhatIsCut(const RecallReport& report, const Terminal& terminal) {
  for (const v1::RecallLot& lot : report.lots) {
    if (lot.place_count() == lot.places_size()) continue;
    terminal.err << "lotctl: " << Printable(ShowLot(lot.product_id(), lot.number())) << " is at "
                 << lot.place_count() << " places, of which the report has " << lot.places_size()
                 << "; 'lotctl lot locations --all' shows all of them\n";
  }
}

absl::Status Report(Session& session, const ReportOptions& options) {
  v1::StreamRecallReportRequest request;
  request.set_recall_id(options.recall_id);
  RecallReport report;
  absl::Status printed;
  RETURN_IF_ERROR(session.Stream(kStreamRecallReport, request,
                                 [&](const v1::StreamRecallReportResponse& piece) {
                                   if (session.json())
                                     return printed.Update(session.PrintJson(piece));
                                   report.Add(piece);
                                 }));
  if (session.json()) return printed;
  RETURN_IF_ERROR(Describe(session, report));
  if (options.format == "csv") RETURN_IF_ERROR(ReadReceipts(session, report));
  SayWhatIsCut(report, session.terminal());
  return WriteTo(options.file, session.terminal(), [&](const Terminal& page) {
    if (options.format == "csv") return WriteReportCsv(report, page.out);
    if (options.format == "html") return WriteReportHtml(report, page.out);
    PrintReport(report, page);
  });
}

struct DrillOptions {
  std::vector<std::string> seeds;
  std::string recall_id;
};

void Declare(Command& command, DrillOptions& options) {
  command
      .Add("lot", options.seeds, "the lots to pretend are bad, as NUMBER, PRODUCT/NUMBER or UUID")
      .Required();
  command.Add("--name", options.recall_id,
              "the name of the exercise; default: the request id, or DRILL- and the time");
}

// A repeat of the command, with its request id, must name the same exercise.
std::string NameOf(const DrillOptions& options, Session& session) {
  if (!options.recall_id.empty()) return options.recall_id;
  if (session.options().request_id.empty()) {
    session.UseRequestId(absl::StrCat(
        "DRILL-", absl::FormatTime("%Y%m%dT%H%M%E3SZ", absl::Now(), absl::UTCTimeZone())));
  }
  return session.RequestId();
}

// Opens a drill, reads all of its report and closes it: an exercise leaves a record and nothing
// else.
absl::Status Drill(Session& session, const DrillOptions& options) {
  const std::string name = NameOf(options, session);
  ASSIGN_OR_RETURN(const v1::Recall opened, Open(session, {.recall_id = name,
                                                           .seeds = options.seeds,
                                                           .reason = "recall drill",
                                                           .exempt_location_ids = {},
                                                           .only_listed_exempt = false,
                                                           .drill = true}));
  // A dry run, or a repeat of what was done before.
  const bool is_all = session.validate_only() || opened.state() == v1::RECALL_STATE_CLOSED;
  if (is_all) return Print(opened, session);
  v1::StreamRecallReportRequest request;
  request.set_recall_id(name);
  int64_t recipients = 0;
  const absl::Time began = absl::Now();
  RETURN_IF_ERROR(session.Stream(
      kStreamRecallReport, request,
      [&](const v1::StreamRecallReportResponse& piece) { recipients += piece.recipients_size(); }));
  const double report_seconds = absl::ToDoubleSeconds(absl::Now() - began);
  const std::string note =
      absl::StrFormat("drill: %d lots and %d deliveries; report read in %.3f s",
                      opened.scope().lot_count(), recipients, report_seconds);
  ASSIGN_OR_RETURN(const v1::Recall closed, Close(session, {.recall_id = name, .note = note}));
  return Print(closed, session);
}

}  // namespace

void AddRecallCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "recall", "Everything that bad lots touched, held in one operation",
                     chosen);
  group.AddWrite<OpenOptions>(
      {"open", "Records and holds everything that was made of bad lots",
       "recall open RC-7 steel/H-1 --reason 'metal splinters' --validate-only\n"
       "recall open RC-7 steel/H-1 --reason 'metal splinters' --exempt QUARANTINE"},
      Declare, OpenAndPrint);
  group.AddWrite<DrillOptions>({"drill", "Does all of it but the holds, and tells how long it took",
                                "recall drill steel/H-1"},
                               Declare, Drill);
  AddRecallWorkCommands(group);
  group.Add<RecallName>(
      {"get", "Shows a recall, its size and how far it has come", "recall get RC-7"}, Declare, Get);
  group.Add<ListOptions>({"list", "Lists recalls, newest first",
                          "recall list --state open\n"
                          "recall list --filter 'drill = false AND reason:splinters'"},
                         Declare, List);
  group.Add<ReportOptions>(
      {"report", "Tells where the affected lots are, who received them, and what is accounted for",
       "recall report RC-7\n"
       "recall report RC-7 --format csv --out RC-7.csv\n"
       "recall report RC-7 --format html --out RC-7.html"},
      Declare, Report);
  group.AddWrite<CloseOptions>({"close", "Ends a recall and its holds, with a closing record",
                                "recall close RC-7 --note 'all 40 units destroyed, protocol 88'\n"
                                "recall close RC-7 --note 'the rest stays in quarantine' "
                                "--leave-held"},
                               Declare, CloseAndPrint);
}

}  // namespace lots::ctl
