// The traced graph as a tree.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "service/ctl/trace/tree.h"

namespace lots::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::TracePiece PieceOf(const std::string& text) {
  v1::TracePiece piece;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &piece));
  return piece;
}

std::string Drawn(const TraceTree& tree) {
  std::ostringstream out;
  for (const TreeNode& root : tree.Draw()) PrintTree(root, {.out = out, .err = out});
  return out.str();
}

TEST(TraceTree, ShowsPlacesPartnersAndHowALotWasUsed) {
  TraceTree tree(TraceTree::kUpstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "p" product_id: "pump" number: "SN-1" certainty: CERTAINTY_CERTAIN
            on_hand_quantity: "0"
            places { location_id: "CUSTOMER" location_kind: LOCATION_KIND_CUSTOMER quantity: "1"
                     arrive_time { seconds: 1767225600 } }
            place_count: 1
            partner_movements { kind: MOVEMENT_KIND_DELIVERY partner_id: "C-9" quantity: "1"
                                document { type: "delivery_note" number: "7" } }
            partner_movement_count: 1 }
    nodes { lot_id: "s" product_id: "steel" number: "H-1" reference: "SUP-9" depth: 1
            certainty: CERTAINTY_POSSIBLE place_count: 25
            places { location_id: "RAW" location_kind: LOCATION_KIND_INTERNAL quantity: "4" } })"));
  tree.Add(PieceOf(R"(
    transformations { transformation_id: "t" kind: TRANSFORMATION_KIND_PRODUCTION
                      work_order_id: "WO-7" occur_time { seconds: 1767225600 } }
    links { transformation_id: "t" lot_id: "p" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" }
    links { transformation_id: "t" lot_id: "s" kind: TRACE_LINK_KIND_POOLED_INPUT
            quantity: "2.5" })"));
  EXPECT_EQ(Drawn(tree),
            "pump/SN-1\n"
            "│  now 1 at CUSTOMER (customer) since 2026-01-01 00:00:00Z\n"
            "│  delivery 1 to C-9, delivery_note 7\n"
            "└─ work order WO-7  2026-01-01 00:00:00Z  made 1\n"
            "   └─ steel/H-1  possibly  used 2.5 (pooled)\n"
            "         reference SUP-9\n"
            "         now 4 at RAW, … 25 places in all\n");
}

// a goes into b and c, and both into d.
constexpr char kDiamond[] = R"(
    nodes { lot_id: "a" product_id: "x" number: "A" }
    nodes { lot_id: "b" product_id: "x" number: "B" depth: 1 }
    nodes { lot_id: "c" product_id: "x" number: "C" depth: 1 }
    nodes { lot_id: "d" product_id: "x" number: "D" depth: 2 }
    links { transformation_id: "1" lot_id: "a" kind: TRACE_LINK_KIND_POOLED_INPUT quantity: "2" }
    links { transformation_id: "1" lot_id: "b" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" }
    links { transformation_id: "1" lot_id: "c" kind: TRACE_LINK_KIND_BY_PRODUCT quantity: "1" }
    links { transformation_id: "2" lot_id: "b" kind: TRACE_LINK_KIND_POOLED_INPUT quantity: "1" }
    links { transformation_id: "2" lot_id: "c" kind: TRACE_LINK_KIND_POOLED_INPUT quantity: "1" }
    links { transformation_id: "2" lot_id: "d" kind: TRACE_LINK_KIND_OUTPUT quantity: "2" })";

TEST(TraceTree, ExpandsALotOnce) {
  TraceTree tree(TraceTree::kDownstream);
  tree.Add(PieceOf(kDiamond));
  EXPECT_EQ(Drawn(tree),
            "x/A\n"
            "│  used up\n"
            "└─ transformation 1  used 2 (pooled)\n"
            "   ├─ x/B  made 1\n"
            "   │  │  used up\n"
            "   │  └─ transformation 2  used 1 (pooled)\n"
            "   │     └─ x/D  made 2\n"
            "   │           now at no place\n"
            "   └─ x/C  by-product 1\n"
            "      │  used up\n"
            "      └─ transformation 2  used 1 (pooled)\n"
            "         └─ x/D  made 2  ↑ above\n");
}

TEST(TraceTree, AnExactComponentLeadsToItsOwnUnitOnly) {
  TraceTree tree(TraceTree::kDownstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "a" product_id: "motor" number: "M-1" }
    nodes { lot_id: "b" product_id: "pump" number: "SN-1" tracking: TRACKING_SERIAL depth: 1 }
    links { transformation_id: "1" lot_id: "a" kind: TRACE_LINK_KIND_EXACT_INPUT quantity: "1"
            output_lot_id: "b" }
    links { transformation_id: "1" lot_id: "b" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" }
    links { transformation_id: "1" lot_id: "c" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" })"));
  EXPECT_EQ(Drawn(tree),
            "motor/M-1\n"
            "│  now in pump/SN-1\n"
            "└─ transformation 1  used 1 (exact)\n"
            "   └─ pump/SN-1  made 1\n"
            "         now at no place\n");
}

TEST(TraceTree, WhatCameBackWholeIsShownAndNotFollowed) {
  TraceTree tree(TraceTree::kDownstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "u" product_id: "pump" number: "SN-1" }
    nodes { lot_id: "m" product_id: "motor" number: "M-1" depth: 1 }
    transformations { transformation_id: "1" kind: TRANSFORMATION_KIND_DISASSEMBLY }
    links { transformation_id: "1" lot_id: "u" kind: TRACE_LINK_KIND_EXACT_INPUT quantity: "1" }
    links { transformation_id: "1" lot_id: "m" kind: TRACE_LINK_KIND_RETURNED_COMPONENT
            quantity: "1" }
    links { transformation_id: "2" lot_id: "m" kind: TRACE_LINK_KIND_POOLED_INPUT
            quantity: "1" })"));
  EXPECT_EQ(Drawn(tree),
            "pump/SN-1\n"
            "│  taken apart\n"
            "└─ disassembly  used 1 (exact)\n"
            "   └─ motor/M-1  came back whole 1, not followed\n");
}

TEST(TraceTree, WhatIsNoLongerThereSaysUntilWhen) {
  TraceTree tree(TraceTree::kDownstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "m" product_id: "motor" number: "M-1" }
    nodes { lot_id: "u" product_id: "pump" number: "SN-1" depth: 1 certainty: CERTAINTY_CERTAIN
            former: true until_time { seconds: 1767225600 }
            bounds { total_quantity: "1" affected_quantity_min: "0" affected_quantity_max: "1" } }
    transformations { transformation_id: "1" kind: TRANSFORMATION_KIND_MAINTENANCE }
    links { transformation_id: "1" lot_id: "m" kind: TRACE_LINK_KIND_EXACT_INPUT quantity: "1"
            output_lot_id: "u" former: true until_time { seconds: 1767225600 } }
    links { transformation_id: "1" lot_id: "u" kind: TRACE_LINK_KIND_MAINTAINED
            quantity: "1" })"));
  const std::string drawn = Drawn(tree);
  EXPECT_THAT(drawn, HasSubstr("─ maintenance  used 1 (exact), until 2026-01-01 00:00"));
  EXPECT_THAT(drawn, HasSubstr("─ pump/SN-1  no longer  maintained\n"));
  EXPECT_THAT(drawn, Not(HasSubstr("affected")));
}

TEST(TraceTree, ACorrectionIsNoCompletion) {
  TraceTree tree(TraceTree::kUpstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "u" product_id: "pump" number: "SN-1" }
    nodes { lot_id: "m" product_id: "motor" number: "M-1" depth: 1 }
    transformations { transformation_id: "1" kind: TRANSFORMATION_KIND_CORRECTION
                      work_order_id: "WO-7" }
    links { transformation_id: "1" lot_id: "u" kind: TRACE_LINK_KIND_MAINTAINED quantity: "1" }
    links { transformation_id: "1" lot_id: "m" kind: TRACE_LINK_KIND_EXACT_INPUT quantity: "1"
            output_lot_id: "u" })"));
  EXPECT_THAT(Drawn(tree), HasSubstr("─ correction of work order WO-7  maintained\n"));
}

TEST(TraceTree, ACircleOfReworkEnds) {
  TraceTree tree(TraceTree::kDownstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "a" product_id: "pump" number: "SN-1" }
    links { transformation_id: "1" lot_id: "a" kind: TRACE_LINK_KIND_POOLED_INPUT quantity: "1" }
    links { transformation_id: "1" lot_id: "a" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" })"));
  EXPECT_EQ(Drawn(tree),
            "pump/SN-1\n"
            "│  used up\n"
            "└─ transformation 1  used 1 (pooled)\n"
            "   └─ pump/SN-1  made 1  ↑ above\n");
}

TEST(TraceTree, ALotBeyondALimitIsNamedByItsId) {
  TraceTree tree(TraceTree::kDownstream);
  tree.Add(PieceOf(R"(
    nodes { lot_id: "a" product_id: "x" number: "A" }
    links { transformation_id: "1" lot_id: "a" kind: TRACE_LINK_KIND_POOLED_INPUT quantity: "1" }
    links { transformation_id: "1" lot_id: "z" kind: TRACE_LINK_KIND_OUTPUT quantity: "1" })"));
  EXPECT_NE(Drawn(tree).find("└─ lot z  made 1\n"), std::string::npos);
}

}  // namespace
}  // namespace lots::ctl
