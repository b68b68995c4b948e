#include "service/trace_context.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_split.h"

namespace lots {
namespace {

thread_local absl::string_view current_trace_id;

bool IsLowerHex(absl::string_view text, size_t size) {
  constexpr auto kNone = absl::string_view::npos;
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == kNone;
}

bool IsZero(absl::string_view text) {
  return text.find_first_not_of('0') == absl::string_view::npos;
}

}  // namespace

TraceParent ParseTraceParent(absl::string_view traceparent) {
  const std::vector<absl::string_view> parts = absl::StrSplit(traceparent, '-');
  if (parts.size() < 4 || !IsLowerHex(parts[0], 2) || parts[0] == "ff") return {};
  if (parts[0] == "00" && parts.size() != 4) return {};
  if (!IsLowerHex(parts[1], 32) || !IsLowerHex(parts[2], 16) || !IsLowerHex(parts[3], 2)) return {};
  if (IsZero(parts[1]) || IsZero(parts[2])) return {};
  // The last bit of the last digit.
  const bool sampled = absl::string_view("13579bdf").find(parts[3][1]) != absl::string_view::npos;
  return {.trace_id = std::string(parts[1]), .span_id = std::string(parts[2]), .sampled = sampled};
}

TraceScope::TraceScope(absl::string_view trace_id) { current_trace_id = trace_id; }

TraceScope::~TraceScope() { current_trace_id = {}; }

absl::string_view TraceScope::trace_id() { return current_trace_id; }

}  // namespace lots
