// Lists, a page after the other.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "service/ctl/session/session.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {

// The most that the API gives in one page.
inline constexpr int64_t kPageSize = 1'000;
// As much as a person still looks through.
inline constexpr int64_t kLimitDefault = 1'000;

// Tells on standard error that there is more than was shown.
void PrintMoreThan(int64_t limit, const Terminal& terminal);

// Calls `show` with every page until `limit` items were shown (0: all of them); `show` says how
// many a page had. In JSON mode pages are printed instead of shown.
template <class Stub, class Request, class Response>
absl::Status ForEachPage(
    Session& session, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    Request request, int64_t limit, absl::FunctionRef<int64_t(const Response&)> show) {
  int64_t shown = 0;
  while (true) {
    const int64_t left = limit == 0 ? kPageSize : std::min(kPageSize, limit - shown);
    request.set_page_size(static_cast<int32_t>(left));
    ASSIGN_OR_RETURN(const Response page, session.Call(method, request));
    shown += show(page);
    if (session.json()) RETURN_IF_ERROR(session.PrintJson(page));
    session.progress().Advance(left);
    if (page.next_page_token().empty()) return absl::OkStatus();
    if (limit != 0 && shown >= limit) break;
    request.set_page_token(page.next_page_token());
  }
  PrintMoreThan(limit, session.terminal());
  return absl::OkStatus();
}

}  // namespace lots::ctl
