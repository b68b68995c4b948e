// Emits the nodes of a walked trace, depth by depth. Internal to the trace.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "storage/genealogy/node_read.h"
#include "storage/genealogy/walked_trace.h"
#include "storage/pg/pipeline.h"

namespace lots {

// Reads ahead: while the nodes of one read are emitted, the database runs the next read.
class NodeEmitter {
 public:
  // Begins after the seeds. `query` and `walked` must outlive this object.
  NodeEmitter(const TraceQuery& query, WalkedTrace& walked)
      : query_(query), walked_(walked), next_(walked.graph.levels[1]) {}

  // Takes the next nodes of this depth if all that were read are emitted, and sends the read of the
  // nodes after them.
  absl::Status Read(pg::Transaction& snapshot, int depth);
  // Whether the node to be emitted next is of this depth.
  bool HasNode(int depth) const { return IsOfDepth(emitted_, depth); }
  // As many nodes of this depth as were read and fit one message.
  std::vector<TraceNode> Emit(int depth);
  // The snapshot ends: a read that was sent is sent again in the next one.
  void Pause() { is_sent_ = false; }

 private:
  bool IsOfDepth(size_t index, int depth) const {
    return index < read_.size() && read_[index].depth == depth;
  }
  absl::Status PostAhead(pg::Transaction& snapshot);
  void PlanAhead();

  const TraceQuery& query_;
  WalkedTrace& walked_;
  std::vector<TraceNode> read_;
  size_t emitted_ = 0;             // how many of read_
  std::optional<NodeRead> ahead_;  // the nodes after read_; none: there are no more
  bool is_sent_ = false;           // ahead_ was sent
  uint32_t next_;                  // the number of the first node after ahead_
};

}  // namespace lots
