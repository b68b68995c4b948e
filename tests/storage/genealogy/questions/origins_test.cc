// FindCommonOrigins: what failed units have in common.

#include "storage/genealogy/questions/origins.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/movement.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/trace_graph_builder.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

LotRef Bike(absl::string_view number) {
  return {.product_id = ProductId("bike"), .number = std::string(number)};
}

std::string TextOf(const Origin& origin) {
  std::string what;
  switch (origin.kind) {
    case OriginKind::kLot:
      what = absl::StrCat("lot ", origin.product_id.value(), "/", origin.number);
      break;
    case OriginKind::kWorkOrder:
      what = absl::StrCat("order ", origin.work_order.value());
      break;
    case OriginKind::kSupplier:
      what = absl::StrCat("supplier ", origin.partner_id);
      break;
    case OriginKind::kProductionDay:
      what = absl::StrCat("day ", absl::FormatCivilTime(origin.day));
      break;
  }
  return absl::StrCat(what, " ", origin.failed_count, "/", origin.sound_count);
}

class OriginsTest : public ::testing::Test {
 protected:
  // A lot of salt that this partner delivered.
  LotId Receive(absl::string_view number, const std::string& partner) {
    const LotId lot = world_.CreateLot("salt", number, "1");
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kReceipt, lot, "50", "SUPPLIER", "stock");
    command.movements[0].partner_id = partner;
    const auto moved = RecordMovements(world_.db(), command);
    EXPECT_TRUE(moved.ok()) << moved.status();
    received_ = moved.ok() ? moved->movement_ids[0] : MovementId();
    return lot;
  }
  // Bikes with these numbers, made of `used` by the order.
  TransformationId Make(absl::string_view work_order, const std::vector<std::string>& bikes,
                        std::vector<CompletionComponent> used, absl::Duration ago = {}) {
    CompletionCommand command = world_.CompleteCommand(work_order, "bike");
    for (const std::string& bike : bikes) command.outputs.push_back(Output(bike));
    command.components = std::move(used);
    command.occurred_at = day_ - ago;
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.ok() ? completion->transformation_id : TransformationId();
  }
  std::vector<std::string> Find(const std::vector<std::string>& failed,
                                const std::vector<std::string>& sound, int limit = 50) {
    OriginsQuery query{.company = world_.company(), .limit = limit};
    for (const std::string& bike : failed) query.failed.push_back(Bike(bike));
    for (const std::string& bike : sound) query.sound.push_back(Bike(bike));
    const auto found = FindCommonOrigins(world_.db(), query);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> origins;
    if (!found.ok()) return origins;
    found_ = *found;
    for (const Origin& origin : found->origins) origins.push_back(TextOf(origin));
    return origins;
  }
  std::string Refused(const OriginsQuery& query) {
    return RefusalOf(FindCommonOrigins(world_.db(), query).status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  const absl::Time day_ = absl::FromCivil(absl::CivilHour(2026, 3, 10, 12), absl::UTCTimeZone());
  MovementId received_;
  CommonOrigins found_;
};

TEST_F(OriginsTest, TheGuiltyLotComesFirst) {
  const LotId bad = Receive("BAD", "S-1");
  const LotId good = Receive("GOOD", "S-2");
  Make("W1", {"A", "B", "C"}, {Component(bad, "3"), Component(good, "3")});
  Make("W2", {"D", "E", "F"}, {Component(good, "3")}, absl::Hours(24));

  EXPECT_THAT(Find({"A", "B", "C"}, {"D", "E", "F"}),
              ElementsAre("lot salt/BAD 3/0", "order W1 3/0", "supplier S-1 3/0",
                          "day 2026-03-10 3/0", "lot salt/GOOD 3/3", "supplier S-2 3/3"));
  EXPECT_EQ(found_.failed_count, 3);
  EXPECT_EQ(found_.sound_count, 3);
  EXPECT_EQ(found_.origin_count, 6);
  EXPECT_NEAR(found_.origins[0].p_value, 1.0 / 20, 1e-12);  // 1 / C(6, 3)
  EXPECT_EQ(found_.origins[0].odds_ratio, 49);              // 3.5 · 3.5 / (0.5 · 0.5)
  EXPECT_EQ(found_.origins[4].p_value, 1);
}

TEST_F(OriginsTest, DescendsThroughLotsOfLots) {
  const LotId bad = Receive("BAD", "S-1");
  CompletionCommand motors = world_.CompleteCommand("WM", "motor");
  motors.destination = LocationId("stock");
  motors.outputs = {Output("M1"), Output("M2")};
  motors.components = {Component(bad, "1", 0)};
  motors.occurred_at = day_;
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), motors).ok());
  Make(
      "W1", {"A", "B"},
      {Component(world_.IdOf("motor", "M1"), "", 0), Component(world_.IdOf("motor", "M2"), "", 1)});

  const auto origins = Find({"A"}, {"B"});
  EXPECT_THAT(origins, Contains("lot salt/BAD 1/0"));
  EXPECT_THAT(origins, Contains("lot motor/M1 1/0"));
  EXPECT_THAT(origins, Not(Contains("lot motor/M2 0/1")));
  EXPECT_THAT(origins, Contains("order WM 1/1"));
  EXPECT_THAT(origins, Contains("order W1 1/1"));
  EXPECT_THAT(origins, Contains("supplier S-1 1/0"));
}

TEST_F(OriginsTest, AUnitIsNoOriginOfItselfButOfAnother) {
  const LotId salt = Receive("SALT", "");
  Make("W1", {"A", "B"}, {Component(salt, "1")});
  const LotId a = world_.IdOf("bike", "A");
  // A is reworked; C is made of A's sibling.
  CompletionCommand rework = world_.CompleteCommand("W2", "bike");
  rework.source = LocationId("shelf");
  rework.outputs = {Output(a)};
  rework.components = {Component(a, "", 0)};
  rework.occurred_at = day_;
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), rework).ok());
  CompletionCommand more = world_.CompleteCommand("W3", "bike");
  more.source = LocationId("shelf");
  more.outputs = {Output("C")};
  more.components = {Component(world_.IdOf("bike", "B"))};
  more.occurred_at = day_;
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), more).ok());

  EXPECT_THAT(Find({"A", "B", "C"}, {}),
              ElementsAre("lot salt/SALT 3/0", "order W1 3/0", "day 2026-03-10 3/0",
                          "lot bike/B 1/0", "order W2 1/0", "order W3 1/0"));
}

// A relabelled unit is one unit, with its parts, its day, and none of its numbers as an origin.
TEST_F(OriginsTest, ANewNumberKeepsItsOrigins) {
  const LotId bad = Receive("BAD", "S-1");
  Make("W1", {"A", "B"}, {Component(bad, "1", 0)});
  const auto relabel = [&](const LotRef& bike, const std::string& number,
                           const std::string& product) {
    const auto done = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                               .lot = bike,
                                               .from = LocationId("shelf"),
                                               .product = ProductId(product),
                                               .number = number,
                                               .occurred_at = world_.now()});
    EXPECT_TRUE(done.ok()) << done.status();
  };
  relabel(Bike("A"), "A", "pump");
  relabel({.product_id = ProductId("pump"), .number = "A"}, "A-NEW", "bike");
  const auto expected =
      ElementsAre("lot salt/BAD 1/0", "supplier S-1 1/0", "order W1 1/1", "day 2026-03-10 1/1");

  EXPECT_THAT(Find({"A-NEW"}, {"B"}), expected);
  // Asked by a former number; and the sound ones are chosen without the unit's other numbers.
  EXPECT_THAT(Find({"A"}, {"B"}), expected);
  EXPECT_THAT(Find({"A-NEW"}, {}), expected);
  EXPECT_THAT(Find({"A"}, {}), expected);
  EXPECT_EQ(found_.sound_count, 1);
  OriginsQuery twice{.company = world_.company(), .limit = 50};
  twice.failed = {Bike("A")};
  twice.sound = {Bike("A-NEW")};
  EXPECT_EQ(Refused(twice), "DUPLICATE_IN_REQUEST sound[0]");
}

TEST_F(OriginsTest, WhatWasReversedDoesNotCount) {
  const LotId bad = Receive("BAD", "S-1");
  const LotId good = Receive("GOOD", "S-2");
  const TransformationId wrong = Make("W1", {"A"}, {Component(bad, "1")});
  ASSERT_TRUE(ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(wrong)).ok());
  ASSERT_TRUE(ReverseMovement(world_.db(), {.context = world_.Context("ReverseMovement"),
                                            .movement_id = received_})
                  .ok());
  Make("W1", {"A"}, {Component(good, "1")}, absl::Hours(24));
  EXPECT_THAT(Find({"A"}, {}),
              ElementsAre("lot salt/GOOD 1/0", "order W1 1/0", "day 2026-03-09 1/0"));
}

TEST_F(OriginsTest, TheDayIsTheCompanys) {
  database_.Execute("UPDATE companies SET time_zone = 'Pacific/Auckland'");  // UTC+13 in March
  Make("W1", {"A"}, {});
  EXPECT_THAT(Find({"A"}, {}), ElementsAre("order W1 1/0", "day 2026-03-11 1/0"));
}

TEST_F(OriginsTest, WithoutSoundOnesTheNewestOfTheProductAreTaken) {
  Make("W1", {"A", "B", "C"}, {});
  Make("W2", {"D"}, {});
  world_.SetState(world_.IdOf("bike", "D"), LotState::kArchived);
  database_.Execute("UPDATE lots SET state = 4 WHERE number = 'C'");
  world_.CreateLot("frame", "OTHER", "1");
  EXPECT_THAT(Find({"A"}, {}), ElementsAre("order W1 1/1", "day 2026-03-10 1/2"));
  EXPECT_EQ(found_.sound_count, 2);
}

TEST_F(OriginsTest, TheNewestAreThoseThatWereMadeLast) {
  TestDatabase database{TestDatabase::kMigrated};
  TraceGraphBuilder graph(database);
  // Made in the opposite order of their creation, of one part each; the last ones do not fit.
  const int kUnits = kSoundUnitsMax + 2;
  std::vector<TraceGraphBuilder::Output> all;
  for (int i = 0; i < kUnits; ++i) graph.Lot(absl::StrCat("U", i));
  for (int i = 2; i < kUnits; ++i) all.push_back({.lot = absl::StrCat("U", i)});
  graph.AddTransformation({{.lot = "OLD"}}, {{.lot = "U0"}, {.lot = "U1"}});
  graph.AddTransformation({{.lot = "NEW"}}, all);
  graph.AddTransformation({{.lot = "OLD"}}, {{.lot = "FAILED"}});
  database.Execute("UPDATE lots SET state = 4 WHERE number IN ('OLD', 'NEW')");
  OriginsQuery query{.company = graph.company(), .limit = 50};
  query.failed = {{.lot_id = graph.Lot("FAILED")}};
  const auto found = FindCommonOrigins(graph.db(), query);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->sound_count, kSoundUnitsMax);
  ASSERT_FALSE(found->origins.empty());
  EXPECT_EQ(TextOf(found->origins[0]), "lot part/OLD 1/0");
}

TEST_F(OriginsTest, TheLimitCutsWhatIsShownOnly) {
  std::vector<CompletionComponent> used;
  for (const char* number : {"Z", "B", "M", "A"})
    used.push_back(Component(Receive(number, ""), "1"));
  Make("W1", {"A", "C"}, used);
  Make("W2", {"B"}, {used[0]});
  EXPECT_THAT(Find({"A"}, {"B", "C"}, 3),
              ElementsAre("lot salt/A 1/1", "lot salt/B 1/1", "lot salt/M 1/1"));
  EXPECT_EQ(found_.origin_count, 6);
}

TEST_F(OriginsTest, CyclesEnd) {
  TestDatabase database{TestDatabase::kMigrated};
  TraceGraphBuilder graph(database);
  graph.AddTransformation({{.lot = "A"}}, {{.lot = "B"}});
  graph.AddTransformation({{.lot = "B"}}, {{.lot = "C"}});
  graph.AddTransformation({{.lot = "C", .output = "A"}, {.lot = "X"}}, {{.lot = "A"}});
  OriginsQuery query{.company = graph.company(), .limit = 50};
  query.failed = {{.lot_id = graph.Lot("B")}, {.lot_id = graph.Lot("A")}};
  query.sound = {{.lot_id = graph.Lot("C")}};
  const auto found = FindCommonOrigins(graph.db(), query);
  ASSERT_TRUE(found.ok()) << found.status();
  std::vector<std::string> origins;
  for (const Origin& origin : found->origins) origins.push_back(TextOf(origin));
  EXPECT_THAT(origins, Contains("lot part/C 2/0"));
  EXPECT_THAT(origins, Contains("lot part/X 2/1"));
  EXPECT_THAT(origins, Contains("lot part/A 1/1"));
  EXPECT_THAT(origins, Contains("lot part/B 1/1"));
}

TEST_F(OriginsTest, UnitsAreRefused) {
  Make("W1", {"A", "B"}, {});
  const OriginsQuery empty{.company = world_.company(), .limit = 50};
  OriginsQuery query = empty;
  query.failed = {Bike("A"), Bike("X")};
  query.sound = {Bike("Y")};
  EXPECT_EQ(Refused(query), "LOT_NOT_FOUND failed[1]; LOT_NOT_FOUND sound[0]");
  query.failed = {Bike("A"), Bike("a")};
  query.sound = {Bike("B"), {.lot_id = world_.IdOf("bike", "A")}};
  EXPECT_EQ(Refused(query), "DUPLICATE_IN_REQUEST failed[1]; DUPLICATE_IN_REQUEST sound[1]");
  query = empty;
  query.company = CompanyId("nobody");
  query.failed = {Bike("A")};
  EXPECT_EQ(Refused(query), "COMPANY_NOT_FOUND");
}

// Every input of every of the many outputs would be 4 million edges.
TEST_F(OriginsTest, ManyInputsOfManyOutputsAreQuick) {
  TestDatabase database{TestDatabase::kMigrated};
  TraceGraphBuilder graph(database);
  std::vector<TraceGraphBuilder::Input> inputs;
  std::vector<TraceGraphBuilder::Output> outputs;
  for (int i = 0; i < 2'000; ++i) {
    inputs.push_back({.lot = absl::StrCat("I", i)});
    outputs.push_back({.lot = absl::StrCat("O", i)});
  }
  graph.AddTransformation(inputs, outputs);
  OriginsQuery query{.company = graph.company(), .limit = 1};
  for (int i = 0; i < 2'000; ++i) {
    auto& list = i < 1'000 ? query.failed : query.sound;
    list.push_back({.lot_id = graph.Lot(absl::StrCat("O", i))});
  }
  const auto found = FindCommonOrigins(graph.db(), query);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(found->origins, SizeIs(1));
  EXPECT_EQ(TextOf(found->origins[0]), "lot part/I0 1000/1000");
  EXPECT_EQ(found->origin_count, 2'001);  // and the day
}

}  // namespace
}  // namespace lots
