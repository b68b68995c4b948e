// The application_name of a connection: PostgreSQL's views and log show for which call it works.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

// Reads the application_name that PostgreSQL shows while a statement runs.
class ConnectionTraceTest : public ::testing::Test {
 protected:
  ConnectionTraceTest() : db_(database_.Connect()) { db_->set_traceparent(kTrace); }

  std::string Shown(const Result& result) { return result[0].Get<std::string>(0); }

  static constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  static constexpr char kShown[] = "lotd 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  static constexpr char kAskName[] =
      "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()";
  static constexpr Statement kName{"test_name", kAskName};
  static constexpr Statement kOne{"test_one", "SELECT 1"};
  static constexpr Statement kWrite{"test_write", "CREATE TABLE things ()"};

  const TestDatabase database_;
  const std::unique_ptr<Connection> db_;
};

TEST_F(ConnectionTraceTest, TheServerKnowsWhoseSnapshotItIsWhileItLasts) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  const size_t name = snapshot.Add(kName);
  const size_t one = snapshot.Add(kOne);
  const auto results = snapshot.Send();
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(Shown((*results)[name]), kShown);
  EXPECT_EQ((*results)[one][0].Get<int>(0), 1);
  // Later pipelines of the transaction do not set the name again, and PostgreSQL keeps it.
  snapshot.Add(kName);
  EXPECT_EQ(Shown((*snapshot.Send())[0]), kShown);
  ASSERT_TRUE(snapshot.Commit().ok());

  EXPECT_EQ(Shown(*Query(*db_, kName)), "lotd");
  Transaction write(*db_);
  write.Add(kName);
  EXPECT_EQ(Shown((*write.Send())[0]), "lotd") << "a write pays nothing for it";
}

TEST_F(ConnectionTraceTest, TheServerKnowsWhoseSnapshotItIsWhenAnswersAreTakenOneByOne) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  snapshot.Add(kName);
  snapshot.Add(kOne);

  ASSERT_TRUE(snapshot.SendAsync().ok());

  EXPECT_EQ(Shown(*snapshot.Take()), kShown);
  EXPECT_EQ((*snapshot.Take())[0].Get<int>(0), 1);
}

TEST_F(ConnectionTraceTest, TheServerKnowsWhoseComposedStatementRuns) {
  Pipeline pipeline(*db_);
  pipeline.AddComposed("test_composed", kAskName, {});
  EXPECT_EQ(Shown((*pipeline.Send())[0]), kShown);
  EXPECT_EQ(Shown(*Query(*db_, kName)), "lotd");

  db_->set_traceparent("");
  pipeline.AddComposed("test_composed", kAskName, {});
  EXPECT_EQ(Shown((*pipeline.Send())[0]), "lotd");
}

TEST_F(ConnectionTraceTest, ARefusedSnapshotIsARefusal) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  snapshot.Add(kWrite);

  EXPECT_EQ(SqlState(snapshot.Send().status()), "25006");
  EXPECT_TRUE(db_->usable());
  EXPECT_EQ(Shown(*Query(*db_, kName)), "lotd");
}

}  // namespace
}  // namespace lots::pg
