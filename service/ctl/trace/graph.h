// A traced graph: the answers of TraceUpstream or TraceDownstream in the order of the stream, and
// the formats in which lotctl writes them.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "lots/v1/trace.pb.h"
#include "service/ctl/output/terminal.h"
#include "service/ctl/trace/tree.h"

namespace lots::ctl {

struct TracedGraph {
  TraceTree::Direction direction = TraceTree::kDownstream;
  absl::TimeZone zone;   // in which times are shown; UTC
  absl::CivilDay today;  // what expired before it is marked; as it is: nothing
  std::string times;     // "read …, as of …", for those who look at it later
  std::map<std::string, std::string> units;  // by product; empty: quantities are shown without
  std::vector<v1::TraceNode> nodes;
  std::vector<v1::Transformation> transformations;
  std::vector<v1::TraceLink> links;
  v1::TraceSummary summary;

  void Add(const v1::TracePiece& piece);
};

// "seed", "certain" or "possible".
std::string CertaintyOf(const v1::TraceNode& node);
// "10–20 of 100", with the unit where there is one; empty when the service gives no quantities, and
// of what is no longer affected.
std::string AffectedOf(const v1::TraceNode& node, absl::string_view unit = "");
// "12 lots, 3 transformations, depth 2".
std::string CountsOf(const v1::TraceSummary& summary);

// One line a lot.
void WriteTraceTable(const TracedGraph& graph, const Terminal& terminal);
// One record a lot, which spreadsheets show as it is.
void WriteTraceCsv(const TracedGraph& graph, std::ostream& out);
// Graphviz's language. Goods flow to the right: lots are boxes, transformations ellipses. Equal
// graphs give equal bytes.
void WriteTraceDot(const TracedGraph& graph, std::ostream& out);
// Drawn by Graphviz's `dot`. A usage error when it is not installed, or when the graph is larger
// than it can draw in reasonable time.
absl::StatusOr<std::string> DrawTraceSvg(const TracedGraph& graph);
// One file that needs nothing else: a tree to fold, coloured by certainty, with a search box.
void WriteTraceHtml(const TracedGraph& graph, std::ostream& out);

}  // namespace lots::ctl
