// How a write is run: once for each request_id, again after a write conflict, and never refused
// because a read failed.
#include "storage/writes/run_write.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/writes/requests.h"
#include "tests/support/database/gate.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

constexpr pg::Statement kUpdate{"test_run_update",
                                "UPDATE test.things SET name = $2 WHERE id = $1"};
constexpr pg::Statement kInsert{"test_run_insert",
                                "INSERT INTO test.things (id, name) VALUES ($1, $2)"};
constexpr pg::Statement kDivide{"test_run_divide", "SELECT 1 / 0"};
constexpr pg::Statement kConflict{
    "test_run_conflict",
    "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$"};

WriteContext Context(const std::string& request_id = "") {
  return {.company = CompanyId("acme"),
          .request_id = request_id,
          .method = "lots.v1.Test/Write",
          .payload_hash = "payload",
          .actor = "test",
          .now = absl::Now()};
}

absl::StatusOr<bool> Done(const absl::Status& status) {
  if (!status.ok()) return status;
  return true;
}

// "OK", "repeat" or the status's code, of one write.
std::string Outcome(const absl::StatusOr<bool>& answer) {
  if (!answer.ok()) return absl::StatusCodeToString(answer.status().code());
  return *answer ? "OK" : "repeat";
}

class RunWriteTest : public ::testing::Test {
 protected:
  RunWriteTest() {
    database_.Execute(
        "CREATE SCHEMA test;"
        "CREATE TABLE test.things (id int8 CONSTRAINT lots_number_key PRIMARY KEY, name text);"
        "INSERT INTO test.things VALUES (1, 'one'), (2, 'two')");
    db_ = database_.Connect();
  }

  // Counts the runs of `attempt`.
  absl::StatusOr<bool> Run(WritePolicy<bool> policy,
                           absl::FunctionRef<absl::StatusOr<bool>()> attempt) {
    policy.rebuild = [](const std::vector<Uuid>&) -> absl::StatusOr<bool> { return false; };
    runs_ = 0;
    return RunWrite<bool>(*db_, policy, [&] {
      ++runs_;
      return attempt();
    });
  }
  // A write that claims the request and does nothing else.
  absl::StatusOr<bool> Claim(const WriteContext& context) {
    return Run({.context = context, .rebuild = {}}, [&] {
      pg::Transaction transaction(*db_);
      ClaimRequest(transaction, context, {});
      return Done(transaction.Commit().status());
    });
  }

  TestDatabase database_{TestDatabase::kMigrated};
  std::unique_ptr<pg::Connection> db_;
  int runs_ = 0;
};

TEST_F(RunWriteTest, ConcurrentWritersAreRunAgain) {
  const WriteContext context = Context();
  const auto other = database_.Connect();
  // Each holds its first row before either asks for its second: one of them has to lose.
  std::atomic<int> holding = 0;
  std::atomic<int> runs = 0;
  const auto write = [&](pg::Connection& db, int first, int second) {
    return RunWrite<bool>(db, {.context = context, .rebuild = {}}, [&]() -> absl::StatusOr<bool> {
      ++runs;
      pg::Transaction transaction(db);
      transaction.Add(kUpdate, first, "x");
      RETURN_IF_ERROR(transaction.Send().status());
      ++holding;
      while (holding < 2) std::this_thread::yield();
      transaction.Add(kUpdate, second, "y");
      return Done(transaction.Commit().status());
    });
  };

  std::thread concurrent([&] { EXPECT_TRUE(write(*other, 2, 1).ok()); });
  EXPECT_TRUE(write(*db_, 1, 2).ok());
  concurrent.join();

  // The loser may run more than once: it can be quicker to take its row again than the winner.
  EXPECT_GT(runs, 2);
}

TEST_F(RunWriteTest, RunsEnd) {
  const WriteContext context = Context();
  const auto fail = [&] { return Done(pg::Query(*db_, kConflict).status()); };

  const auto answer = Run({.context = context, .rebuild = {}}, fail);
  EXPECT_TRUE(pg::IsConflict(answer.status())) << answer.status();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(runs_, kWriteRunsMax);

  EXPECT_FALSE(Run({.context = context, .rebuild = {}, .runs_max = 7}, fail).ok());
  EXPECT_EQ(runs_, 7);
}

TEST_F(RunWriteTest, RunsEndWithTheDeadline) {
  const WriteContext context = Context();
  db_->set_deadline(absl::Now());

  const auto answer = Run({.context = context, .rebuild = {}},
                          []() -> absl::StatusOr<bool> { return WriteConflict("always"); });

  EXPECT_TRUE(pg::IsConflict(answer.status())) << answer.status();
  EXPECT_EQ(runs_, 1);
}

TEST_F(RunWriteTest, OtherErrorsAreNotRunAgain) {
  const WriteContext context = Context();
  const auto refuse = []() -> absl::StatusOr<bool> {
    return Refuse(Problem{.reason = Reason::kTransactionConflict, .message = "a refusal"});
  };
  const auto fail = [&] { return Done(pg::Query(*db_, kDivide).status()); };

  EXPECT_FALSE(Run({.context = context, .rebuild = {}}, refuse).ok());
  EXPECT_EQ(runs_, 1);
  EXPECT_FALSE(Run({.context = context, .rebuild = {}}, fail).ok());
  EXPECT_EQ(runs_, 1);
}

TEST_F(RunWriteTest, NumberThatAConcurrentWriterTookIsAConflict) {
  const WriteContext context = Context();

  // The first run does not know of number 2, the second does.
  const auto second = Run({.context = context, .rebuild = {}}, [&] {
    return Done(pg::Query(*db_, kInsert, runs_ == 1 ? 2 : 3, "").status());
  });
  EXPECT_EQ(Outcome(second), "OK");
  EXPECT_EQ(runs_, 2);

  const auto never = Run({.context = context, .rebuild = {}},
                         [&] { return Done(pg::Query(*db_, kInsert, 2, "").status()); });
  EXPECT_EQ(never.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(runs_, kWriteRunsMax);
}

TEST_F(RunWriteTest, ARepeatThatTheAttemptNoticesIsAnswered) {
  const WriteContext context = Context("r1");
  const auto notice = [&] { return Done(CheckNotMade(*db_, context)); };
  EXPECT_EQ(Outcome(Run({.context = context, .rebuild = {}}, notice)), "OK");

  ASSERT_EQ(Outcome(Claim(context)), "OK");
  EXPECT_EQ(Outcome(Claim(context)), "repeat");
  EXPECT_EQ(Outcome(Run({.context = context, .rebuild = {}}, notice)), "repeat");

  database_.Execute("ALTER TABLE requests RENAME TO requests_away");
  EXPECT_EQ(pg::SqlState(Run({.context = context, .rebuild = {}}, notice).status()), "42P01");
}

TEST_F(RunWriteTest, ARefusalBeforeTheClaimMayBeOfARepeat) {
  const WriteContext context = Context("r1");
  const auto refuse = []() -> absl::StatusOr<bool> {
    return Refuse(Problem{.reason = Reason::kLotNumberTaken, .message = "taken"});
  };
  const WritePolicy<bool> policy{.context = context, .rebuild = {}, .reads_before_claim = true};
  EXPECT_EQ(Outcome(Run(policy, refuse)), "ALREADY_EXISTS");

  ASSERT_EQ(Outcome(Claim(context)), "OK");
  EXPECT_EQ(Outcome(Run(policy, refuse)), "repeat");

  database_.Execute("ALTER TABLE requests RENAME TO requests_away");
  EXPECT_EQ(pg::SqlState(Run(policy, refuse).status()), "42P01");
}

// Cuts the connections behind a gate once a certain statement was answered.
class Cutter : public pg::StatementObserver {
 public:
  Cutter(Gate& gate, absl::string_view statement) : gate_(gate), statement_(statement) {}

  void OnStatement(const pg::Statement& statement, absl::Duration, const absl::Status&) override {
    if (statement.name == statement_) gate_.Cut();
  }

 private:
  Gate& gate_;
  const absl::string_view statement_;
};

// What the first call did is in the way of its repeat: the serial has the new number. The lookup of
// the first call fails, so the repeat is no refusal.
TEST(RunWrite, RepeatIsNotRefusedWhenItsFirstCallCannotBeLookedUp) {
  const TestDatabase database(TestDatabase::kMigrated);
  World world(database);
  const RelabelLotCommand command{.context = world.Context("RelabelLot"),
                                  .lot = {.lot_id = world.CreateLot("bike", "B", "1")},
                                  .from = LocationId("stock"),
                                  .number = "C",
                                  .occurred_at = world.now()};
  const auto first = RelabelLot(world.db(), command);
  ASSERT_TRUE(first.ok()) << first.status();
  Gate gate(database.options().conninfo);
  Cutter cutter(gate, "find_number_owners");
  const auto db = pg::Connection::Open({.conninfo = gate.conninfo(), .observer = &cutter});
  ASSERT_TRUE(db.ok()) << db.status();

  const auto cut = RelabelLot(**db, command);
  const auto repeated = RelabelLot(world.db(), command);

  EXPECT_EQ(cut.status().code(), absl::StatusCode::kUnavailable) << cut.status();
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_EQ(repeated->transformation_id, first->transformation_id);
}

}  // namespace
}  // namespace lots
