// W3C trace context: the id that ties a call's log line to the caller's trace.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

// The trace id of a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"; of later versions the first
// four parts). Empty for anything malformed, which is as if there were none.
std::string TraceIdOf(absl::string_view traceparent);

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
