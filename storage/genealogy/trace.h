// Traceability: what went into what, in either direction.
//
// The walk goes level by level with array parameters, a few statements a level, deduplicated in
// memory, in one snapshot of the database; recursive SQL explodes on graphs full of diamonds
// (measured: storage/README.md). Only numbers and links are held until the walk ends,
// because a lot's certainty and bounds are known only then; what is told of each lot is read after
// that, a few hundred at a time.
#pragma once

#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/genealogy/graph/types.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"

namespace lots {

class TraceTelling;

// One trace under way: the graph in pieces, each asked for. Nodes come by depth, then product, then
// number; transformations and links after the nodes of the level that led to them. Every node and
// transformation comes once; every link joins a lot and a transformation that are both in the
// answer. The seeds come before the walk has begun.
//
// The graph, with certainty and bounds, is of one snapshot of the database. What is told of the
// lots is of the same snapshot unless Pause ended it: then of the moment at which their piece is
// read. (The alternative, everything in memory, would cost 300 bytes a lot for a reader that is
// slow; keeping the snapshot would cost it a connection.)
class TraceReader {
 public:
  // `pool`: lends a second connection while the graph is large, if it has one to spare; may be
  // null.
  explicit TraceReader(TraceQuery query, pg::Pool* pool = nullptr);
  ~TraceReader();
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  // The next piece; none: that was all. Between two calls the connection belongs to the reader,
  // unless it is paused; `db` may be another one after a pause.
  absl::StatusOr<std::optional<TracePiece>> Next(pg::Connection& db);
  // Gives up the snapshot, and with it the connection.
  void Pause();

  // Once Next said that that was all.
  const TraceSummary& summary() const;

 private:
  std::unique_ptr<TraceTelling> telling_;
};

// The whole trace at once.
absl::StatusOr<TraceSummary> Trace(pg::Connection& db, const TraceQuery& query,
                                   absl::FunctionRef<void(TracePiece)> sink,
                                   pg::Pool* pool = nullptr);

}  // namespace lots
