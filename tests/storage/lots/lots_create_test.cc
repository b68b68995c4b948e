// Creating lots: numbers, dates, openings, and everything that is refused.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StatementCounter : public pg::StatementObserver {
 public:
  explicit StatementCounter(absl::string_view name) : name_(name) {}
  void OnStatement(const pg::Statement& statement, absl::Duration, const absl::Status&) override {
    if (statement.name == name_) ++count_;
  }
  int count() const { return count_; }

 private:
  const std::string name_;
  int count_ = 0;
};

class CreateLotsTest : public ::testing::Test {
 protected:
  absl::StatusOr<CreatedLots> Create(const CreateLotsCommand& command) {
    return CreateLots(world_.db(), command);
  }
  std::string Refusal(const CreateLotsCommand& command) {
    return RefusalOf(Create(command).status());
  }
  std::vector<std::string> Made(const CreateLotsCommand& command) {
    const auto created = Create(command);
    if (!created.ok()) return {RefusalOf(created.status())};
    return NumbersOf(created->lots);
  }
  void Open(NewLot& lot, absl::string_view quantity, absl::string_view location) {
    lot.opening = Opening{*Quantity::Parse(quantity), LocationId(std::string(location))};
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(CreateLotsTest, KeepsWhatWasGiven) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"  L-1 "});
  command.lots[0].reference = "S-99";
  command.lots[0].notes = "first\nroll";
  command.lots[0].attributes = {{"grade", std::string("A")},
                                {"density", *Quantity::Parse("7.85")},
                                {"checked", true},
                                {"day", absl::CivilDay(2026, 2, 28)},
                                {"at", absl::FromUnixMicros(1'700'000'000'123'456)}};

  const absl::StatusOr<Lot> lot = CreateLot(world_.db(), command);

  ASSERT_TRUE(lot.ok()) << lot.status();
  EXPECT_EQ(lot->number, "L-1");
  EXPECT_EQ(lot->product_id, ProductId("wire"));
  EXPECT_EQ(lot->tracking, Tracking::kLot);
  EXPECT_EQ(lot->scale, 3);
  EXPECT_EQ(lot->state, LotState::kActive);
  EXPECT_EQ(lot->reference, "S-99");
  EXPECT_EQ(lot->notes, "first\nroll");
  EXPECT_EQ(lot->attributes, command.lots[0].attributes);
  EXPECT_EQ(lot->created_by, "tester");
  EXPECT_EQ(lot->version, 1);
  EXPECT_TRUE(lot->on_hand.IsZero());
}

TEST_F(CreateLotsTest, DerivesTheDatesThatAreNotGiven) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"L-1"});
  command.lots[0].dates = {.manufactured_on = absl::CivilDay(2026, 1, 1),
                           .alert_on = absl::CivilDay(2026, 1, 5)};

  const absl::StatusOr<Lot> lot = CreateLot(world_.db(), command);

  ASSERT_TRUE(lot.ok()) << lot.status();
  EXPECT_EQ(Day(lot->dates.expires_on), "2026-01-31");
  EXPECT_EQ(Day(lot->dates.best_before_on), "2026-01-21");
  EXPECT_EQ(Day(lot->dates.removal_on), "2026-01-26");
  EXPECT_EQ(Day(lot->dates.alert_on), "2026-01-05");
}

TEST_F(CreateLotsTest, ExpiryIsJudgedInTheCompanysZone) {
  world_.SetSetting("time_zone", "'Pacific/Auckland'");
  CreateLotsCommand command = world_.CreateCommand("wire", {"L-1"});
  command.lots[0].dates.expires_on = absl::CivilDay(2026, 3, 1);
  const LotId lot = Create(command)->lots[0].lot_id;

  // One hour before and after midnight in Auckland.
  world_.set_now(absl::FromCivil(absl::CivilHour(2026, 3, 1, 10), absl::UTCTimeZone()));
  EXPECT_FALSE(world_.Get(lot).expired);
  world_.set_now(absl::FromCivil(absl::CivilHour(2026, 3, 1, 12), absl::UTCTimeZone()));
  EXPECT_TRUE(world_.Get(lot).expired);
}

TEST_F(CreateLotsTest, NumbersComeFromTheTemplateAndPassOverThoseTakenByHand) {
  EXPECT_THAT(Made(world_.CreateCommand("wire", {"W0002", "W0003"})),
              ElementsAre("W0002", "W0003"));

  EXPECT_THAT(Made(world_.CreateCountCommand("wire", 2)), ElementsAre("W0001", "W0004"));
  EXPECT_THAT(Made(world_.CreateCountCommand("wire", 1)), ElementsAre("W0005"));
}

TEST_F(CreateLotsTest, GivenAndGeneratedNumbersStandInOneBatch) {
  EXPECT_THAT(Made(world_.CreateCommand("wire", {"", "W0001", "", "X"})),
              ElementsAre("W0002", "W0001", "W0003", "X"));
}

TEST_F(CreateLotsTest, ALongRunOfTakenNumbersIsPassedOverAtOnce) {
  ASSERT_THAT(Made(world_.CreateCountCommand("wire", 5000, "W0001")), SizeIs(5000));

  StatementCounter counter("take_number_range");
  pg::ConnectionOptions options = database_.options();
  options.observer = &counter;
  const auto db = pg::Connection::Open(options);
  const auto created = CreateLots(**db, world_.CreateCountCommand("wire", 2));

  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_THAT(NumbersOf(created->lots), ElementsAre("W5001", "W5002"));
  EXPECT_EQ(counter.count(), 2);
}

TEST_F(CreateLotsTest, CountsUpFromAFirstNumber) {
  ASSERT_THAT(Made(world_.CreateCommand("cable", {"SN-009-X"})), SizeIs(1));

  EXPECT_THAT(Made(world_.CreateCountCommand("cable", 3, "SN-008-X")),
              ElementsAre("SN-008-X", "SN-010-X", "SN-011-X"));
  EXPECT_THAT(Made(world_.CreateCountCommand("cable", 2, "ABC")), ElementsAre("ABC1", "ABC2"));
}

TEST_F(CreateLotsTest, AnExhaustedTemplateIsRefusedAndLosesNothing) {
  ASSERT_THAT(Made(world_.CreateCountCommand("pump", 998)), SizeIs(998));
  EXPECT_EQ(Refusal(world_.CreateCountCommand("pump", 2)), "NUMBERS_EXHAUSTED lots[0].number");
  EXPECT_EQ(FactOf(Create(world_.CreateCountCommand("pump", 2)).status(), "needed"), "2");

  EXPECT_THAT(Made(world_.CreateCountCommand("pump", 1)), ElementsAre("P-999"));
  EXPECT_EQ(Refusal(world_.CreateCountCommand("pump", 1)), "NUMBERS_EXHAUSTED lots[0].number");
}

TEST_F(CreateLotsTest, AFirstNumberWithoutRoomIsExhausted) {
  const std::string first(63, 'x');
  EXPECT_EQ(Refusal(world_.CreateCountCommand("wire", 10, first + "9")),
            "NUMBERS_EXHAUSTED first_number");
}

TEST_F(CreateLotsTest, WithoutTemplateANumberIsNeeded) {
  EXPECT_EQ(Refusal(world_.CreateCommand("cable", {""})), "NO_NUMBER_TEMPLATE lots[0].number");
}

TEST_F(CreateLotsTest, NumbersThatDifferInCaseOrSpacesAreOneUnlessTheProductSaysOtherwise) {
  struct Case {
    const char* product;
    const char* first;
    const char* second;
    bool taken;
  };
  for (const Case& c : std::vector<Case>{
           {"pump", "sn-1", "SN-1 ", true},
           {"pump", "sn-2", "\tsn-2", true},
           {"pump", "Stra\u00dfe", "STRASSE", true},
           {"pump", "e\u0301", "\u00e9", true},
           {"pump", "sn-3", "sn-30", false},
           {"cable", "sn-1", "SN-1", false},
           {"cable", "SN-2", " SN-2", true},
           {"wire", "sn-1", "sn-2", false},
       }) {
    SCOPED_TRACE(absl::StrCat(c.product, " ", c.first, " ", c.second));
    const auto first = Create(world_.CreateCommand(c.product, {c.first}));
    ASSERT_TRUE(first.ok()) << first.status();
    const auto second = Create(world_.CreateCommand(c.product, {c.second}));
    EXPECT_EQ(RefusalOf(second.status()), c.taken ? "LOT_NUMBER_TAKEN lots[0].number" : "OK");
    if (c.taken) {
      EXPECT_EQ(FactOf(second.status(), "lot_id"), first->lots[0].lot_id.value().ToString());
      EXPECT_EQ(FactOf(second.status(), "state"), "ACTIVE");
      EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
    }
  }
}

TEST_F(CreateLotsTest, TheSameNumberIsFreeInAnotherProductAndAnotherCompany) {
  World other(database_, "other");
  ASSERT_THAT(Made(world_.CreateCommand("wire", {"1"})), ElementsAre("1"));

  EXPECT_THAT(Made(world_.CreateCommand("pump", {"1"})), ElementsAre("1"));
  EXPECT_TRUE(CreateLots(other.db(), other.CreateCommand("wire", {"1"})).ok());
}

TEST_F(CreateLotsTest, BadNumbersAreRefusedEach) {
  CreateLotsCommand command =
      world_.CreateCommand("wire", {"ok", "a\nb", " ", std::string(65, 'x'), "\x01"});
  EXPECT_EQ(Refusal(command),
            "NUMBER_INVALID lots[1].number; NUMBER_INVALID lots[2].number; "
            "NUMBER_INVALID lots[3].number; NUMBER_INVALID lots[4].number");
}

TEST_F(CreateLotsTest, TheSameNumberTwiceInOneRequestIsRefused) {
  const auto refused = Create(world_.CreateCommand("wire", {"a", "b", "A"}));
  EXPECT_EQ(RefusalOf(refused.status()), "DUPLICATE_IN_REQUEST lots[2].number");
  EXPECT_EQ(FactOf(refused.status(), "first_index"), "0");
}

TEST_F(CreateLotsTest, AVoidNumberIsNeverGeneratedAgain) {
  world_.Assign("WO-1", "pump", {"P-001"});
  world_.Execute("UPDATE lots SET state = 4");

  EXPECT_THAT(Made(world_.CreateCountCommand("pump", 1)), ElementsAre("P-002"));
  EXPECT_EQ(Refusal(world_.CreateCommand("pump", {"P-001"})), "LOT_NUMBER_TAKEN lots[0].number");
}

TEST_F(CreateLotsTest, ADeletedNumberMayBeUsedAgain) {
  const LotId gone = world_.CreateLot("wire", "L-1");
  ASSERT_TRUE(DeleteLot(world_.db(), world_.LotCommandFor(gone)).ok());

  const LotId again = world_.CreateLot("wire", "L-1");
  EXPECT_NE(again, gone);
}

TEST_F(CreateLotsTest, RefusesByProductAndCompany) {
  EXPECT_EQ(Refusal(world_.CreateCommand("nothing", {"1"})), "PRODUCT_NOT_FOUND product_id");
  EXPECT_EQ(Refusal(world_.CreateCommand("screw", {"1"})), "PRODUCT_NOT_TRACKED product_id");
  CreateLotsCommand command = world_.CreateCommand("wire", {"1"});
  command.context.company = CompanyId("nobody");
  EXPECT_EQ(Refusal(command), "COMPANY_NOT_FOUND company");
  world_.SetSetting("lots_enabled", "false");
  EXPECT_EQ(Refusal(world_.CreateCommand("wire", {"1"})), "LOTS_DISABLED company");
}

TEST_F(CreateLotsTest, ASingleLotNamesItsFieldsAsItsRequestDoes) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"\n"});
  command.is_single = true;
  command.lots[0].dates = {.manufactured_on = absl::CivilDay(2026, 1, 2),
                           .expires_on = absl::CivilDay(2026, 1, 1)};
  EXPECT_EQ(Refusal(command), "NUMBER_INVALID lot.number; FIELD_INVALID lot.expire_date");
  command = world_.CreateCommand("nothing", {"1"});
  command.is_single = true;
  EXPECT_EQ(Refusal(command), "PRODUCT_NOT_FOUND lot.product_id");
}

TEST_F(CreateLotsTest, ABatchTellsEveryProblemAtOnceAndWritesNothing) {
  world_.CreateLot("wire", "taken");
  CreateLotsCommand command = world_.CreateCommand("wire", {"new", "TAKEN", "a\tb", "new"});
  command.lots[0].dates = {.manufactured_on = absl::CivilDay(2026, 1, 2),
                           .alert_on = absl::CivilDay(2026, 1, 1)};
  Open(command.lots[0], "1", "nowhere");
  Open(command.lots[1], "0.0001", "stock");

  const std::string expected =
      "FIELD_INVALID lots[0].alert_date; NUMBER_INVALID lots[2].number; "
      "DUPLICATE_IN_REQUEST lots[3].number; LOT_NUMBER_TAKEN lots[1].number; "
      "LOCATION_NOT_FOUND lots[0].opening_location_id; "
      "QUANTITY_SCALE lots[1].opening_quantity";
  EXPECT_EQ(Refusal(command), expected);
  EXPECT_THAT(world_.List({}), ElementsAre("taken"));

  command.validate_only = true;
  const auto dry = Create(command);
  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_EQ(RefusalOf(dry->problems), expected);
}

TEST_F(CreateLotsTest, ValidateOnlyWritesAndReservesNothing) {
  CreateLotsCommand command = world_.CreateCountCommand("wire", 3);
  Open(command.lots[0], "5", "stock");
  command.validate_only = true;

  const auto dry = Create(command);

  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_THAT(dry->problems, IsEmpty());
  EXPECT_THAT(dry->lots, IsEmpty());
  EXPECT_THAT(world_.List({}), IsEmpty());
  command.validate_only = false;
  EXPECT_THAT(Made(command), ElementsAre("W0001", "W0002", "W0003"));
}

TEST_F(CreateLotsTest, ValidateOnlyTellsWhatTheProductRefuses) {
  CreateLotsCommand command = world_.CreateCommand("screw", {"1"});
  command.validate_only = true;
  EXPECT_EQ(RefusalOf(Create(command)->problems), "PRODUCT_NOT_TRACKED product_id");
}

TEST_F(CreateLotsTest, AnOpeningIsAnAdjustmentAtThePlace) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"L-1", "L-2"});
  Open(command.lots[0], "12.5", "stock");
  Open(command.lots[1], "1", "truck");

  const auto created = Create(command);

  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(world_.Get(created->lots[0].lot_id).on_hand.ToString(), "12.5");
  EXPECT_EQ(world_.Get(created->lots[1].lot_id).on_hand.ToString(), "1");
  EXPECT_THAT(world_.History(created->lots[0].lot_id),
              ElementsAre("CREATED", "ADJUSTMENT 12.5 ADJUSTMENT>stock"));
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
}

TEST_F(CreateLotsTest, OpeningsAreJudgedByTheLedger) {
  struct Case {
    const char* product;
    const char* quantity;
    const char* location;
    const char* refusal;
  };
  for (const Case& c : std::vector<Case>{
           {"wire", "0.0005", "stock", "QUANTITY_SCALE lots[0].opening_quantity"},
           {"wire", "1", "nowhere", "LOCATION_NOT_FOUND lots[0].opening_location_id"},
           {"wire", "1", "SCRAP", "LOCATION_KIND_MISMATCH lots[0].opening_location_id"},
           {"wire", "1", "CUSTOMER", "LOCATION_KIND_MISMATCH lots[0].opening_location_id"},
           {"pump", "2", "stock", "SERIAL_QUANTITY_NOT_ONE lots[0].opening_quantity"},
           {"pump", "1", "stock", "OK"},
           {"wire", "0.001", "stock", "OK"},
       }) {
    SCOPED_TRACE(absl::StrCat(c.product, " ", c.quantity, " ", c.location));
    CreateLotsCommand command = world_.CreateCommand(c.product, {""});
    Open(command.lots[0], c.quantity, c.location);
    EXPECT_EQ(Refusal(command), c.refusal);
  }
}

TEST_F(CreateLotsTest, ARepeatIsAnsweredTheSame) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"L-1", "", "L-2"}, "same");
  Open(command.lots[0], "3", "stock");
  const auto first = Create(command);
  ASSERT_TRUE(first.ok()) << first.status();

  // Whatever happened since: it is the success that it was.
  world_.SetSetting("lots_enabled", "false");
  const auto second = Create(command);

  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(NumbersOf(second->lots), NumbersOf(first->lots));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(second->lots[i].lot_id, first->lots[i].lot_id);
  EXPECT_THAT(world_.List({}), SizeIs(3));
}

TEST_F(CreateLotsTest, ARepeatReservesNoNumbers) {
  const CreateLotsCommand command = world_.CreateCommand("wire", {""}, "same");
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Made(command), ElementsAre("W0001"));

  EXPECT_THAT(Made(world_.CreateCountCommand("wire", 1)), ElementsAre("W0002"));
}

TEST_F(CreateLotsTest, ARepeatAfterTheLotWasDeletedIsAnsweredStill) {
  CreateLotsCommand command = world_.CreateCommand("pump", {"P-7"}, "same");
  command.lots[0].reference = "S-1";
  const auto lot = CreateLot(world_.db(), command);
  ASSERT_TRUE(lot.ok()) << lot.status();
  ASSERT_TRUE(DeleteLot(world_.db(), world_.LotCommandFor(lot->lot_id)).ok());

  EXPECT_THAT(Made(command), ElementsAre("P-7"));
  EXPECT_TRUE(CreateLots(world_.db(), command)->lots.front().is_deleted);
  const auto again = CreateLot(world_.db(), command);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->lot_id, lot->lot_id);
  EXPECT_EQ(again->reference, "S-1");
  EXPECT_EQ(again->tracking, Tracking::kSerial);
  EXPECT_EQ(again->created_at, lot->created_at);
  EXPECT_TRUE(again->deleted_at.has_value());
  EXPECT_FALSE(lot->deleted_at.has_value());
}

TEST_F(CreateLotsTest, TheSameRequestIdWithAnotherPayloadIsRefused) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"L-1"}, "same");
  ASSERT_TRUE(Create(command).ok());
  command.context.payload_hash = "another";
  EXPECT_EQ(Refusal(command), "REQUEST_ID_REUSED request_id");
}

TEST_F(CreateLotsTest, ARefusedRequestMayBeRepeatedOnceTheReasonIsGone) {
  world_.SetSetting("lots_enabled", "false");
  const CreateLotsCommand command = world_.CreateCommand("wire", {"L-1"}, "same");
  ASSERT_EQ(Refusal(command), "LOTS_DISABLED company");
  world_.SetSetting("lots_enabled", "true");
  EXPECT_THAT(Made(command), ElementsAre("L-1"));
}

TEST_F(CreateLotsTest, TenThousandLotsInOneCall) {
  CreateLotsCommand command = world_.CreateCountCommand("wire", 9'000);
  for (NewLot& lot : command.lots) Open(lot, "1", "stock");

  EXPECT_THAT(Made(command), SizeIs(9'000));
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
}

TEST_F(CreateLotsTest, APreviewIsWhatCreationGives) {
  world_.CreateLot("wire", "W0002");
  PreviewNumbersQuery query{.company = world_.company(),
                            .product_id = ProductId("wire"),
                            .count = 3,
                            .now = world_.now()};

  for (int i = 0; i < 2; ++i) {
    const auto preview = PreviewLotNumbers(world_.db(), query);
    ASSERT_TRUE(preview.ok()) << preview.status();
    EXPECT_THAT(*preview, ElementsAre("W0001", "W0003", "W0004"));
  }
  EXPECT_THAT(Made(world_.CreateCountCommand("wire", 3)), ElementsAre("W0001", "W0003", "W0004"));
  EXPECT_THAT(*PreviewLotNumbers(world_.db(), query), ElementsAre("W0005", "W0006", "W0007"));
  query.first_number = "w0003";
  EXPECT_THAT(*PreviewLotNumbers(world_.db(), query), ElementsAre("w0005", "w0006", "w0007"));
}

TEST_F(CreateLotsTest, APreviewIsRefusedLikeCreation) {
  const auto refusal = [&](absl::string_view product, int64_t count) {
    return RefusalOf(PreviewLotNumbers(world_.db(), {.company = world_.company(),
                                                     .product_id = ProductId(std::string(product)),
                                                     .count = count,
                                                     .now = world_.now()})
                         .status());
  };
  EXPECT_EQ(refusal("nothing", 1), "PRODUCT_NOT_FOUND product_id");
  EXPECT_EQ(refusal("screw", 1), "PRODUCT_NOT_TRACKED product_id");
  EXPECT_EQ(refusal("cable", 1), "NO_NUMBER_TEMPLATE count");
  EXPECT_EQ(refusal("pump", 1000), "NUMBERS_EXHAUSTED count");
}

}  // namespace
}  // namespace lots
