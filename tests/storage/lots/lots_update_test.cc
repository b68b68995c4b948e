// Editing lots, and the ends of their lives: archive, unarchive, delete.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_details.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class EditLotsTest : public ::testing::Test {
 protected:
  std::string Update(const UpdateLotCommand& command) {
    return RefusalOf(UpdateLot(world_.db(), command).status());
  }
  std::string Archive(const LotCommand& command) {
    return RefusalOf(ArchiveLot(world_.db(), command).status());
  }
  std::string Unarchive(const LotCommand& command) {
    return RefusalOf(UnarchiveLot(world_.db(), command).status());
  }
  std::string Delete(const LotCommand& command) {
    return RefusalOf(DeleteLot(world_.db(), command));
  }
  LotCommand Nobody() { return world_.LotCommandFor(LotId(Uuid::MakeV7())); }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(EditLotsTest, ChangesWhatIsNamedAndRecordsOldAndNew) {
  const LotId id = world_.CreateLot("wire", "L-1");
  world_.set_now(world_.now() + absl::Seconds(1));
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.number = " l-2 ";
  command.reference = "S-9";
  command.notes = "hello";
  command.attributes = Attributes{{"grade", std::string("A")}};

  const auto lot = UpdateLot(world_.db(), command);

  ASSERT_TRUE(lot.ok()) << lot.status();
  EXPECT_EQ(lot->number, "l-2");
  EXPECT_EQ(lot->version, 2);
  EXPECT_EQ(lot->updated_at, absl::FromUnixMicros(absl::ToUnixMicros(world_.now())));
  const Lot read = world_.Get(id);
  EXPECT_EQ(read.reference, "S-9");
  EXPECT_EQ(read.attributes, *command.attributes);
  EXPECT_THAT(world_.History(id),
              ElementsAre("CREATED",
                          "EDITED number: L-1 > l-2 reference:  > S-9 notes:  > hello "
                          "attributes.grade:  > A"));
  EXPECT_THAT(world_.List({.text = "L-2"}), ElementsAre("l-2"));
  EXPECT_THAT(world_.List({.text = "s-9"}), ElementsAre("l-2"));
}

TEST_F(EditLotsTest, AttributesAreComparedKeyByKeyAndTypeByType) {
  const LotId id = world_.CreateLot("wire", "L-1");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.attributes = Attributes{{"a", std::string("1")}, {"b", true}};
  ASSERT_EQ(Update(command), "OK");
  command = world_.UpdateCommand(id);
  world_.set_now(world_.now() + absl::Seconds(1));
  command.context.now = world_.now();
  command.attributes = Attributes{{"a", Quantity::FromUnits(1)}, {"c", absl::CivilDay(2026, 1, 2)}};
  ASSERT_EQ(Update(command), "OK");

  EXPECT_EQ(world_.History(id).back(),
            "EDITED attributes.a: 1 > 1 attributes.b: true >  attributes.c:  > 2026-01-02");
}

TEST_F(EditLotsTest, SingleAttributesChangeAndGo) {
  const LotId id = world_.CreateLot("wire", "L-1");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.attributes = Attributes{{"a", std::string("1")}, {"b", true}, {"c", true}};
  ASSERT_EQ(Update(command), "OK");
  command = world_.UpdateCommand(id);
  command.attribute_edits = {{"a", std::string("2")}, {"b", std::nullopt}, {"none", std::nullopt}};
  ASSERT_EQ(Update(command), "OK");

  EXPECT_EQ(world_.Get(id).attributes, (Attributes{{"a", std::string("2")}, {"c", true}}));
}

TEST_F(EditLotsTest, AttributesOfSeveralEditsAreNotTooMany) {
  const LotId id = world_.CreateLot("wire", "L-1");
  UpdateLotCommand command = world_.UpdateCommand(id);
  for (int i = 0; i < kAttributesMax; ++i) command.attribute_edits[absl::StrCat(i)] = true;
  ASSERT_EQ(Update(command), "OK");
  command = world_.UpdateCommand(id);
  command.attribute_edits["one more"] = true;

  EXPECT_EQ(Update(command), "FIELD_INVALID lot.attributes");
}

TEST_F(EditLotsTest, ChangingNothingChangesNoVersion) {
  const LotId id = world_.CreateLot("wire", "L-1");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.number = "L-1";
  command.reference = "";
  command.attributes = Attributes();

  const auto lot = UpdateLot(world_.db(), command);

  ASSERT_TRUE(lot.ok()) << lot.status();
  EXPECT_EQ(lot->version, 1);
  EXPECT_THAT(world_.History(id), ElementsAre("CREATED"));
}

TEST_F(EditLotsTest, AStaleEtagIsRefused) {
  const LotId id = world_.CreateLot("wire", "L-1", "5");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.version = 1;
  command.notes = "first";
  ASSERT_EQ(Update(command), "OK");
  command = world_.UpdateCommand(id);
  command.version = 1;
  command.notes = "second";

  const auto refused = UpdateLot(world_.db(), command);

  EXPECT_EQ(RefusalOf(refused.status()), "ETAG_MISMATCH etag");
  EXPECT_EQ(FactOf(refused.status(), "etag"), "\"2\"");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(world_.Get(id).notes, "first");
}

TEST_F(EditLotsTest, MovementsDoNotChangeTheEtag) {
  const LotId id = world_.CreateLot("wire", "L-1", "5");
  world_.Move(MovementKind::kTransfer, id, "2", "stock", "shelf");
  EXPECT_EQ(world_.Get(id).version, 1);
}

TEST_F(EditLotsTest, EditsAreRefused) {
  const LotId id = world_.CreateLot("wire", "L-1");
  const LotId other = world_.CreateLot("wire", "L-2");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.number = "l-2 ";
  const absl::Status taken = UpdateLot(world_.db(), command).status();
  EXPECT_EQ(RefusalOf(taken), "LOT_NUMBER_TAKEN lot.number");
  EXPECT_EQ(FactOf(taken, "lot_id"), other.value().ToString());
  command = world_.UpdateCommand(id);
  command.number = "a\nb";
  EXPECT_EQ(Update(command), "NUMBER_INVALID lot.number");
  EXPECT_EQ(Update(world_.UpdateCommand(LotId(Uuid::MakeV7()))), "LOT_NOT_FOUND lot_id");
  world_.SetState(id, LotState::kVoid);
  command = world_.UpdateCommand(id);
  command.notes = "x";
  EXPECT_EQ(Update(command), "LOT_VOID lot_id");
}

TEST_F(EditLotsTest, ALotMayTakeItsOwnNumberInAnotherCase) {
  const LotId id = world_.CreateLot("wire", "abc");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.number = "ABC";
  EXPECT_EQ(Update(command), "OK");
  EXPECT_EQ(world_.Get(id).number, "ABC");
}

TEST_F(EditLotsTest, ARepeatIsAnsweredAndHappensOnce) {
  const LotId id = world_.CreateLot("wire", "L-1");
  UpdateLotCommand command = world_.UpdateCommand(id, "same");
  command.notes = "x";
  for (int i = 0; i < 3; ++i) {
    const auto lot = UpdateLot(world_.db(), command);
    ASSERT_TRUE(lot.ok()) << lot.status();
    EXPECT_EQ(lot->version, 2);
  }
  command.context.payload_hash = "another";
  EXPECT_EQ(Update(command), "REQUEST_ID_REUSED request_id");
}

TEST_F(EditLotsTest, DatesThatWereDerivedMoveAlongAndGivenOnesStay) {
  struct Case {
    const char* what;
    LotDates given;
    NewDate manufactured_on, expires_on, alert_on;
    const char* dates;  // manufactured, expires, best before, removal, alert
  };
  const absl::CivilDay jan1(2026, 1, 1), jan10(2026, 1, 10), jan25(2026, 1, 25), feb1(2026, 2, 1),
      feb5(2026, 2, 5), mar1(2026, 3, 1);
  const NewDate cleared = std::make_optional(std::optional<absl::CivilDay>());
  for (const Case& c : std::vector<Case>{
           {"made later",
            {.manufactured_on = jan1},
            feb1,
            {},
            {},
            "2026-02-01 2026-03-03 2026-02-21 2026-02-26 2026-02-11"},
           {"made later, the alert was given",
            {.manufactured_on = jan1, .alert_on = jan25},
            jan10,
            {},
            {},
            "2026-01-10 2026-02-09 2026-01-30 2026-02-04 2026-01-25"},
           {"expires earlier: what was derived does not outlive it",
            {.manufactured_on = feb1},
            {},
            feb5,
            {},
            "2026-02-01 2026-02-05 2026-02-05 2026-02-05 2026-02-05"},
           {"cleared, and it stays so",
            {.manufactured_on = feb1},
            {},
            cleared,
            cleared,
            "2026-02-01  2026-02-21 2026-02-26 "},
           {"no date of making any more",
            {.manufactured_on = feb1, .expires_on = mar1},
            cleared,
            {},
            {},
            " 2026-03-01   "},
       }) {
    SCOPED_TRACE(c.what);
    CreateLotsCommand create = world_.CreateCommand("wire", {""});
    create.lots[0].dates = c.given;
    const auto created = CreateLots(world_.db(), create);
    ASSERT_TRUE(created.ok()) << created.status();
    UpdateLotCommand command = world_.UpdateCommand(created->lots[0].lot_id);
    command.manufactured_on = c.manufactured_on;
    command.expires_on = c.expires_on;
    command.alert_on = c.alert_on;
    command.later_expiry = {.accepted = true, .note = "measured"};
    const auto lot = UpdateLot(world_.db(), command);
    ASSERT_TRUE(lot.ok()) << lot.status();
    const LotDates& dates = lot->dates;
    EXPECT_EQ(absl::StrCat(Day(dates.manufactured_on), " ", Day(dates.expires_on), " ",
                           Day(dates.best_before_on), " ", Day(dates.removal_on), " ",
                           Day(dates.alert_on)),
              c.dates);
  }
}

TEST_F(EditLotsTest, ALaterExpiryIsAcceptedWithAReason) {
  CreateLotsCommand create = world_.CreateCommand("wire", {""});
  create.lots[0].dates.manufactured_on = absl::CivilDay(2026, 1, 1);
  const LotId id = CreateLots(world_.db(), create)->lots[0].lot_id;
  const auto with = [&](auto change) {
    UpdateLotCommand command = world_.UpdateCommand(id);
    change(command);
    return Update(command);
  };
  const auto later = [](UpdateLotCommand& command) {
    command.expires_on = std::make_optional(std::optional(absl::CivilDay(2026, 2, 1)));
  };
  EXPECT_EQ(with(later), "EXPIRY_LATER lot.expire_date");
  // Whatever moves it: the day of making, from which it is derived, or nothing in its place.
  EXPECT_EQ(with([](UpdateLotCommand& command) {
              command.manufactured_on =
                  std::make_optional(std::optional(absl::CivilDay(2026, 1, 2)));
            }),
            "EXPIRY_LATER lot.expire_date");
  EXPECT_EQ(with([](UpdateLotCommand& command) {
              command.expires_on = std::make_optional(std::optional<absl::CivilDay>());
            }),
            "EXPIRY_LATER lot.expire_date");
  EXPECT_EQ(with([&](UpdateLotCommand& command) {
              later(command);
              command.later_expiry.accepted = true;
            }),
            "FIELD_INVALID note");
  EXPECT_EQ(with([&](UpdateLotCommand& command) {
              later(command);
              command.later_expiry = {.accepted = true, .note = "tested again"};
            }),
            "OK");
  EXPECT_EQ(Day(world_.Get(id).dates.expires_on), "2026-02-01");
  // An earlier one needs nothing.
  EXPECT_EQ(with([](UpdateLotCommand& command) {
              command.expires_on = std::make_optional(std::optional(absl::CivilDay(2026, 1, 20)));
            }),
            "OK");
}

TEST_F(EditLotsTest, AnEditOfAnotherFieldLeavesTheDatesAlone) {
  CreateLotsCommand create = world_.CreateCommand("wire", {""});
  create.lots[0].dates.manufactured_on = absl::CivilDay(2026, 1, 1);
  const LotId id = CreateLots(world_.db(), create)->lots[0].lot_id;
  world_.Execute("UPDATE products SET expire_days = 99");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.notes = "x";
  ASSERT_EQ(Update(command), "OK");
  EXPECT_EQ(Day(world_.Get(id).dates.expires_on), "2026-01-31");
}

TEST_F(EditLotsTest, DatesThatContradictEachOtherAreRefused) {
  const LotId id = world_.CreateLot("cable", "L-1");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.expires_on = absl::CivilDay(2026, 1, 1);
  command.alert_on = absl::CivilDay(2026, 1, 2);
  EXPECT_EQ(Update(command), "FIELD_INVALID lot.alert_date");
}

TEST_F(EditLotsTest, AnotherProductBringsItsRules) {
  const LotId id = world_.CreateLot("cable", "Ab");
  UpdateLotCommand command = world_.UpdateCommand(id);
  command.product_id = ProductId("pump");

  const auto lot = UpdateLot(world_.db(), command);

  ASSERT_TRUE(lot.ok()) << lot.status();
  EXPECT_EQ(lot->tracking, Tracking::kSerial);
  EXPECT_EQ(lot->scale, 0);
  // The case does not matter for pumps.
  EXPECT_EQ(RefusalOf(CreateLots(world_.db(), world_.CreateCommand("pump", {"aB"})).status()),
            "LOT_NUMBER_TAKEN lots[0].number");
  EXPECT_EQ(world_.History(id).back(), "EDITED product_id: cable > pump");
}

TEST_F(EditLotsTest, AnotherProductIsRefused) {
  const LotId moved = world_.CreateLot("wire", "L-1", "5");
  const LotId planned = world_.Assign("WO-1", "pump", {"P-1"})[0];
  const LotId fresh = world_.CreateLot("wire", "L-2");
  world_.CreateLot("cable", "L-2");
  const auto refusal = [&](const LotId& id, const char* product) {
    UpdateLotCommand command = world_.UpdateCommand(id);
    command.product_id = ProductId(product);
    const absl::Status status = UpdateLot(world_.db(), command).status();
    return absl::StrCat(RefusalOf(status), " ", FactOf(status, "what"));
  };
  EXPECT_EQ(refusal(moved, "cable"), "LOT_IN_USE lot_id movements");
  EXPECT_EQ(refusal(planned, "cable"), "LOT_IN_USE lot_id assignments");
  EXPECT_EQ(refusal(fresh, "nothing"), "PRODUCT_NOT_FOUND lot.product_id ");
  EXPECT_EQ(refusal(fresh, "screw"), "PRODUCT_NOT_TRACKED lot.product_id ");
  EXPECT_EQ(refusal(fresh, "cable"), "LOT_NUMBER_TAKEN lot.number ");
  // The one it has already.
  EXPECT_EQ(refusal(moved, "wire"), "OK ");
}

TEST_F(EditLotsTest, ArchiveHidesAndUnarchiveShows) {
  const LotId id = world_.CreateLot("wire", "L-1");
  world_.set_now(world_.now() + absl::Seconds(1));
  const auto archived = ArchiveLot(world_.db(), world_.LotCommandFor(id));
  ASSERT_TRUE(archived.ok()) << archived.status();
  EXPECT_EQ(archived->state, LotState::kArchived);
  EXPECT_EQ(archived->version, 2);
  EXPECT_THAT(world_.List({}), IsEmpty());

  // Again is no error, and no event.
  EXPECT_EQ(Archive(world_.LotCommandFor(id)), "OK");
  world_.set_now(world_.now() + absl::Seconds(1));
  EXPECT_EQ(Unarchive(world_.LotCommandFor(id)), "OK");
  EXPECT_EQ(Unarchive(world_.LotCommandFor(id)), "OK");

  EXPECT_THAT(world_.List({}), ElementsAre("L-1"));
  EXPECT_EQ(world_.Get(id).version, 3);
  EXPECT_THAT(world_.History(id), ElementsAre("CREATED", "ARCHIVED", "UNARCHIVED"));
}

TEST_F(EditLotsTest, ArchiveAndUnarchiveAreRefused) {
  const LotId stocked = world_.CreateLot("wire", "L-1", "2.5");
  const absl::Status on_hand = ArchiveLot(world_.db(), world_.LotCommandFor(stocked)).status();
  EXPECT_EQ(RefusalOf(on_hand), "LOT_ON_HAND lot_id");
  EXPECT_EQ(FactOf(on_hand, "on_hand_quantity"), "2.500");
  const LotId planned = world_.Assign("WO-1", "pump", {"P-1"})[0];
  EXPECT_EQ(Archive(world_.LotCommandFor(planned)), "LOT_PLANNED lot_id");
  EXPECT_EQ(Unarchive(world_.LotCommandFor(planned)), "LOT_PLANNED lot_id");
  world_.SetState(planned, LotState::kVoid);
  EXPECT_EQ(Archive(world_.LotCommandFor(planned)), "LOT_VOID lot_id");
  EXPECT_EQ(Unarchive(world_.LotCommandFor(planned)), "LOT_VOID lot_id");
  EXPECT_EQ(Archive(Nobody()), "LOT_NOT_FOUND lot_id");
  EXPECT_EQ(Unarchive(Nobody()), "LOT_NOT_FOUND lot_id");
  LotCommand stale = world_.LotCommandFor(stocked);
  stale.version = 7;
  EXPECT_EQ(Archive(stale), "ETAG_MISMATCH etag");
  EXPECT_EQ(Unarchive(stale), "ETAG_MISMATCH etag");
}

TEST_F(EditLotsTest, ADeliveredLotMayBeArchived) {
  const LotId id = world_.CreateLot("wire", "L-1", "2");
  world_.Move(MovementKind::kDelivery, id, "2", "stock", "CUSTOMER");
  EXPECT_EQ(Archive(world_.LotCommandFor(id)), "OK");
}

TEST_F(EditLotsTest, ARepeatedArchiveIsAnsweredWhateverCameAfter) {
  const LotId id = world_.CreateLot("wire", "L-1");
  const LotCommand command = world_.LotCommandFor(id, "same");
  ASSERT_EQ(Archive(command), "OK");
  ASSERT_EQ(Unarchive(world_.LotCommandFor(id)), "OK");
  const auto again = ArchiveLot(world_.db(), command);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->state, LotState::kActive);
}

TEST_F(EditLotsTest, ADeletedLotLeavesItsHistory) {
  CreateLotsCommand create = world_.CreateCommand("wire", {"L-1"});
  create.lots[0].reference = "S-1";
  const LotId id = CreateLots(world_.db(), create)->lots[0].lot_id;
  world_.set_now(world_.now() + absl::Seconds(1));
  UpdateLotCommand edit = world_.UpdateCommand(id);
  edit.notes = "oops";
  ASSERT_EQ(Update(edit), "OK");
  world_.set_now(world_.now() + absl::Seconds(1));

  const LotCommand command = world_.LotCommandFor(id, "same");
  EXPECT_EQ(Delete(command), "OK");

  EXPECT_EQ(Delete(command), "OK");
  EXPECT_EQ(Delete(world_.LotCommandFor(id)), "LOT_NOT_FOUND lot_id");
  EXPECT_EQ(RefusalOf(GetLot(world_.db(), world_.company(), id, world_.now()).status()),
            "LOT_NOT_FOUND lot_id");
  EXPECT_THAT(world_.History(id),
              ElementsAre("CREATED", "EDITED notes:  > oops",
                          "DELETED product_id: wire >  number: L-1 >  tracking: LOT >  "
                          "reference: S-1 >  notes: oops > "));
  EXPECT_EQ(world_.History(id, 1), world_.History(id));
}

TEST_F(EditLotsTest, DeleteNamesWhatTheLotIsUsedBy) {
  const LotId moved = world_.CreateLot("wire", "L-1", "5");
  const LotId planned = world_.Assign("WO-1", "pump", {"P-1"})[0];
  const auto refusal = [&](const LotId& id) {
    const absl::Status status = DeleteLot(world_.db(), world_.LotCommandFor(id));
    return absl::StrCat(RefusalOf(status), " ", FactOf(status, "what"));
  };
  EXPECT_EQ(refusal(moved), "LOT_IN_USE lot_id movements");
  EXPECT_EQ(refusal(planned), "LOT_IN_USE lot_id assignments");
  LotCommand stale = world_.LotCommandFor(moved);
  stale.version = 7;
  EXPECT_EQ(Delete(stale), "ETAG_MISMATCH etag");
  EXPECT_EQ(Delete(Nobody()), "LOT_NOT_FOUND lot_id");
}

TEST_F(EditLotsTest, ArchivedAndEditedLotsMayBeDeleted) {
  const LotId id = world_.CreateLot("wire", "L-1");
  ASSERT_EQ(Archive(world_.LotCommandFor(id)), "OK");
  EXPECT_EQ(Delete(world_.LotCommandFor(id)), "OK");
  EXPECT_THAT(world_.History(id), Not(IsEmpty()));
}

TEST_F(EditLotsTest, OneCompanyDoesNotReachAnothersLots) {
  World other(database_, "other");
  const LotId theirs = other.CreateLot("wire", "L-1");
  EXPECT_EQ(Delete(world_.LotCommandFor(theirs)), "LOT_NOT_FOUND lot_id");
  EXPECT_EQ(Archive(world_.LotCommandFor(theirs)), "LOT_NOT_FOUND lot_id");
  EXPECT_EQ(Update(world_.UpdateCommand(theirs)), "LOT_NOT_FOUND lot_id");
  EXPECT_EQ(other.Get(theirs).version, 1);
}

}  // namespace
}  // namespace lots
