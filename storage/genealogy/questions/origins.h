// What failed units have in common, compared with sound units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/pg/connection.h"

namespace lots {

// The values are the proto's.
enum class OriginKind : int16_t { kLot = 1, kWorkOrder = 2, kSupplier = 3, kProductionDay = 4 };

// Something that units have in common. The fields of its kind are set.
struct Origin {
  OriginKind kind = OriginKind::kLot;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  WorkOrderId work_order;
  std::string partner_id;
  absl::CivilDay day;
  int failed_count = 0;
  int sound_count = 0;
  double odds_ratio = 0;
  double p_value = 1;
};

struct OriginsQuery {
  CompanyId company;
  std::vector<LotRef> failed;  // 1 to kFailedUnitsMax
  std::vector<LotRef> sound;   // at most kSoundUnitsMax
  int limit = 0;               // 1 to kOriginsShownMax
};

struct CommonOrigins {
  std::vector<Origin> origins;  // by p_value, then failed_count descending, kind, name
  int failed_count = 0;
  int sound_count = 0;
  int origin_count = 0;  // origins that at least one failed unit has
};

// Ranks the origins of failed units:
// - the lots that the units were made of, at any depth (a unit is never its own origin, not even
//   after rework);
// - the work orders that made the units or any of these lots;
// - the partners of receipts of the units or any of these lots;
// - the days on which the units themselves were made, in the company's time zone.
// Reversed postings do not count.
//
// Without `sound`, compares with the kSoundUnitsMax most recent ACTIVE or ARCHIVED lots of the
// failed units' products: by the time at which they were last made, or created if they were bought.
// Only the lots that were created last are candidates, ten times as many of each product.
//
// COMPANY_NOT_FOUND, LOT_NOT_FOUND; DUPLICATE_IN_REQUEST; TRACE_TOO_LARGE beyond kOriginLotsMax
// lots.
absl::StatusOr<CommonOrigins> FindCommonOrigins(pg::Connection& db, const OriginsQuery& query);

}  // namespace lots
