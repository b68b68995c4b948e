// Requests that are repeated.
#include "storage/writes/requests.h"

#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/barrier.h"
#include "gtest/gtest.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/domain/write_context.h"
#include "storage/writes/run_write.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

WriteContext Context(const std::string& request_id, const std::string& payload = "payload") {
  return {.company = CompanyId("acme"),
          .request_id = request_id,
          .method = "lots.v1.Test/Write",
          .payload_hash = payload,
          .actor = "test",
          .now = absl::Now()};
}

// A write that makes one id; answers the ids and whether they were made now.
struct Made {
  std::vector<Uuid> ids;
  bool repeated = false;
};

absl::StatusOr<Made> Write(pg::Connection& db, const WriteContext& context, const Uuid& id) {
  const auto rebuild = [](const std::vector<Uuid>& made) -> absl::StatusOr<Made> {
    return Made{made, true};
  };
  return RunWrite<Made>(db, {.context = context, .rebuild = rebuild},
                        [&]() -> absl::StatusOr<Made> {
                          pg::Transaction transaction(db);
                          ClaimRequest(transaction, context, {id});
                          const auto committed = transaction.Commit();
                          if (!committed.ok()) return committed.status();
                          return Made{{id}};
                        });
}

class RequestsTest : public ::testing::Test {
 protected:
  TestDatabase database_{TestDatabase::kMigrated};
  std::unique_ptr<pg::Connection> db_ = database_.Connect();
};

// A server of the release before hashed requests as they were sent.
TEST_F(RequestsTest, AHashOfWhatWasSentIsKnownToo) {
  const Uuid first = Uuid::MakeV7();
  ASSERT_TRUE(Write(*db_, Context("r1", "as sent"), first).ok());
  WriteContext again = Context("r1", "as meant");
  EXPECT_FALSE(Write(*db_, again, Uuid::MakeV7()).ok());

  again.sent_payload_hash = "as sent";

  EXPECT_EQ(Write(*db_, again, Uuid::MakeV7())->ids, std::vector<Uuid>{first});
}

TEST_F(RequestsTest, RepeatIsAnsweredWithWhatTheFirstMade) {
  const Uuid first = Uuid::MakeV7();
  ASSERT_FALSE(Write(*db_, Context("r1"), first)->repeated);

  const auto repeat = Write(*db_, Context("r1"), Uuid::MakeV7());

  ASSERT_TRUE(repeat.ok());
  EXPECT_TRUE(repeat->repeated);
  EXPECT_EQ(repeat->ids, std::vector<Uuid>{first});
}

TEST_F(RequestsTest, AnotherPayloadOrMethodIsRefused) {
  ASSERT_TRUE(Write(*db_, Context("r1"), Uuid::MakeV7()).ok());
  WriteContext other_method = Context("r1");
  other_method.method = "lots.v1.Test/Other";

  for (const WriteContext& context : {Context("r1", "other payload"), other_method}) {
    const auto refused = Write(*db_, context, Uuid::MakeV7());
    ASSERT_EQ(ProblemsOf(refused.status()).size(), 1u) << refused.status();
    EXPECT_EQ(ProblemsOf(refused.status())[0].reason, Reason::kRequestIdReused);
  }
}

TEST_F(RequestsTest, SameRequestIdInAnotherCompanyIsAnotherRequest) {
  ASSERT_TRUE(Write(*db_, Context("r1"), Uuid::MakeV7()).ok());
  WriteContext other = Context("r1");
  other.company = CompanyId("other");

  EXPECT_FALSE(Write(*db_, other, Uuid::MakeV7())->repeated);
}

TEST_F(RequestsTest, ConcurrentRepeatsWriteOnceAndAgree) {
  constexpr int kWriters = 16;
  std::vector<absl::StatusOr<Made>> answers(kWriters, absl::UnknownError("not run"));
  absl::Barrier start(kWriters);

  std::vector<std::thread> writers;
  for (auto& answer : answers) {
    writers.emplace_back([&] {
      const auto db = database_.Connect();
      const Uuid mine = Uuid::MakeV7();
      start.Block();
      answer = Write(*db, Context("concurrent"), mine);
    });
  }
  for (std::thread& writer : writers) writer.join();

  int firsts = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->ids, answers[0]->ids);
    firsts += answer->repeated ? 0 : 1;
  }
  EXPECT_EQ(firsts, 1);
}

TEST_F(RequestsTest, CreatedIdsCanBeSetLaterInTheSameTransaction) {
  const std::vector<Uuid> created_ids = {Uuid::MakeV7(), Uuid::MakeV7()};
  pg::Transaction transaction(*db_);
  ClaimRequest(transaction, Context("r1"), {});
  ASSERT_TRUE(transaction.Send().ok());
  SetCreatedIds(transaction, Context("r1"), created_ids);
  ASSERT_TRUE(transaction.Commit().ok());

  EXPECT_EQ(FindCreatedIds(*db_, Context("r1")).value(), created_ids);
}

TEST_F(RequestsTest, OldRequestsAreForgottenAFewAtATime) {
  WriteContext old = Context("");
  old.now = absl::Now() - absl::Hours(24 * 31);
  for (const char* id : {"old1", "old2", "old3"}) {
    old.request_id = id;
    ASSERT_TRUE(Write(*db_, old, Uuid::MakeV7()).ok());
  }
  ASSERT_TRUE(Write(*db_, Context("new"), Uuid::MakeV7()).ok());
  const absl::Time before = absl::Now() - absl::Hours(24 * 30);

  EXPECT_EQ(ForgetRequests(*db_, CompanyId("acme"), before, 2).value(), 2);
  EXPECT_EQ(ForgetRequests(*db_, CompanyId("acme"), before, 2).value(), 1);
  EXPECT_EQ(ForgetRequests(*db_, CompanyId("acme"), before, 2).value(), 0);
  EXPECT_TRUE(Write(*db_, Context("new"), Uuid::MakeV7())->repeated);
}

TEST_F(RequestsTest, CompaniesAreListedInOrder) {
  database_.Execute(
      "INSERT INTO companies SELECT name, true, true, 'UTC', 1, now(), now() "
      "FROM unnest('{b,a}'::text[]) AS name");
  EXPECT_EQ(ListCompanies(*db_).value(), (std::vector<CompanyId>{CompanyId("a"), CompanyId("b")}));
}

}  // namespace
}  // namespace lots
