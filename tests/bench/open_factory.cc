// Where filled factories are kept, and how they are found again.
#include <openssl/sha.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/schema/migrate.h"
#include "storage/schema/migrations.h"
#include "tests/bench/bench.h"
#include "tests/support/model/ledger_checker.h"

namespace lots::bench {
namespace fs = std::filesystem;
namespace {

// What the data was made by: every migration, and the generator.
std::string Fingerprint() {
  std::string text = absl::StrCat("factory ", kFactoryVersion, "\n");
  for (const Migration& migration : Migrations()) absl::StrAppend(&text, migration.sql);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), sizeof(digest)});
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Without durability and with much memory: what fails is made anew.
const std::vector<std::string>& FillSettings() {
  static const std::vector<std::string> settings = {
      "fsync=off",         "full_page_writes=off",    "wal_level=minimal", "max_wal_senders=0",
      "max_wal_size=16GB", "checkpoint_timeout=1h",   "autovacuum=off",    "shared_buffers=1GB",
      "work_mem=512MB",    "maintenance_work_mem=1GB"};
  return settings;
}

// The smallest company has every kind of row, and its ledger is recomputed soonest.
void CheckLedgers(pg::Connection& db) {
  const pg::Result smallest =
      Select(db, "SELECT company FROM lots GROUP BY company ORDER BY count(*) LIMIT 1");
  Check(!smallest.empty());
  const std::vector<std::string> wrong = CheckLedger(db, smallest[0].Get<CompanyId>(0));
  for (const std::string& line : wrong) std::cerr << line << "\n";
  Check(wrong.empty());
}

void Fill(const fs::path& folder, const Factory& factory) {
  std::cerr << "filling " << factory.lots << " lots\n";
  const absl::Time began = absl::Now();
  fs::remove_all(folder);
  auto postgres = pg::Embedded::Start({.data_folder = folder.string(), .settings = FillSettings()});
  CheckOk(postgres.status());
  CheckOk(Migrate({.conninfo = (*postgres)->conninfo()}));
  const auto db = Connect((*postgres)->conninfo());
  FillFactory(*db, factory);
  const absl::Duration took = absl::Now() - began;
  CheckLedgers(*db);
  const int64_t bytes = SelectNumber(*db, "SELECT pg_database_size('lots')");
  std::cerr << "filled in " << absl::Trunc(took, absl::Seconds(1)) << ", " << bytes / (1024 * 1024)
            << " MiB\n";
}

}  // namespace

std::unique_ptr<Stage> OpenFactory(const Factory& factory) {
  const fs::path folder =
      fs::path(Stage::ProgramFolder()).parent_path() / "bench-data" / absl::StrCat(factory.lots);
  const fs::path made_by = folder / "made_by";
  if (ReadFile(made_by) != Fingerprint()) {
    Fill(folder, factory);
    sync();  // it was written without
    std::ofstream(made_by) << Fingerprint();
  }
  return std::make_unique<Stage>(folder.string());
}

}  // namespace lots::bench
