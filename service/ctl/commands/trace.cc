// lotctl trace upstream | downstream
#include "absl/strings/str_cat.h"
#include "lots/v1/trace.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/output.h"
#include "service/ctl/trace/graph.h"
#include "service/ctl/trace/tree.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct TraceOptions {
  std::vector<std::string> lots;
  int depth_max = 0;
  int node_limit = 0;
  std::string as_of;
  std::string known_at;
  std::string since;
  std::string until;
  std::vector<std::string> links;
  std::vector<std::string> products;
  std::vector<std::string> locations;
  std::string format = "tree";
  std::string out;
};

void Declare(Command& command, TraceOptions& options) {
  command.Add("lot", options.lots, "where to begin, as UUID or PRODUCT/NUMBER").Required();
  command.Add("--depth", options.depth_max, "walk at most so many transformations away");
  command.Add("--nodes", options.node_limit, "at most so many lots; default 10000");
  command.Add("--as-of", options.as_of, "only what had happened by then");
  command.Add("--known-at", options.known_at, "only what had been recorded by then");
  command.Add("--since", options.since, "only transformations from this time on");
  command.Add("--until", options.until, "only transformations before this time");
  command.Add("--link", options.links, "only these links: pooled, exact, output, by-product")
      .OneOf({"pooled", "exact", "output", "by-product"});
  command.Add("--product", options.products, "show only lots of these products");
  command.Add("--location", options.locations, "show only lots at these places");
  command.Add("--format", options.format, "tree, table, csv, dot, svg or html")
      .OneOf({"tree", "table", "csv", "dot", "svg", "html"});
  command.Add("--out", options.out, "write to this file");
}

v1::TraceLinkKind LinkKindOf(absl::string_view name) {
  if (name == "pooled") return v1::TRACE_LINK_KIND_POOLED_INPUT;
  if (name == "exact") return v1::TRACE_LINK_KIND_EXACT_INPUT;
  if (name == "output") return v1::TRACE_LINK_KIND_OUTPUT;
  return v1::TRACE_LINK_KIND_BY_PRODUCT;
}

absl::Status FillFilter(const TraceOptions& options, v1::TraceFilter& filter) {
  if (!options.since.empty()) {
    ASSIGN_OR_RETURN(*filter.mutable_begin_time(), ParseTime(options.since));
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(*filter.mutable_end_time(), ParseTime(options.until));
  }
  for (const std::string& link : options.links) filter.add_link_kinds(LinkKindOf(link));
  for (const std::string& product : options.products) filter.add_product_ids(product);
  for (const std::string& location : options.locations) filter.add_location_ids(location);
  return absl::OkStatus();
}

template <class Request>
absl::StatusOr<Request> RequestOf(const TraceOptions& options) {
  Request request;
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_seeds(), ParseLotRef(lot));
  }
  request.set_depth_max(options.depth_max);
  request.set_node_limit(options.node_limit);
  if (!options.as_of.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_as_of(), ParseTime(options.as_of));
  }
  if (!options.known_at.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_known_at(), ParseTime(options.known_at));
  }
  RETURN_IF_ERROR(FillFilter(options, *request.mutable_filter()));
  return request;
}

void WriteTree(const TracedGraph& graph, const Terminal& terminal) {
  TraceTree tree(graph.direction);
  tree.Add(graph);
  for (const TreeNode& root : tree.Draw()) PrintTree(root, terminal);
}

absl::Status Write(const TracedGraph& graph, const TraceOptions& options,
                   const Terminal& terminal) {
  std::string svg;
  if (options.format == "svg") {
    ASSIGN_OR_RETURN(svg, DrawTraceSvg(graph));
  }
  return WriteTo(options.out, terminal, [&](std::ostream& out) {
    Terminal page{.out = out, .err = terminal.err};
    if (options.format == "tree") return WriteTree(graph, page);
    if (options.format == "table") return WriteTraceTable(graph, page);
    if (options.format == "csv") return WriteTraceCsv(graph, out);
    if (options.format == "dot") return WriteTraceDot(graph, out);
    if (options.format == "html") return WriteTraceHtml(graph, out);
    out << svg;
  });
}

// Never within an export.
void PrintSummary(const v1::TraceSummary& summary, const TraceOptions& options,
                  const Terminal& terminal) {
  const bool apart = !options.out.empty() || options.format == "tree" || options.format == "table";
  if (apart) terminal.out << CountsOf(summary) << "\n";
  if (!summary.truncated()) return;
  terminal.err << "lotctl: there is more: " << summary.truncated_by() << " cut the walk at "
               << summary.resume_lot_count() << (summary.resume_lot_count() == 1 ? " lot" : " lots")
               << "; --depth and --nodes let it go further, and --output json names the lots to "
                  "resume from\n";
}

template <class Request, class Response>
absl::Status Run(Session& session, const TraceOptions& options, TraceTree::Direction direction,
                 const StreamMethod<Request, Response>& method) {
  ASSIGN_OR_RETURN(const Request request, RequestOf<Request>(options));
  TracedGraph graph{.direction = direction};
  absl::Status printed;
  RETURN_IF_ERROR(session.Stream(method, request, [&](const Response& message) {
    if (session.json()) return printed.Update(session.PrintJson(message));
    if (message.has_piece()) graph.Add(message.piece());
    if (message.has_summary()) graph.summary = message.summary();
  }));
  if (session.json()) return printed;
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

}  // namespace

void AddTraceCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "trace", "What lots were made of, and what they went into", chosen);
  group.Add<TraceOptions>(
      {"upstream", "Traces back, down to what suppliers delivered",
       "trace upstream pump/SN-1\ntrace upstream pump/SN-1 pump/SN-2 --depth 2"},
      Declare, Upstream);
  group.Add<TraceOptions>({"downstream", "Traces forward, up to what customers received",
                           "trace downstream steel/H-1\n"
                           "trace downstream steel/H-1 --format html --out H-1.html\n"
                           "trace downstream steel/H-1 --format csv --as-of 2026-12-31"},
                          Declare, Downstream);
  AddQuestionCommands(group);
}

}  // namespace lots::ctl
