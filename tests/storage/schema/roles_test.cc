// The database roles: who may do what, tried as each of them.
#include "storage/schema/roles.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/pg/error.h"
#include "storage/schema/migrate.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

constexpr char kInsufficientPrivilege[] = "42501";

// A database whose roles deploy/roles.sql made, migrated by its owner.
class RolesTest : public ::testing::Test {
 protected:
  RolesTest() {
    std::ifstream file("deploy/roles.sql");
    const std::string sql{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(sql, "");
    // Twice: it changes nothing the second time.
    database_.Execute(sql);
    database_.Execute(sql);
    const absl::Status migrated = Migrate({.conninfo = As("lots_owner")});
    EXPECT_TRUE(migrated.ok()) << migrated;
  }

  std::string As(const std::string& role) const {
    return absl::StrCat(database_.options().conninfo, " user=", role);
  }
  std::unique_ptr<pg::Connection> Connect(const std::string& role) const {
    return *pg::Connection::Open({.conninfo = As(role), .observer = database_.options().observer});
  }
  // "" when it was done, else its SQLSTATE.
  static std::string Try(pg::Connection& db, const std::string& sql) {
    const absl::Status done = db.RunScript("try", absl::StrCat("BEGIN;", sql, ";ROLLBACK"));
    if (done.ok()) return "";
    static_cast<void>(db.RunScript("try", "ROLLBACK"));
    return pg::SqlState(done);
  }

  const TestDatabase database_{TestDatabase::kEmpty};
};

TEST_F(RolesTest, TheServersRoleCannotChangeWhatWasPosted) {
  const auto db = Connect("lots_app");
  for (const char* const table :
       {"movements", "transformations", "transformation_inputs", "transformation_outputs",
        "lot_events", "audit_entries", "inspections", "inspection_results", "inspection_documents",
        "component_ends", "recall_former_lots", "warranty_extensions"}) {
    for (const std::string& sql :
         {absl::StrCat("UPDATE ", table, " SET company = company"),
          absl::StrCat("DELETE FROM ", table), absl::StrCat("TRUNCATE ", table),
          absl::StrCat("SELECT 1 FROM ", table, " FOR UPDATE")}) {
      EXPECT_EQ(Try(*db, sql), kInsufficientPrivilege) << sql;
    }
    EXPECT_EQ(Try(*db, absl::StrCat("SELECT 1 FROM ", table)), "") << table;
  }
}

TEST_F(RolesTest, TheServersRoleCannotAlterTheSchema) {
  const auto db = Connect("lots_app");
  for (const char* const sql :
       {"CREATE TABLE mine (id int)", "CREATE TEMPORARY TABLE mine (id int)",
        "ALTER TABLE movements ADD COLUMN mine int", "DROP TABLE movements",
        "DROP INDEX movements_by_lot", "CREATE INDEX mine ON movements (company)",
        "ALTER TABLE movements DISABLE TRIGGER ALL",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE SCHEMA mine",
        "CREATE EXTENSION pgcrypto",

        "SET ROLE lots_owner", "CREATE ROLE mine", "DELETE FROM schema_migrations",
        "INSERT INTO schema_migrations VALUES (99, 'x', 'x')",
        "UPDATE server_secrets SET value = value", "DELETE FROM companies", "DELETE FROM balances",
        "DELETE FROM holds", "DELETE FROM recall_members"}) {
    EXPECT_EQ(Try(*db, sql), kInsufficientPrivilege) << sql;
  }
}

TEST_F(RolesTest, TheReaderReadsAndNothingElse) {
  const auto db = Connect("lots_readonly");

  EXPECT_EQ(Try(*db, "SELECT 1 FROM lots"), "");
  EXPECT_EQ(Try(*db, "SELECT 1 FROM lot_holds"), "");
  EXPECT_EQ(Try(*db, "SELECT 1 FROM server_secrets"), kInsufficientPrivilege);
  // Not even after it lifts what only keeps it from mistakes.
  const std::string writing =
      "SET default_transaction_read_only = off; ROLLBACK; BEGIN READ WRITE;";
  for (const char* const sql :
       {"INSERT INTO companies (company) VALUES ('x')", "UPDATE lots SET notes = ''",
        "DELETE FROM requests", "CREATE TABLE mine (id int)"}) {
    EXPECT_EQ(Try(*db, absl::StrCat(writing, sql)), kInsufficientPrivilege) << sql;
  }
}

TEST_F(RolesTest, MigrationsTakeAwayWhatSomebodyGranted) {
  database_.Execute("GRANT UPDATE ON movements TO lots_app, lots_readonly");

  ASSERT_TRUE(Migrate({.conninfo = As("lots_owner")}).ok());

  EXPECT_EQ(Try(*Connect("lots_app"), "UPDATE movements SET company = company"),
            kInsufficientPrivilege);
  EXPECT_EQ(Try(*Connect("lots_readonly"),
                "ROLLBACK; BEGIN READ WRITE; UPDATE movements SET company = company"),
            kInsufficientPrivilege);
}

TEST_F(RolesTest, OthersDoNotConnect) {
  database_.Execute(
      "DO $$ BEGIN CREATE ROLE lots_stranger LOGIN; "
      "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");

  EXPECT_FALSE(pg::Connection::Open({.conninfo = As("lots_stranger")}).ok());
}

TEST_F(RolesTest, OnlyTheServersRoleServes) {
  EXPECT_TRUE(CheckServerRole(*Connect("lots_app")).ok());
  const absl::Status owner = CheckServerRole(*Connect("lots_owner"));
  const absl::Status superuser = CheckServerRole(*database_.Connect());
  EXPECT_EQ(owner.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(owner.message(), "\"lots_owner\", which is the owner")) << owner;
  EXPECT_TRUE(absl::StrContains(superuser.message(), "a superuser")) << superuser;
  // One that could become the owner is as good as the owner.
  database_.Execute("GRANT lots_owner TO lots_app");
  EXPECT_FALSE(CheckServerRole(*Connect("lots_app")).ok());
  database_.Execute("REVOKE lots_owner FROM lots_app");
  // So is a superuser that calls itself another for a while.
  const auto disguised = pg::Connection::Open(
      {.conninfo = absl::StrCat(database_.options().conninfo, " options='-c role=lots_app'")});
  ASSERT_TRUE(disguised.ok());
  EXPECT_FALSE(CheckServerRole(**disguised).ok());
}

}  // namespace
}  // namespace lots
