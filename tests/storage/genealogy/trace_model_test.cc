// Random genealogies, the answers computed by definition: which lots a path reaches, how short the
// shortest is, and whether one of certain links leads there.
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/genealogy/trace.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/trace_graph_builder.h"

namespace lots {
namespace {

using Input = TraceGraphBuilder::Input;
using Output = TraceGraphBuilder::Output;

struct ModelStep {
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  bool reversed = false;
};

struct ModelNode {
  int depth;
  bool certain;
  bool operator==(const ModelNode&) const = default;
};
using ModelAnswer = std::map<std::string, ModelNode>;

// What was made: neither came back nor is left over.
std::set<std::string> MadeBy(const ModelStep& step) {
  std::set<std::string> made;
  for (const Output& output : step.outputs) {
    if (output.role != OutputRole::kReturnedComponent && !output.left_over) made.insert(output.lot);
  }
  return made;
}

// Every edge (input lot → output lot) that the steps stand for, and whether it is certain.
std::map<std::pair<std::string, std::string>, bool> EdgesOf(const std::vector<ModelStep>& steps) {
  std::map<std::pair<std::string, std::string>, bool> edges;
  for (const ModelStep& step : steps) {
    if (step.reversed) continue;
    const std::set<std::string> made = MadeBy(step);
    for (const Input& input : step.inputs) {
      for (const std::string& output : made) {
        if (!input.output.empty() && input.output != output) continue;
        const bool certain = !input.output.empty() || made.size() == 1;
        bool& edge = edges[{input.lot, output}];
        edge = edge || certain;
      }
    }
  }
  return edges;
}

// The shortest distance from the seeds along the edges, for every lot reached.
std::map<std::string, int> Distances(
    const std::map<std::pair<std::string, std::string>, bool>& edges,
    const std::vector<std::string>& seeds, bool downstream, bool certain_only) {
  std::map<std::string, int> distance;
  std::deque<std::string> queue;
  for (const std::string& seed : seeds) {
    if (distance.emplace(seed, 0).second) queue.push_back(seed);
  }
  for (; !queue.empty(); queue.pop_front()) {
    for (const auto& [edge, certain] : edges) {
      if (certain_only && !certain) continue;
      const std::string& from = downstream ? edge.first : edge.second;
      const std::string& to = downstream ? edge.second : edge.first;
      if (from != queue.front()) continue;
      if (distance.emplace(to, distance[from] + 1).second) queue.push_back(to);
    }
  }
  return distance;
}

ModelAnswer AnswerOf(const std::vector<ModelStep>& steps, const std::vector<std::string>& seeds,
                     bool downstream) {
  const auto edges = EdgesOf(steps);
  const auto reached = Distances(edges, seeds, downstream, false);
  const auto certain = Distances(edges, seeds, downstream, true);
  ModelAnswer answer;
  for (const auto& [lot, depth] : reached) answer[lot] = {depth, certain.count(lot) > 0};
  return answer;
}

class RandomGenealogy {
 public:
  RandomGenealogy(uint64_t seed, TraceGraphBuilder& graph) : random_(seed), graph_(graph) {
    const int steps = 1 + Below(12);
    for (int i = 0; i < steps; ++i) AddTransformation();
  }

  std::vector<std::string> Seeds() {
    std::vector<std::string> seeds;
    for (int i = 1 + Below(3); i > 0; --i) seeds.push_back(AnyLot());
    return seeds;
  }

  const std::vector<ModelStep>& steps() const { return steps_; }

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }
  // Few lots, so that diamonds and cycles are common.
  std::string AnyLot() { return absl::StrCat("lot", Below(14)); }

  void AddTransformation() {
    ModelStep step;
    std::set<std::string> outputs;
    for (int i = 1 + Below(3); i > 0; --i) outputs.insert(AnyLot());
    for (const std::string& lot : outputs) {
      const int dice = Below(10);
      const OutputRole role = dice == 0   ? OutputRole::kReturnedComponent
                              : dice == 1 ? OutputRole::kByProduct
                                          : OutputRole::kProduct;
      step.outputs.push_back({lot, role});
    }
    for (int i = 1 + Below(4); i > 0; --i) {
      const Output& output = step.outputs[Below(static_cast<int>(step.outputs.size()))];
      const bool exact = Below(2) == 0 && output.role == OutputRole::kProduct;
      step.inputs.push_back({AnyLot(), exact ? output.lot : ""});
    }
    for (Output& output : step.outputs) {
      output.left_over = output.role == OutputRole::kByProduct && Below(2) == 0;
    }
    step.reversed = Below(8) == 0;
    const TransformationId id = graph_.AddTransformation(step.inputs, step.outputs);
    if (step.reversed) graph_.Reverse(id);
    steps_.push_back(std::move(step));
  }

  std::mt19937_64 random_;
  TraceGraphBuilder& graph_;
  std::vector<ModelStep> steps_;
};

ModelAnswer Ask(TraceGraphBuilder& graph, const std::vector<std::string>& seeds, bool downstream) {
  TraceQuery query{
      .company = graph.company(),
      .direction = downstream ? TraceDirection::kDownstream : TraceDirection::kUpstream,
      .depth_max = kTraceDepthMax,
      .node_limit = kTraceNodesDefault};
  for (const std::string& seed : seeds) query.seeds.push_back(graph.Lot(seed));
  ModelAnswer answer;
  std::set<TransformationId> steps;
  int64_t links = 0;
  const auto summary = Trace(graph.db(), query, [&](const TracePiece& piece) {
    for (const TraceNode& node : piece.nodes) {
      const bool once =
          answer.emplace(node.number, ModelNode{node.depth, node.certainty == Certainty::kCertain})
              .second;
      EXPECT_TRUE(once) << node.number;
    }
    for (const Transformation& step : piece.transformations) {
      EXPECT_TRUE(steps.insert(step.transformation_id).second);
    }
    links += static_cast<int64_t>(piece.links.size());
  });
  EXPECT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->node_count, static_cast<int64_t>(answer.size()));
  EXPECT_EQ(summary->transformation_count, static_cast<int64_t>(steps.size()));
  EXPECT_EQ(summary->link_count, links);
  return answer;
}

TEST(TraceModel, RandomGenealogiesAnswerAsByDefinition) {
  const char* given = std::getenv("LOTS_TEST_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const int rounds = given != nullptr ? 1 : 200;
  const TestDatabase database(TestDatabase::kMigrated);
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    SCOPED_TRACE(absl::StrCat("LOTS_TEST_SEED=", seed));
    TraceGraphBuilder graph(database, absl::StrCat("company", seed));
    RandomGenealogy genealogy(seed, graph);
    for (int i = 0; i < 5; ++i) {
      const std::vector<std::string> seeds = genealogy.Seeds();
      for (const bool downstream : {true, false}) {
        ASSERT_EQ(Ask(graph, seeds, downstream), AnswerOf(genealogy.steps(), seeds, downstream))
            << (downstream ? "downstream" : "upstream");
      }
    }
  }
}

}  // namespace
}  // namespace lots
