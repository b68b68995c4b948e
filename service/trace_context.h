// W3C trace context: the id that ties a call's log line to the caller's trace.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

// The trace id of a traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"; of later versions the first
// four parts). Empty for anything malformed, which is as if there were none.
std::string TraceIdOf(absl::string_view traceparent);

}  // namespace lots
