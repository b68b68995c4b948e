// lotctl trace upstream | downstream
#include "absl/strings/str_cat.h"
#include "service/ctl/arguments.h"
#include "service/ctl/commands.h"
#include "service/ctl/trace_tree.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

using Trace = v1::TraceService::StubInterface;

struct TraceOptions {
  std::vector<std::string> lots;
  int depth_max = 0;
  int node_limit = 0;
};

void Declare(CLI::App& command, TraceOptions& options) {
  command.add_option("lot", options.lots, "where to begin, as UUID or PRODUCT/NUMBER")->required();
  command.add_option("--depth", options.depth_max, "walk at most so many transformations away");
  command.add_option("--nodes", options.node_limit, "at most so many lots; default 10000");
}

void PrintSummary(const v1::TraceSummary& summary, const Terminal& terminal) {
  const auto count = [](int64_t count, absl::string_view what) {
    return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
  };
  terminal.out << count(summary.node_count(), "lot") << ", "
               << count(summary.transformation_count(), "transformation") << ", depth "
               << summary.depth() << "\n";
  if (summary.truncated()) {
    terminal.err << "lotctl: there is more: " << summary.truncated_by()
                 << " cut the walk; --depth and --nodes let it go further\n";
  }
}

template <class Request, class Response>
absl::Status Run(Session& session, const TraceOptions& options, TraceTree::Direction direction,
                 std::unique_ptr<grpc::ClientReaderInterface<Response>> (Trace::*method)(
                     grpc::ClientContext*, const Request&)) {
  Request request;
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_seeds(), ParseLotRef(lot));
  }
  request.set_depth_max(options.depth_max);
  request.set_node_limit(options.node_limit);
  TraceTree tree(direction);
  v1::TraceSummary summary;
  absl::Status printed;
  RETURN_IF_ERROR(session.Stream(
      method, request, absl::FunctionRef<void(const Response&)>([&](const Response& message) {
        if (session.json()) printed.Update(session.PrintJson(message));
        if (session.json()) return;
        if (message.has_piece()) tree.Add(message.piece());
        if (message.has_summary()) summary = message.summary();
      })));
  if (session.json()) return printed;
  for (const TreeNode& root : tree.Draw()) PrintTree(root, session.terminal());
  PrintSummary(summary, session.terminal());
  return absl::OkStatus();
}

absl::Status Upstream(Session& session, const TraceOptions& options) {
  return Run(session, options, TraceTree::kUpstream, &Trace::TraceUpstream);
}

absl::Status Downstream(Session& session, const TraceOptions& options) {
  return Run(session, options, TraceTree::kDownstream, &Trace::TraceDownstream);
}

}  // namespace

void AddTraceCommands(CLI::App& program, Work& chosen) {
  CommandGroup group(program, "trace", "What lots were made of, and what they went into", chosen);
  group.Add<TraceOptions>(
      {"upstream", "Traces back, down to what suppliers delivered",
       "trace upstream pump/SN-1\ntrace upstream pump/SN-1 pump/SN-2 --depth 2"},
      Declare, Upstream);
  group.Add<TraceOptions>(
      {"downstream", "Traces forward, up to what customers received", "trace downstream steel/H-1"},
      Declare, Downstream);
}

}  // namespace lots::ctl
