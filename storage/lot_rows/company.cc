// The read of a company's row.
#include "storage/lot_rows/company.h"

#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/refusals.h"

namespace lots {
namespace {

constexpr pg::Statement kReadCompany{"read_company", R"sql(
  SELECT lots_enabled, expiry_enabled, time_zone FROM companies WHERE company = $1)sql"};

}  // namespace

size_t AddCompanyRead(pg::Pipeline& pipeline, const CompanyId& company) {
  return pipeline.Add(kReadCompany, company);
}

size_t AddCompanyRead(pg::Transaction& transaction, const CompanyId& company) {
  return transaction.Add(kReadCompany, company);
}

absl::StatusOr<CompanyRules> ReadCompany(const CompanyId& company, const pg::Result& rows) {
  if (rows.empty()) return Refuse(CompanyNotFound(company));
  CompanyRules rules{.lots_enabled = rows[0].Get<bool>(0), .expiry_enabled = rows[0].Get<bool>(1)};
  ASSIGN_OR_RETURN(rules.zone, LoadZone(rows[0].Get<absl::string_view>(2)));
  return rules;
}

absl::StatusOr<CompanyRules> ReadEnabledCompany(const CompanyId& company, const pg::Result& rows) {
  ASSIGN_OR_RETURN(const CompanyRules rules, ReadCompany(company, rows));
  if (!rules.lots_enabled) return Refuse(LotsDisabled(company));
  return rules;
}

absl::StatusOr<CompanyRules> FindCompany(pg::Connection& db, const CompanyId& company) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadCompany, company));
  return ReadCompany(company, rows);
}

absl::StatusOr<CompanyRules> FindEnabledCompany(pg::Connection& db, const CompanyId& company) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadCompany, company));
  return ReadEnabledCompany(company, rows);
}

absl::StatusOr<absl::TimeZone> FindFilterZone(pg::Connection& db, const CompanyId& company,
                                              absl::string_view filter) {
  if (filter.empty()) return absl::UTCTimeZone();
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadCompany, company));
  if (rows.empty()) return absl::UTCTimeZone();
  ASSIGN_OR_RETURN(const CompanyRules rules, ReadCompany(company, rows));
  return rules.zone;
}

}  // namespace lots
