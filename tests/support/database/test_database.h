// PostgreSQL databases for tests.
#pragma once

#include <memory>
#include <string>

#include "storage/pg/connection.h"

namespace lots {

// TestDatabase is a new database for one test. Its destructor drops the database. The database is
// in the cluster that LOTS_TEST_POSTGRES names (a conninfo of a superuser). Without this variable
// it is in a PostgreSQL without durability, which starts once for each test executable and is
// removed at the end. The program stops when no database can be made.
class TestDatabase {
 public:
  enum Schema {
    kEmpty,
    kMigrated,  // all migrations are applied; the copy of a template takes little time
  };

  explicit TestDatabase(Schema schema = kEmpty);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // The options of a connection. Their observer writes the name and text of every statement that
  // runs, once for each process, to the file that LOTS_STATEMENT_LOG names.
  const pg::ConnectionOptions& options() const { return options_; }
  // The conninfo of the role with which lotd serves. It has the rights of deploy/roles.sql only.
  std::string server_conninfo() const;
  std::unique_ptr<pg::Connection> Connect() const;

  // Runs SQL statements without parameters, as a superuser.
  void Execute(const std::string& sql) const;
  // Every row of every table, a line for each.
  std::string AllRows() const;
  // A company with the settings of a new one, and nothing else.
  void AddCompany(absl::string_view company) const;

 private:
  std::string name_;
  pg::ConnectionOptions options_;
};

}  // namespace lots
