// W3C trace context: what ties a call, its log line, its span and its statements to the caller's
// trace.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lots {

// https://www.w3.org/TR/trace-context-1/ §3.3: what must be passed on, at least.
inline constexpr size_t kTraceStateCharactersMax = 512;

// What a caller says of the trace that its call is part of. Empty ids: nothing.
struct TraceParent {
  std::string trace_id;  // 32 hexadecimal digits
  std::string span_id;   // 16, of the caller's own span
  bool sampled = false;  // whether the trace is recorded
};

// Reads a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"; of later versions the first four
// parts). Anything malformed is as if there were none.
TraceParent ParseTraceParent(absl::string_view traceparent);

// What systems on the way of the trace keep in it, as it is passed on: the tracestate headers in
// their order, joined; of more than kTraceStateCharactersMax the members that fit, long ones (over
// 128 characters) left out first (§3.3.1.5). Empty when there is none, or one that is malformed.
std::string JoinTraceState(absl::Span<const absl::string_view> headers);

// A call's place in a trace. An empty trace_id: it has none, and then no ids either.
struct CallTrace {
  std::string trace_id;        // 32 hexadecimal digits
  std::string span_id;         // 16, of the call itself
  std::string parent_span_id;  // the caller's; empty: the trace begins here
  std::string state;           // the caller's tracestate
  bool sampled = false;        // whether the trace is recorded

  // As it is passed on: "00-<trace id>-<span id>-01". Empty without a trace.
  std::string traceparent() const;
};

// While it lives, what this thread does belongs to the trace, which outlives it. Scopes do not
// nest.
class TraceScope {
 public:
  explicit TraceScope(const CallTrace& trace);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  // Of this thread's scope; one without a trace when there is no scope.
  static const CallTrace& trace();
};

}  // namespace lots
