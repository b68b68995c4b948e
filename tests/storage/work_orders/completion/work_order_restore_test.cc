// What the reversal of a transformation gives back to a lot that was there before: dates,
// reference, notes, attributes.
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

absl::CivilDay Year(int year) { return absl::CivilDay(year, 1, 1); }

// The first of January of some year, each.
LotDates Dates(int expires, int best_before, int removal) {
  return {.expires_on = Year(expires),
          .best_before_on = Year(best_before),
          .removal_on = Year(removal)};
}

Attributes Allergen(const std::string& value) { return {{"allergen", value}}; }

class RestoreTest : public ::testing::Test {
 protected:
  ~RestoreTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  LotId Create(absl::string_view product, NewLot lot) {
    CreateLotsCommand create = world_.CreateCommand(product, {lot.number});
    lot.opening = Opening{Q("1"), LocationId("stock")};
    create.lots = {std::move(lot)};
    const auto created = CreateLots(world_.db(), create);
    EXPECT_TRUE(created.ok()) << created.status();
    return created->lots.front().lot_id;
  }
  LotId Salt(const std::string& number, int expires) {
    return world_.CreateLot("salt", number, {.quantity = "1", .expires_on = Year(expires)});
  }
  TransformationId Merge(const LotId& source, const std::string& number, MergedDetails said = {}) {
    MergeLotsCommand command{
        .context = world_.Context("MergeLots"), .number = number, .occurred_at = world_.now()};
    command.sources = {{.lot = {.lot_id = source}, .from = LocationId("stock")}};
    command.said = std::move(said);
    return IdOf(MergeLots(world_.db(), command));
  }
  TransformationId IdOf(const absl::StatusOr<Reshaping>& done) {
    EXPECT_TRUE(done.ok()) << done.status();
    return done.ok() ? done->transformation_id : TransformationId();
  }
  Completion Complete(const CompletionCommand& command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.ok() ? *completion : Completion();
  }
  void Reverse(const TransformationId& transformation) {
    const auto reversed =
        ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation));
    EXPECT_TRUE(reversed.ok()) << reversed.status();
  }
  // `change` sets what is edited.
  template <class Change>
  void Edit(const LotId& lot, Change change) {
    UpdateLotCommand command = world_.UpdateCommand(lot);
    change(command);
    const auto edited = UpdateLot(world_.db(), command);
    EXPECT_TRUE(edited.ok()) << edited.status();
  }
  std::string ExpiryOf(const LotId& lot) { return Day(world_.Get(lot).dates.expires_on); }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(RestoreTest, AReversedMergeLeavesTheLotAsItWas) {
  const LotId target =
      Create("salt", {.number = "T",
                      .reference = "H-1",
                      .attributes = {{"allergen", std::string("soy")}, {"density", Q("2.5")}},
                      .dates = Dates(2060, 2059, 2058)});
  const LotId source = Salt("A", 2050);
  const Lot before = world_.Get(target);
  const TransformationId merge =
      Merge(source, "T",
            {.reference = "H-2",
             .notes = "mixed",
             .attributes = {{"allergen", std::string("none")}, {"density", std::string("?")}}});
  ASSERT_EQ(world_.Get(target).notes, "mixed");
  ASSERT_EQ(ExpiryOf(target), "2050-01-01");
  EXPECT_THAT(world_.History(target), Contains("EDITED reference: H-1 > H-2 notes:  > mixed "
                                               "expire_date: 2060-01-01 > 2050-01-01 "
                                               "best_before_date: 2059-01-01 > 2050-01-01 "
                                               "removal_date: 2058-01-01 > 2050-01-01 "
                                               "attributes.allergen: soy > none "
                                               "attributes.density: 2.5 > ?"));

  Reverse(merge);

  const Lot after = world_.Get(target);
  EXPECT_EQ(after.reference, "H-1");
  EXPECT_EQ(after.notes, "");
  EXPECT_EQ(after.attributes, before.attributes);
  EXPECT_EQ(after.dates, before.dates);
  EXPECT_EQ(world_.List({.text = "h-1"}).size(), 1u);
}

TEST_F(RestoreTest, WhatWasEditedSinceStays) {
  const LotId target = Create("salt", {.number = "T", .dates = Dates(2060, 2059, 2058)});
  const TransformationId merge =
      Merge(Salt("A", 2050), "T", {.notes = "mixed", .attributes = Allergen("soy")});
  Edit(target, [](UpdateLotCommand& edit) {
    edit.notes = "mixed and dried";
    edit.expires_on = edit.best_before_on = edit.removal_on = Year(2045);
  });

  Reverse(merge);

  const Lot after = world_.Get(target);
  EXPECT_EQ(after.notes, "mixed and dried");
  EXPECT_THAT(after.attributes, IsEmpty());
  EXPECT_EQ(after.dates, Dates(2045, 2045, 2045));
}

TEST_F(RestoreTest, ASplitAndARelabelIntoALotAreReversed) {
  const LotId target = Create("salt", {.number = "T", .dates = Dates(2060, 2059, 2040)});
  SplitLotCommand split{.context = world_.Context("SplitLot"),
                        .lot = {.lot_id = Salt("A", 2050)},
                        .from = LocationId("stock"),
                        .parts = {{"T", Q("0.5")}},
                        .occurred_at = world_.now()};
  const TransformationId first = IdOf(SplitLot(world_.db(), split));
  EXPECT_EQ(world_.Get(target).dates, Dates(2050, 2050, 2040));
  RelabelLotCommand relabel{.context = world_.Context("RelabelLot"),
                            .lot = {.lot_id = Salt("B", 2045)},
                            .from = LocationId("stock"),
                            .number = "T",
                            .occurred_at = world_.now()};
  const TransformationId second = IdOf(RelabelLot(world_.db(), relabel));
  EXPECT_EQ(world_.Get(target).dates, Dates(2045, 2045, 2040));

  Reverse(second);
  EXPECT_EQ(world_.Get(target).dates, Dates(2050, 2050, 2040));
  Reverse(first);
  EXPECT_EQ(world_.Get(target).dates, Dates(2060, 2059, 2040));
}

TEST_F(RestoreTest, TheOrderOfReversalsDoesNotMatter) {
  const LotId target = Salt("T", 2060);
  const TransformationId first = Merge(Salt("A", 2050), "T");
  const TransformationId second = Merge(Salt("B", 2040), "T");
  Reverse(first);
  EXPECT_EQ(ExpiryOf(target), "2040-01-01");
  Reverse(second);
  EXPECT_EQ(ExpiryOf(target), "2060-01-01");
}

TEST_F(RestoreTest, AMiddleReversalIsUndoneByTheFirstOne) {
  const LotId target = Salt("T", 2060);
  const TransformationId first = Merge(Salt("A", 2050), "T");
  const TransformationId second = Merge(Salt("B", 2040), "T");
  Reverse(second);
  EXPECT_EQ(ExpiryOf(target), "2050-01-01");
  Merge(Salt("C", 2055), "T");
  Reverse(first);
  EXPECT_EQ(ExpiryOf(target), "2055-01-01");
}

TEST_F(RestoreTest, GoodsThatStayKeepTheirExpiryDate) {
  const LotId target = Create("salt", {.number = "T", .dates = Dates(2060, 2059, 2045)});
  const TransformationId first = Merge(Salt("A", 2040), "T");
  const TransformationId second = Merge(Salt("B", 2050), "T");
  EXPECT_EQ(world_.Get(target).dates, Dates(2040, 2040, 2040));
  Reverse(first);
  EXPECT_EQ(world_.Get(target).dates, Dates(2050, 2050, 2045));
  Reverse(second);
  EXPECT_EQ(world_.Get(target).dates, Dates(2060, 2059, 2045));
}

TEST_F(RestoreTest, AnAllergenStaysWithGoodsThatHaveIt) {
  const LotId target = Create("salt", {.number = "T"});
  const LotId first_source = Create("salt", {.number = "A", .attributes = Allergen("soy")});
  const LotId second_source = Create("salt", {.number = "B", .attributes = Allergen("soy")});
  const TransformationId first = Merge(first_source, "T", {.attributes = Allergen("soy")});
  const TransformationId second = Merge(second_source, "T");

  Reverse(first);
  EXPECT_EQ(world_.Get(target).attributes, Allergen("soy"));
  Reverse(second);
  EXPECT_THAT(world_.Get(target).attributes, IsEmpty());
}

TEST_F(RestoreTest, ACompletionIntoAStoredLotIsReversed) {
  const LotId soup = Create("soup", {.number = "S", .dates = Dates(2060, 2059, 2058)});
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S", "1")};
  command.components = {Component(Salt("A", 2050), "1")};
  const TransformationId made = Complete(command).transformation_id;
  EXPECT_EQ(world_.Get(soup).dates, Dates(2050, 2050, 2050));
  EXPECT_THAT(world_.History(soup), Contains("EDITED expire_date: 2060-01-01 > 2050-01-01 "
                                             "best_before_date: 2059-01-01 > 2050-01-01 "
                                             "removal_date: 2058-01-01 > 2050-01-01"));
  Reverse(made);
  EXPECT_EQ(world_.Get(soup).dates, Dates(2060, 2059, 2058));
}

TEST_F(RestoreTest, ANewLotIsNotToBeUsedAfterItExpires) {
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S", "1")};
  command.outputs[0].dates.best_before_on = absl::ToCivilDay(world_.now(), absl::UTCTimeZone()) + 9;
  const absl::CivilDay early = *command.outputs[0].dates.best_before_on - 2;
  const LotId salt = world_.CreateLot("salt", "A", {.quantity = "1", .expires_on = early});
  command.components = {Component(salt, "1")};
  const LotDates dates = world_.Get(Complete(command).outputs[0].lot_id).dates;
  EXPECT_EQ(dates.expires_on, early);
  EXPECT_EQ(dates.best_before_on, early);

  // Of two lots one has the earlier expiry date, the other one the earlier date of removal.
  const LotId later = Create("salt", {.number = "B", .dates = Dates(2060, 2059, 2058)});
  MergeLotsCommand merge{
      .context = world_.Context("MergeLots"), .number = "M", .occurred_at = world_.now()};
  for (const LotId& source : {Salt("C", 2050), later}) {
    merge.sources.push_back({.lot = {.lot_id = source}, .from = LocationId("stock")});
  }
  const auto merged = MergeLots(world_.db(), merge);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(world_.Get(merged->lots[0].lot_id).dates, Dates(2050, 2050, 2050));
}

TEST_F(RestoreTest, AReworkedUnitIsReversed) {
  world_.Execute("UPDATE products SET inherit_expiry = true WHERE product_id = 'bike'");
  const LotId bike = Create("bike", {.number = "K", .dates = Dates(2060, 2059, 2058)});
  CompletionCommand rework = world_.CompleteCommand("R1", "bike");
  rework.outputs = {Output(bike)};
  rework.components = {Component(bike), Component(Salt("A", 2050), "1", 0)};
  const TransformationId reworked = Complete(rework).transformation_id;
  EXPECT_EQ(world_.Get(bike).dates, Dates(2050, 2050, 2050));
  Reverse(reworked);
  EXPECT_EQ(world_.Get(bike).dates, Dates(2060, 2059, 2058));
}

TEST_F(RestoreTest, ASerialKeepsTheDateThatWasEditedAfterItWasMade) {
  CreateLotsCommand create = world_.CreateCommand("bike", {"K"});
  create.lots[0].dates.expires_on = Year(2060);
  const LotId bike = CreateLots(world_.db(), create)->lots.front().lot_id;
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("K")};
  const TransformationId made = Complete(command).transformation_id;
  Edit(bike, [](UpdateLotCommand& edit) { edit.expires_on = Year(2050); });

  Reverse(made);

  EXPECT_EQ(world_.StateOf(bike), "ACTIVE");
  EXPECT_EQ(world_.Get(bike).dates, (LotDates{.expires_on = Year(2050)}));
}

}  // namespace
}  // namespace lots
