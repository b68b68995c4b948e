#include "storage/schema/migrate.h"

#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

TEST(Migrate, BringsAnEmptyDatabaseToTheNewestVersionAndDoesNothingAgain) {
  const TestDatabase database;
  EXPECT_EQ(AppliedVersion(*database.Connect()).value(), 0);

  ASSERT_TRUE(Migrate(database.options()).ok());
  ASSERT_TRUE(Migrate(database.options()).ok());

  EXPECT_EQ(AppliedVersion(*database.Connect()).value(), SchemaVersion());
}

TEST(Migrate, ServersThatStartTogetherApplyEachMigrationOnce) {
  const TestDatabase database;
  std::vector<absl::Status> statuses(8);

  std::vector<std::thread> servers;
  for (absl::Status& status : statuses) {
    servers.emplace_back([&] { status = Migrate(database.options()); });
  }
  for (std::thread& server : servers) server.join();

  for (const absl::Status& status : statuses) EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(AppliedVersion(*database.Connect()).value(), SchemaVersion());
}

TEST(Migrate, RefusesADatabaseThatIsNewerThanTheProgram) {
  const TestDatabase database(TestDatabase::kMigrated);
  database.Execute("INSERT INTO schema_migrations VALUES (9999, 'future', 'x')");

  const absl::Status status = Migrate(database.options());

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(status.message(), "newer")) << status;
}

TEST(Migrate, RefusesAMigrationWhoseTextWasChangedAfterItWasApplied) {
  const TestDatabase database(TestDatabase::kMigrated);
  database.Execute("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");

  const absl::Status status = Migrate(database.options());

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(status.message(), "migration 1 (foundation)")) << status;
}

// Half a migration would be worse than none.
TEST(Migrate, FailingMigrationLeavesNothingBehind) {
  const TestDatabase database;
  // A table in the way of the first migration's last one.
  database.Execute("CREATE TABLE requests (company text)");

  EXPECT_FALSE(Migrate(database.options()).ok());

  const auto db = database.Connect();
  EXPECT_EQ(AppliedVersion(*db).value(), 0);
  constexpr pg::Statement kCount{"test_count_tables",
                                 "SELECT count(*) FROM pg_class WHERE relname = 'companies'"};
  EXPECT_EQ(pg::Query(*db, kCount).value()[0].Get<int64_t>(0), 0);
}

}  // namespace
}  // namespace lots
