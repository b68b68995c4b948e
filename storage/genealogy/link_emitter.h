// Emits the transformations of a walked trace with their links, depth by depth. Internal to the
// trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "storage/genealogy/graph/answer.h"
#include "storage/genealogy/walked_trace.h"

namespace lots {

class LinkEmitter {
 public:
  // `walked` must outlive this object.
  explicit LinkEmitter(WalkedTrace& walked) : walked_(walked) {}

  // As many transformations of this depth, with their links, as fit one message. The links of a
  // transformation may go on in the next message. No links: there are no more of this depth.
  TracePiece Emit(int depth);

 private:
  // Takes the header of the current transformation out of the queue.
  void Begin();
  // Adds the current transformation's links, from next_link_ on. Returns false if the piece is full
  // before their end.
  bool AddLinks(TracePiece& piece);

  WalkedTrace& walked_;
  uint32_t number_ = 0;  // of the current transformation
  size_t next_link_ = 0;
  bool is_begun_ = false;
  std::optional<Transformation> header_;  // until the first link is emitted
};

}  // namespace lots
