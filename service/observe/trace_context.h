// W3C trace context: connects a call, its log line, its span and its statements with the caller's
// trace.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lots {

// At least so many must be passed on: https://www.w3.org/TR/trace-context-1/ §3.3.
inline constexpr size_t kTraceStateCharactersMax = 512;

// The trace that the caller sent. The ids are empty when the caller sent none.
struct TraceParent {
  std::string trace_id;  // 32 hexadecimal digits
  std::string span_id;   // 16, of the caller's own span
  bool sampled = false;  // whether the trace is recorded
};

// Parses a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"; of later versions the first four
// parts). A malformed header counts as no header.
TraceParent ParseTraceParent(absl::string_view traceparent);

// Joins the tracestate headers, in their order, to the one that is passed on. When the members
// exceed kTraceStateCharactersMax, those of more than 128 characters are left out first (§3.3.1.5).
// Empty when there is no header, or a malformed one.
std::string JoinTraceState(absl::Span<const absl::string_view> headers);

// A call's place in a trace. All ids are empty when the call has no trace.
struct CallTrace {
  std::string trace_id;        // 32 hexadecimal digits
  std::string span_id;         // 16, of the call itself
  std::string parent_span_id;  // the caller's; empty: the trace begins here
  std::string state;           // the caller's tracestate
  bool sampled = false;        // whether the trace is recorded

  // The header to pass on: "00-<trace id>-<span id>-01". Empty without a trace.
  std::string traceparent() const;
};

// While a TraceScope exists, the work of its thread belongs to the trace. The trace outlives the
// scope. Scopes do not nest.
class TraceScope {
 public:
  explicit TraceScope(const CallTrace& trace);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  // The trace of this thread's scope; an empty one when there is no scope.
  static const CallTrace& trace();
};

}  // namespace lots
