// What lots that become one must agree on, and an expiry date that becomes later.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/lot.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/work_orders/reshape/reshape.h"
#include "tests/storage/work_orders/reshape/reshape_calls.h"

namespace lots {
namespace {

using ::testing::ElementsAre;

class ReshapeDetailsTest : public ReshapeCalls {
 protected:
  Lot Get(const LotId& lot) {
    const auto found = GetLot(world_.db(), world_.company(), lot, world_.now());
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : Lot();
  }
  void Describe(const LotId& lot, const std::string& reference, const std::string& notes,
                const Attributes& attributes) {
    UpdateLotCommand command = world_.UpdateCommand(lot);
    command.reference = reference;
    command.notes = notes;
    command.attributes = attributes;
    const auto lot_now = UpdateLot(world_.db(), command);
    ASSERT_TRUE(lot_now.ok()) << lot_now.status();
  }
};

TEST_F(ReshapeDetailsTest, AMergeKeepsWhatAllSourcesAgreeOn) {
  const LotId a = world_.CreateLot("salt", "A", "1");
  const LotId b = world_.CreateLot("salt", "B", "2");
  const Attributes soy = {{"allergen", std::string("soy")}};
  Describe(a, "H-1", "dry", soy);
  Describe(b, "H-1", "dry", soy);
  ASSERT_EQ(Merge(Merging({a, b}, "M")), "OK");
  const LotId merged = Out();
  EXPECT_EQ(Get(merged).reference, "H-1");
  EXPECT_EQ(Get(merged).notes, "dry");
  EXPECT_EQ(Get(merged).attributes, soy);

  ASSERT_EQ(Merge(Merging({merged}, "ALONE")), "OK");
  EXPECT_EQ(Get(Out()).notes, "dry");
  EXPECT_EQ(Get(Out()).attributes, soy);
}

TEST_F(ReshapeDetailsTest, WhatDiffersMustBeSaid) {
  const LotId a = world_.CreateLot("salt", "A", "1");
  const LotId b = world_.CreateLot("salt", "B", "2");
  Describe(a, "H-1", "dry", {{"allergen", std::string("soy")}, {"grade", std::string("1")}});
  Describe(b, "H-2", "wet", {{"grade", std::string("1")}});
  MergeLotsCommand command = Merging({a, b}, "M");
  EXPECT_EQ(Merge(command),
            "LOTS_DIFFER reference; LOTS_DIFFER notes; LOTS_DIFFER attributes.allergen");
  EXPECT_EQ(FactOf(MergeLots(world_.db(), command).status(), "values", 2), "soy (A), none (B)");

  command.said = {.reference = "",
                  .notes = "mixed",
                  .attributes = {{"allergen", std::string("may contain soy")}}};
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_EQ(Get(Out()).reference, "");
  EXPECT_EQ(Get(Out()).notes, "mixed");
  EXPECT_EQ(Get(Out()).attributes, (Attributes{{"allergen", std::string("may contain soy")},
                                               {"grade", std::string("1")}}));
}

TEST_F(ReshapeDetailsTest, ALotThatGetsMoreAgreesToo) {
  const LotId a = world_.CreateLot("salt", "A", "3");
  const LotId target = world_.CreateLot("salt", "T", "1");
  Describe(a, "", "", {{"allergen", std::string("soy")}});
  EXPECT_EQ(Split(Splitting(a, {{"T", Q("1")}})), "LOTS_DIFFER attributes.allergen");
  RelabelLotCommand relabel = Relabelling(a, "T");
  EXPECT_EQ(Relabel(relabel), "LOTS_DIFFER attributes.allergen");
  MergeLotsCommand command = Merging({a}, "T");
  EXPECT_EQ(Merge(command), "LOTS_DIFFER attributes.allergen");

  command.said.attributes = {{"allergen", std::string("soy")}};
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_EQ(Get(target).attributes, command.said.attributes);
  EXPECT_EQ(Get(target).version, 2);
  EXPECT_EQ(world_.Where(target), "stock 4");
}

TEST_F(ReshapeDetailsTest, NotesAndReferenceOfGoodsAreNotLost) {
  const LotId a = world_.CreateLot("salt", "A", "3");
  const LotId target = world_.CreateLot("salt", "T", "1");
  Describe(a, "H-1", "dry", {});
  EXPECT_EQ(Split(Splitting(a, {{"T", Q("1")}})), "LOTS_DIFFER reference; LOTS_DIFFER notes");
  EXPECT_EQ(Relabel(Relabelling(a, "T")), "LOTS_DIFFER reference; LOTS_DIFFER notes");
  Describe(target, "H-1", "dry", {});
  EXPECT_EQ(Split(Splitting(a, {{"T", Q("1")}})), "OK");
  EXPECT_EQ(Relabel(Relabelling(a, "T")), "OK");
}

TEST_F(ReshapeDetailsTest, AMergeHasNoMoreAttributesThanALot) {
  const auto attributes = [](const std::string& prefix) {
    Attributes all;
    for (int i = 0; i < kAttributesMax; ++i) all[absl::StrCat(prefix, i)] = std::string("x");
    return all;
  };
  const LotId a = world_.CreateLot("salt", "A", "3");
  Describe(a, "", "", attributes("own"));
  MergeLotsCommand command = Merging({a}, "M");
  command.said.attributes = {{"other", std::string("x")}};
  EXPECT_EQ(Merge(command), "FIELD_INVALID attributes");
  command.said.attributes = attributes("own");
  EXPECT_EQ(Merge(command), "OK");
}

TEST_F(ReshapeDetailsTest, AMergeLeavesFormerNumbersInTheSearch) {
  const LotId target = world_.CreateLot("salt", "OLD-77", "1");
  UpdateLotCommand rename = world_.UpdateCommand(target);
  rename.number = "NEW-1";
  ASSERT_TRUE(UpdateLot(world_.db(), rename).ok());
  MergeLotsCommand command = Merging({world_.CreateLot("salt", "A", "1")}, "NEW-1");
  command.said.reference = "S-9";
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_THAT(world_.List({.text = "old-77"}), ElementsAre("NEW-1"));
  EXPECT_THAT(world_.List({.text = "s-9"}), ElementsAre("NEW-1"));
}

TEST_F(ReshapeDetailsTest, ALaterExpiryIsAcceptedWithAReason) {
  const LotId old_lot =
      world_.CreateLot("salt", "E", {.quantity = "3", .expires_on = absl::CivilDay(2020, 1, 1)});
  RelabelLotCommand command = Relabelling(old_lot, "FRESH");
  command.expires_on = absl::CivilDay(2040, 1, 1);
  EXPECT_EQ(Relabel(command), "EXPIRY_LATER expire_date");
  command.accept_later_expiry = true;
  EXPECT_EQ(Relabel(command), "FIELD_INVALID note");
  command.note = "tested again, report 7";
  ASSERT_EQ(Relabel(command), "OK");
  EXPECT_EQ(Get(Out()).dates.expires_on, absl::CivilDay(2040, 1, 1));
}

}  // namespace
}  // namespace lots
