// Traces with as_of, known_at, filters and limits.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/genealogy/trace.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/trace_graph_builder.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Answer {
  std::vector<std::string> lots;  // numbers, as they came
  std::map<std::string, TraceNode> nodes;
  std::vector<TraceLink> links;
  std::vector<Transformation> steps;
  TraceSummary summary;
};

// Days of January 2026; the scope's tests tell time in them.
absl::Time Day(int day) {
  return absl::FromCivil(absl::CivilDay(2026, 1, day), absl::UTCTimeZone());
}

class TraceScope : public ::testing::Test {
 protected:
  TraceQuery Order(const std::vector<std::string>& seeds,
                   TraceDirection direction = TraceDirection::kDownstream) {
    TraceQuery query{.company = graph_.company(),
                     .direction = direction,
                     .depth_max = kTraceDepthMax,
                     .node_limit = kTraceNodesDefault};
    for (const std::string& seed : seeds) query.seeds.push_back(graph_.Lot(seed));
    return query;
  }

  Answer Ask(const TraceQuery& query) {
    Answer answer;
    const auto summary = Trace(graph_.db(), query, [&](const TracePiece& piece) {
      for (const TraceNode& node : piece.nodes) {
        answer.lots.push_back(node.number);
        answer.nodes[node.number] = node;
      }
      answer.links.insert(answer.links.end(), piece.links.begin(), piece.links.end());
      answer.steps.insert(answer.steps.end(), piece.transformations.begin(),
                          piece.transformations.end());
    });
    EXPECT_TRUE(summary.ok()) << summary.status();
    if (summary.ok()) answer.summary = *summary;
    return answer;
  }

  // Says when the step happened and when it was recorded.
  TransformationId At(const TransformationId& step, int happened, int recorded) {
    database_.Execute(absl::Substitute(
        "UPDATE transformations SET occurred_at = '$1', recorded_at = '$2' "
        "WHERE transformation_id = '$0'",
        step.value().ToString(), absl::FormatTime(Day(happened)), absl::FormatTime(Day(recorded))));
    return step;
  }
  void ReverseAt(const TransformationId& step, int day) {
    graph_.Reverse(step);
    database_.Execute(
        absl::Substitute("UPDATE transformations SET recorded_at = '$1' WHERE reverses_id = '$0'",
                         step.value().ToString(), absl::FormatTime(Day(day))));
  }

  // Places: FARM a supplier's, SHELF and YARD ours, SHOP a customer's, FOUND for adjustments.
  void AddPlaces() {
    database_.Execute(R"sql(
      INSERT INTO locations (company, location_id, kind, display_name, gln, street, city, region,
        postal_code, country, phone, is_default, created_at, updated_at)
      SELECT 'acme', name, kind, '', '', '', '', '', '', '', '', false, now(), now()
      FROM (VALUES ('FARM', 3), ('SHELF', 1), ('YARD', 1), ('SHOP', 4), ('FOUND', 7))
        AS place (name, kind))sql");
  }
  // One movement, and its balances as they are after it.
  std::string Move(const std::string& lot, int kind, const std::string& from, const std::string& to,
                   int quantity, int happened, int recorded, const std::string& reverses = "") {
    const std::string id = Uuid::MakeV7().ToString();
    const std::string lot_id = graph_.Lot(lot).value().ToString();
    database_.Execute(absl::StrCat(
        "INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id, "
        "to_location_id, document_type, document_number, partner_id, occurred_at, recorded_at, "
        "actor, note, reverses_id) VALUES ('acme', '",
        id, "', ", kind, ", '", lot_id, "', ", quantity, ", '", from, "', '", to,
        "', '', '', '', '", absl::FormatTime(Day(happened)), "', '",
        absl::FormatTime(Day(recorded)), "', '', '', ",
        reverses.empty() ? "NULL" : absl::StrCat("'", reverses, "'"), ")"));
    AddToBalance(lot_id, from, -quantity);
    AddToBalance(lot_id, to, quantity);
    return id;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  TraceGraphBuilder graph_{database_};

 private:
  void AddToBalance(const std::string& lot_id, const std::string& location, int quantity) {
    database_.Execute(absl::StrCat(
        "INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, "
        "quantity, last_recorded_at) SELECT 'acme', '",
        lot_id,
        "', location_id, 'part', kind, false, 0, now() FROM locations WHERE location_id = '",
        location, "' ON CONFLICT DO NOTHING"));
    database_.Execute(absl::StrCat("UPDATE balances SET quantity = quantity + ", quantity,
                                   " WHERE lot_id = '", lot_id, "' AND location_id = '", location,
                                   "'"));
  }
};

TEST_F(TraceScope, AsOfLeavesOutWhatHappenedLater) {
  At(graph_.AddTransformation({{"a"}}, {{"b"}}), 1, 1);
  At(graph_.AddTransformation({{"b"}}, {{"c"}}), 3, 3);
  // Recorded late: what had happened is seen as it is known now.
  At(graph_.AddTransformation({{"a"}}, {{"late"}}), 1, 9);

  TraceQuery down = Order({"a"});
  down.as_of = Day(2);
  TraceQuery up = Order({"c"}, TraceDirection::kUpstream);
  up.as_of = Day(2);

  EXPECT_THAT(Ask(down).lots, ElementsAre("a", "b", "late"));
  EXPECT_THAT(Ask(up).lots, ElementsAre("c"));
}

TEST_F(TraceScope, KnownAtLeavesOutWhatWasRecordedLaterReversalsToo) {
  const TransformationId wrong = At(graph_.AddTransformation({{"a"}}, {{"b"}}), 1, 1);
  ReverseAt(wrong, 5);
  At(graph_.AddTransformation({{"a"}}, {{"c"}}), 1, 7);

  TraceQuery then = Order({"a"});
  then.known_at = Day(3);
  TraceQuery later = Order({"a"});
  later.known_at = Day(6);
  TraceQuery as_of = Order({"a"});
  as_of.as_of = Day(3);

  EXPECT_THAT(Ask(then).lots, ElementsAre("a", "b"));
  EXPECT_THAT(Ask(later).lots, ElementsAre("a"));
  // The reversal corrects the record of what had happened.
  EXPECT_THAT(Ask(as_of).lots, ElementsAre("a", "c"));
}

TEST_F(TraceScope, PlacesAtAnotherTimeAreTheSumsOfMovements) {
  AddPlaces();
  Move("a", 1, "FARM", "SHELF", 10, 1, 1);
  Move("a", 2, "SHELF", "YARD", 4, 3, 3);
  Move("a", 3, "YARD", "SHOP", 1, 5, 8);

  TraceQuery query = Order({"a"});
  query.as_of = Day(4);
  const TraceNode then = Ask(query).nodes.at("a");
  query.as_of = Day(6);
  query.known_at = Day(7);
  const TraceNode believed = Ask(query).nodes.at("a");
  const TraceNode now = Ask(Order({"a"})).nodes.at("a");

  EXPECT_EQ(then.on_hand, Quantity::FromUnits(10));
  ASSERT_EQ(then.places.size(), 2u);
  EXPECT_EQ(then.places[0].quantity, Quantity::FromUnits(6));
  EXPECT_EQ(then.places[1].quantity, Quantity::FromUnits(4));
  EXPECT_EQ(then.place_count, 2);
  EXPECT_EQ(then.partner_movement_count, 1);
  EXPECT_EQ(believed.partner_movement_count, 1);
  EXPECT_EQ(believed.on_hand, Quantity::FromUnits(10));
  EXPECT_EQ(now.on_hand, Quantity::FromUnits(9));
  EXPECT_EQ(now.place_count, 3);
  EXPECT_EQ(now.partner_movement_count, 2);
}

// With back-dated movements, more may have left than had come at some time.
TEST_F(TraceScope, APlaceWithANegativeQuantityIsNotInTheAnswer) {
  AddPlaces();
  Move("a", 1, "FARM", "SHELF", 10, 5, 5);
  Move("a", 2, "SHELF", "YARD", 4, 1, 6);

  TraceQuery query = Order({"a"});
  query.as_of = Day(2);
  const TraceNode then = Ask(query).nodes.at("a");

  ASSERT_EQ(then.places.size(), 1u);
  EXPECT_EQ(then.places[0].location_id, LocationId("YARD"));
  EXPECT_EQ(then.place_count, 1);
  EXPECT_EQ(then.on_hand, Quantity());
}

TEST_F(TraceScope, AReversalRecordedLaterLeavesThePartnerMovementKnown) {
  AddPlaces();
  const std::string receipt = Move("a", 1, "FARM", "SHELF", 10, 1, 1);
  Move("a", 1, "SHELF", "FARM", 10, 1, 5, receipt);

  TraceQuery query = Order({"a"});
  query.known_at = Day(3);

  EXPECT_EQ(Ask(query).nodes.at("a").partner_movement_count, 1);
  EXPECT_EQ(Ask(Order({"a"})).nodes.at("a").partner_movement_count, 0);
}

// The total is what was received, found and made. Losses and returns to the supplier do not reduce
// the total; reversed postings do not count.
TEST_F(TraceScope, TheTotalIsAllThatEverCame) {
  AddPlaces();
  graph_.AddTransformation({{"a", "", Quantity::FromUnits(5)}},
                           {{"b", OutputRole::kProduct, Quantity::FromUnits(20)}});
  const TransformationId wrong = graph_.AddTransformation(
      {{"a", "", Quantity::FromUnits(1)}}, {{"b", OutputRole::kProduct, Quantity::FromUnits(9)}});
  graph_.Reverse(wrong);
  Move("a", 1, "FARM", "SHELF", 100, 1, 1);
  Move("a", 1, "SHELF", "FARM", 30, 2, 2);
  Move("b", 8, "FOUND", "SHELF", 7, 3, 3);
  Move("b", 8, "SHELF", "FOUND", 3, 4, 4);
  const std::string mistaken = Move("b", 8, "FOUND", "SHELF", 50, 4, 4);
  Move("b", 8, "SHELF", "FOUND", 50, 4, 5, mistaken);
  const std::string not_lost = Move("b", 8, "SHELF", "FOUND", 2, 4, 4);
  Move("b", 8, "FOUND", "SHELF", 2, 4, 5, not_lost);

  const Answer now = Ask(Order({"a"}));
  TraceQuery query = Order({"a"});
  query.known_at = Day(4);
  const Answer then = Ask(query);

  EXPECT_EQ(now.nodes.at("a").bounds->total, Quantity::FromUnits(100));
  EXPECT_EQ(now.nodes.at("b").bounds->total, Quantity::FromUnits(27));
  EXPECT_EQ(now.nodes.at("b").bounds->affected_max, Quantity::FromUnits(20));
  EXPECT_EQ(now.nodes.at("b").bounds->seed_max, Quantity::FromUnits(5));
  EXPECT_THAT(then.lots, ElementsAre("a"));
}

TEST_F(TraceScope, SeedsOfDifferentUnitsHaveNoCommonQuantity) {
  database_.Execute(
      "INSERT INTO products SELECT company, 'liquid', display_name, tracking, 'l', scale, "
      "number_template, expire_days, best_before_days, removal_days, alert_days, inherit_expiry, "
      "warranty_months, gtin, producible, case_sensitive, version, created_at, updated_at "
      "FROM products");
  graph_.Lot("water");
  database_.Execute("UPDATE lots SET product_id = 'liquid' WHERE number = 'water'");

  EXPECT_FALSE(Ask(Order({"a", "water"})).nodes.at("a").seed_scale.has_value());
  EXPECT_EQ(Ask(Order({"a"})).nodes.at("a").seed_scale, 0);
  EXPECT_FALSE(Ask(Order({"a"}, TraceDirection::kUpstream)).nodes.at("a").bounds.has_value());
}

TEST_F(TraceScope, ATimeWindowDecidesWhereTheWalkGoes) {
  At(graph_.AddTransformation({{"a"}}, {{"early"}}), 1, 1);
  At(graph_.AddTransformation({{"a"}}, {{"b"}}), 2, 2);
  At(graph_.AddTransformation({{"a"}}, {{"late"}}), 3, 3);

  TraceQuery query = Order({"a"});
  query.filter.begin = Day(2);
  query.filter.end = Day(3);

  EXPECT_THAT(Ask(query).lots, ElementsAre("a", "b"));
}

TEST_F(TraceScope, KindsOfLinksDecideWhereTheWalkGoes) {
  graph_.AddTransformation({{"a", "unit"}}, {{"unit"}, {"spare", OutputRole::kByProduct}});
  graph_.AddTransformation({{"a"}}, {{"pooled"}, {"waste", OutputRole::kByProduct}});

  TraceQuery exact = Order({"a"});
  exact.filter.link_kinds = {TraceLinkKind::kExactInput};
  TraceQuery wasted = Order({"a"});
  wasted.filter.link_kinds = {TraceLinkKind::kByProduct};
  TraceQuery upstream = Order({"waste"}, TraceDirection::kUpstream);
  upstream.filter.link_kinds = {TraceLinkKind::kOutput};

  EXPECT_THAT(Ask(exact).lots, ElementsAre("a", "unit"));
  EXPECT_THAT(Ask(wasted).lots, ElementsAre("a", "waste"));
  EXPECT_THAT(Ask(upstream).lots, ElementsAre("waste"));
}

TEST_F(TraceScope, FilteredOutLotsAreWalkedThroughAndTheirLinksAreNotInTheAnswer) {
  AddPlaces();
  graph_.AddTransformation({{"a"}}, {{"b"}});
  graph_.AddTransformation({{"b"}}, {{"c"}});
  graph_.AddTransformation({{"a"}}, {{"d"}});
  Move("c", 1, "FARM", "SHELF", 1, 1, 1);
  Move("d", 1, "FARM", "SHELF", 1, 3, 3);
  Move("b", 1, "FARM", "YARD", 1, 1, 1);

  TraceQuery query = Order({"a"});
  query.filter.location_ids = {LocationId("SHELF")};
  const Answer now = Ask(query);
  query.as_of = absl::Now() + absl::Hours(1);
  query.known_at = Day(2);
  const Answer known = Ask(query);

  EXPECT_THAT(now.lots, ElementsAre("a", "d", "c"));
  EXPECT_EQ(now.summary.node_count, 3);
  // a and d of their transformation; a of the one to b; c of the one from b.
  EXPECT_EQ(now.links.size(), 4u);
  EXPECT_EQ(now.summary.link_count, 4);
  EXPECT_EQ(now.steps.size(), 3u);
  EXPECT_EQ(now.nodes.at("c").depth, 2);
  EXPECT_THAT(known.lots, ElementsAre("a"));
}

TEST_F(TraceScope, ProductsDecideWhichLotsAreInTheAnswer) {
  graph_.AddTransformation({{"a"}}, {{"b"}});
  graph_.AddTransformation({{"b"}}, {{"c"}});
  database_.Execute(
      "INSERT INTO products SELECT company, 'other', display_name, tracking, unit, scale, "
      "number_template, expire_days, best_before_days, removal_days, alert_days, inherit_expiry, "
      "warranty_months, gtin, producible, case_sensitive, version, created_at, updated_at "
      "FROM products");
  database_.Execute("UPDATE lots SET product_id = 'other' WHERE number = 'c'");

  TraceQuery query = Order({"a"});
  query.filter.product_ids = {ProductId("other")};

  EXPECT_THAT(Ask(query).lots, ElementsAre("a", "c"));
}

TEST_F(TraceScope, PlacesAtThatTimeDecideWhichLotsAreInTheAnswer) {
  AddPlaces();
  At(graph_.AddTransformation({{"a"}}, {{"b"}}), 1, 1);
  Move("b", 1, "FARM", "SHELF", 1, 1, 1);
  Move("b", 2, "SHELF", "YARD", 1, 3, 3);

  TraceQuery query = Order({"a"});
  query.filter.location_ids = {LocationId("SHELF")};
  query.as_of = Day(2);
  EXPECT_THAT(Ask(query).lots, ElementsAre("a", "b"));
  query.as_of = Day(4);
  EXPECT_THAT(Ask(query).lots, ElementsAre("a"));
}

class TraceResume : public TraceScope {
 protected:
  // Everything that one walk without limits reaches is reached by resuming, in both directions.
  void ResumesToTheEnd(const std::vector<std::string>& seeds, TraceDirection direction,
                       int depth_max, int64_t node_limit) {
    const Answer whole = Ask(Order(seeds, direction));
    std::set<std::string> reached;
    TraceQuery query = Order(seeds, direction);
    query.depth_max = depth_max;
    query.node_limit = node_limit;
    for (int calls = 0; calls < 50; ++calls) {
      const Answer part = Ask(query);
      reached.insert(part.lots.begin(), part.lots.end());
      EXPECT_EQ(part.summary.truncated_by.empty(), part.summary.resume.empty());
      EXPECT_EQ(part.summary.resume_count, static_cast<int64_t>(part.summary.resume.size()));
      if (part.summary.resume.empty()) break;
      query.seeds = part.summary.resume;
      query.node_limit = std::max<int64_t>(query.node_limit, query.seeds.size() + node_limit);
    }
    EXPECT_EQ(reached, std::set<std::string>(whole.lots.begin(), whole.lots.end()));
  }
};

TEST_F(TraceResume, ReachesTheRestInBothDirections) {
  graph_.AddTransformation({{"a"}}, {{"b1"}, {"b2"}, {"b3"}});
  graph_.AddTransformation({{"b1"}, {"b2", "c1"}}, {{"c1"}, {"c2"}});
  graph_.AddTransformation({{"b3", "c3"}, {"b3", "c4"}}, {{"c3"}, {"c4"}});
  graph_.AddTransformation({{"c1"}, {"c4"}}, {{"d1"}, {"d2"}});
  graph_.AddTransformation({{"d1"}}, {{"b2"}});
  for (const int depth : {1, 2, 100}) {
    for (const int limit : {2, 3, 4, 100}) {
      SCOPED_TRACE(absl::StrCat("depth ", depth, " limit ", limit));
      ResumesToTheEnd({"a"}, TraceDirection::kDownstream, depth, limit);
      ResumesToTheEnd({"d1", "d2"}, TraceDirection::kUpstream, depth, limit);
    }
  }
}

TEST_F(TraceResume, NamesTheLotsWhoseLinksWereCut) {
  graph_.AddTransformation({{"a"}}, {{"b1"}, {"b2"}, {"b3"}});
  graph_.AddTransformation({{"b1"}}, {{"c"}});

  TraceQuery shallow = Order({"a"});
  shallow.depth_max = 1;
  TraceQuery few = Order({"a"});
  few.node_limit = 3;

  EXPECT_THAT(Ask(shallow).summary.resume, ElementsAre(graph_.Lot("b1")));
  EXPECT_THAT(Ask(few).summary.resume, ElementsAre(graph_.Lot("a"), graph_.Lot("b1")));
  EXPECT_THAT(Ask(Order({"a"})).summary.resume, IsEmpty());
}

TEST_F(TraceScope, SeedsBeyondTheLimitAreToResumeFrom) {
  TraceQuery query = Order({"a", "b", "c"});
  query.node_limit = 2;

  const Answer answer = Ask(query);

  EXPECT_THAT(answer.lots, ElementsAre("a", "b"));
  EXPECT_EQ(answer.summary.truncated_by, "node_limit");
  EXPECT_THAT(answer.summary.resume, ElementsAre(graph_.Lot("c")));
}

TEST_F(TraceScope, APauseDoesNotChangeTheGraph) {
  graph_.AddTransformation({{"a"}}, {{"b"}});
  TraceReader reader(Order({"a"}));
  const auto seeds = reader.Next(graph_.db());
  ASSERT_TRUE(seeds.ok());
  EXPECT_EQ((*seeds)->nodes.size(), 1u);
  const auto steps = reader.Next(graph_.db());
  ASSERT_TRUE(steps.ok()) << steps.status();

  reader.Pause();
  graph_.AddTransformation({{"a"}}, {{"later"}});

  const auto nodes = reader.Next(graph_.db());
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  ASSERT_TRUE(nodes->has_value());
  ASSERT_EQ((*nodes)->nodes.size(), 1u);
  EXPECT_EQ((*nodes)->nodes[0].number, "b");
  const auto end = reader.Next(graph_.db());
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(end->has_value());
  EXPECT_EQ(reader.summary().node_count, 2);
}

}  // namespace
}  // namespace lots
