// Streams a large answer at the client's pace.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "service/convert/divide.h"
#include "service/rpc/call.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/pg/connection.h"

namespace lots {

// The tag and the length of a piece in its message, at the most.
inline constexpr size_t kAroundPieceBytes = 16;

// Where a message has its lists: in the message of a piece, or itself.
template <class Response>
google::protobuf::Message& ListsOf(Response& message, bool is_piece) {
  if constexpr (requires { message.mutable_piece(); }) {
    if (is_piece) return *message.mutable_piece();
  }
  return message;
}

// Appends the message, as several ones if it is larger than an answer may be.
template <class Response>
void AppendDivided(Response message, Sink<Response>& sink) {
  while (message.ByteSizeLong() > kAnswerBytesMax) {
    bool is_piece = false;
    if constexpr (requires { message.has_piece(); }) is_piece = message.has_piece();
    Response rest;
    const bool is_divided = MoveSurplus(ListsOf(message, is_piece), ListsOf(rest, is_piece),
                                        kAnswerBytesMax - kAroundPieceBytes);
    if (!is_divided) break;
    sink.Append(std::exchange(message, std::move(rest)));
  }
  sink.Append(std::move(message));
}

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
    if (message.has_value()) AppendDivided(*std::move(message), sink);
    if (!piece.has_value()) return absl::OkStatus();
  }
  reader->Pause();
  sink.ResumeWith([reader, message_of](pg::Connection& later_db, Sink<Response>& later_sink) {
    return SendPieces(reader, later_db, later_sink, message_of);
  });
  return absl::OkStatus();
}

}  // namespace lots
