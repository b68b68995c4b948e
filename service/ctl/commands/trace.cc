// lotctl trace upstream | downstream | recipients | origins
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/trace_questions.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/output.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/catalog.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/trace/graph.h"
#include "service/ctl/trace/tree.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct TraceOptions {
  std::vector<std::string> lots;
  int depth_max = 0;
  int limit = 0;
  std::string as_of;
  std::string known_at;
  std::string since;
  std::string until;
  std::vector<std::string> links;
  std::vector<std::string> products;
  std::vector<std::string> locations;
  bool former = false;
  std::string format = "tree";
  std::string out;
};

void Declare(Command& command, TraceOptions& options) {
  command.Add("lot", options.lots, "where to begin, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--depth", options.depth_max, "walk at most so many transformations away").Positive();
  command.Add("--limit", options.limit, "at most so many lots; default 10000").Positive();
  command.Add("--nodes", options.limit, "as --limit").Positive().Hidden();
  command.Add("--as-of", options.as_of,
              "only what had happened by the end of this day, or by this time");
  command.Add("--known-at", options.known_at, "only what had been recorded by then");
  command.Add("--since", options.since,
              "only transformations of this day or later, or from this time on");
  command.Add("--until", options.until,
              "only transformations up to this day and on it, or before this time");
  command
      .Add("--link", options.links,
           "only these links: pooled, exact, output, by-product, maintained")
      .OneOf({"pooled", "exact", "output", "by-product", "maintained"});
  command.AddSwitch("--former", options.former, "also what was in a unit and is no longer");
  command.Add("--product", options.products, "show only lots of these products");
  command.Add("--location", options.locations, "show only lots at these places");
  command.Add("--format", options.format, "tree, table, csv, dot, svg or html")
      .OneOf({"tree", "table", "csv", "dot", "svg", "html"});
  command.Add("--out", options.out, "write to this file").File();
}

v1::TraceLinkKind LinkKindOf(absl::string_view name) {
  if (name == "pooled") return v1::TRACE_LINK_KIND_POOLED_INPUT;
  if (name == "exact") return v1::TRACE_LINK_KIND_EXACT_INPUT;
  if (name == "output") return v1::TRACE_LINK_KIND_OUTPUT;
  if (name == "maintained") return v1::TRACE_LINK_KIND_MAINTAINED;
  return v1::TRACE_LINK_KIND_BY_PRODUCT;
}

absl::Status FillFilter(Session& session, const TraceOptions& options, v1::TraceFilter& filter) {
  if (!options.since.empty()) {
    ASSIGN_OR_RETURN(*filter.mutable_begin_time(),
                     ReadTime(session, "--since", options.since, DayEdge::kBegin));
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(*filter.mutable_end_time(),
                     ReadTime(session, "--until", options.until, DayEdge::kEnd));
  }
  for (const std::string& link : options.links) filter.add_link_kinds(LinkKindOf(link));
  for (const std::string& product : options.products) filter.add_product_ids(product);
  for (const std::string& location : options.locations) filter.add_location_ids(location);
  return absl::OkStatus();
}

template <class Request>
absl::StatusOr<Request> RequestOf(Session& session, const TraceOptions& options) {
  Request request;
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_seeds(), ParseLotRef(lot));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_seeds()));
  request.set_depth_max(options.depth_max);
  request.set_node_limit(options.limit);
  request.set_include_former(options.former);
  if (!options.as_of.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_as_of(),
                     ReadTime(session, "--as-of", options.as_of, DayEdge::kLast));
  }
  if (!options.known_at.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_known_at(),
                     ReadTime(session, "--known-at", options.known_at, DayEdge::kLast));
  }
  RETURN_IF_ERROR(FillFilter(session, options, *request.mutable_filter()));
  return request;
}

void WriteTree(const TracedGraph& graph, const Terminal& terminal) {
  TraceTree tree(graph.direction, graph.zone);
  tree.Add(graph);
  for (const TreeNode& root : tree.Draw()) PrintTree(root, terminal);
}

absl::Status Write(const TracedGraph& graph, const TraceOptions& options,
                   const Terminal& terminal) {
  std::string svg;
  if (options.format == "svg") {
    ASSIGN_OR_RETURN(svg, DrawTraceSvg(graph));
  }
  return WriteTo(options.out, terminal, [&](const Terminal& page) {
    std::ostream& out = page.out;
    if (options.format == "tree") return WriteTree(graph, page);
    if (options.format == "table") return WriteTraceTable(graph, page);
    if (options.format == "csv") return WriteTraceCsv(graph, out);
    if (options.format == "dot") return WriteTraceDot(graph, out);
    if (options.format == "html") return WriteTraceHtml(graph, out);
    out << svg;
  });
}

// The flag for a limit of the API.
std::string LimitNamed(const std::string& limit) {
  if (limit == "node_limit") return "--limit";
  if (limit == "depth_max") return "--depth";
  return limit;
}

// Never within an export.
void PrintSummary(const v1::TraceSummary& summary, const TraceOptions& options,
                  const Terminal& terminal) {
  const bool apart = !options.out.empty() || options.format == "tree" || options.format == "table";
  if (apart) terminal.out << CountsOf(summary) << "\n";
  if (!summary.truncated()) return;
  terminal.err << "lotctl: there is more: " << LimitNamed(summary.truncated_by())
               << " cut the walk at " << summary.resume_lot_count()
               << (summary.resume_lot_count() == 1 ? " lot" : " lots")
               << "; --depth and --limit let it go further, and --output json names the lots to "
                  "resume from\n";
}

// Adds what the pages are shown with that leave the terminal.
absl::Status Describe(Session& session, const TraceOptions& options, TracedGraph& graph) {
  if (options.format != "html" && options.format != "csv") return absl::OkStatus();
  std::set<std::string> products;
  for (const v1::TraceNode& node : graph.nodes) products.insert(node.product_id());
  ASSIGN_OR_RETURN(const auto found, FindProducts(session, products));
  for (const auto& [id, product] : found) graph.units[id] = product.unit();
  graph.times = absl::StrCat("read ", Show(ToTimestamp(absl::Now()), graph.zone));
  if (!options.as_of.empty()) absl::StrAppend(&graph.times, ", as of ", options.as_of);
  if (!options.known_at.empty()) absl::StrAppend(&graph.times, ", as known at ", options.known_at);
  absl::StrAppend(&graph.times, "; time zone ", graph.zone.name());
  return absl::OkStatus();
}

template <class Request, class Response>
absl::Status Run(Session& session, const TraceOptions& options, TraceTree::Direction direction,
                 const StreamMethod<Request, Response>& method) {
  ASSIGN_OR_RETURN(const Request request, RequestOf<Request>(session, options));
  TracedGraph graph{.direction = direction,
                    .zone = session.zone(),
                    .today = session.TodayIn(session.options().company)};
  absl::Status printed;
  RETURN_IF_ERROR(session.Stream(method, request, [&](const Response& message) {
    if (session.json()) return printed.Update(session.PrintJson(message));
    if (message.has_piece()) graph.Add(message.piece());
    if (message.has_summary()) graph.summary = message.summary();
  }));
  if (session.json()) return printed;
  RETURN_IF_ERROR(Describe(session, options, graph));
  RETURN_IF_ERROR(Write(graph, options, session.terminal()));
  PrintSummary(graph.summary, options, session.terminal());
  return absl::OkStatus();
}

absl::Status Upstream(Session& session, const TraceOptions& options) {
  return Run(session, options, TraceTree::kUpstream, kTraceUpstream);
}

absl::Status Downstream(Session& session, const TraceOptions& options) {
  return Run(session, options, TraceTree::kDownstream, kTraceDownstream);
}

struct RecipientOptions {
  std::vector<std::string> lots;
  bool show_returned = false;
  bool former = false;
};

void Declare(Command& command, RecipientOptions& options) {
  command.Add("lot", options.lots, "lots, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.AddSwitch("--returned", options.show_returned, "also what came back as a whole");
  command.AddSwitch("--former", options.former,
                    "also deliveries of what a lot was in and is no longer");
}

Table RecipientTable() {
  return Table({{"PARTNER"},
                {"WHEN"},
                {"DOCUMENT", Column::kLeft, Column::kUseful},
                {"LOT"},
                {"DELIVERED", Column::kRight, Column::kDetail},
                {"RETURNED", Column::kRight, Column::kDetail},
                {"NET", Column::kRight},
                {"RELATION", Column::kLeft, Column::kAlways, ColourOfCertainty}});
}

std::string RelationOf(const v1::Recipient& recipient) {
  if (recipient.direct()) return "itself";
  return absl::StrCat(recipient.certainty() == v1::CERTAINTY_CERTAIN ? "certain" : "possible",
                      ", depth ", recipient.depth(), recipient.former() ? ", no longer" : "");
}

void AddRecipient(const v1::Recipient& recipient, absl::TimeZone zone, Table& table) {
  table.Add({recipient.partner_id(), Show(recipient.occur_time(), zone), Show(recipient.document()),
             ShowLot(recipient.product_id(), recipient.number()), recipient.delivered_quantity(),
             recipient.returned_quantity(), recipient.net_quantity(), RelationOf(recipient)});
}

void PrintSummary(const v1::RecipientSummary& summary, const Terminal& terminal) {
  const auto count = [](int64_t count, const char* one, const char* many) {
    return absl::StrCat(count, " ", count == 1 ? one : many);
  };
  terminal.out << count(summary.delivery_count(), "delivery", "deliveries") << " to "
               << count(summary.partner_count(), "partner", "partners") << ", "
               << count(summary.lot_count(), "lot", "lots") << " looked at\n";
}

absl::Status Recipients(Session& session, const RecipientOptions& options) {
  v1::ListRecipientsRequest request;
  request.set_show_returned(options.show_returned);
  request.set_include_former(options.former);
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_seeds(), ParseLotRef(lot));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_seeds()));
  const absl::TimeZone zone = session.zone();
  Table table = RecipientTable();
  absl::Status printed;
  RETURN_IF_ERROR(
      session.Stream(kListRecipients, request, [&](const v1::ListRecipientsResponse& message) {
        if (session.json()) return printed.Update(session.PrintJson(message));
        for (const v1::Recipient& recipient : message.recipients()) {
          AddRecipient(recipient, zone, table);
        }
        table.Print(session.terminal());
        if (message.has_summary()) PrintSummary(message.summary(), session.terminal());
      }));
  return printed;
}

struct OriginOptions {
  std::vector<std::string> failed;
  std::vector<std::string> sound;
  int limit = 0;
};

void Declare(Command& command, OriginOptions& options) {
  command.Add("failed", options.failed, "what failed, as NUMBER, PRODUCT/NUMBER or UUID")
      .Required();
  command.Add("--sound", options.sound, "what did not; default the newest of the same products");
  command.Add("--limit", options.limit, "show at most so many; default 50").Positive();
}

std::string NameOf(const v1::Origin& origin) {
  switch (origin.kind()) {
    case v1::ORIGIN_KIND_LOT:
      return ShowLot(origin.product_id(), origin.number());
    case v1::ORIGIN_KIND_WORK_ORDER:
      return origin.work_order_id();
    case v1::ORIGIN_KIND_SUPPLIER:
      return origin.partner_id();
    case v1::ORIGIN_KIND_PRODUCTION_DAY:
      return Show(origin.day());
    default:
      return "";
  }
}

// "work order".
std::string KindOf(v1::OriginKind kind) {
  switch (kind) {
    case v1::ORIGIN_KIND_LOT:
      return "lot";
    case v1::ORIGIN_KIND_WORK_ORDER:
      return "work order";
    case v1::ORIGIN_KIND_SUPPLIER:
      return "supplier";
    case v1::ORIGIN_KIND_PRODUCTION_DAY:
      return "production day";
    default:
      return "";
  }
}

void PrintOrigins(const v1::FindCommonOriginsResponse& response, const Terminal& terminal) {
  Table table({{"ORIGIN"},
               {"KIND"},
               {"FAILED", Column::kRight},
               {"SOUND", Column::kRight},
               {"ODDS RATIO", Column::kRight},
               {"P VALUE", Column::kRight}});
  for (const v1::Origin& origin : response.origins()) {
    table.Add({NameOf(origin), KindOf(origin.kind()),
               absl::StrCat(origin.failed_count(), "/", response.failed_count()),
               absl::StrCat(origin.sound_count(), "/", response.sound_count()),
               absl::StrFormat("%.4g", origin.odds_ratio()),
               absl::StrFormat("%.3g", origin.p_value())});
  }
  table.Print(terminal);
  terminal.out << response.origins_size() << " of " << response.origin_count() << " origins of "
               << response.failed_count() << " failed units, against " << response.sound_count()
               << " sound ones\n";
}

absl::Status Origins(Session& session, const OriginOptions& options) {
  v1::FindCommonOriginsRequest request;
  for (const std::string& lot : options.failed) {
    ASSIGN_OR_RETURN(*request.add_failed(), ParseLotRef(lot));
  }
  for (const std::string& lot : options.sound) {
    ASSIGN_OR_RETURN(*request.add_sound(), ParseLotRef(lot));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_failed()));
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_sound()));
  request.set_limit(options.limit);
  ASSIGN_OR_RETURN(const v1::FindCommonOriginsResponse response,
                   session.Call(kFindCommonOrigins, request));
  if (session.json()) return session.PrintJson(response);
  PrintOrigins(response, session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddTraceCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "trace", "What lots were made of, and what they went into", chosen);
  group.Add<TraceOptions>({"upstream", "Traces back, down to what suppliers delivered",
                           "trace upstream SN-1\ntrace upstream pump/SN-1 pump/SN-2 --depth 2"},
                          Declare, Upstream);
  group.Add<TraceOptions>({"downstream", "Traces forward, up to what customers received",
                           "trace downstream steel/H-1\n"
                           "trace downstream steel/H-1 --format html --out H-1.html\n"
                           "trace downstream steel/H-1 --format csv --as-of 2026-12-31"},
                          Declare, Downstream);
  group.Add<RecipientOptions>(
      {"recipients", "Lists who received lots and everything made of them, net of returns",
       "trace recipients steel/H-1\ntrace recipients steel/H-1 --returned"},
      Declare, Recipients);
  group.Add<OriginOptions>(
      {"origins", "Ranks what failed units share by how unlikely it is by accident",
       "trace origins pump/SN-1 pump/SN-7\n"
       "trace origins pump/SN-1 pump/SN-7 --sound pump/SN-2 pump/SN-3 --limit 10"},
      Declare, Origins);
  AddTransformationCommand(group);
}

}  // namespace lots::ctl
