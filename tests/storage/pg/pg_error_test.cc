#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "storage/pg/connection.h"
#include "storage/pg/error.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

absl::Status Raise(Connection& db, absl::string_view sqlstate) {
  return db.RunScript(
      "test_raise", absl::StrCat("DO $$ BEGIN RAISE EXCEPTION 'raised' USING ERRCODE = '", sqlstate,
                                 "'; END $$"));
}

TEST(Error, SqlStateDecidesTheCode) {
  TestDatabase database;
  const auto db = database.Connect();
  const struct {
    absl::string_view sqlstate;
    absl::StatusCode code;
    bool is_conflict;
    bool is_server_lost;
  } cases[] = {
      {"40001", absl::StatusCode::kAborted, true, false},
      {"40P01", absl::StatusCode::kAborted, true, false},
      {"55P03", absl::StatusCode::kAborted, false, false},
      {"57014", absl::StatusCode::kDeadlineExceeded, false, false},
      {"23505", absl::StatusCode::kAlreadyExists, false, false},
      {"23503", absl::StatusCode::kFailedPrecondition, false, false},
      {"23514", absl::StatusCode::kFailedPrecondition, false, false},
      {"23P01", absl::StatusCode::kFailedPrecondition, false, false},
      {"08006", absl::StatusCode::kUnavailable, false, true},
      {"57P01", absl::StatusCode::kUnavailable, false, true},
      {"57P03", absl::StatusCode::kUnavailable, false, true},
      {"53300", absl::StatusCode::kUnavailable, false, false},
      {"25006", absl::StatusCode::kUnavailable, false, true},
      {"26000", absl::StatusCode::kUnavailable, false, false},
      {"42703", absl::StatusCode::kInternal, false, false},
      {"22012", absl::StatusCode::kInternal, false, false},
      {"P0001", absl::StatusCode::kInternal, false, false},
  };
  for (const auto& c : cases) {
    const absl::Status status = Raise(*db, c.sqlstate);
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(SqlState(status), c.sqlstate);
    EXPECT_EQ(FailedStatement(status), "test_raise");
    EXPECT_EQ(IsConflict(status), c.is_conflict) << status;
    EXPECT_EQ(IsServerLost(status), c.is_server_lost) << status;
    EXPECT_FALSE(IsUnknownOutcome(status));
  }
}

TEST(Error, ConstraintIsNamedAndTheRowIsNot) {
  TestDatabase database;
  database.Execute(
      "CREATE TABLE things (name text CONSTRAINT things_name_key UNIQUE);"
      "INSERT INTO things VALUES ('secret number')");

  const absl::Status status =
      database.Connect()->RunScript("test_twice", "INSERT INTO things VALUES ('secret number')");

  EXPECT_EQ(ViolatedConstraint(status), "things_name_key");
  EXPECT_TRUE(ViolatesConstraint(status, "things_name_key"));
  EXPECT_FALSE(ViolatesConstraint(status, "things_pkey"));
  EXPECT_EQ(std::string(status.message()).find("secret number"), std::string::npos) << status;
}

TEST(Error, OtherStatusesHaveNoneOfIt) {
  for (const absl::Status& status : {absl::OkStatus(), absl::InternalError("x")}) {
    EXPECT_EQ(SqlState(status), "");
    EXPECT_EQ(ViolatedConstraint(status), "");
    EXPECT_EQ(FailedStatement(status), "");
    EXPECT_FALSE(IsConflict(status));
    EXPECT_FALSE(IsServerLost(status));
    EXPECT_FALSE(IsUnknownOutcome(status));
  }
}

TEST(Error, FailureThatAnotherRunAnswersIsAConflict) {
  const absl::Status conflict = AsConflict(absl::AlreadyExistsError("a row came first"));

  EXPECT_TRUE(IsConflict(conflict));
  EXPECT_EQ(conflict.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(conflict.message(), "a row came first");
}

TEST(Error, UnknownOutcomeIsOfItsOwnCode) {
  const absl::Status status = UnknownOutcome(absl::UnavailableError("cut"));

  EXPECT_TRUE(IsUnknownOutcome(status));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  EXPECT_FALSE(IsConflict(status));
}

TEST(Error, AnotherCodeKeepsThePayloads) {
  TestDatabase database;
  const absl::Status status =
      WithCode(absl::StatusCode::kCancelled, Raise(*database.Connect(), "57014"));

  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(SqlState(status), "57014");
  EXPECT_EQ(FailedStatement(status), "test_raise");
}

}  // namespace
}  // namespace lots::pg
