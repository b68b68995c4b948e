// What units that failed have in common, against how common it is among those that did not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "storage/domain/model.h"
#include "storage/pg/connection.h"

namespace lots {

// The values are the proto's.
enum class OriginKind : int16_t { kLot = 1, kWorkOrder = 2, kSupplier = 3, kProductionDay = 4 };

// Something that units share. The fields of its kind are set.
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
  int origin_count = 0;  // that at least one failed unit has
};

// Ranks the origins that failed units have: the lots that they were made of at any depth (of which
// a unit is never its own, rework or not), the work orders that made them or any of those, the
// partners of receipts of them or any of those, and the days on which they themselves were made, in
// the company's zone. What was reversed does not count.
//
// Without `sound`, it takes the kSoundUnitsMax most recently produced ACTIVE or ARCHIVED lots of
// the failed units' products: by when they were made last, else (they were bought) created, among
// the ten times as many of each product that were created last.
//
// COMPANY_NOT_FOUND, LOT_NOT_FOUND; DUPLICATE_IN_REQUEST; TRACE_TOO_LARGE beyond kOriginLotsMax
// lots.
absl::StatusOr<CommonOrigins> FindCommonOrigins(pg::Connection& db, const OriginsQuery& query);

}  // namespace lots
