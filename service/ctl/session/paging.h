// Lists, a page after the other.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "service/ctl/session/session.h"
#include "storage/base/limits.h"

namespace lots::ctl {

// The most that the API gives in one page.
inline constexpr int64_t kPageSize = kPageSizeMax;
// As much as a person still looks through.
inline constexpr int64_t kLimitDefault = 1'000;

// The pages of the method at `path`, for ForEachPage: each is read into `page` before `show` runs.
absl::Status ReadPages(Session& session, const char* path, google::protobuf::Message& request,
                       google::protobuf::Message& page, int64_t limit,
                       absl::FunctionRef<int64_t()> show);

// Calls `show` with every page until `limit` items were shown (0: all of them), and says on
// standard error when there are more. `show` returns how many items a page had. In JSON mode pages
// are printed instead of shown.
template <class Request, class Response>
absl::Status ForEachPage(Session& session, const UnaryMethod<Request, Response>& method,
                         Request request, int64_t limit,
                         std::type_identity_t<absl::FunctionRef<int64_t(const Response&)>> show) {
  Response page;
  return ReadPages(session, method.path, request, page, limit, [&] { return show(page); });
}

}  // namespace lots::ctl
