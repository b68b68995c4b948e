// W3C trace context: what ties a call, its log line and its span to the caller's trace.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

// What a caller says of the trace that its call is part of. Empty ids: nothing.
struct TraceParent {
  std::string trace_id;  // 32 hexadecimal digits
  std::string span_id;   // 16, of the caller's own span
  bool sampled = false;  // whether the trace is recorded
};

// Reads a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"; of later versions the first four
// parts). Anything malformed is as if there were none.
TraceParent ParseTraceParent(absl::string_view traceparent);

// While it lives, what this thread does belongs to the trace. Scopes do not nest; the text outlives
// the scope.
class TraceScope {
 public:
  explicit TraceScope(absl::string_view trace_id);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  // Of this thread's scope; empty: there is none, or its call has no trace.
  static absl::string_view trace_id();
};

}  // namespace lots
