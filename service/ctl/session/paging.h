// Lists, a page after the other.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/ctl/session/session.h"
#include "storage/base/limits.h"

namespace lots::ctl {

// The most that the API gives in one page.
inline constexpr int64_t kPageSize = kPageSizeMax;
// As much as a person still looks through.
inline constexpr int64_t kLimitDefault = 1'000;

// What a list is of, in the plural, and how many of it are wanted; 0: all.
struct Listed {
  const char* what;
  int64_t limit = kLimitDefault;
};

// The pages of the method at `path`, for ForEachPage: each is read into `page` before `show` runs.
absl::Status ReadPages(Session& session, const char* path, google::protobuf::Message& request,
                       google::protobuf::Message& page, const Listed& listed,
                       absl::FunctionRef<int64_t()> show);

// Calls `show` with every page until enough items were shown, and says on standard error when there
// are more, or none at all. `show` returns how many items a page had. In JSON mode pages are
// printed instead of shown.
template <class Request, class Response>
absl::Status ForEachPage(Session& session, const UnaryMethod<Request, Response>& method,
                         Request request, const Listed& listed,
                         std::type_identity_t<absl::FunctionRef<int64_t(const Response&)>> show) {
  Response page;
  return ReadPages(session, method.path, request, page, listed, [&] { return show(page); });
}

// Says on standard error that an answer is empty. A machine sees it in the answer itself.
void SayNone(const Session& session, absl::string_view what);

}  // namespace lots::ctl
