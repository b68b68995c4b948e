// Applies migrations, one server at a time.
#include "storage/schema/migrate.h"

#include <openssl/sha.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/base/status_macros.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/schema/migrations.h"
#include "storage/schema/roles.h"

namespace lots {
namespace {

// One lock for the whole database, so that servers that start together migrate one after the other.
// The number is "lots" in ASCII. It ends with the session.
constexpr pg::Statement kLockMigrations{"lock_migrations",
                                        "SELECT pg_advisory_lock(1819244659)::text"};

constexpr pg::Statement kMigrationsTableExists{
    "migrations_table_exists", "SELECT to_regclass('schema_migrations') IS NOT NULL"};

constexpr pg::Statement kListApplied{
    "list_applied_migrations", "SELECT version, checksum FROM schema_migrations ORDER BY version"};

constexpr char kCreateTable[] = R"sql(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  ))sql";

std::string Checksum(absl::string_view sql) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(sql.data()), sql.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

absl::Status CheckApplied(const pg::Result& applied) {
  const absl::Span<const Migration> known = Migrations();
  if (applied.size() > known.size()) {
    return absl::FailedPreconditionError(absl::StrCat("the database has schema version ",
                                                      applied.size(), " and this lotd knows up to ",
                                                      known.size(), ": run a newer lotd"));
  }
  for (size_t i = 0; i < applied.size(); ++i) {
    if (applied[i].Get<absl::string_view>(1) == Checksum(known[i].sql)) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "migration ", known[i].version, " (", known[i].name,
        ") was applied with another text than this lotd has: run the lotd it came from"));
  }
  return absl::OkStatus();
}

// Servers of the release before go on writing while a migration is applied. While a migration waits
// for a lock, every later call waits behind it: therefore it gives up soon, and begins again.
constexpr absl::string_view kLockTimeout = "SET LOCAL lock_timeout = '1s'; ";
constexpr absl::Duration kPause = absl::Milliseconds(500);
// As long as the longest call may keep a lock, twice.
constexpr absl::Duration kLocksWaitMax = absl::Minutes(10);

// Whether a migration had to give way to a running call: a deadlock, or the wait was too long.
bool IsLockedOut(const absl::Status& status) {
  return pg::IsConflict(status) || pg::SqlState(status) == "55P03";
}

// The script and its row are one transaction: a server that dies in between leaves neither.
absl::Status Apply(pg::Connection& db, const Migration& migration) {
  const std::string script = absl::StrCat(
      kLockTimeout, migration.sql, "\n;INSERT INTO schema_migrations (version, name, checksum) ",
      "VALUES (", migration.version, ", '", migration.name, "', '", Checksum(migration.sql), "')");
  const absl::Time give_up_at = absl::Now() + kLocksWaitMax;
  for (;;) {
    const absl::Status applied = db.RunScript("apply_migration", script);
    if (!IsLockedOut(applied) || absl::Now() > give_up_at) return applied;
    absl::SleepFor(kPause);
  }
}

}  // namespace

absl::Status Migrate(const pg::ConnectionOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<pg::Connection> db, pg::Connection::Open(options));
  RETURN_IF_ERROR(pg::Query(*db, kLockMigrations).status());
  RETURN_IF_ERROR(db->RunScript("create_migrations_table", kCreateTable));
  ASSIGN_OR_RETURN(const pg::Result applied, pg::Query(*db, kListApplied));
  RETURN_IF_ERROR(CheckApplied(applied));
  for (const Migration& migration : Migrations().subspan(applied.size())) {
    RETURN_IF_ERROR(Apply(*db, migration));
  }
  return GrantRights(*db);
}

int SchemaVersion() { return static_cast<int>(Migrations().size()); }

absl::StatusOr<int> AppliedVersion(pg::Connection& db) {
  ASSIGN_OR_RETURN(const pg::Result exists, pg::Query(db, kMigrationsTableExists));
  if (!exists[0].Get<bool>(0)) return 0;
  ASSIGN_OR_RETURN(const pg::Result applied, pg::Query(db, kListApplied));
  return static_cast<int>(applied.size());
}

}  // namespace lots
