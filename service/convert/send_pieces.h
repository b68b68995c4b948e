// Streams a large answer at the client's pace.
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

// Sends the pieces of `reader` until the reader's end, or until the sink is full. Then ends the
// reader's transaction and resumes later, so that a slow client keeps no database connection, and
// no memory but the reader and the waiting messages. `reader`: Next(db) →
// StatusOr<optional<Piece>>, without a piece at the end; Pause() ends the transaction.
// `message_of(reader, piece)` → optional<Response> makes the message of a piece, or of the end
// (without a piece); nothing is sent when it returns nothing.
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
