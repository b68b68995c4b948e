// Makes span ids and writes spans as OTLP JSON.
#include "service/observe/span.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "service/base/status.h"

namespace lots {
namespace {

using nlohmann::json;

constexpr int kServer = 2;  // SpanKind
constexpr int kError = 2;   // StatusCode of a span

json Attribute(const char* key, json value) { return {{"key", key}, {"value", std::move(value)}}; }
json Text(const char* key, absl::string_view text) {
  return Attribute(key, {{"stringValue", std::string(text)}});
}
json Seconds(const char* key, absl::Duration duration) {
  return Attribute(key, {{"doubleValue", absl::ToDoubleSeconds(duration)}});
}

// The codes that OpenTelemetry's conventions for gRPC count as failures of the server.
bool IsFailure(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS:
      return true;
    default:
      return false;
  }
}

json AttributesOf(const Span& span) {
  const std::pair<std::string, std::string> names =
      absl::StrSplit(span.method, absl::MaxSplits('/', 1));
  json attributes = json::array({
      Text("rpc.system", "grpc"),
      Text("rpc.service", names.first),
      Text("rpc.method", names.second),
      // 64-bit numbers are text in the JSON of protobuf.
      Attribute("rpc.grpc.status_code", {{"intValue", absl::StrCat(int{span.code})}}),
      Text("lots.company", span.company),
      Seconds("lots.queue_seconds", span.queued),
      Seconds("lots.database_seconds", span.database),
  });
  if (!span.reason.empty()) attributes.push_back(Text("lots.reason", span.reason));
  return attributes;
}

json ToJson(const Span& span) {
  json message = {{"traceId", span.trace.trace_id},
                  {"spanId", span.trace.span_id},
                  {"name", std::string(span.method)},
                  {"kind", kServer},
                  {"startTimeUnixNano", absl::StrCat(absl::ToUnixNanos(span.begin))},
                  {"endTimeUnixNano", absl::StrCat(absl::ToUnixNanos(span.end))},
                  {"attributes", AttributesOf(span)},
                  {"status", json::object()}};
  if (!span.trace.parent_span_id.empty()) message["parentSpanId"] = span.trace.parent_span_id;
  if (!span.trace.state.empty()) message["traceState"] = span.trace.state;
  if (IsFailure(span.code)) {
    message["status"] = {{"code", kError}, {"message", std::string(CodeName(span.code))}};
  }
  return message;
}

uint64_t NotZero() {
  thread_local absl::BitGen random;
  return absl::Uniform<uint64_t>(absl::IntervalOpenClosed, random, 0, UINT64_MAX);
}

}  // namespace

std::string MakeSpanId() { return absl::StrFormat("%016x", NotZero()); }

std::string MakeTraceId() { return absl::StrCat(MakeSpanId(), MakeSpanId()); }

std::string OtlpJson(absl::Span<const Span> spans, absl::string_view version) {
  json messages = json::array();
  for (const Span& span : spans) messages.push_back(ToJson(span));
  const json resource = {{"attributes", json::array({Text("service.name", "lotd"),
                                                     Text("service.version", version)})}};
  const json scope = {{"name", "lotd"}};
  const json request = {
      {"resourceSpans",
       json::array({{{"resource", resource},
                     {"scopeSpans", json::array({{{"scope", scope}, {"spans", messages}}})}}})}};
  return request.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace lots
