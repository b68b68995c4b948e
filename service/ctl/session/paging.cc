// The pages of a list, read through the fields that every paged method has.
#include "service/ctl/session/paging.h"

#include <algorithm>
#include <string>

#include "google/protobuf/descriptor.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* FieldOf(const Message& message, const char* name) {
  const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
  Check(field != nullptr);
  return field;
}

void SetPageSize(Message& request, int64_t size) {
  request.GetReflection()->SetInt32(&request, FieldOf(request, "page_size"),
                                    static_cast<int32_t>(size));
}

std::string NextPageToken(const Message& page) {
  return page.GetReflection()->GetString(page, FieldOf(page, "next_page_token"));
}

void SetPageToken(Message& request, const std::string& token) {
  request.GetReflection()->SetString(&request, FieldOf(request, "page_token"), token);
}

}  // namespace

void SayNone(const Session& session, absl::string_view what) {
  if (session.json()) return;
  session.terminal().err << "lotctl: there are no " << what << " to show\n";
}

absl::Status ReadPages(Session& session, const char* path, Message& request, Message& page,
                       const Listed& listed, absl::FunctionRef<int64_t()> show) {
  const int64_t limit = listed.limit;
  int64_t shown = 0;
  while (true) {
    const int64_t left = limit == 0 ? kPageSize : std::min(kPageSize, limit - shown);
    SetPageSize(request, left);
    RETURN_IF_ERROR(session.CallUnary(path, request, page));
    shown += show();
    if (session.json()) RETURN_IF_ERROR(session.PrintJson(page));
    session.progress().Advance(left);
    const std::string next = NextPageToken(page);
    if (next.empty()) break;
    if (limit != 0 && shown >= limit) {
      session.terminal().err << "lotctl: there are more than " << limit
                             << "; --limit shows more, --limit 0 all of them\n";
      break;
    }
    SetPageToken(request, next);
  }
  if (shown == 0) SayNone(session, listed.what);
  return absl::OkStatus();
}

}  // namespace lots::ctl
