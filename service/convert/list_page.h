// One page of a list, the same for all lists: page size, page token, and the companies in turn.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "service/rpc/call.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// The sort keys of the last listed item, as text; empty: begin with the first item.
using PageKeys = std::vector<std::string>;

// The items that one company adds to a page.
struct PagePiece {
  int count = 0;   // items listed
  PageKeys after;  // sort keys of the last item if the company has more items; else empty
};

// Lists at most `limit` (positive) items of `company` after `after`, appending them to the answer.
using ListPiece = absl::FunctionRef<absl::StatusOr<PagePiece>(const CompanyId& company,
                                                              const PageKeys& after, int limit)>;

// Makes the piece of what an operation returned when asked for `limit` + 1 items: the one too many
// says that there are more, and is not listed. `keys_of(item)` → PageKeys; `add(item)` appends it
// to the answer.
template <class Item, class KeysOf, class Add>
PagePiece FillPiece(const std::vector<Item>& items, int limit, KeysOf keys_of, Add add) {
  const bool has_more = static_cast<int>(items.size()) > limit;
  PagePiece piece{.count = has_more ? limit : static_cast<int>(items.size()), .after = {}};
  for (int i = 0; i < piece.count; ++i) add(items[i]);
  if (has_more) piece.after = keys_of(items[limit - 1]);
  return piece;
}

// The fields of a request that ListPage reads.
struct PageRequest {
  int page_size;  // 0: the default
  absl::string_view page_token;
  std::string fingerprint;
};

// Returns the token of the next page, or an empty text after the last page. In a list of all
// companies, a company for which `list` answers NOT_FOUND has nothing to list; NOT_FOUND is the
// answer only when that goes for all of them. Refuses FIELD_INVALID (page_size) and
// PAGE_TOKEN_INVALID.
absl::StatusOr<std::string> ListPage(const PageRequest& request, const Call& call,
                                     pg::Connection& db, ListPiece list);

//   ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db,
//       [&](const CompanyId& company, const PageKeys& after, int limit)
//           -> absl::StatusOr<PagePiece> { … }));
template <class Request>
absl::StatusOr<std::string> ListPage(const Request& request, const Call& call, pg::Connection& db,
                                     ListPiece list) {
  return ListPage(
      PageRequest{request.page_size(), request.page_token(), FingerprintOf(call.method, request)},
      call, db, list);
}

}  // namespace lots
