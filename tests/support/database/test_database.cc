// Makes databases from a migrated template.
#include "tests/support/database/test_database.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/schema/migrate.h"

namespace lots {
namespace {

constexpr char kTemplate[] = "lots_test_template";
// The lock is exclusive while the template is made and shared while it is copied, because
// PostgreSQL cannot copy a database to which a client is connected. The number is arbitrary.
constexpr char kLockTemplate[] = "SELECT pg_advisory_lock(7013001)";
constexpr char kShareTemplate[] = "SELECT pg_advisory_lock_shared(7013001)";

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "no test database: " << status << std::endl;
  std::abort();
}

template <class T>
T Require(absl::StatusOr<T> value) {
  Require(value.status());
  return *std::move(value);
}

// Writes every statement to the file LOTS_STATEMENT_LOG when it first runs with this text. A line
// is JSON: [name, text].
class StatementLog : public pg::StatementObserver {
 public:
  explicit StatementLog(const char* path)
      : file_(open(path, O_WRONLY | O_CREAT | O_APPEND, 0644)) {}

  void OnStatement(const pg::Statement& statement, absl::Duration, const absl::Status&) override {
    absl::MutexLock lock(&mutex_);
    if (!seen_.emplace(statement.name, statement.sql).second) return;
    // One call of write for each line, because several test processes append to the same file.
    const auto pair = nlohmann::json::array({statement.name, statement.sql});
    const std::string line =
        pair.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    if (write(file_, line.data(), line.size()) < 0) std::perror("LOTS_STATEMENT_LOG");
  }

 private:
  const int file_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::pair<std::string, std::string>> seen_ ABSL_GUARDED_BY(mutex_);
};

pg::StatementObserver* SharedStatementLog() {
  const char* path = std::getenv("LOTS_STATEMENT_LOG");
  if (path == nullptr) return nullptr;
  static StatementLog log(path);
  return &log;
}

// A PostgreSQL in a temporary folder, without durability.
class TemporaryCluster {
 public:
  TemporaryCluster() : folder_(MakeFolder()) {
    server_ = Require(pg::Embedded::Start({
        .data_folder = folder_,
        .settings = {"fsync=off", "full_page_writes=off", "synchronous_commit=off",
                     "shared_buffers=64MB", "max_connections=200"},
    }));
  }
  ~TemporaryCluster() {
    server_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  const std::string& conninfo() const { return server_->conninfo(); }

 private:
  static std::string MakeFolder() {
    std::string folder = std::filesystem::temp_directory_path() / "lots-test-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) Require(absl::InternalError(folder));
    // The user of PostgreSQL needs access to the folder inside.
    chmod(folder.c_str(), 0711);
    return folder;
  }

  const std::string folder_;
  std::unique_ptr<pg::Embedded> server_;
};

const std::string& ClusterConninfo() {
  static const char* const given = std::getenv("LOTS_TEST_POSTGRES");
  if (given != nullptr) {
    static const std::string conninfo = given;
    return conninfo;
  }
  static TemporaryCluster cluster;
  return cluster.conninfo();
}

// The conninfo of the cluster (keywords and values, or a URI) with another database.
std::string ConninfoOf(absl::string_view database) {
  PQconninfoOption* const options = PQconninfoParse(ClusterConninfo().c_str(), nullptr);
  if (options == nullptr) Require(absl::InvalidArgumentError("LOTS_TEST_POSTGRES"));
  std::string conninfo = absl::StrCat("dbname=", database);
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || absl::string_view(option->keyword) == "dbname") continue;
    const std::string value = absl::StrReplaceAll(option->val, {{"\\", "\\\\"}, {"'", "\\'"}});
    absl::StrAppend(&conninfo, " ", option->keyword, "='", value, "'");
  }
  PQconninfoFree(options);
  return conninfo;
}

// A connection that creates and drops databases.
std::unique_ptr<pg::Connection> ConnectToCluster() {
  return Require(pg::Connection::Open({.conninfo = ConninfoOf("postgres")}));
}

void Run(pg::Connection& db, const std::string& sql) { Require(db.RunScript("test", sql)); }

// Tests of the service run with the rights of this role.
constexpr char kCreateServerRole[] =
    "DO $$ BEGIN CREATE ROLE lots_app LOGIN; "
    "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

bool CreateTemplate(pg::Connection& cluster) {
  Run(cluster, kCreateServerRole);
  const absl::Status created =
      cluster.RunScript("test", absl::StrCat("CREATE DATABASE ", kTemplate));
  if (!created.ok() && pg::SqlState(created) != "42P04") Require(created);
  return Migrate({.conninfo = ConninfoOf(kTemplate), .observer = SharedStatementLog()}).ok();
}

// Runs once in each process. A cluster that lives longer than the tests may have an older template.
// The template gets the missing migrations; if a migration was edited since, it is made again.
void MakeTemplate() {
  const auto cluster = ConnectToCluster();
  Run(*cluster, kLockTemplate);
  if (CreateTemplate(*cluster)) return;
  Run(*cluster, absl::StrCat("DROP DATABASE ", kTemplate, " WITH (FORCE)"));
  Run(*cluster, absl::StrCat("CREATE DATABASE ", kTemplate));
  Require(Migrate({.conninfo = ConninfoOf(kTemplate)}));
}

std::string NewName() {
  static absl::BitGen random;
  return absl::StrCat("lots_test_", getpid(), "_", absl::Hex(absl::Uniform<uint64_t>(random)));
}

}  // namespace

TestDatabase::TestDatabase(Schema schema) : name_(NewName()) {
  if (schema == kMigrated) {
    static const bool made = (MakeTemplate(), true);
    (void)made;
  }
  const auto cluster = ConnectToCluster();
  if (schema == kMigrated) Run(*cluster, kShareTemplate);
  Run(*cluster, absl::StrCat("CREATE DATABASE ", name_, " TEMPLATE ",
                             schema == kMigrated ? kTemplate : "template0"));
  options_ = {.conninfo = ConninfoOf(name_), .observer = SharedStatementLog()};
}

TestDatabase::~TestDatabase() {
  Run(*ConnectToCluster(), absl::StrCat("DROP DATABASE ", name_, " WITH (FORCE)"));
}

std::unique_ptr<pg::Connection> TestDatabase::Connect() const {
  return Require(pg::Connection::Open(options_));
}

std::string TestDatabase::server_conninfo() const {
  return absl::StrCat(options_.conninfo, " options='-c role=lots_app'");
}

std::string TestDatabase::AllRows() const {
  const auto db = Connect();
  const auto query = [&](const std::string& sql) {
    pg::Pipeline pipeline(*db);
    pipeline.AddComposed("test_all_rows", sql, {});
    return std::move(Require(pipeline.Send())[0]);
  };
  std::vector<std::string> selects;
  for (const pg::Row row : query("SELECT table_name::text FROM information_schema.tables"
                                 " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")) {
    const auto table = row.Get<std::string>(0);
    selects.push_back(
        absl::StrCat("SELECT '", table, " ' || to_jsonb(t)::text AS line FROM ", table, " AS t"));
  }
  const pg::Result rows = query(absl::StrCat("SELECT string_agg(line, E'\\n' ORDER BY line) FROM (",
                                             absl::StrJoin(selects, " UNION ALL "), ") AS rows"));
  return rows[0].Get<std::string>(0);
}

void TestDatabase::Execute(const std::string& sql) const { Run(*Connect(), sql); }

void TestDatabase::AddCompany(absl::string_view company) const {
  Execute(absl::StrCat(
      "INSERT INTO companies (company, lots_enabled, expiry_enabled, time_zone, version, "
      "created_at, updated_at) VALUES ('",
      company, "', true, true, 'UTC', 1, now(), now())"));
}

}  // namespace lots
