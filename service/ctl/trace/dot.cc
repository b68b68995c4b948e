// A traced graph in Graphviz's language, and drawn by it.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/trace/graph.h"

namespace lots::ctl {
namespace {

// `dot` needs minutes for more, and nobody can read it.
constexpr size_t kDrawnNodesMax = 3'000;

// A string of DOT. What is typed by others could otherwise end it, or be an escape of Graphviz.
std::string Quoted(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\\n",
                    absl::StrReplaceAll(Printable(line), {{"\\", "\\\\"}, {"\"", "\\\""}}));
  }
  return absl::StrCat("\"", text, "\"");
}

std::string StyleOf(const v1::TraceNode& node) {
  const std::string certainty = CertaintyOf(node);
  if (certainty == "seed") return "fillcolor=\"#cf222e\", fontcolor=white, penwidth=2";
  if (certainty == "certain") return "fillcolor=\"#ffcecb\"";
  return "fillcolor=\"#fff8c5\", style=\"filled,rounded,dashed\"";
}

class DotWriter {
 public:
  DotWriter(const TracedGraph& graph, std::ostream& out) : graph_(graph), out_(out) {}

  void Write() {
    out_ << "digraph trace {\n"
            "  rankdir=LR;\n"
            "  node [fontname=\"sans-serif\", fontsize=11];\n"
            "  edge [fontname=\"sans-serif\", fontsize=9];\n";
    for (const v1::TraceNode& node : graph_.nodes) WriteLot(node);
    for (const v1::Transformation& step : graph_.transformations) WriteStep(step);
    for (const v1::TraceLink& link : graph_.links) WriteLink(link);
    out_ << "}\n";
  }

 private:
  void WriteLot(const v1::TraceNode& node) {
    const std::string affected = AffectedOf(node);
    const std::string name = absl::StrCat("lot", lots_.size());
    lots_[node.lot_id()] = name;
    out_ << "  " << name << " [shape=box, style=\"filled,rounded\", "
         << "label="
         << Quoted({ShowLot(node.product_id(), node.number()),
                    affected.empty() ? "" : absl::StrCat("affected ", affected)})
         << ", " << StyleOf(node) << "];\n";
  }

  void WriteStep(const v1::Transformation& step) {
    const std::string name = absl::StrCat("step", steps_.size());
    steps_[step.transformation_id()] = name;
    out_ << "  " << name << " [shape=ellipse, label="
         << Quoted({step.work_order_id().empty() ? Show(step.kind()) : step.work_order_id(),
                    Show(step.occur_time(), graph_.zone)})
         << "];\n";
  }

  // Goods flow along the edge. A limit may have kept an end out of the answer.
  void WriteLink(const v1::TraceLink& link) {
    const auto lot = lots_.find(link.lot_id());
    const auto step = steps_.find(link.transformation_id());
    if (lot == lots_.end() || step == steps_.end()) return;
    const bool exact = link.kind() == v1::TRACE_LINK_KIND_EXACT_INPUT;
    const bool input = exact || link.kind() == v1::TRACE_LINK_KIND_POOLED_INPUT;
    out_ << "  " << (input ? lot->second : step->second) << " -> "
         << (input ? step->second : lot->second) << " [label="
         << Quoted({link.quantity(),
                    link.former() ? absl::StrCat("until ", Show(link.until_time(), graph_.zone))
                                  : ""});
    if (link.former()) out_ << ", color=gray, fontcolor=gray";
    if (link.kind() == v1::TRACE_LINK_KIND_POOLED_INPUT) out_ << ", style=dashed";
    if (link.kind() == v1::TRACE_LINK_KIND_RETURNED_COMPONENT) {
      out_ << ", style=dotted, color=gray";
    }
    out_ << "];\n";
  }

  const TracedGraph& graph_;
  std::ostream& out_;
  std::map<std::string, std::string> lots_;
  std::map<std::string, std::string> steps_;
};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string ReadAll(std::FILE* file) {
  std::string text;
  char buffer[65536];
  std::rewind(file);
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, count);
  }
  return text;
}

absl::Status NoDot() {
  return UsageError(
      "SVG is drawn by Graphviz, whose program `dot` was not found: install the package graphviz, "
      "or choose --format html or dot");
}

// Runs `dot -Tsvg` from file to file; its exit code, or -1 when it could not be started.
int RunDot(std::FILE* in, std::FILE* out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(in), 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
  char program[] = "dot";
  char format[] = "-Tsvg";
  char* const arguments[] = {program, format, nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return -1;
  int state = 0;
  while (waitpid(child, &state, 0) == -1 && errno == EINTR) {
  }
  return WIFEXITED(state) ? WEXITSTATUS(state) : 1;
}

}  // namespace

void WriteTraceDot(const TracedGraph& graph, std::ostream& out) { DotWriter(graph, out).Write(); }

absl::StatusOr<std::string> DrawTraceSvg(const TracedGraph& graph) {
  if (graph.nodes.size() > kDrawnNodesMax) {
    return UsageError(absl::StrCat("a picture of ", graph.nodes.size(),
                                   " lots is more than Graphviz can draw and people can read: "
                                   "choose --format html, or narrow it with --depth"));
  }
  const File in(std::tmpfile(), std::fclose);
  const File out(std::tmpfile(), std::fclose);
  if (in == nullptr || out == nullptr) return UsageError("no temporary file could be made");
  std::ostringstream dot;
  WriteTraceDot(graph, dot);
  const std::string text = dot.str();
  std::fwrite(text.data(), 1, text.size(), in.get());
  std::rewind(in.get());
  const int code = RunDot(in.get(), out.get());
  // A shell's word for a program that is not there.
  if (code == -1 || code == 127) return NoDot();
  if (code != 0) return absl::InternalError(absl::StrCat("Graphviz's `dot` failed: ", code));
  return ReadAll(out.get());
}

}  // namespace lots::ctl
