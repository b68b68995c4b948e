// What operations read of their company: its time zone, and whether lots are switched on.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct CompanyRules {
  bool lots_enabled = false;
  bool expiry_enabled = false;
  absl::TimeZone zone;
};

// Adds the read of the company's row.
size_t AddCompanyRead(pg::Pipeline& pipeline, const CompanyId& company);
size_t AddCompanyRead(pg::Transaction& transaction, const CompanyId& company);
// The rules in that row. NOT_FOUND COMPANY_NOT_FOUND.
absl::StatusOr<CompanyRules> ReadCompany(const CompanyId& company, const pg::Result& rows);
// Also FAILED_PRECONDITION LOTS_DISABLED: for what a company without lots may not do.
absl::StatusOr<CompanyRules> ReadEnabledCompany(const CompanyId& company, const pg::Result& rows);

// The same, each in a round trip of its own.
absl::StatusOr<CompanyRules> FindCompany(pg::Connection& db, const CompanyId& company);
absl::StatusOr<CompanyRules> FindEnabledCompany(pg::Connection& db, const CompanyId& company);

// The zone in which the days of a list's filter begin. UTC, without a read, when there is no
// filter; UTC as well when there is no such company, which has nothing to list.
absl::StatusOr<absl::TimeZone> FindFilterZone(pg::Connection& db, const CompanyId& company,
                                              absl::string_view filter);

}  // namespace lots
