// One page of a list, the same for all lists: page size, page token, the companies in turn, and the
// bytes of an answer. Batches, and lists in other answers, are bounded here, too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "service/rpc/call.h"
#include "storage/base/limits.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// The sort keys of the last listed item, as text; empty: begin with the first item.
using PageKeys = std::vector<std::string>;

// What still fits on a page.
struct PageRoom {
  int items = 0;  // positive
  size_t bytes = 0;
  bool is_whole_page = true;  // nothing is on the page yet: its first item fits whatever its size
};

// The items that one company adds to a page.
struct PagePiece {
  int count = 0;  // items listed
  size_t bytes = 0;
  bool has_more = false;  // the company has more items
  PageKeys after;         // sort keys of the last item; empty when none was listed
};

// Lists at most `room.items` items of `company` after `after`, appending them to the answer.
using ListPiece = absl::FunctionRef<absl::StatusOr<PagePiece>(
    const CompanyId& company, const PageKeys& after, const PageRoom& room)>;

// The bytes that a message takes as an entry of an answer.
size_t EntryBytes(const google::protobuf::Message& message);

// Appends to the answer those of the items that fit, in their order. `items` may have one more than
// `room.items`, which says that there are more; otherwise `has_more` says it. `message_of(item)`
// makes an entry; `keys_of(index)` returns the PageKeys of an item.
template <class Item, class MessageOf, class KeysOf, class Message>
PagePiece FillPiece(const std::vector<Item>& items, bool has_more, const PageRoom& room,
                    MessageOf message_of, KeysOf keys_of,
                    google::protobuf::RepeatedPtrField<Message>& answer) {
  PagePiece piece;
  while (piece.count < room.items && piece.count < static_cast<int>(items.size())) {
    Message message = message_of(items[piece.count]);
    const size_t bytes = EntryBytes(message);
    const bool is_first = room.is_whole_page && piece.count == 0;
    if (piece.bytes + bytes > room.bytes && !is_first) break;
    *answer.Add() = std::move(message);
    piece.bytes += bytes;
    ++piece.count;
  }
  piece.has_more = has_more || piece.count < static_cast<int>(items.size());
  if (piece.count > 0) piece.after = keys_of(static_cast<size_t>(piece.count - 1));
  return piece;
}

// The bytes that an answer has left. Its lists are filled one after the other.
class AnswerRoom {
 public:
  // `answer` has its other fields already, but for a few numbers.
  explicit AnswerRoom(const google::protobuf::Message& answer)
      : bytes_(kAnswerBytesMax - std::min(kAnswerBytesMax, answer.ByteSizeLong() + kNumbersBytes)) {
  }

  // Appends the entries of the first items, as many as fit. Returns whether all of them do.
  // `entry_of(item)` makes an entry: a message or a text.
  template <class Items, class EntryOf, class Entry>
  bool Fill(const Items& items, EntryOf entry_of, google::protobuf::RepeatedPtrField<Entry>& list) {
    for (const auto& item : items) {
      Entry entry = entry_of(item);
      const size_t bytes = BytesOf(entry);
      if (bytes > bytes_) return false;
      bytes_ -= bytes;
      *list.Add() = std::move(entry);
    }
    return true;
  }

 private:
  // For counts and flags that are set when the lists are known.
  static constexpr size_t kNumbersBytes = 256;

  template <class Entry>
  static size_t BytesOf(const Entry& entry) {
    if constexpr (std::is_same_v<Entry, std::string>) {
      return entry.size() + kTextHeaderBytes;
    } else {
      return EntryBytes(entry);
    }
  }
  static constexpr size_t kTextHeaderBytes = 6;  // the tag and the length, at the most

  size_t bytes_;
};

// The fields of a request that ListPage reads.
struct PageRequest {
  int page_size;  // 0: the default
  absl::string_view page_token;
  std::string fingerprint;
};

// Returns the token of the next page, or an empty text after the last page. A page ends early when
// the answer would exceed kAnswerBytesMax. In a list of all companies, a company for which `list`
// answers NOT_FOUND has nothing to list; NOT_FOUND is the answer only when that goes for all of
// them. Refuses FIELD_INVALID (page_size) and PAGE_TOKEN_INVALID.
absl::StatusOr<std::string> ListPage(const PageRequest& request, const Call& call,
                                     pg::Connection& db, ListPiece list);

//   ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db,
//       [&](const CompanyId& company, const PageKeys& after, const PageRoom& room)
//           -> absl::StatusOr<PagePiece> { … }));
template <class Request>
absl::StatusOr<std::string> ListPage(const Request& request, const Call& call, pg::Connection& db,
                                     ListPiece list) {
  return ListPage(
      PageRequest{request.page_size(), request.page_token(), FingerprintOf(call.method, request)},
      call, db, list);
}

// Of a batch whose answer has one entry for each entry of `field`: ANSWER_TOO_LARGE with the number
// of entries that fit, when the answer would exceed kAnswerBytesMax.
template <class Message>
absl::Status CheckAnswerFits(absl::string_view field,
                             const google::protobuf::RepeatedPtrField<Message>& entries);

// The part of CheckAnswerFits that does not depend on the entries' type.
absl::Status AnswerFits(absl::string_view field, absl::Span<const size_t> bytes);

// Templates.

template <class Message>
absl::Status CheckAnswerFits(absl::string_view field,
                             const google::protobuf::RepeatedPtrField<Message>& entries) {
  std::vector<size_t> bytes;
  bytes.reserve(entries.size());
  for (const Message& entry : entries) bytes.push_back(EntryBytes(entry));
  return AnswerFits(field, bytes);
}

}  // namespace lots
