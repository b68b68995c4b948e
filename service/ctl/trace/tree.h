// A traced graph as trees: the answers of TraceUpstream or TraceDownstream, drawn from the seeds.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "lots/v1/trace.pb.h"
#include "service/ctl/output/tree.h"

namespace lots::ctl {

struct TracedGraph;

class TraceTree {
 public:
  enum Direction { kUpstream, kDownstream };

  // Times are shown in the zone. Quantities have the units of `graph`, where it says some.
  explicit TraceTree(Direction direction, absl::TimeZone zone = absl::UTCTimeZone())
      : direction_(direction), zone_(zone) {}

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

  // Empty: none, or not known.
  std::string UnitOf(const std::string& product_id) const;
  // "2.5 kg".
  std::string WithUnit(const std::string& quantity, const std::string& product_id) const;
  // How a lot takes part in the transformation above it.
  std::string PartOf(const v1::TraceLink& link) const;
  std::string PartInEffect(const v1::TraceLink& link) const;
  std::string EndingOf(const v1::TraceLink& link) const;
  // "now 2 kg at RAW", "now in ebike/EB-1", "used up".
  std::string WhereNow(const v1::TraceNode& node) const;
  std::vector<std::string> NotesOf(const v1::TraceNode& node) const;

  const Direction direction_;
  const absl::TimeZone zone_;
  absl::CivilDay today_;  // of the graph
  std::map<std::string, std::string> units_;
  std::map<std::string, v1::TraceNode> nodes_;
  std::vector<std::string> seeds_;
  std::map<std::string, v1::Transformation> transformations_;
  std::map<std::string, std::vector<v1::TraceLink>> links_by_lot_;
  std::map<std::string, std::vector<v1::TraceLink>> links_by_transformation_;
};

}  // namespace lots::ctl
