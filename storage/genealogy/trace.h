// Traceability: which lots went into which, in either direction.
//
// A trace walks level by level in one snapshot of the database: a few statements with array
// parameters read a level, and C++ keeps each lot once. Recursive SQL explodes on graphs full of
// diamonds (measured: storage/README.md). Until the walk ends, memory holds numbers, links and
// packed texts only, because the certainty and the bounds of a lot are known only then. The places
// and partners of the lots are read after that, some thousand lots at a time.
#pragma once

#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/genealogy/graph/answer.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"

namespace lots {

class TraceEmitter;

// Reads one trace piece by piece. The seeds come first, before the walk. Then the nodes of each
// depth come by product and number, followed by the transformations that they lead to, with their
// links. Every node and every transformation comes once. Every link joins a lot and a
// transformation that are both in the answer.
//
// The graph, its certainty and its bounds are of one snapshot of the database. So are the places
// and partners of the lots, unless Pause ended the snapshot: then they are of the moment at which
// their piece is read. (To keep them in memory would cost 300 bytes a lot while a client reads
// slowly; to keep the snapshot would cost a connection.)
class TraceReader {
 public:
  // `pool` lends a second connection while a large graph is read, if one is free; may be null.
  explicit TraceReader(TraceQuery query, pg::Pool* pool = nullptr);
  ~TraceReader();
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  // Returns the next piece; none: the trace is complete. Until Pause, the reader keeps `db` in a
  // transaction. After Pause, `db` may be another connection.
  absl::StatusOr<std::optional<TracePiece>> Next(pg::Connection& db);
  // Ends the snapshot, so that the caller can give the connection back.
  void Pause();

  // Complete once Next has returned none.
  const TraceSummary& summary() const;

 private:
  std::unique_ptr<TraceEmitter> emitter_;
};

// Reads the whole trace at once.
absl::StatusOr<TraceSummary> Trace(pg::Connection& db, const TraceQuery& query,
                                   absl::FunctionRef<void(TracePiece)> sink,
                                   pg::Pool* pool = nullptr);

}  // namespace lots
