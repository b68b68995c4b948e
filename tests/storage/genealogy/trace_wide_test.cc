// Traces with more lots in a level than one statement, one pipeline or one NodeRead takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "storage/base/limits.h"
#include "storage/genealogy/trace.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/pool.h"
#include "storage/recalls/recalls.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/trace_graph_builder.h"

namespace lots {
namespace {

constexpr int kWide = 12'000;

// $0: the company, $1: the seed, $2: how many lots of a level, $3: how many strangers stand before
// every $4th of them. The seed goes into every lot of the first level, each of those into two
// neighbours of the second, and these all into the one lot of the third. Every seventh lot has a
// reference, every fifth lies somewhere, every third step has an actor of its own. Ids run against
// the numbers' order.
constexpr char kWideGraph[] = R"sql(
INSERT INTO locations (company, location_id, kind, display_name, street, city, postal_code, region,
  country, gln, phone, is_default, created_at, updated_at)
VALUES ('$0', 'SHELF', 1, '', '', '', '', '', '', '', '', false, now(), now());
CREATE TEMP TABLE wide ON COMMIT DROP AS
SELECT level, i, stranger,
       (lpad(to_hex(1700000000000 - level * 1000000 - i), 12, '0') || '7000800' || stranger ||
        '0000' || lpad(to_hex(i), 8, '0'))::uuid AS lot_id
FROM generate_series(1, 3) level, generate_series(0, $2 - 1) i, generate_series(0, $3) stranger
WHERE (level < 3 OR i = 0) AND (stranger = 0 OR i % $4 = 0);
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
  reference, search_key, notes, attributes, state, version, created_by, created_at, updated_at)
SELECT '$0', lot_id, 'part', 2, 0, false, number, lower(number),
       CASE i % 7 WHEN 0 THEN 'R' || i ELSE '' END, '', '', '{}', 2, 1, 'test', now(), now()
FROM (SELECT *, 'N' || level || CASE stranger WHEN 0 THEN '-' ELSE 'S' || stranger || '-' END || i
              AS number FROM wide) w;
INSERT INTO balances
SELECT '$0', lot_id, 'SHELF', 'part', 1, false, i + 1, now(), now(), now() FROM wide
WHERE i % 5 = 0;
INSERT INTO transformations (company, transformation_id, kind, occurred_at, recorded_at, actor,
  note)
SELECT '$0', lot_id, 1, now() + i * interval '1 s', now(),
       CASE i % 3 WHEN 0 THEN 'actor ' || i ELSE 'test' END, 'note ' || i
FROM wide;
INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role)
SELECT '$0', lot_id, 0, lot_id, 10, 1 FROM wide;
INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity)
SELECT '$0', lot_id, 1, '$1', 1 FROM wide WHERE level = 1 AND stranger = 0
UNION ALL
SELECT '$0', o.lot_id, line, w.lot_id, 1
FROM wide o, generate_series(1, 2) line, wide w
WHERE o.level = 2 AND w.level = 1 AND w.i = (o.i + line) % $2 AND o.stranger + w.stranger = 0
UNION ALL
SELECT '$0', o.lot_id, w.i, w.lot_id, 1 FROM wide o, wide w
WHERE o.level = 3 AND w.level = 2 AND o.stranger + w.stranger = 0;
)sql";

class TraceWideTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>(TestDatabase::kMigrated);
    graph_ = std::make_unique<TraceGraphBuilder>(*database_);
    Fill(*graph_, 1, 4);
    // The same ids, with many others between them.
    among_strangers_ = std::make_unique<TraceGraphBuilder>(*database_, "strangers");
    Fill(*among_strangers_, 3, 1);
    database_->Execute("ANALYZE");
  }
  static void TearDownTestSuite() {
    graph_.reset();
    among_strangers_.reset();
    database_.reset();
  }

  static void Fill(TraceGraphBuilder& graph, int strangers, int every) {
    database_->Execute(absl::Substitute(kWideGraph, graph.company().value(),
                                        graph.Lot("seed").value().ToString(), kWide, strangers,
                                        every));
  }

  static TraceQuery Order(TraceGraphBuilder& graph) {
    return {.company = graph.company(),
            .direction = TraceDirection::kDownstream,
            .seeds = {graph.Lot("seed")},
            .depth_max = kTraceDepthMax,
            .node_limit = kTraceNodesMax};
  }
  static TraceQuery Order() { return Order(*graph_); }

  // The lots that went into the one lot of the third level.
  static TraceQuery Upstream(TraceGraphBuilder& graph) {
    TraceQuery query = Order(graph);
    query.direction = TraceDirection::kUpstream;
    query.seeds = {FindLot(graph, "n3-0")};
    return query;
  }
  static LotId FindLot(TraceGraphBuilder& graph, const std::string& number_key) {
    const auto found = pg::Query(graph.db(), kFindLot, graph.company(), number_key);
    EXPECT_EQ(found->size(), 1);
    return (*found)[0].Get<LotId>(0);
  }

  static constexpr pg::Statement kFindLot{
      "test_find_wide_lot", "SELECT lot_id FROM lots WHERE company = $1 AND number_key = $2"};
  static std::unique_ptr<TestDatabase> database_;
  static std::unique_ptr<TraceGraphBuilder> graph_;
  static std::unique_ptr<TraceGraphBuilder> among_strangers_;
};

std::unique_ptr<TestDatabase> TraceWideTest::database_;
std::unique_ptr<TraceGraphBuilder> TraceWideTest::graph_;
std::unique_ptr<TraceGraphBuilder> TraceWideTest::among_strangers_;

// One line for everything in the piece, in its order.
std::vector<std::string> LinesOf(const TracePiece& piece) {
  std::vector<std::string> lines;
  for (const TraceNode& node : piece.nodes) {
    std::string place;
    for (const TracePlace& at : node.places) {
      absl::StrAppend(&place, at.location_id.value(), at.quantity.Format(0));
    }
    lines.push_back(absl::StrCat("lot ", node.lot_id.value().ToString(), " ", node.number, " ",
                                 node.reference, " ", node.depth, " ", place, " ",
                                 node.bounds ? node.bounds->seed_max.Format(0) : ""));
  }
  for (const Transformation& step : piece.transformations) {
    lines.push_back(absl::StrCat("step ", step.transformation_id.value().ToString(), " ",
                                 step.actor, " ", step.note));
  }
  for (const TraceLink& link : piece.links) {
    lines.push_back(absl::StrCat("link ", link.transformation_id.value().ToString(), " ",
                                 link.lot_id.value().ToString(), " ", static_cast<int>(link.kind)));
  }
  return lines;
}

std::vector<std::string> ReadAll(TraceReader& reader, pg::Connection& db, bool pausing = false) {
  std::vector<std::string> lines;
  while (true) {
    const auto piece = reader.Next(db);
    EXPECT_TRUE(piece.ok()) << piece.status();
    if (!piece.ok() || !piece->has_value()) return lines;
    for (std::string& line : LinesOf(**piece)) lines.push_back(std::move(line));
    if (pausing) reader.Pause();
  }
}

TEST_F(TraceWideTest, EveryLotIsEmittedOnceWithItsOwnFields) {
  TraceReader reader(Order());
  std::array<int, 4> lots_at = {};
  int steps = 0;
  std::string last;
  std::set<std::string> numbers;
  while (true) {
    const auto piece = reader.Next(graph_->db());
    ASSERT_TRUE(piece.ok()) << piece.status();
    if (!piece->has_value()) break;
    ASSERT_LE((*piece)->nodes.size(), static_cast<size_t>(kTraceNodesPerMessage));
    steps += static_cast<int>((*piece)->transformations.size());
    for (const TraceNode& node : (*piece)->nodes) {
      if (node.depth == 0) continue;
      int i = 0;
      ASSERT_TRUE(absl::SimpleAtoi(absl::string_view(node.number).substr(3), &i)) << node.number;
      EXPECT_EQ(node.number, absl::StrCat("N", node.depth, "-", i));
      EXPECT_EQ(node.reference, i % 7 == 0 ? absl::StrCat("R", i) : "");
      EXPECT_EQ(node.on_hand, Quantity::FromUnits(i % 5 == 0 ? i + 1 : 0)) << node.number;
      EXPECT_LT(last, node.number);
      EXPECT_EQ(node.bounds->total, Quantity::FromUnits(10));
      EXPECT_TRUE(numbers.insert(node.number).second) << node.number;
      // All transformations that led to this depth came before.
      EXPECT_EQ(steps, std::min(node.depth, 2) * kWide + (node.depth == 3 ? 1 : 0));
      last = node.number;
      ++lots_at[node.depth];
    }
  }
  EXPECT_EQ(lots_at, (std::array<int, 4>{0, kWide, kWide, 1}));
  EXPECT_EQ(reader.summary().node_count, 2 * kWide + 2);
  EXPECT_EQ(reader.summary().transformation_count, 2 * kWide + 1);
  EXPECT_EQ(reader.summary().link_count, 6 * kWide + 1);
}

TEST_F(TraceWideTest, EveryTransformationIsEmittedOnceWithItsOwnFields) {
  TraceReader reader(Order());
  int count = 0;
  while (true) {
    const auto piece = reader.Next(graph_->db());
    ASSERT_TRUE(piece.ok()) << piece.status();
    if (!piece->has_value()) break;
    for (const Transformation& step : (*piece)->transformations) {
      const int i = count++ % kWide;  // oldest first
      EXPECT_EQ(step.actor, i % 3 == 0 ? absl::StrCat("actor ", i) : "test");
      EXPECT_EQ(step.note, absl::StrCat("note ", i));
      EXPECT_EQ(step.kind, TransformationKind::kProduction);
    }
  }
  EXPECT_EQ(count, 2 * kWide + 1);
}

// Ids are read in ranges without strangers between them, and one by one with them.
TEST_F(TraceWideTest, StrangersBetweenTheLotsChangeNothing) {
  for (TraceQuery (*order)(TraceGraphBuilder&) :
       {&TraceWideTest::Order, &TraceWideTest::Upstream}) {
    TraceReader close(order(*graph_));
    TraceReader scattered(order(*among_strangers_));
    const std::string seed = graph_->Lot("seed").value().ToString();
    const std::string other_seed = among_strangers_->Lot("seed").value().ToString();

    std::vector<std::string> expected = ReadAll(close, graph_->db());
    for (std::string& line : expected) absl::StrReplaceAll({{seed, other_seed}}, &line);

    EXPECT_EQ(ReadAll(scattered, among_strangers_->db()), expected);
    EXPECT_EQ(scattered.summary().node_count, 2 * kWide + 2);
  }
}

TEST_F(TraceWideTest, ARecallLocksAndHoldsEveryLot) {
  for (TraceGraphBuilder* const graph : {graph_.get(), among_strangers_.get()}) {
    OpenRecallCommand command{.context = {.company = graph->company(), .request_id = "RC-1/open"},
                              .recall_id = RecallId("RC-1"),
                              .seeds = {{.lot_id = graph->Lot("seed")}},
                              .reason = "test"};
    command.context.now = absl::Now();

    const auto recall = OpenRecall(graph->db(), command);

    ASSERT_TRUE(recall.ok()) << recall.status();
    EXPECT_EQ(recall->scope.lot_count, 2 * kWide + 2);
  }
}

TEST_F(TraceWideTest, TwoConnectionsReadWhatOneReads) {
  pg::Pool pool({.connection = database_->options(), .connections_max = 4});
  TraceReader alone(Order());
  TraceReader with_another(Order(), &pool);

  const std::vector<std::string> expected = ReadAll(alone, graph_->db());

  EXPECT_EQ(ReadAll(with_another, graph_->db()), expected);
  EXPECT_EQ(pool.gauge().opened_total, 1);  // used, and given back
  EXPECT_EQ(pool.gauge().busy, 0);
}

TEST_F(TraceWideTest, PausesBetweenAllPiecesChangeNothing) {
  TraceReader straight(Order());
  TraceReader pausing(Order());

  EXPECT_EQ(ReadAll(pausing, graph_->db(), true), ReadAll(straight, graph_->db()));
}

TEST_F(TraceWideTest, ALimitKeepsTheFirstInTheOrderOfTheAnswer) {
  TraceQuery query = Order();
  query.node_limit = 5'001;
  TraceReader limited(query);
  TraceReader whole(Order());
  const auto lots_of = [](std::vector<std::string> lines) {
    std::erase_if(lines, [](const std::string& line) { return line.rfind("lot ", 0) != 0; });
    for (std::string& line : lines) line.resize(40);  // the id alone: its bounds may differ
    return lines;
  };

  std::vector<std::string> expected = lots_of(ReadAll(whole, graph_->db()));
  expected.resize(5'001);

  EXPECT_EQ(lots_of(ReadAll(limited, graph_->db())), expected);
}

}  // namespace
}  // namespace lots
