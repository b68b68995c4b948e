// What is told of a lot and stands in its own row. Internal to the trace.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "storage/pg/spread_reads.h"
#include "storage/trace.h"

namespace lots {

// A lot as the walk reads it.
struct TraceLot {
  LotId lot_id;
  ProductId product_id;
  std::string number_key;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  LotState state = LotState::kActive;
  std::optional<absl::CivilDay> expires_on;
};

// Adds the statement whose rows ReadTraceLot reads. They come in no order: sorting texts costs
// PostgreSQL as much again as reading them.
void AddTraceLots(pg::SpreadReads& reads, const TraceOrder& order, absl::Span<const LotId> lot_ids);
TraceLot ReadTraceLot(const pg::Row& row);

// Into the order in which they are told: product, number, id.
void SortTraceLots(std::vector<TraceLot>& lots);

// What is told of it so far.
TraceNode NodeOf(const TraceLot& lot);

// Lots that wait to be told, first in first out: some twenty bytes each.
class TraceLotQueue {
 public:
  void Push(const TraceLot& lot);
  // Sets what the node tells of the first lot: product, number, reference, state and expiry. There
  // is one.
  void Pop(TraceNode& node);

 private:
  // Followed by product, number and reference.
  struct Header {
    uint16_t product_size;  // 0: the product of the lot before
    uint16_t number_size;
    uint16_t reference_size;
    LotState state;
    int32_t expires_on;  // days since 1970-01-01, or kNever
  };

  std::deque<std::string> chunks_;
  size_t begin_ = 0;  // of the first lot, in the first chunk
  ProductId pushed_;  // the product of the last lot that came, and of the last that went
  ProductId popped_;
};

}  // namespace lots
