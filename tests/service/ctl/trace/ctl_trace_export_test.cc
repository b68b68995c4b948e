// A traced graph as a table, CSV, DOT and SVG.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "service/ctl/trace/graph.h"

namespace lots::ctl {
namespace {

using testing::HasSubstr;

TracedGraph GraphOf(const std::string& text) {
  v1::TracePiece piece;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &piece));
  TracedGraph graph;
  graph.Add(piece);
  return graph;
}

// Steel, pooled, and a motor, exact, went into a pump, whose number and partner mean harm.
constexpr char kPump[] = R"(
    nodes { lot_id: "s" product_id: "steel" number: "H-1" state: LOT_STATE_ACTIVE
            certainty: CERTAINTY_CERTAIN on_hand_quantity: "97.5"
            bounds { total_quantity: "100" affected_quantity_min: "100"
                     affected_quantity_max: "100" seed_quantity_min: "100"
                     seed_quantity_max: "100" } }
    nodes { lot_id: "m" product_id: "motor" number: "M-1" certainty: CERTAINTY_CERTAIN }
    nodes { lot_id: "p" product_id: "pump" number: "=1+\"1\"\\" depth: 1
            state: LOT_STATE_ACTIVE
            certainty: CERTAINTY_POSSIBLE
            places { location_id: "CUSTOMER" quantity: "1" } place_count: 30
            partner_movements { kind: MOVEMENT_KIND_DELIVERY partner_id: "@SUM" quantity: "1" }
            partner_movement_count: 1
            bounds { total_quantity: "1" affected_quantity_min: "0" affected_quantity_max: "1"
                     seed_quantity_min: "0" seed_quantity_max: "2.5" } }
    transformations { transformation_id: "t" kind: TRANSFORMATION_KIND_PRODUCTION
                      work_order_id: "WO-7" occur_time { seconds: 1767225600 } }
    links { transformation_id: "t" lot_id: "s" kind: TRACE_LINK_KIND_POOLED_INPUT quantity: "2.5" }
    links { transformation_id: "t" lot_id: "m" kind: TRACE_LINK_KIND_EXACT_INPUT quantity: "1"
            output_lot_id: "p" }
    links { transformation_id: "t" lot_id: "p" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" }
    links { transformation_id: "t" lot_id: "gone" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" })";

template <class Write>
std::string Written(Write write) {
  std::ostringstream out;
  write(out);
  return out.str();
}

TEST(TraceTable, HasALineALot) {
  const TracedGraph graph = GraphOf(kPump);
  const std::string table =
      Written([&](std::ostream& out) { WriteTraceTable(graph, {.out = out, .err = out}); });
  EXPECT_THAT(table, HasSubstr("DEPTH  LOT"));
  EXPECT_THAT(table, HasSubstr("0  steel/H-1"));
  EXPECT_THAT(table, HasSubstr("100 of 100"));
  EXPECT_THAT(table, HasSubstr("0–1 of 1"));
  EXPECT_THAT(table, HasSubstr("1@CUSTOMER; … 30 in all"));
}

TEST(TraceCsv, IsSafeForSpreadsheets) {
  TracedGraph graph = GraphOf(kPump);
  graph.units["steel"] = "kg";
  const std::string csv = Written([&](std::ostream& out) { WriteTraceCsv(graph, out); });
  EXPECT_THAT(csv, testing::StartsWith("\xEF\xBB\xBF"
                                       "depth,certainty,product,number,"));
  EXPECT_THAT(csv, HasSubstr("\r\n0,seed,steel,H-1,,active,,97.5,100,100,100,100,100,kg,,,s\r\n"));
  // The cell shows =1+"1"\ as it is.
  EXPECT_THAT(csv,
              HasSubstr("\r\n1,possible,pump,\"=\"\"=1+\"\"\"\"1\"\"\"\"\\\"\"\",,active,,,1,0,1,0,"
                        "2.5,,\"=\"\"1@CUSTOMER; … 30 in all\"\"\",delivery 1 @SUM,p\r\n"));
}

TEST(TraceDot, FlowsFromInputsToOutputsAndEscapes) {
  const TracedGraph graph = GraphOf(kPump);
  const std::string dot = Written([&](std::ostream& out) { WriteTraceDot(graph, out); });
  EXPECT_THAT(dot, HasSubstr("lot0 -> step0 [label=\"2.5\", style=dashed];"));
  EXPECT_THAT(dot, HasSubstr("lot1 -> step0 [label=\"1\"];"));
  EXPECT_THAT(dot, HasSubstr("step0 -> lot2 [label=\"1\"];"));
  EXPECT_THAT(dot, HasSubstr(R"(label="pump/=1+\"1\"\\\naffected 0–1 of 1")"));
  EXPECT_THAT(dot, HasSubstr("label=\"WO-7\\n2026-01-01 00:00:00Z\""));
  EXPECT_EQ(dot, Written([&](std::ostream& out) { WriteTraceDot(GraphOf(kPump), out); }));
}

TEST(TraceSvg, IsDrawnByGraphviz) {
  const auto svg = DrawTraceSvg(GraphOf(kPump));
  ASSERT_TRUE(svg.ok()) << svg.status();
  EXPECT_THAT(*svg, HasSubstr("<svg"));
  EXPECT_THAT(*svg, HasSubstr("steel/H&#45;1"));
  EXPECT_THAT(*svg, HasSubstr("</svg>"));
}

TEST(TraceSvg, SaysWhatToInstallWhenGraphvizIsMissing) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const auto svg = DrawTraceSvg(GraphOf(kPump));
  setenv("PATH", path.c_str(), 1);
  EXPECT_THAT(std::string(svg.status().message()), HasSubstr("install the package graphviz"));
}

TEST(TraceSvg, RefusesWhatNobodyCouldRead) {
  TracedGraph graph;
  graph.nodes.resize(3'001);
  EXPECT_THAT(std::string(DrawTraceSvg(graph).status().message()),
              HasSubstr("choose --format html"));
}

}  // namespace
}  // namespace lots::ctl
