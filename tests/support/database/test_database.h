// Real databases for tests.
#pragma once

#include <memory>
#include <string>

#include "storage/pg/connection.h"

namespace lots {

// TestDatabase is a database of one test's own, dropped when it ends. It lives in the cluster that
// LOTS_TEST_POSTGRES names (a conninfo of a superuser), or else in a PostgreSQL that is started
// once for the test executable, without durability, and removed at its end. Stops the program when
// there is no database to be had.
class TestDatabase {
 public:
  enum Schema {
    kEmpty,
    kMigrated,  // all migrations applied; copied from a template, so it is quick
  };

  explicit TestDatabase(Schema schema = kEmpty);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // Their observer writes the name and text of every statement that runs, once a process, to the
  // file that LOTS_STATEMENT_LOG names.
  const pg::ConnectionOptions& options() const { return options_; }
  // As the role of deploy/roles.sql that serves, with its rights and no more.
  std::string server_conninfo() const;
  std::unique_ptr<pg::Connection> Connect() const;

  // Runs statements without parameters, as psql would.
  void Execute(const std::string& sql) const;
  // A company with the settings of a new one, and nothing else.
  void AddCompany(absl::string_view company) const;

 private:
  std::string name_;
  pg::ConnectionOptions options_;
};

}  // namespace lots
