// A call as OTLP has it.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "service/observe/span.h"

namespace lots {
namespace {

using nlohmann::json;

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";

Span GetLot(grpc::StatusCode code) {
  return {.trace = {.trace_id = kTrace,
                    .span_id = "b7ad6b7169203331",
                    .parent_span_id = "00f067aa0ba902b7",
                    .state = "congo=t61rcWkgMzE"},
          .method = "lots.v1.LotService/GetLot",
          .begin = absl::FromUnixMicros(1'000'000),
          .end = absl::FromUnixMicros(1'000'250),
          .code = code,
          .reason = code == grpc::StatusCode::OK ? "" : "LOT_NOT_FOUND",
          .company = "acme",
          .queued = absl::Milliseconds(1),
          .database = absl::Milliseconds(2)};
}

json SpansOf(absl::Span<const Span> spans) {
  const json sent = json::parse(OtlpJson(spans, "1.2.3"));
  return sent["resourceSpans"][0]["scopeSpans"][0]["spans"];
}

std::map<std::string, json> AttributesOf(const json& span) {
  std::map<std::string, json> attributes;
  for (const json& attribute : span["attributes"]) {
    attributes[attribute["key"]] = *attribute["value"].begin();
  }
  return attributes;
}

TEST(OtlpJson, TellsWhenWhatAndForWhom) {
  const json span = SpansOf({GetLot(grpc::StatusCode::NOT_FOUND)})[0];

  EXPECT_EQ(span["traceId"], kTrace);
  EXPECT_EQ(span["spanId"], "b7ad6b7169203331");
  EXPECT_EQ(span["parentSpanId"], "00f067aa0ba902b7");
  EXPECT_EQ(span["traceState"], "congo=t61rcWkgMzE");
  EXPECT_EQ(span["name"], "lots.v1.LotService/GetLot");
  EXPECT_EQ(span["kind"], 2);
  EXPECT_EQ(span["startTimeUnixNano"], "1000000000");
  EXPECT_EQ(span["endTimeUnixNano"], "1000250000");
  const std::map<std::string, json> expected = {
      {"rpc.system", "grpc"},        {"rpc.service", "lots.v1.LotService"},
      {"rpc.method", "GetLot"},      {"rpc.grpc.status_code", "5"},
      {"lots.company", "acme"},      {"lots.reason", "LOT_NOT_FOUND"},
      {"lots.queue_seconds", 0.001}, {"lots.database_seconds", 0.002}};
  EXPECT_EQ(AttributesOf(span), expected);
}

TEST(OtlpJson, OnlyTheServersOwnFailuresAreErrors) {
  EXPECT_TRUE(SpansOf({GetLot(grpc::StatusCode::OK)})[0]["status"].empty());
  EXPECT_TRUE(SpansOf({GetLot(grpc::StatusCode::NOT_FOUND)})[0]["status"].empty());
  EXPECT_EQ(SpansOf({GetLot(grpc::StatusCode::UNAVAILABLE)})[0]["status"]["code"], 2);
  EXPECT_EQ(SpansOf({GetLot(grpc::StatusCode::INTERNAL)})[0]["status"]["message"], "Internal");
}

TEST(OtlpJson, ATraceThatBeginsHereHasNoParent) {
  Span span = GetLot(grpc::StatusCode::OK);
  span.trace.parent_span_id.clear();
  span.trace.state.clear();
  EXPECT_FALSE(SpansOf({span})[0].contains("parentSpanId"));
  EXPECT_FALSE(SpansOf({span})[0].contains("traceState"));
}

TEST(MakeSpanId, MakesAnotherEachTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.insert(MakeSpanId());
  EXPECT_EQ(ids.size(), 100u);
  EXPECT_EQ(ids.begin()->size(), 16u);
  EXPECT_EQ(MakeTraceId().size(), 32u);
}

}  // namespace
}  // namespace lots
