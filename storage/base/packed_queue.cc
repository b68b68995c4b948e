// Chunks of records, filled and emptied in order.
#include "storage/base/packed_queue.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "storage/base/check.h"

namespace lots {
namespace {

// Each chunk is twice as large as the one before it: a short queue takes 1 KiB, and a long one
// wastes at most 1 MiB.
constexpr size_t kFirstChunk = 1'024;
constexpr size_t kLargestChunk = 1'048'576;

}  // namespace

void PackedQueue::Push(std::initializer_list<absl::string_view> pieces) {
  uint32_t size = 0;
  for (const absl::string_view piece : pieces) size += static_cast<uint32_t>(piece.size());
  const size_t needed = sizeof(size) + size;
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < needed) {
    const size_t room = chunks_.empty() ? kFirstChunk : 2 * chunks_.back().capacity();
    chunks_.emplace_back().reserve(std::max(needed, std::min(room, kLargestChunk)));
  }
  std::string& chunk = chunks_.back();
  chunk.append(reinterpret_cast<const char*>(&size), sizeof(size));
  for (const absl::string_view piece : pieces) chunk.append(piece.data(), piece.size());
}

absl::string_view PackedQueue::Pop() {
  // A chunk is left once it is asked for more than it has: its last record is in use until then.
  if (!chunks_.empty() && begin_ == chunks_.front().size()) {
    chunks_.pop_front();
    begin_ = 0;
  }
  Check(!chunks_.empty());
  absl::string_view left = absl::string_view(chunks_.front()).substr(begin_);
  uint32_t size = 0;
  std::memcpy(&size, TakePiece(left, sizeof(size)).data(), sizeof(size));
  begin_ += sizeof(size) + size;
  return TakePiece(left, size);
}

}  // namespace lots
