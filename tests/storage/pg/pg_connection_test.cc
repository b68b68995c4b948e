// Connections: opening, settings, loss.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "storage/pg/connection.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Long enough for a statement to be on its way, however busy the machine is.
constexpr absl::Duration kTimeToSend = absl::Seconds(2);

constexpr Statement kOne{"test_one", "SELECT 1::int8"};
constexpr Statement kEcho{"test_echo", "SELECT $1::text"};
constexpr Statement kSleep{"test_sleep", "SELECT pg_sleep($1::int8)"};
constexpr Statement kReadAll{"test_read_all", "SELECT * FROM things"};

class Recorder : public StatementObserver {
 public:
  void OnStatement(const Statement& statement, absl::Duration,
                   const absl::Status& status) override {
    absl::MutexLock lock(&mutex_);
    heard_.push_back(absl::StrCat(statement.name, status.ok() ? "" : " failed"));
  }
  std::vector<std::string> heard() const {
    absl::MutexLock lock(&mutex_);
    return heard_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> heard_;
};

TEST(Connection, UnreachableServerIsUnavailableAndTheTextHasNoPassword) {
  const auto db = Connection::Open({.conninfo = "host=/nowhere user=lots password=hunter2"});

  EXPECT_EQ(db.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(db.status().message()), Not(HasSubstr("hunter2")));
}

TEST(Connection, UnreadableConninfoIsInvalidAndTheTextHasNoPassword) {
  const auto db = Connection::Open({.conninfo = "password=hunter2 hunter2"});

  EXPECT_EQ(db.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(db.status().message()), Not(HasSubstr("hunter2")));
}

TEST(Connection, SessionIsInUtcAndNamedLotd) {
  TestDatabase database;
  const auto db = database.Connect();
  constexpr Statement kSettings{
      "test_settings",
      "SELECT current_setting('timezone'), current_setting('application_name'), "
      "current_setting('idle_in_transaction_session_timeout')"};

  const auto settings = Query(*db, kSettings);

  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ((*settings)[0].Get<std::string>(0), "UTC");
  EXPECT_EQ((*settings)[0].Get<std::string>(1), "lotd");
  EXPECT_EQ((*settings)[0].Get<std::string>(2), "1min");
}

TEST(Connection, OptionsOfTheConninfoAreKept) {
  TestDatabase database;
  ConnectionOptions options = database.options();
  options.conninfo += " application_name=mine options='-c work_mem=5MB'";
  const auto db = Connection::Open(options);
  ASSERT_TRUE(db.ok()) << db.status();
  constexpr Statement kSettings{
      "test_own_settings",
      "SELECT current_setting('work_mem'), current_setting('application_name'), "
      "current_setting('timezone')"};

  const auto settings = Query(**db, kSettings);

  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ((*settings)[0].Get<std::string>(0), "5MB");
  EXPECT_EQ((*settings)[0].Get<std::string>(1), "mine");
  EXPECT_EQ((*settings)[0].Get<std::string>(2), "UTC");
}

std::string SynchronousCommitOf(Connection& db) {
  constexpr Statement kSetting{"test_synchronous_commit",
                               "SELECT current_setting('synchronous_commit')"};
  const auto setting = Query(db, kSetting);
  EXPECT_TRUE(setting.ok()) << setting.status();
  return setting.ok() ? (*setting)[0].Get<std::string>(0) : "";
}

TEST(Connection, CommitsAreDurableWhateverTheDatabaseSets) {
  TestDatabase database;
  const absl::Status set = database.Connect()->RunScript("test_set", R"sql(
    DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
    END $$)sql");
  ASSERT_TRUE(set.ok()) << set;
  EXPECT_EQ(SynchronousCommitOf(*database.Connect()), "on");

  ConnectionOptions options = database.options();
  options.conninfo += " options='-c work_mem=5MB -c synchronous_commit=remote_apply'";
  const auto stronger = Connection::Open(options);
  ASSERT_TRUE(stronger.ok()) << stronger.status();
  EXPECT_EQ(SynchronousCommitOf(**stronger), "remote_apply");
  for (const char* weaker : {"off", "local", "remote_write"}) {
    options = database.options();
    absl::StrAppend(&options.conninfo, " options='-c synchronous_commit=", weaker,
                    " -c work_mem=5MB'");
    const absl::Status refused = Connection::Open(options).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << weaker;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(absl::StrCat("\"", weaker, "\"")));
  }
}

TEST(Connection, DeadlineCancelsAtTheServerAndTheConnectionLivesOn) {
  TestDatabase database;
  const auto db = database.Connect();
  const absl::Time start = absl::Now();
  db->set_deadline(start + kTimeToSend);

  const auto late = Query(*db, kSleep, 30);

  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded) << late.status();
  EXPECT_EQ(SqlState(late.status()), "57014");
  EXPECT_LT(absl::Now() - start, absl::Seconds(25));
  db->set_deadline(absl::InfiniteFuture());
  EXPECT_TRUE(db->usable());
  EXPECT_TRUE(Query(*db, kOne).ok());
}

TEST(Connection, NothingIsSentAfterTheDeadline) {
  TestDatabase database;
  Recorder recorder;
  ConnectionOptions options = database.options();
  options.observer = &recorder;
  const auto db = Connection::Open(options);
  ASSERT_TRUE(db.ok()) << db.status();
  (*db)->set_deadline(absl::Now());

  EXPECT_EQ(Query(**db, kOne).status().code(), absl::StatusCode::kDeadlineExceeded);

  EXPECT_THAT(recorder.heard(), ElementsAre());
  EXPECT_TRUE((*db)->usable());
}

TEST(Connection, CallerGoingAwayCancelsTheStatement) {
  TestDatabase database;
  const auto db = database.Connect();
  std::atomic<bool> gone = false;
  db->set_cancelled(&gone);
  const auto watcher = database.Connect();
  std::thread caller([&] {
    // Not before the statement runs: then it would not even be sent.
    constexpr Statement kRunning{
        "test_running",
        "SELECT 1 FROM pg_stat_activity "
        "WHERE datname = current_database() AND query = $1 AND state = 'active'"};
    const absl::Time give_up_at = absl::Now() + absl::Seconds(20);
    while (absl::Now() < give_up_at) {
      const auto running = Query(*watcher, kRunning, kSleep.sql);
      if (!running.ok() || !running->empty()) break;
    }
    gone = true;
  });

  const auto answer = Query(*db, kSleep, 30);

  caller.join();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled) << answer.status();
  db->set_cancelled(nullptr);
  EXPECT_TRUE(Query(*db, kOne).ok());
}

TEST(Connection, TerminatedBackendIsUnavailableAndTheConnectionUnusable) {
  TestDatabase database;
  const auto db = database.Connect();
  constexpr Statement kKillMyself{"test_kill_myself",
                                  "SELECT pg_terminate_backend(pg_backend_pid())"};

  const auto answer = Query(*db, kKillMyself);

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << answer.status();
  EXPECT_EQ(SqlState(answer.status()), "57P01");
  EXPECT_FALSE(db->usable());
  EXPECT_TRUE(db->server_lost());
  EXPECT_EQ(Query(*db, kOne).status().code(), absl::StatusCode::kUnavailable);
}

TEST(Connection, StatementIsPreparedAnewWhenTheTableChanged) {
  TestDatabase database;
  database.Execute("CREATE TABLE things (a int8); INSERT INTO things VALUES (1)");
  const auto db = database.Connect();
  ASSERT_TRUE(Query(*db, kReadAll).ok());
  database.Execute("ALTER TABLE things ADD COLUMN b text DEFAULT 'new'");

  const auto things = Query(*db, kReadAll);

  ASSERT_TRUE(things.ok()) << things.status();
  EXPECT_EQ((*things)[0].Get<std::string>(1), "new");
}

TEST(Connection, StatementIsPreparedAnewWhenTheServerForgotIt) {
  TestDatabase database;
  const auto db = database.Connect();
  ASSERT_TRUE(Query(*db, kEcho, "before").ok());
  ASSERT_TRUE(db->RunScript("test_forget", "DEALLOCATE ALL").ok());

  const auto echo = Query(*db, kEcho, "after");

  ASSERT_TRUE(echo.ok()) << echo.status();
  EXPECT_EQ((*echo)[0].Get<std::string>(0), "after");
}

TEST(Connection, WrongStatementIsTheAnswerAndTheConnectionLivesOn) {
  TestDatabase database;
  const auto db = database.Connect();
  constexpr Statement kWrong{"test_wrong", "SELECT nothing FROM nowhere"};

  const auto wrong = Query(*db, kWrong);

  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(SqlState(wrong.status()), "42P01");
  EXPECT_EQ(FailedStatement(wrong.status()), "test_wrong");
  EXPECT_TRUE(Query(*db, kOne).ok());
}

TEST(Connection, ObserverHearsWhatRanAndNotWhatWasSkipped) {
  TestDatabase database;
  Recorder recorder;
  ConnectionOptions options = database.options();
  options.observer = &recorder;
  const auto db = Connection::Open(options);
  ASSERT_TRUE(db.ok()) << db.status();
  constexpr Statement kDivide{"test_divide", "SELECT 1 / $1::int8"};
  Pipeline pipeline(**db);
  pipeline.Add(kOne);
  pipeline.Add(kDivide, 0);
  pipeline.Add(kEcho, "skipped");

  EXPECT_FALSE(pipeline.Send().ok());

  EXPECT_THAT(recorder.heard(), ElementsAre("test_one", "test_divide failed"));
}

TEST(Connection, ScriptRunsAllOrNothing) {
  TestDatabase database;
  const auto db = database.Connect();

  const absl::Status failed = db->RunScript("test_script", "CREATE TABLE a (); CREATE TABLE a ();");
  const absl::Status done = db->RunScript("test_script", "CREATE TABLE a (); CREATE TABLE b ();");

  EXPECT_EQ(SqlState(failed), "42P07");
  EXPECT_TRUE(done.ok()) << done;
  EXPECT_TRUE(Query(*db, kOne).ok());
}

TEST(Connection, FailedScriptLeavesNoTransactionOpen) {
  TestDatabase database;
  const auto db = database.Connect();

  EXPECT_FALSE(db->RunScript("test_script", "BEGIN; CREATE TABLE a (); SELECT 1/0;").ok());

  EXPECT_FALSE(db->in_transaction());
  EXPECT_TRUE(db->RunScript("test_script", "CREATE TABLE a ()").ok());
}

TEST(Connection, ScriptObeysTheDeadline) {
  TestDatabase database;
  const auto db = database.Connect();
  db->set_deadline(absl::Now() + absl::Milliseconds(100));

  const absl::Status late = db->RunScript("test_script", "SELECT pg_sleep(30)");

  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded) << late;
  db->set_deadline(absl::InfiniteFuture());
  EXPECT_TRUE(Query(*db, kOne).ok());
}

}  // namespace
}  // namespace lots::pg
