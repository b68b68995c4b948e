// A traced graph as trees: the answers of TraceUpstream or TraceDownstream, drawn from the seeds.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lots/v1/trace.pb.h"
#include "service/ctl/output/tree.h"

namespace lots::ctl {

struct TracedGraph;

class TraceTree {
 public:
  enum Direction { kUpstream, kDownstream };

  explicit TraceTree(Direction direction) : direction_(direction) {}

  // The pieces of the stream, in their order.
  void Add(const v1::TracePiece& piece);
  void Add(const TracedGraph& graph);

  // One tree a seed. A lot is a line with what is known of it; below it the transformations that it
  // went into (upstream: came out of), and below each what came out (went in). A lot that several
  // ways lead to is expanded the first time and marked "↑ above" later.
  std::vector<TreeNode> Draw() const;

 private:
  // Lots whose expansion is on the page already.
  using Drawn = std::set<std::string>;

  TreeNode DrawLot(const std::string& lot_id, const v1::TraceLink* link, Drawn& drawn) const;
  TreeNode DrawTransformation(const v1::TraceLink& link, Drawn& drawn) const;
  bool Leads(const v1::TraceLink& link) const;
  bool Follows(const v1::TraceLink& from, const v1::TraceLink& to) const;

  void AddNode(const v1::TraceNode& node);
  void AddLink(const v1::TraceLink& link);

  const Direction direction_;
  std::map<std::string, v1::TraceNode> nodes_;
  std::vector<std::string> seeds_;
  std::map<std::string, v1::Transformation> transformations_;
  std::map<std::string, std::vector<v1::TraceLink>> links_by_lot_;
  std::map<std::string, std::vector<v1::TraceLink>> links_by_transformation_;
};

}  // namespace lots::ctl
