// The span of a call, as OpenTelemetry defines spans, for a collector of traces.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "grpcpp/support/status_code_enum.h"
#include "service/observe/trace_context.h"

namespace lots {

// Holds names and times only; no contents of requests or answers.
struct Span {
  CallTrace trace;           // never an empty one
  absl::string_view method;  // "lots.v1.LotService/GetLot"; outlives the span
  absl::Time begin;
  absl::Time end;
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason;  // of a refusal
  std::string company;
  absl::Duration queued;
  absl::Duration database;
};

// Random ids of 16 and of 32 hexadecimal digits; never zero.
std::string MakeSpanId();
std::string MakeTraceId();

// An ExportTraceServiceRequest of OTLP 1.0 as JSON.
std::string OtlpJson(absl::Span<const Span> spans, absl::string_view version);

}  // namespace lots
