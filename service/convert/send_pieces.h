// A large streamed answer, at the client's pace.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/rpc/call.h"
#include "storage/base/status_macros.h"
#include "storage/pg/connection.h"

namespace lots {

// Sends what `reader` reads until its end, or until too much waits for the client; then its
// transaction ends and the rest is for later, so that a slow client holds no connection, and no
// more memory than the reader and what waits.
// `reader`: Next(db) → StatusOr<optional<Piece>>, none: that was all; Pause().
// `message_of(reader, piece)` → optional<Response>, also for the end; none: nothing is sent.
template <class Reader, class Response, class MessageOf>
absl::Status SendPieces(std::shared_ptr<Reader> reader, pg::Connection& db, Sink<Response>& sink,
                        MessageOf message_of) {
  while (!sink.full()) {
    ASSIGN_OR_RETURN(const auto piece, reader->Next(db));
    std::optional<Response> message = message_of(*reader, piece);
    if (message.has_value()) sink.Append(*std::move(message));
    if (!piece.has_value()) return absl::OkStatus();
  }
  reader->Pause();
  sink.ResumeWith([reader, message_of](pg::Connection& later_db, Sink<Response>& later_sink) {
    return SendPieces(reader, later_db, later_sink, message_of);
  });
  return absl::OkStatus();
}

}  // namespace lots
