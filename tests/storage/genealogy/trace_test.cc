// Traces of small genealogies: order, certainty, links, limits, places and partners.
#include "storage/genealogy/trace.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/trace_graph_builder.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr TraceDirection kUp = TraceDirection::kUpstream;
constexpr TraceDirection kDown = TraceDirection::kDownstream;

struct Answer {
  std::vector<std::string> nodes;  // "number depth certainty", in the order of the answer
  std::vector<TraceLink> links;
  std::vector<TransformationId> steps;
  TraceSummary summary;
};

class TraceTest : public ::testing::Test {
 protected:
  Answer Run(TraceDirection direction, const std::vector<std::string>& seeds,
             int depth_max = kTraceDepthMax, int64_t node_limit = kTraceNodesDefault) {
    TraceQuery query{.company = graph_.company(),
                     .direction = direction,
                     .depth_max = depth_max,
                     .node_limit = node_limit};
    for (const std::string& seed : seeds) query.seeds.push_back(graph_.Lot(seed));
    Answer answer;
    const absl::StatusOr<TraceSummary> summary =
        Trace(graph_.db(), query, [&](const TracePiece& piece) {
          for (const TraceNode& node : piece.nodes) {
            answer.nodes.push_back(
                absl::StrCat(node.number, " ", node.depth,
                             node.certainty == Certainty::kCertain ? " certain" : " possible"));
          }
          for (const TraceLink& link : piece.links) answer.links.push_back(link);
          for (const Transformation& step : piece.transformations) {
            answer.steps.push_back(step.transformation_id);
          }
        });
    EXPECT_TRUE(summary.ok()) << summary.status();
    if (summary.ok()) answer.summary = *summary;
    return answer;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  TraceGraphBuilder graph_{database_};
};

TEST_F(TraceTest, ChainIsEmittedLevelByLevelInBothDirections) {
  graph_.AddTransformation({{"ore"}}, {{"steel"}});
  graph_.AddTransformation({{"steel"}}, {{"blade"}});

  const Answer down = Run(kDown, {"ore"});
  const Answer up = Run(kUp, {"blade"});

  EXPECT_THAT(down.nodes, ElementsAre("ore 0 certain", "steel 1 certain", "blade 2 certain"));
  EXPECT_THAT(up.nodes, ElementsAre("blade 0 certain", "steel 1 certain", "ore 2 certain"));
  EXPECT_EQ(down.links.size(), 4u);
  EXPECT_EQ(up.links.size(), 4u);
  EXPECT_EQ(down.summary.depth, 2);
  EXPECT_EQ(down.summary.truncated_by, "");
}

TEST_F(TraceTest, ExactComponentsReachOnlyTheUnitTheyWentInto) {
  graph_.AddTransformation({{"c1", "u1"}, {"c2", "u2"}, {"glue"}}, {{"u1"}, {"u2"}});

  EXPECT_THAT(Run(kDown, {"c1"}).nodes, ElementsAre("c1 0 certain", "u1 1 certain"));
  EXPECT_THAT(Run(kDown, {"glue"}).nodes,
              ElementsAre("glue 0 certain", "u1 1 possible", "u2 1 possible"));
  EXPECT_THAT(Run(kUp, {"u2"}).nodes,
              ElementsAre("u2 0 certain", "c2 1 certain", "glue 1 possible"));
}

// An output that goes to two places is listed twice.
TEST_F(TraceTest, AnOutputThatIsListedTwiceIsStillTheOnlyOne) {
  graph_.AddTransformation({{"flour"}}, {{"dough"}, {"dough"}});

  EXPECT_THAT(Run(kDown, {"flour"}).nodes, ElementsAre("flour 0 certain", "dough 1 certain"));
  EXPECT_THAT(Run(kUp, {"dough"}).nodes, ElementsAre("dough 0 certain", "flour 1 certain"));
}

TEST_F(TraceTest, PooledInputOfASingleOutputIsCertain) {
  graph_.AddTransformation({{"flour"}}, {{"dough"}});
  EXPECT_THAT(Run(kDown, {"flour"}).nodes, ElementsAre("flour 0 certain", "dough 1 certain"));
}

TEST_F(TraceTest, ByProductIsTracedLikeAnyOutput) {
  graph_.AddTransformation({{"milk"}}, {{"cheese"}, {"whey", OutputRole::kByProduct}});

  const Answer down = Run(kDown, {"milk"});

  EXPECT_THAT(down.nodes, ElementsAre("milk 0 certain", "cheese 1 possible", "whey 1 possible"));
  EXPECT_EQ(down.links.back().kind, TraceLinkKind::kByProduct);
  EXPECT_THAT(Run(kUp, {"whey"}).nodes, ElementsAre("whey 0 certain", "milk 1 possible"));
}

// A lot is certainly affected if any path to it is certain, even a longer one.
TEST_F(TraceTest, CertaintyComesFromTheBestPathNotTheFirst) {
  graph_.AddTransformation({{"a"}}, {{"z"}, {"other"}});
  graph_.AddTransformation({{"a"}}, {{"b"}});
  graph_.AddTransformation({{"b"}}, {{"z"}});

  EXPECT_THAT(Run(kDown, {"a"}).nodes,
              ElementsAre("a 0 certain", "b 1 certain", "other 1 possible", "z 1 certain"));
}

TEST_F(TraceTest, OutputReachedExactlyFirstAndPooledLaterIsComplete) {
  graph_.AddTransformation({{"root"}}, {{"exact"}, {"late"}});
  graph_.AddTransformation({{"late"}}, {{"pooled"}});
  graph_.AddTransformation({{"exact", "u1"}, {"pooled"}}, {{"u1"}, {"u2"}});

  const Answer down = Run(kDown, {"root"});

  EXPECT_THAT(down.nodes, ElementsAre("root 0 certain", "exact 1 possible", "late 1 possible",
                                      "pooled 2 possible", "u1 2 possible", "u2 3 possible"));
  EXPECT_EQ(down.steps.size(), 3u);
}

TEST_F(TraceTest, LinesAboutTheSameAreOneLinkWithTheirSum) {
  graph_.AddTransformation({{"root"}}, {{"exact"}, {"late"}});
  graph_.AddTransformation({{"late"}}, {{"pooled"}});
  // u1 is read for its exact input, and again for the pooled one.
  graph_.AddTransformation({{"exact", "u1"}, {"exact", "u1"}, {"pooled"}},
                           {{"u1"}, {"u1"}, {"u2"}});

  std::map<std::string, Quantity> sums;
  for (const TraceLink& link : Run(kDown, {"exact", "pooled"}).links) {
    for (const std::string lot : {"exact", "pooled", "u1", "u2"}) {
      if (link.lot_id != graph_.Lot(lot)) continue;
      EXPECT_TRUE(sums.emplace(lot, link.quantity).second) << lot;
    }
  }

  EXPECT_THAT(
      sums,
      ElementsAre(Pair("exact", Quantity::FromUnits(2)), Pair("pooled", Quantity::FromUnits(1)),
                  Pair("u1", Quantity::FromUnits(2)), Pair("u2", Quantity::FromUnits(1))));
  EXPECT_EQ(Run(kDown, {"root"}).links.size(), 9u);
}

TEST_F(TraceTest, ReworkCycleEndsAndEmitsEachLotOnce) {
  graph_.AddTransformation({{"unit"}, {"screw"}}, {{"unit"}});
  graph_.AddTransformation({{"unit"}}, {{"crate"}});
  graph_.AddTransformation({{"crate"}}, {{"unit"}});

  EXPECT_THAT(Run(kDown, {"screw"}).nodes,
              ElementsAre("screw 0 certain", "unit 1 certain", "crate 2 certain"));
  EXPECT_THAT(Run(kUp, {"crate"}).nodes,
              ElementsAre("crate 0 certain", "unit 1 certain", "screw 2 certain"));
}

TEST_F(TraceTest, ReversedCompletionLeadsNowhere) {
  const TransformationId wrong = graph_.AddTransformation({{"a"}}, {{"b"}});
  graph_.AddTransformation({{"a"}}, {{"c"}});
  graph_.Reverse(wrong);

  EXPECT_THAT(Run(kDown, {"a"}).nodes, ElementsAre("a 0 certain", "c 1 certain"));
  EXPECT_THAT(Run(kUp, {"b"}).nodes, ElementsAre("b 0 certain"));
}

TEST_F(TraceTest, ReturnedComponentIsNotMadeFromTheUnit) {
  graph_.AddTransformation({{"c1", "u1"}, {"c2", "u1"}}, {{"u1"}});
  graph_.AddTransformation(
      {{"u1"}}, {{"c1", OutputRole::kReturnedComponent}, {"c2", OutputRole::kReturnedComponent}},
      TransformationKind::kDisassembly);
  graph_.AddTransformation({{"c1", "u2"}}, {{"u2"}});

  const Answer down = Run(kDown, {"c2"});

  EXPECT_THAT(down.nodes, ElementsAre("c2 0 certain", "u1 1 certain"));
  EXPECT_EQ(down.links.back().kind, TraceLinkKind::kReturnedComponent);
  EXPECT_EQ(down.links.back().lot_id, graph_.Lot("c2"));
  EXPECT_THAT(Run(kUp, {"u2"}).nodes, ElementsAre("u2 0 certain", "c1 1 certain"));
}

TEST_F(TraceTest, LimitsSayThatThereIsMore) {
  graph_.AddTransformation({{"a"}}, {{"b1"}, {"b2"}, {"b3"}});
  graph_.AddTransformation({{"b1"}}, {{"c"}});

  const Answer shallow = Run(kDown, {"a"}, 1);
  const Answer few = Run(kDown, {"a"}, kTraceDepthMax, 3);
  const Answer whole = Run(kDown, {"a"}, 2, 5);

  EXPECT_EQ(shallow.summary.truncated_by, "depth_max");
  EXPECT_EQ(shallow.nodes.size(), 4u);
  EXPECT_EQ(few.summary.truncated_by, "node_limit");
  EXPECT_THAT(few.nodes, ElementsAre("a 0 certain", "b1 1 possible", "b2 1 possible"));
  EXPECT_EQ(whole.summary.truncated_by, "");
}

TEST_F(TraceTest, LotWithoutGenealogyIsItsOwnAnswer) {
  const Answer alone = Run(kDown, {"alone"});
  EXPECT_THAT(alone.nodes, ElementsAre("alone 0 certain"));
  EXPECT_THAT(alone.links, IsEmpty());
}

TEST_F(TraceTest, SeedsThatWereDeletedMeanwhileAreNotInTheAnswer) {
  for (const TraceDirection direction : {kUp, kDown}) {
    const TraceQuery query{.company = graph_.company(),
                           .direction = direction,
                           .seeds = {LotId(Uuid::MakeV7())},
                           .depth_max = kTraceDepthMax,
                           .node_limit = kTraceNodesDefault};
    const auto summary = Trace(graph_.db(), query, [](const TracePiece& piece) {
      EXPECT_THAT(piece.nodes, IsEmpty());
      EXPECT_THAT(piece.links, IsEmpty());
    });

    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->node_count, 0);
  }
}

TEST_F(TraceTest, OrderOfTheSeedsNeverChangesTheAnswer) {
  graph_.AddTransformation({{"a"}}, {{"x"}, {"y"}});
  graph_.AddTransformation({{"b"}}, {{"y"}, {"z"}});

  EXPECT_EQ(Run(kDown, {"a", "b", "a"}).nodes, Run(kDown, {"b", "a"}).nodes);
}

TEST_F(TraceTest, ANodeHasThePlacesAndPartnersOfItsLot) {
  const LotId lot = graph_.Lot("tomato");
  const std::string id = lot.value().ToString();
  database_.Execute(absl::StrCat(
      R"sql(INSERT INTO locations (company, location_id, kind, display_name, gln, street, city,
              region, postal_code, country, phone, is_default, created_at, updated_at)
            SELECT 'acme', name, kind, '', '', '', '', '', '', '', '', false, now(), now()
            FROM (VALUES ('shelf', 1), ('shop', 4), ('farm', 3)) AS place (name, kind);
            INSERT INTO balances SELECT 'acme', ')sql",
      id, R"sql(', name, 'part', kind, false, quantity, now(), now(), now()
            FROM (VALUES ('shelf', 1, 7), ('shop', 4, 3), ('farm', 3, -10))
              AS place (name, kind, quantity);
            INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
              to_location_id, document_type, document_number, partner_id, occurred_at, recorded_at,
              actor, note)
            SELECT 'acme', gen_random_uuid(), kind, ')sql",
      id,
      R"sql(', quantity, origin, goal, 'note', doc, partner, now(), now() + kind * '1s'::interval,
              '', ''
            FROM (VALUES (1, 10, 'farm', 'shelf', 'D1', 'farmer'), (3, 3, 'shelf', 'shop', 'D2',
              'grocer'), (9, 2, 'shelf', 'farm', 'D3', 'farmer'))
              AS move (kind, quantity, origin, goal, doc, partner);)sql"));

  std::vector<TraceNode> nodes;
  const TraceQuery query{.company = graph_.company(),
                         .direction = kDown,
                         .seeds = {lot},
                         .depth_max = 1,
                         .node_limit = 10};
  ASSERT_TRUE(
      Trace(graph_.db(), query, [&](TracePiece piece) { nodes = std::move(piece.nodes); }).ok());

  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].on_hand, Quantity::FromUnits(7));
  ASSERT_EQ(nodes[0].places.size(), 2u);
  EXPECT_EQ(nodes[0].places[0].location_id, LocationId("shelf"));
  EXPECT_EQ(nodes[0].places[1].location_id, LocationId("shop"));
  ASSERT_EQ(nodes[0].partner_movements.size(), 3u);
  EXPECT_EQ(nodes[0].partner_movements[0].partner_id, "farmer");
  EXPECT_EQ(nodes[0].partner_movements[0].location_id, LocationId("farm"));
  EXPECT_EQ(nodes[0].partner_movements[1].document.number, "D2");
  EXPECT_EQ(nodes[0].partner_movements[1].location_id, LocationId("shop"));
  // What went back to its supplier.
  EXPECT_EQ(nodes[0].partner_movements[2].document.number, "D3");
  EXPECT_EQ(nodes[0].partner_movements[2].location_id, LocationId("farm"));
}

// Alone, the lot has more rows than the first statement reads; together with others it has not.
TEST_F(TraceTest, ANodeHasTheFirstPlacesAndDeliveriesAndTheirNumber) {
  const LotId lot = graph_.Lot("much");
  const std::string id = lot.value().ToString();
  database_.Execute(absl::StrCat(
      R"sql(INSERT INTO locations (company, location_id, kind, display_name, gln, street, city,
              region, postal_code, country, phone, is_default, created_at, updated_at)
            SELECT 'acme', 'P' || n, 1 + n % 2 * 3, '', '', '', '', '', '', '', '', false, now(),
                   now()
            FROM generate_series(10, 34) n;
            INSERT INTO balances
            SELECT 'acme', ')sql",
      id, R"sql(', 'P' || n, 'part', 1 + n % 2 * 3, false, n, now(), now(), now()
            FROM generate_series(10, 34) n;
            INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
              to_location_id, document_type, document_number, partner_id, occurred_at, recorded_at,
              actor, note)
            SELECT 'acme', gen_random_uuid(), CASE WHEN n = 12 THEN 9 ELSE 3 END, ')sql",
      id, R"sql(', 1, 'P10', 'P11', 'note', 'D' || n, 'shop', now(),
                   now() + n * '1s'::interval, '', ''
            FROM generate_series(34, 10, -1) n)sql"));
  const auto trace = [&](std::vector<LotId> seeds) {
    TraceNode found;
    const TraceQuery query{.company = graph_.company(),
                           .direction = kDown,
                           .seeds = std::move(seeds),
                           .depth_max = 1,
                           .node_limit = 10};
    EXPECT_TRUE(Trace(graph_.db(), query, [&](TracePiece piece) {
                  for (TraceNode& node : piece.nodes) {
                    if (node.lot_id == lot) found = std::move(node);
                  }
                }).ok());
    return found;
  };
  for (const TraceNode& node :
       {trace({lot}), trace({lot, graph_.Lot("a"), graph_.Lot("b"), graph_.Lot("c")})}) {
    EXPECT_EQ(node.place_count, 25);
    EXPECT_EQ(node.on_hand, Quantity::FromUnits(13 * 22));
    ASSERT_EQ(node.places.size(), 20u);
    EXPECT_EQ(node.places[0].location_id, LocationId("P10"));
    EXPECT_EQ(node.places[13].location_id, LocationId("P11"));
    EXPECT_EQ(node.partner_movement_count, 25);
    ASSERT_EQ(node.partner_movements.size(), 20u);
    EXPECT_EQ(node.partner_movements[0].document.number, "D10");
    EXPECT_EQ(node.partner_movements[19].document.number, "D29");
  }
}

}  // namespace
}  // namespace lots
