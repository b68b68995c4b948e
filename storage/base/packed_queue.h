// Records that wait, first in first out, packed: an allocation for thousands of them.
#pragma once

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace lots {

class PackedQueue {
 public:
  // The record is the pieces, one after the other: 4 GiB at most.
  void Push(std::initializer_list<absl::string_view> pieces);
  // The first record, good until the next Pop. There is one.
  absl::string_view Pop();

 private:
  std::deque<std::string> chunks_;
  size_t begin_ = 0;  // of the first record, in the first chunk
};

// The first `size` bytes of what is left of a record.
inline absl::string_view TakePiece(absl::string_view& left, size_t size) {
  const absl::string_view piece = left.substr(0, size);
  left.remove_prefix(size);
  return piece;
}

}  // namespace lots
