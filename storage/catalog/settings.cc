// GetSettings and UpdateSettings.

#include "storage/base/status_macros.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/new_company.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/refusals.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kFindSettings{"find_settings", R"sql(
  SELECT company, lots_enabled, expiry_enabled, time_zone, version, created_at, updated_at
  FROM companies WHERE company = $1)sql"};

constexpr pg::Statement kLockSettings{"lock_settings", R"sql(
  SELECT company, lots_enabled, expiry_enabled, time_zone, version, created_at, updated_at
  FROM companies WHERE company = $1 FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kUpdateSettings{"update_settings", R"sql(
  UPDATE companies
  SET lots_enabled = $2, expiry_enabled = $3, time_zone = $4, version = $5, updated_at = $6
  WHERE company = $1)sql"};

Settings ReadSettings(const pg::Row& row) {
  return {.company = CompanyId(row.Get<std::string>(0)),
          .lots_enabled = row.Get<bool>(1),
          .expiry_enabled = row.Get<bool>(2),
          .time_zone = row.Get<std::string>(3),
          .version = row.Get<int64_t>(4),
          .created_at = row.Get<absl::Time>(5),
          .updated_at = row.Get<absl::Time>(6)};
}

absl::Status CheckVersion(const UpdateSettingsCommand& command, const Settings& stored) {
  if (command.version.value_or(stored.version) == stored.version) return absl::OkStatus();
  return Refuse(SettingsChanged(stored.version));
}

absl::StatusOr<Settings> TryUpdate(pg::Connection& db, const UpdateSettingsCommand& command) {
  const WriteContext& context = command.context;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t ensured = EnsureCompany(transaction, context);
  const size_t locked = transaction.Add(kLockSettings, context.company);
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  RETURN_IF_ERROR(CheckNewCompany(context, read[ensured]));
  Settings settings = ReadSettings(read[locked][0]);
  RETURN_IF_ERROR(CheckVersion(command, settings));
  settings.lots_enabled = command.lots_enabled.value_or(settings.lots_enabled);
  settings.expiry_enabled = command.expiry_enabled.value_or(settings.expiry_enabled);
  settings.time_zone = command.time_zone.value_or(settings.time_zone);
  settings.version += 1;
  settings.updated_at = context.now;
  transaction.Add(kUpdateSettings, context.company, settings.lots_enabled, settings.expiry_enabled,
                  settings.time_zone, settings.version, settings.updated_at);
  AddAuditEntry(transaction, context, {});
  RETURN_IF_ERROR(transaction.Commit().status());
  return settings;
}

}  // namespace

absl::StatusOr<Settings> GetSettings(pg::Connection& db, const CompanyId& company) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindSettings, company));
  if (!found.empty()) return ReadSettings(found[0]);
  return Refuse(CompanyNotFound(company, "company"));
}

absl::StatusOr<Settings> UpdateSettings(pg::Connection& db, const UpdateSettingsCommand& command) {
  if (command.time_zone.has_value()) {
    const absl::StatusOr<absl::TimeZone> zone = LoadZone(*command.time_zone);
    if (!zone.ok()) {
      return Refuse(
          FieldInvalid("settings.time_zone", *command.time_zone, zone.status().message()));
    }
  }
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return GetSettings(db, command.context.company);
  };
  return RunWrite<Settings>(db, {.context = command.context, .rebuild = rebuild},
                            [&] { return TryUpdate(db, command); });
}

}  // namespace lots
