// What is done while a recall is open: seeds and exemptions, exclusions, dispositions, answers of
// recipients, and closing.
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/movement.h"
#include "storage/holds/holds.h"
#include "storage/recalls/answers.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "tests/storage/recalls/recall_work_fixture.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Every step needed ACCEPT, which also lets goods be shipped.
TEST_F(RecallWork, QuarantineAndScrapNeedNoException) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Quarantine("yard");
  Open({salt});

  EXPECT_EQ(Move(MovementKind::kTransfer, salt, "1", "stock", "line"), "LOT_HELD movements[0].lot");
  EXPECT_EQ(Move(MovementKind::kDelivery, salt, "1", "stock", "shop"), "LOT_HELD movements[0].lot");
  EXPECT_EQ(Move(MovementKind::kTransfer, salt, "6", "stock", "yard"), "OK");
  EXPECT_EQ(Move(MovementKind::kScrap, salt, "2", "yard", "SCRAP"), "OK");
  EXPECT_EQ(Move(MovementKind::kSupplierReturn, salt, "1", "yard", "SUPPLIER"), "OK");
  EXPECT_EQ(Move(MovementKind::kTransfer, salt, "1", "yard", "stock"), "LOT_HELD movements[0].lot");
}

TEST_F(RecallWork, ARecallMayExemptOnlyWhatItLists) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Quarantine("yard");
  Open({salt}, /*drill=*/false, /*only_listed=*/true);
  EXPECT_EQ(Move(MovementKind::kTransfer, salt, "1", "stock", "yard"), "LOT_HELD movements[0].lot");
  EXPECT_EQ(Move(MovementKind::kScrap, salt, "1", "stock", "SCRAP"), "LOT_HELD movements[0].lot");

  UpdateRecallCommand update{.context = world_.Context("UpdateRecall"), .recall_id = kRecall};
  update.paths = {"only_listed_exempt", "exempt_location_ids", "reason"};
  update.reason = "metal";
  update.exempt_location_ids = {LocationId("line")};
  const Recall updated = Must(UpdateRecall(world_.db(), update));

  EXPECT_EQ(updated.reason, "metal");
  EXPECT_EQ(updated.version, 2);
  EXPECT_EQ(Move(MovementKind::kTransfer, salt, "1", "stock", "yard"), "OK");
  EXPECT_EQ(Move(MovementKind::kTransfer, salt, "1", "stock", "line"), "OK");
  update.context = world_.Context("UpdateRecall");
  update.version = 1;
  EXPECT_EQ(RefusalOf(UpdateRecall(world_.db(), update).status()), "ETAG_MISMATCH recall.etag");
  update.version = 2;
  update.exempt_location_ids = {LocationId("NOWHERE")};
  update.add_seeds = {{.product_id = ProductId("salt"), .number = "NONE"}};
  EXPECT_EQ(RefusalOf(UpdateRecall(world_.db(), update).status()),
            "LOT_NOT_FOUND add_seeds[0]; LOCATION_NOT_FOUND recall.exempt_location_ids[0]");
}

TEST_F(RecallWork, ANewSeedBringsEverythingThatWasMadeOfIt) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId other = world_.CreateLot("salt", "OTHER", "10");
  Cook("W1", "SOUP", other);
  Open({salt});
  EXPECT_EQ(CauseOf(world_.IdOf("soup", "SOUP")), "");

  UpdateRecallCommand update{.context = world_.Context("UpdateRecall"), .recall_id = kRecall};
  update.add_seeds = {{.lot_id = other}, {.lot_id = salt}};
  const Recall updated = Must(UpdateRecall(world_.db(), update));
  const Recall again = Must(UpdateRecall(world_.db(), update));

  EXPECT_EQ(again.version, updated.version);
  ASSERT_THAT(updated.seeds, SizeIs(2));
  EXPECT_EQ(updated.seeds[1].number, "SALT");
  EXPECT_EQ(updated.seeds[1].added_at, updated.opened_at);
  EXPECT_GT(*updated.seeds[0].added_at, *updated.opened_at);
  EXPECT_EQ(updated.scope.lot_count, 3);
  EXPECT_EQ(CauseOf(world_.IdOf("soup", "SOUP")), "RECALL");
}

TEST_F(RecallWork, AnExcludedLotIsFreeAndStaysListedWithItsEvidence) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", "SOUP", salt);
  const LotId soup = world_.IdOf("soup", "SOUP");
  Open({salt});

  const Recall excluded = Must(Exclude({soup}));
  Must(Exclude({soup}));

  EXPECT_EQ(excluded.scope.lot_count, 1);
  EXPECT_EQ(excluded.scope.excluded_lot_count, 1);
  EXPECT_EQ(CauseOf(soup), "");
  EXPECT_EQ(Move(MovementKind::kDelivery, soup, "1", "shelf", "shop"), "OK");
  const RecallReportPiece report = Report();
  ASSERT_THAT(report.lots, SizeIs(2));
  ASSERT_TRUE(report.lots[1].exclusion.has_value());
  EXPECT_EQ(report.lots[1].exclusion->evidence, "tested");
  EXPECT_EQ(report.lots[1].exclusion->evidence_link, "PR-88");
  EXPECT_EQ(report.lots[1].unaccounted, Quantity());
  EXPECT_EQ(report.lots[0].unaccounted, Q("9"));
  EXPECT_THAT(report.recipients, IsEmpty());
  // What is made of it later is no member.
  Cook("W2", "LATER", soup, /*accept_held=*/false, "shelf");
  EXPECT_EQ(CauseOf(world_.IdOf("soup", "LATER")), "");
  EXPECT_THAT(RecallEvents(soup), ElementsAre("EXCLUDED tested"));
}

TEST_F(RecallWork, AnExclusionIsTakenBackByAPersonOrByMoreOfAMember) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", "SOUP", salt);
  const LotId soup = world_.IdOf("soup", "SOUP");
  Open({salt});
  Must(Exclude({soup}));
  Cook("W3", "STEW", soup, /*accept_held=*/false, "shelf");
  EXPECT_EQ(CauseOf(world_.IdOf("soup", "STEW")), "");
  Must(Include({soup}));
  EXPECT_EQ(CauseOf(soup), "RECALL");
  // What was made of it meanwhile.
  EXPECT_EQ(CauseOf(world_.IdOf("soup", "STEW")), "RECALL");
  Must(Exclude({soup}));
  EXPECT_EQ(CauseOf(soup), "");

  Cook("W2", "SOUP", salt, /*accept_held=*/true);

  EXPECT_EQ(CauseOf(soup), "RECALL");
  EXPECT_THAT(RecallEvents(soup), UnorderedElementsAre("EXCLUDED tested", "INCLUDED tested",
                                                       "EXCLUDED tested", "JOINED_AGAIN "));
}

TEST_F(RecallWork, ALotIsIncludedByHandWithWhatWasMadeOfIt) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId other = world_.CreateLot("salt", "OTHER", "10");
  Cook("W1", "SOUP", other);
  Open({salt});
  EXPECT_EQ(RefusalOf(Exclude({other}).status()), "LOT_NOT_IN_RECALL lots[0]");

  const Recall included = Must(Include({other}));

  EXPECT_THAT(included.seeds, SizeIs(1));
  EXPECT_EQ(included.scope.lot_count, 3);
  EXPECT_EQ(included.scope.depth, 2);
  EXPECT_EQ(CauseOf(world_.IdOf("soup", "SOUP")), "RECALL");
}

// Closed with 5 kg on hand, which were delivered at once.
TEST_F(RecallWork, ClosingAccountsForEverythingOnHand) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", "SOUP", salt);
  const LotId soup = world_.IdOf("soup", "SOUP");
  Open({salt});

  const absl::Status refused = CloseRecall(world_.db(), Closing()).status();
  EXPECT_EQ(RefusalOf(refused), "RECALL_UNACCOUNTED recall_id; RECALL_UNACCOUNTED recall_id");
  EXPECT_EQ(FactOf(refused, "quantity"), "9.000");
  EXPECT_EQ(FactOf(refused, "location_id"), "stock");
  EXPECT_EQ(FactOf(refused, "unaccounted_count"), "2");
  EXPECT_EQ(Now().state, RecallState::kOpen);

  EXPECT_EQ(Move(MovementKind::kScrap, salt, "4", "stock", "SCRAP"), "OK");
  EXPECT_EQ(Clear(salt, "stock", "3"), "OK");
  EXPECT_EQ(Close(), "RECALL_UNACCOUNTED recall_id; RECALL_UNACCOUNTED recall_id");
  EXPECT_EQ(Clear(salt, "stock", "5"), "OK");
  EXPECT_EQ(Close(), "RECALL_UNACCOUNTED recall_id");
  Must(Exclude({soup}));
  EXPECT_EQ(Close(), "OK");
  EXPECT_EQ(Move(MovementKind::kDelivery, salt, "5", "stock", "shop"), "OK");
}

TEST_F(RecallWork, WhatIsLeftMayStayHeld) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId clean = world_.CreateLot("salt", "CLEAN", "10");
  Open({salt, clean});
  EXPECT_EQ(Clear(clean, "stock", "10"), "OK");

  EXPECT_EQ(Close(/*leave_held=*/true), "OK");

  EXPECT_EQ(CauseOf(clean), "");
  EXPECT_EQ(CauseOf(salt), "LOT");
  EXPECT_EQ(Move(MovementKind::kDelivery, salt, "1", "stock", "shop"), "LOT_HELD movements[0].lot");
  EXPECT_EQ(Move(MovementKind::kScrap, salt, "1", "stock", "SCRAP"), "OK");
  EXPECT_EQ(Now().state, RecallState::kClosed);
}

TEST_F(RecallWork, ADrillIsRehearsedAndClosesAsItIs) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Open({salt}, /*drill=*/true);
  EXPECT_EQ(Clear(salt, "stock", "5"), "OK");
  EXPECT_EQ(Now().effectiveness->on_hand_tenths, 500);
  EXPECT_EQ(Close(), "OK");
  EXPECT_EQ(CauseOf(salt), "");
  EXPECT_THAT(RecallEvents(salt), IsEmpty());
}

TEST_F(RecallWork, EffectivenessCountsRecipientsAndQuantities) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", "SOUP", salt);
  const LotId soup = world_.IdOf("soup", "SOUP");
  const MovementId to_anna = Deliver(soup, "6", "anna");
  Deliver(soup, "2", "bert");
  Open({salt});
  RecallEffectiveness now = *Now().effectiveness;
  EXPECT_EQ(now.recipient_count, 2);
  EXPECT_EQ(now.notified_count, 0);
  EXPECT_EQ(now.shipped_tenths, 0);
  EXPECT_EQ(now.on_hand_tenths, 0);
  EXPECT_EQ(now.unaccounted_lot_count, 2);

  RecordRecipientResponseCommand told = Responding("anna");
  told.notified_at = absl::FromUnixSeconds(1'000);
  told.notified_how = "e-mail";
  Must(RecordRecipientResponse(world_.db(), told));
  RecordRecipientResponseCommand answered = Responding("anna");
  answered.answered_at = absl::FromUnixSeconds(2'000);
  RecipientQuantities& quantities = answered.quantities.emplace_back();
  quantities.lot = {.lot_id = soup};
  quantities.delivery = to_anna;
  quantities.destroyed = Q("1");
  quantities.sold_on = Q("3");
  Must(RecordRecipientResponse(world_.db(), answered));
  const Recall repeated = Must(RecordRecipientResponse(world_.db(), answered));

  now = *Now().effectiveness;
  EXPECT_EQ(now.notified_count, 1);
  EXPECT_EQ(now.answered_count, 1);
  EXPECT_EQ(now.shipped_tenths, 500);
  EXPECT_EQ(repeated.version, 3);
  const RecallReportPiece report = Report();
  ASSERT_THAT(report.responses, SizeIs(1));
  EXPECT_EQ(report.responses[0].notified_how, "e-mail");
  EXPECT_EQ(report.responses[0].notified_at, absl::FromUnixSeconds(1'000));
  EXPECT_EQ(report.responses[0].answered_at, absl::FromUnixSeconds(2'000));
  ASSERT_THAT(report.quantities, SizeIs(1));
  EXPECT_EQ(report.quantities[0].found, Q("1"));
  EXPECT_EQ(report.quantities[0].delivery, to_anna);

  // A customer's goods that a disposition says were destroyed, beyond what the recipients say.
  Must(SetRecallDisposition(
      world_.db(), Disposing(soup, "shop", "8", RecallDispositionKind::kDestroyedByCustomer)));
  EXPECT_EQ(Now().effectiveness->shipped_tenths, 1'000);
}

TEST_F(RecallWork, AnAnswerNamesEverythingThatIsWrong) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", "SOUP", salt);
  const LotId soup = world_.IdOf("soup", "SOUP");
  const LotId other = world_.CreateLot("salt", "OTHER", "10");
  const MovementId to_anna = Deliver(soup, "6", "anna");
  Open({salt});
  RecordRecipientResponseCommand command = Responding("bert");
  const auto add = [&](const LotId& lot) -> RecipientQuantities& {
    RecipientQuantities& quantities = command.quantities.emplace_back();
    quantities.lot = {.lot_id = lot};
    return quantities;
  };
  add(soup).delivery = to_anna;
  add(other).found = Q("1");
  RecipientQuantities& wrong = add(soup);
  wrong.found = Q("1");
  wrong.destroyed = Q("2");
  add(soup).sold_on = Q("0.0001");

  EXPECT_EQ(RefusalOf(RecordRecipientResponse(world_.db(), command).status()),
            "FIELD_INVALID partner_id; MOVEMENT_NOT_FOUND quantities[0].delivery_movement_id; "
            "LOT_NOT_IN_RECALL "
            "quantities[1].lot; FIELD_INVALID quantities[2].found_quantity; QUANTITY_SCALE "
            "quantities[3].sold_on_quantity; DUPLICATE_IN_REQUEST quantities[3]");
}

TEST_F(RecallWork, ASerialIsOneUnit) {
  const LotId frame = world_.CreateLot("frame", "F-1", "1");
  Deliver(world_.CreateLot("frame", "F-2", "1"), "1", "anna", "stock");
  Open({frame});
  EXPECT_EQ(Clear(frame, "stock", "2"), "FIELD_INVALID dispositions[0].quantity");
  RecordRecipientResponseCommand command = Responding("anna");
  command.quantities.emplace_back().lot = {.lot_id = frame};
  command.quantities.back().found = Q("2");
  EXPECT_EQ(RefusalOf(RecordRecipientResponse(world_.db(), command).status()),
            "FIELD_INVALID quantities[0].found_quantity");
}

TEST_F(RecallWork, NothingIsDoneToAClosedRecall) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Open({salt});
  EXPECT_EQ(Close(/*leave_held=*/true), "OK");

  UpdateRecallCommand update{.context = world_.Context("UpdateRecall"), .recall_id = kRecall};
  for (const absl::Status& refused :
       {UpdateRecall(world_.db(), update).status(), Exclude({salt}).status(),
        Include({salt}).status(),
        SetRecallDisposition(world_.db(),
                             Disposing(salt, "stock", "1", RecallDispositionKind::kCleared))
            .status(),
        RecordRecipientResponse(world_.db(), Responding("anna")).status()}) {
    EXPECT_EQ(RefusalOf(refused), "RECALL_CLOSED recall_id");
  }
}

}  // namespace
}  // namespace lots
