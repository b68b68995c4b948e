// The words of refusals of questions about genealogies.
#include "storage/genealogy/questions/refusals.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/lot_rows/resolve.h"

namespace lots {
namespace {

Problem TraceTooLarge(const std::string& field, int64_t limit, std::string message) {
  return {.reason = Reason::kTraceTooLarge,
          .field = field,
          .message = std::move(message),
          .facts = {{"limit", absl::StrCat(limit)}}};
}

}  // namespace

Problem UnitsHaveTooManyOrigins() {
  return TraceTooLarge("failed", kOriginLotsMax,
                       absl::StrCat("the units were made of more than ", kOriginLotsMax,
                                    " lots; ask with fewer of them"));
}

Problem SeedsHaveTooManyRecipients() {
  return TraceTooLarge(
      "seeds", kTraceNodesMax,
      absl::StrCat("more than ", kTraceNodesMax, " lots, or lots more than ", kTraceDepthMax,
                   " transformations away, were made of the seeds; ask with fewer seeds"));
}

}  // namespace lots
