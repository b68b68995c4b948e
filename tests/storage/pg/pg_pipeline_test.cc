// Pipelines: statements of one round trip, transactions, errors.
#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/gate.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

// Long enough for statements to be on their way, however busy the machine is.
constexpr absl::Duration kTimeToSend = absl::Seconds(2);

constexpr Statement kInsert{"test_insert", "INSERT INTO things (id, name) VALUES ($1, $2)"};
constexpr Statement kCount{"test_count", "SELECT count(*) FROM things"};
constexpr Statement kRead{"test_read", "SELECT name FROM things ORDER BY id"};
constexpr Statement kSleep{"test_flight_sleep", "SELECT pg_sleep($1::int8)"};
constexpr Statement kDie{"test_die", "SELECT pg_terminate_backend(pg_backend_pid())"};
constexpr Statement kBig{"test_big", "SELECT $1::text, repeat('x', $2::int8::int4)"};

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() {
    database_.Execute(
        "CREATE TABLE things (id int8 NOT NULL CONSTRAINT things_pkey PRIMARY KEY,"
        " name text NOT NULL CONSTRAINT things_name_not_empty CHECK (name <> ''))");
    db_ = database_.Connect();
  }

  int64_t Count() {
    const auto counted = Query(*database_.Connect(), kCount);
    EXPECT_TRUE(counted.ok()) << counted.status();
    return counted.ok() ? (*counted)[0].Get<int64_t>(0) : -1;
  }

  TestDatabase database_;
  std::unique_ptr<Connection> db_;
};

TEST_F(PipelineTest, ResultsStandWhereTheirStatementsWereAdded) {
  ASSERT_TRUE(Query(*db_, kInsert, 1, "one").ok());
  Pipeline pipeline(*db_);
  const size_t names = pipeline.Add(kRead);
  const size_t count = pipeline.Add(kCount);
  Params params;
  const int number = params.Add(int64_t{5});
  const size_t composed =
      pipeline.AddComposed("test_composed", absl::StrCat("SELECT $", number), std::move(params));

  const auto results = pipeline.Send();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[names][0].Get<std::string>(0), "one");
  EXPECT_EQ((*results)[count][0].Get<int>(0), 1);
  EXPECT_EQ((*results)[composed][0].Get<int>(0), 5);
}

TEST_F(PipelineTest, CanBeSentAgainWithOtherStatements) {
  Pipeline pipeline(*db_);
  EXPECT_EQ(pipeline.Add(kCount), 0);
  ASSERT_TRUE(pipeline.Send().ok());
  EXPECT_EQ(pipeline.Add(kRead), 0);

  const auto results = pipeline.Send();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), 1);
  EXPECT_TRUE(pipeline.Send()->empty());
}

TEST_F(PipelineTest, FirstErrorIsTheAnswer) {
  Pipeline pipeline(*db_);
  pipeline.Add(kCount);
  pipeline.Add(kInsert, 1, "");
  pipeline.Add(kInsert, std::optional<int64_t>(), "null");

  const absl::Status status = pipeline.Send().status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_TRUE(ViolatesConstraint(status, "things_name_not_empty")) << status;
  EXPECT_EQ(FailedStatement(status), "test_insert");
  EXPECT_FALSE(db_->in_transaction());
}

// More data than the sockets hold, in both directions at once: code that only writes, or only
// reads, would hang.
TEST_F(PipelineTest, BigFlightsDoNotDeadlock) {
  constexpr int kSteps = 400;
  const std::string big(100'000, 'y');
  db_->set_deadline(absl::Now() + absl::Seconds(60));
  Pipeline pipeline(*db_);
  for (int i = 0; i < kSteps; ++i) pipeline.Add(kBig, big, 100'000);

  const auto results = pipeline.Send();

  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), kSteps);
  EXPECT_EQ(results->back()[0].Get<std::string>(0), big);
  EXPECT_EQ(results->back()[0].Get<std::string>(1).size(), 100'000);
}

TEST_F(PipelineTest, DeadlineOfABigFlightIsKept) {
  const std::string big(100'000, 'y');
  db_->set_deadline(absl::Now() + absl::Milliseconds(200));
  Pipeline pipeline(*db_);
  pipeline.Add(kSleep, 30);
  for (int i = 0; i < 400; ++i) pipeline.Add(kBig, big, 100'000);

  EXPECT_EQ(pipeline.Send().status().code(), absl::StatusCode::kDeadlineExceeded);

  db_->set_deadline(absl::InfiniteFuture());
  EXPECT_TRUE(db_->usable());
  EXPECT_TRUE(Query(*db_, kCount).ok());
}

TEST_F(PipelineTest, TransactionIsNotSeenBeforeItsCommit) {
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  ASSERT_TRUE(transaction.Send().ok());
  EXPECT_EQ(Count(), 0);
  const size_t inserted = transaction.Add(kInsert, 2, "two");

  const auto results = transaction.Commit();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), 1);
  EXPECT_EQ((*results)[inserted].affected(), 1);
  EXPECT_EQ(Count(), 2);
}

TEST_F(PipelineTest, TransactionThatEndsWithoutCommitWritesNothing) {
  {
    Transaction transaction(*db_);
    transaction.Add(kInsert, 1, "one");
    ASSERT_TRUE(transaction.Send().ok());
    EXPECT_TRUE(db_->in_transaction());
  }

  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, FailedTransactionWritesNothingAndTheConnectionIsClean) {
  ASSERT_TRUE(Query(*db_, kInsert, 7, "seven").ok());
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  ASSERT_TRUE(transaction.Send().ok());
  transaction.Add(kInsert, 7, "again");
  transaction.Add(kInsert, 8, "skipped");

  const absl::Status status = transaction.Commit().status();

  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists) << status;
  EXPECT_TRUE(ViolatesConstraint(status, "things_pkey"));
  EXPECT_FALSE(IsUnknownOutcome(status));
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 1);
}

TEST_F(PipelineTest, TransactionIsRolledBackAfterTheDeadlineToo) {
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  ASSERT_TRUE(transaction.Send().ok());
  db_->set_deadline(absl::Now() + absl::Milliseconds(50));
  transaction.Add(kSleep, 30);

  const absl::Status status = transaction.Commit().status();

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_FALSE(IsUnknownOutcome(status));
  db_->set_deadline(absl::InfiniteFuture());
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, CommitThatNeverReachedTheServerIsNoUnknownOutcome) {
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  db_->set_deadline(absl::Now());

  const absl::Status status = transaction.Commit().status();

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, ConnectionLostBeforeCommitIsNoUnknownOutcome) {
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  transaction.Add(kDie);

  const absl::Status status = transaction.Commit().status();

  // The server said that it ended in the statement before.
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(FailedStatement(status), "test_die");
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, ConnectionLostWithoutAWordAtCommitIsAnUnknownOutcome) {
  Gate gate(database_.options().conninfo);
  const auto db = Connection::Open({.conninfo = gate.conninfo()});
  ASSERT_TRUE(db.ok()) << db.status();
  Transaction transaction(**db);
  transaction.Add(kInsert, 1, "one");
  gate.Hold();
  std::thread cutting([&] {
    // The server commits and says so, and nobody hears it.
    const absl::Time give_up_at = absl::Now() + absl::Seconds(20);
    while (Count() == 0 && absl::Now() < give_up_at) continue;
    gate.Cut();
  });

  const absl::Status status = transaction.Commit().status();

  cutting.join();
  EXPECT_TRUE(IsUnknownOutcome(status)) << status;
  EXPECT_FALSE((*db)->usable());
  EXPECT_EQ(Count(), 1);
}

TEST_F(PipelineTest, SilentServerAtCommitIsAnUnknownOutcomeSoonAfterTheDeadline) {
  Gate gate(database_.options().conninfo);
  const auto db = Connection::Open({.conninfo = gate.conninfo()});
  ASSERT_TRUE(db.ok()) << db.status();
  Transaction transaction(**db);
  transaction.Add(kInsert, 1, "one");
  gate.Shut();
  const absl::Time start = absl::Now();
  (*db)->set_deadline(start + kTimeToSend);

  const absl::Status status = transaction.Commit().status();

  EXPECT_TRUE(IsUnknownOutcome(status)) << status;
  EXPECT_LT(absl::Now() - start, absl::Seconds(25));
}

TEST_F(PipelineTest, SilentServerAtAReadIsADeadlineExceeded) {
  Gate gate(database_.options().conninfo);
  const auto db = Connection::Open({.conninfo = gate.conninfo()});
  ASSERT_TRUE(db.ok()) << db.status();
  gate.Shut();
  (*db)->set_deadline(absl::Now() + kTimeToSend);

  const absl::Status status = Query(**db, kCount).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_FALSE((*db)->usable());
  EXPECT_TRUE((*db)->server_lost());
}

TEST_F(PipelineTest, ConnectionCutWhileReadingIsUnavailable) {
  Gate gate(database_.options().conninfo);
  const auto db = Connection::Open({.conninfo = gate.conninfo()});
  ASSERT_TRUE(db.ok()) << db.status();
  gate.Cut();

  const absl::Status status = Query(**db, kCount).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(SqlState(status), "");
}

TEST_F(PipelineTest, EmptyCommitDoesNothing) {
  Transaction transaction(*db_);

  const auto results = transaction.Commit();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_TRUE(results->empty());
}

TEST_F(PipelineTest, CommitAloneEndsWhatWasSent) {
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  ASSERT_TRUE(transaction.Send().ok());

  const auto results = transaction.Commit();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_TRUE(results->empty());
  EXPECT_EQ(Count(), 1);
}

TEST_F(PipelineTest, SnapshotSeesOneState) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  snapshot.Add(kCount);
  ASSERT_TRUE(snapshot.Send().ok());
  ASSERT_TRUE(Query(*database_.Connect(), kInsert, 1, "one").ok());
  snapshot.Add(kCount);

  const auto results = snapshot.Send();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0][0].Get<int>(0), 0);
}

TEST_F(PipelineTest, SnapshotRefusesWrites) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  snapshot.Add(kInsert, 1, "one");

  EXPECT_EQ(SqlState(snapshot.Send().status()), "25006");
}

TEST_F(PipelineTest, StatementsFirstUsedInALaterFlightSurviveAFailureThere) {
  {
    Transaction transaction(*db_);
    transaction.Add(kCount);
    ASSERT_TRUE(transaction.Send().ok());
    transaction.Add(kRead);
    transaction.Add(kInsert, 1, "");
    EXPECT_FALSE(transaction.Commit().ok());
  }

  // Had their preparation been undone with the transaction, these would fail with 26000.
  EXPECT_TRUE(Query(*db_, kRead).ok());
  EXPECT_TRUE(Query(*db_, kInsert, 1, "one").ok());
}

TEST_F(PipelineTest, ChangedTableInTheFirstFlightIsHealed) {
  constexpr Statement kReadRow{"test_read_row", "SELECT * FROM things"};
  ASSERT_TRUE(Query(*db_, kReadRow).ok());
  database_.Execute("ALTER TABLE things ADD COLUMN more int8");
  Transaction transaction(*db_);
  transaction.Add(kInsert, 1, "one");
  transaction.Add(kReadRow);

  const auto results = transaction.Commit();

  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(Count(), 1);
}

TEST_F(PipelineTest, ChangedTableInALaterFlightIsUnavailableOnce) {
  constexpr Statement kReadRow{"test_read_row", "SELECT * FROM things"};
  ASSERT_TRUE(Query(*db_, kReadRow).ok());
  Transaction transaction(*db_);
  transaction.Add(kSleep, 0);
  ASSERT_TRUE(transaction.Send().ok());
  database_.Execute("ALTER TABLE things ADD COLUMN more int8");
  transaction.Add(kReadRow);

  EXPECT_EQ(transaction.Send().status().code(), absl::StatusCode::kUnavailable);

  EXPECT_FALSE(db_->in_transaction());
  EXPECT_TRUE(Query(*db_, kReadRow).ok());
}

TEST_F(PipelineTest, ThousandsOfRowsTravelAsArrays) {
  constexpr Statement kInsertMany{
      "test_insert_many", "INSERT INTO things SELECT * FROM unnest($1::int8[], $2::text[])"};
  std::vector<int64_t> ids;
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) {
    ids.push_back(i);
    names.push_back(absl::StrCat("SN-", i));
  }

  const auto inserted = Query(*db_, kInsertMany, ids, names);

  ASSERT_TRUE(inserted.ok()) << inserted.status();
  EXPECT_EQ(inserted->affected(), 10'000);
}

using PipelineDeathTest = PipelineTest;

TEST_F(PipelineDeathTest, TwoStatementsOfOneNameStopTheProgram) {
  constexpr Statement kOther{"test_count", "SELECT 1"};
  ASSERT_TRUE(Query(*db_, kCount).ok());

  EXPECT_DEATH((void)Query(*db_, kOther), "a check failed");
  EXPECT_DEATH((void)Query(*db_, kCount, 1), "a check failed");
}

TEST_F(PipelineDeathTest, TransactionThatIsOverStopsTheProgram) {
  Transaction transaction(*db_);
  ASSERT_TRUE(transaction.Commit().ok());

  EXPECT_DEATH(transaction.Add(kCount), "a check failed");
}

}  // namespace
}  // namespace lots::pg
