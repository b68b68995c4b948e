// Postings that only operations around the ledger make: shortages, new lots, states that change.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/check.h"
#include "storage/domain/errors.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/reasons.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/list.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr pg::Statement kInsertLot{"ledger_test_insert_lot", R"sql(
  INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number,
    number_key, reference, search_key, notes, attributes, state, version, created_by, created_at,
    updated_at)
  VALUES ($1, $2, 'bike', 3, 0, false, 'NEW', 'new', '', 'new', '', '{}', 2, 1, 'test', now(),
    now()))sql"};

constexpr pg::Statement kBackend{"ledger_test_backend", "SELECT pg_backend_pid()"};

class LedgerPostTest : public ::testing::Test {
 protected:
  ~LedgerPostTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  Posting PostingOf(const std::string& text) {
    const NewMovement movement = world_.Parse(text);
    return {.movement_id = MovementId(Uuid::MakeV7()),
            .kind = movement.kind,
            .lot_id = *movement.lot.lot_id,
            .quantity = *movement.quantity,
            .from = movement.from,
            .to = movement.to,
            .occurred_at = movement.occurred_at};
  }

  // Posts them all in one transaction; the names of what was refused.
  std::vector<std::string> Post(const std::vector<std::string>& texts, Accept accept = {}) {
    const WriteContext context = world_.Context("Post");
    Ledger ledger(context, accept);
    std::vector<Posting> postings;
    for (const std::string& text : texts) {
      postings.push_back(PostingOf(text));
      ledger.Touch(postings.back().lot_id, postings.back().from);
      ledger.Touch(postings.back().lot_id, postings.back().to);
    }
    pg::Transaction transaction(world_.db());
    ledger.AddLocks(transaction);
    const auto locked = transaction.Send();
    Check(locked.ok() && ledger.Load(transaction, *locked).ok());
    std::vector<Problem> problems;
    for (const Posting& posting : postings) ledger.Post(posting, problems);
    std::vector<std::string> reasons;
    for (const Problem& problem : problems) reasons.emplace_back(Name(problem.reason));
    if (!problems.empty()) return reasons;
    ledger.AddWrites(transaction);
    Check(transaction.Commit().ok());
    adjustments_ = ledger.adjustments().size();
    return reasons;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  size_t adjustments_ = 0;
};

TEST_F(LedgerPostTest, AcceptedShortageBecomesAnAdjustment) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 2 >stock");
  EXPECT_THAT(Post({"CONSUMPTION L1 5 stock>PRODUCTION"}), ElementsAre("NOT_ENOUGH"));

  EXPECT_THAT(Post({"CONSUMPTION L1 5 stock>PRODUCTION", "CONSUMPTION L1 1 stock>PRODUCTION"},
                   {.shortage = true}),
              IsEmpty());

  EXPECT_EQ(adjustments_, 2u);
  EXPECT_EQ(world_.Where("L1"), "");
  EXPECT_EQ(world_.Dates("L1", "ADJUSTMENT"), "-4");
  EXPECT_EQ(world_.Dates("L1", "PRODUCTION"), "6");
}

TEST_F(LedgerPostTest, ShortageOfASerialIsCoveredOnlyWhenItIsNowhere) {
  world_.CreateLot("bike", "S1");
  world_.CreateLot("bike", "S2");
  world_.MustRecord("RECEIPT S2 1 >yard");

  EXPECT_THAT(Post({"CONSUMPTION S1 1 stock>PRODUCTION"}, {.shortage = true}), IsEmpty());
  EXPECT_THAT(Post({"CONSUMPTION S2 1 stock>PRODUCTION"}, {.shortage = true}),
              ElementsAre("SERIAL_NOT_THERE"));
  // Inside of something it is not short either.
  EXPECT_THAT(Post({"CONSUMPTION S1 1 stock>PRODUCTION"}, {.shortage = true}),
              ElementsAre("SERIAL_NOT_THERE"));
}

TEST_F(LedgerPostTest, SerialIsMadeUsedUpAndMadeAgain) {
  world_.CreateLot("bike", "S1");

  EXPECT_THAT(Post({"PRODUCTION S1 1 PRODUCTION>stock"}), IsEmpty());
  EXPECT_THAT(Post({"PRODUCTION S1 1 PRODUCTION>yard"}), ElementsAre("SERIAL_ON_HAND"));
  EXPECT_THAT(Post({"CONSUMPTION S1 1 stock>PRODUCTION", "PRODUCTION S1 1 PRODUCTION>yard"}),
              IsEmpty());

  EXPECT_EQ(world_.Where("S1"), "yard 1");
}

TEST_F(LedgerPostTest, ByProductMayBeScrapAtOnce) {
  world_.CreateLot("salt", "L1");

  EXPECT_THAT(Post({"PRODUCTION L1 3 PRODUCTION>SCRAP"}), IsEmpty());
  EXPECT_THAT(Post({"PRODUCTION L1 3 PRODUCTION>CUSTOMER"}), ElementsAre("LOCATION_KIND_MISMATCH"));
}

TEST_F(LedgerPostTest, PlannedSerialIsValidatedWithTheStateItGets) {
  const LotId lot = world_.CreateLot("bike", "S1", {.state = LotState::kPlanned});
  const WriteContext context = world_.Context("Post");
  const Posting posting = PostingOf("PRODUCTION S1 1 PRODUCTION>stock");
  Ledger ledger(context);
  ledger.Touch(lot, posting.from);
  ledger.Touch(lot, posting.to);
  pg::Transaction transaction(world_.db());
  ledger.AddLocks(transaction);
  ASSERT_TRUE(ledger.Load(transaction, *transaction.Send()).ok());
  std::vector<Problem> problems;
  ledger.Post(posting, problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].reason, Reason::kLotPlanned);

  ledger.SetState(lot, LotState::kActive);
  problems.clear();
  ledger.Post(posting, problems);

  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(ledger.facts().WhereIs(lot)->location_id, LocationId("stock"));
}

TEST_F(LedgerPostTest, LotOfTheSameTransactionHasItsPlacesFromTheStart) {
  const WriteContext context = world_.Context("Post");
  const LotId lot(Uuid::MakeV7());
  Ledger ledger(context);
  ledger.AddNewLot({.lot_id = lot,
                    .product_id = ProductId("bike"),
                    .number = "NEW",
                    .tracking = Tracking::kSerial});
  ledger.Touch(lot, LocationId("ADJUSTMENT"));
  ledger.Touch(lot, LocationId("stock"));
  pg::Transaction transaction(world_.db());
  ledger.AddLocks(transaction);
  ASSERT_TRUE(ledger.Load(transaction, *transaction.Send()).ok());
  std::vector<Problem> problems;
  ledger.Post({.movement_id = MovementId(Uuid::MakeV7()),
               .kind = MovementKind::kAdjustment,
               .lot_id = lot,
               .quantity = Quantity::FromUnits(1),
               .from = LocationId("ADJUSTMENT"),
               .to = LocationId("stock"),
               .occurred_at = context.now},
              problems);
  ASSERT_TRUE(problems.empty());
  transaction.Add(kInsertLot, context.company, lot);
  ledger.AddWrites(transaction);
  ASSERT_TRUE(transaction.Commit().ok());

  const auto stock = ListStock(
      world_.db(), {.company = context.company, .lot_ids = {lot}, .all_kinds = true, .limit = 10});
  ASSERT_TRUE(stock.ok());
  ASSERT_EQ(stock->size(), 2u);
  EXPECT_EQ((*stock)[0].location_id, LocationId("ADJUSTMENT"));
  EXPECT_EQ((*stock)[1].quantity, Quantity::FromUnits(1));
}

// The other places are read for the words of the refusal. That read may fail, and then it is not
// known whether there are other places.
TEST_F(LedgerPostTest, FailedReadForTheWordsOfARefusalIsAnError) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 2 >yard");
  const WriteContext context = world_.Context("Post");
  const Posting posting = PostingOf("CONSUMPTION L1 5 stock>PRODUCTION");
  Ledger ledger(context);
  ledger.Touch(posting.lot_id, posting.from);
  ledger.Touch(posting.lot_id, posting.to);
  const std::unique_ptr<pg::Connection> db = database_.Connect();
  const int pid = (*pg::Query(*db, kBackend))[0].Get<int>(0);
  pg::Transaction transaction(*db);
  ledger.AddLocks(transaction);
  ASSERT_TRUE(ledger.Load(transaction, *transaction.Send()).ok());
  std::vector<Problem> problems;
  ledger.Post(posting, problems);
  const absl::Status refused = ledger.Refuse(transaction, problems);
  ASSERT_EQ(ReasonOf(refused), "NOT_ENOUGH");
  ASSERT_EQ(FactOf(refused, "elsewhere"), "2.000 at yard");

  database_.Execute("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 20000)");
  const absl::Status failed = ledger.Refuse(transaction, problems);

  EXPECT_THAT(ProblemsOf(failed), IsEmpty()) << failed;
}

// The database decides in the end: it refuses what the validation overlooks, and Explain puts the
// refusal into the words of the domain.
TEST_F(LedgerPostTest, ConstraintsHaveTheLastWord) {
  world_.CreateLot("salt", "L1");
  world_.CreateLot("bike", "S1");
  world_.MustRecord("RECEIPT L1 5 >stock");
  world_.MustRecord("RECEIPT S1 1 >stock");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 2 stock>");
  const std::vector<std::pair<std::string, std::string>> breaches = {
      {"UPDATE balances SET quantity = -1 WHERE company = 'acme' AND location_id = 'stock'",
       "NOT_ENOUGH"},
      {"UPDATE balances SET quantity = 2 WHERE company = 'acme' AND location_id = 'stock'",
       "SERIAL_ON_HAND"},
      {"UPDATE balances SET quantity = 1000000000001 WHERE company = 'acme' AND NOT is_serial",
       "QUANTITY_OVERFLOW"},
      {"UPDATE deliveries SET returnable = -1 WHERE company = 'acme'", "RETURN_EXCEEDS_DELIVERY"},
      {"INSERT INTO balances SELECT company, lot_id, 'yard', product_id, 1, true, 1, now(), now(), "
       "now() FROM lots WHERE company = 'acme' AND number = 'S1'",
       "SERIAL_ON_HAND"},
  };
  for (const auto& [sql, reason] : breaches) {
    SCOPED_TRACE(sql);
    const absl::Status refused = world_.db().RunScript("breach", sql);

    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(ReasonOf(Ledger::Explain(refused)), reason) << refused;
  }
  const absl::Status other = absl::UnavailableError("gone");
  EXPECT_EQ(Ledger::Explain(other), other);
}

}  // namespace
}  // namespace lots
