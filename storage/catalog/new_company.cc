// The rows that a new company begins with.
#include "storage/catalog/new_company.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/catalog/catalog.h"
#include "storage/catalog/resources.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/write_context.h"
#include "storage/numbers/new_id.h"

namespace lots {
namespace {

constexpr pg::Statement kInsertCompany{"insert_company", R"sql(
  INSERT INTO companies
    (company, lots_enabled, expiry_enabled, time_zone, version, created_at, updated_at)
  VALUES ($1, $2, $3, $4, 1, $5, $5)
  ON CONFLICT (company) DO NOTHING)sql"};

constexpr pg::Statement kInsertDefaultLocations{"insert_default_locations", R"sql(
  INSERT INTO locations
    (company, location_id, kind, display_name, parent_id, gln, street, city, region, postal_code,
     country, phone, is_default, created_at, updated_at)
  SELECT $1, id, kind, '', NULL, '', '', '', '', '', '', '', true, $4, $4
  FROM unnest($2, $3) AS given (id, kind)
  ON CONFLICT (company, location_id) DO NOTHING)sql"};

constexpr LocationKind kVirtualKinds[] = {LocationKind::kSupplier, LocationKind::kCustomer,
                                          LocationKind::kProduction, LocationKind::kScrap,
                                          LocationKind::kAdjustment};

}  // namespace

size_t EnsureCompany(pg::Transaction& transaction, const WriteContext& context) {
  const Settings defaults;
  std::vector<LocationId> ids;
  std::vector<LocationKind> kinds;
  for (const LocationKind kind : kVirtualKinds) {
    ids.push_back(DefaultLocation(kind));
    kinds.push_back(kind);
  }
  const size_t first = transaction.Add(kInsertCompany, context.company, defaults.lots_enabled,
                                       defaults.expiry_enabled, defaults.time_zone, context.now);
  transaction.Add(kInsertDefaultLocations, context.company, ids, kinds, context.now);
  return first;
}

absl::Status CheckNewCompany(const WriteContext& context, const pg::Result& ensured) {
  if (ensured.affected() == 0) return absl::OkStatus();
  std::optional<Problem> problem = CheckNewId("company", context.company.value());
  return problem.has_value() ? Refuse(*std::move(problem)) : absl::OkStatus();
}

}  // namespace lots
