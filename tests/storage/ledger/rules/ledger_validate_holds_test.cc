// What holds keep where it is, and what they let go, as tables over plain facts.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/movement.h"
#include "tests/support/world/ledger_facts.h"
#include "tests/support/world/posting_rules.h"

namespace lots {
namespace {

constexpr auto kReceipt = MovementKind::kReceipt;
constexpr auto kTransfer = MovementKind::kTransfer;
constexpr auto kDelivery = MovementKind::kDelivery;

TEST(ValidatePosting, HeldGoodsDoNotLeave) {
  const Posting posting = Move(kTransfer, kSteel, "1", "stock", "yard");
  const Hold hold{.lot_id = kSteel, .cause = HoldCause::kLot, .reason = "smells"};
  Hold here = hold, elsewhere = hold, exempting = hold, drill = hold, recall = hold;
  here.cause = elsewhere.cause = HoldCause::kPlace;
  here.location_id = LocationId("stock");
  elsewhere.location_id = LocationId("truck");
  exempting.exempt_location_ids = {LocationId("yard")};
  drill.binding = false;
  recall.cause = HoldCause::kRecall;
  recall.recall_id = RecallId("R-1");
  ExpectAnswers({
      {"held", Held(hold), posting, "LOT_HELD m.lot", "reason=smells"},
      {"held-here", Held(here), posting, "LOT_HELD m.lot", "cause=PLACE"},
      {"held-elsewhere", Held(elsewhere), posting, "OK"},
      {"exempt", Held(exempting), posting, "OK"},
      {"exempt-elsewhere", Held(exempting), Move(kTransfer, kSteel, "1", "stock", "truck"),
       "LOT_HELD m.lot", "exempt_location_ids=yard"},
      {"drill", Held(drill), posting, "OK"},
      {"comes-in", Held(hold), Move(kReceipt, kSteel, "1", "SUPPLIER", "stock"), "OK"},
      {"strongest",
       [=](LedgerFacts& facts) {
         facts.holds[kSteel] = {here, recall, hold};
       },
       posting, "LOT_HELD m.lot", "recall_id=R-1"},
  });
  ExpectAnswers({{"accepted", Held(hold), posting, "OK"}}, {.held = true});
}

// 10 of steel are in stock.
TEST(ValidatePosting, AHeldPartStaysWhereItIs) {
  const auto taking = [](const std::string& quantity) {
    return Move(kTransfer, kSteel, quantity, "stock", "yard");
  };
  const Hold four{.lot_id = kSteel,
                  .cause = HoldCause::kPlace,
                  .location_id = LocationId("stock"),
                  .reason = "wet",
                  .quantity = Quantity::FromUnits(4)};
  Hold elsewhere = four, exempting = four, more_than_there = four, whole = four, drill = four;
  elsewhere.location_id = LocationId("truck");
  exempting.exempt_location_ids = {LocationId("yard")};
  more_than_there.quantity = Quantity::FromUnits(11);
  whole.quantity.reset();
  drill.binding = false;
  const auto both = [](const Hold& one, const Hold& other) {
    return [=](LedgerFacts& facts) { facts.holds[kSteel] = {one, other}; };
  };
  Hold of_bike = four;
  of_bike.lot_id = kBike;
  of_bike.quantity = Quantity::FromUnits(1);
  ExpectAnswers({
      {"the-free-rest", Held(four), taking("6"), "OK"},
      {"one-more", Held(four), taking("6.001"), "LOT_HELD m.lot", "free_quantity=6"},
      {"its-quantity", Held(four), taking("7"), "LOT_HELD m.lot", "held_quantity=4"},
      {"two-add-up", both(four, four), taking("2"), "OK"},
      {"two-add-up-to", both(four, four), taking("3"), "LOT_HELD m.lot", "held_quantity=8"},
      {"elsewhere", Held(elsewhere), taking("10"), "OK"},
      {"exempt", Held(exempting), taking("10"), "OK"},
      {"one-exempts", both(exempting, four), taking("6"), "OK"},
      {"one-exempts-the-other-not", both(exempting, four), taking("7"), "LOT_HELD m.lot",
       "held_quantity=4"},
      {"drill", Held(drill), taking("10"), "OK"},
      {"more-than-is-there", Held(more_than_there), taking("1"), "LOT_HELD m.lot",
       "free_quantity=0"},
      {"the-whole-outranks-a-part", both(four, whole), taking("1"), "LOT_HELD m.lot",
       "cause=PLACE"},
      {"a-serial", Held(of_bike), Move(kTransfer, kBike, "1", "stock", "yard"), "LOT_HELD m.lot",
       "free_quantity=0"},
      {"comes-in", Held(four), Move(kReceipt, kSteel, "1", "SUPPLIER", "stock"), "OK"},
  });
  ExpectAnswers({{"accepted", Held(four), taking("10"), "OK"}}, {.held = true});
}

TEST(ValidatePosting, WhatARecallHoldsMayBeDisposedOf) {
  Hold recall{.lot_id = kSteel, .cause = HoldCause::kRecall, .reason = "glass"};
  recall.recall_id = RecallId("R-1");
  recall.exempts_disposal = true;
  Hold listed = recall, also_held = recall;
  listed.exempts_disposal = false;
  also_held = {.lot_id = kSteel, .cause = HoldCause::kLot, .reason = "smells"};
  const auto held = [](const std::vector<Hold>& holds) -> Given {
    return [=](LedgerFacts& facts) {
      facts.holds[kSteel] = holds;
      facts.quarantines = {LocationId("yard")};
    };
  };
  const Posting scrap = Move(MovementKind::kScrap, kSteel, "1", "stock", "SCRAP");
  const Posting supplier = Move(MovementKind::kSupplierReturn, kSteel, "1", "stock", "SUPPLIER");
  const Posting quarantine = Move(kTransfer, kSteel, "1", "stock", "yard");
  ExpectAnswers({
      {"scrap", held({recall}), scrap, "OK"},
      {"supplier", held({recall}), supplier, "OK"},
      {"quarantine", held({recall}), quarantine, "OK"},
      {"elsewhere", held({recall}), Move(kTransfer, kSteel, "1", "stock", "truck"),
       "LOT_HELD m.lot", "recall_id=R-1"},
      {"customer", held({recall}), Move(kDelivery, kSteel, "1", "stock", "CUSTOMER"),
       "LOT_HELD m.lot"},
      {"only-listed", held({listed}), scrap, "LOT_HELD m.lot"},
      {"also-held", held({recall, also_held}), scrap, "LOT_HELD m.lot", "reason=smells"},
  });
}

}  // namespace
}  // namespace lots
