// Finds the lots that a request names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/pg/connection.h"

namespace lots {

enum class LotState : int16_t;
struct LotRef;

// A lot that a request names, with the fields that most operations need. It is read without a lock:
// an operation that depends on a field reads it again under a lock.
struct ResolvedLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  LotState state{};  // always given
};

// Finds lots by id, or by product and number according to the product's case rule. A number that no
// lot has finds the lot that had it formerly. The result has the order of `refs`; an entry is empty
// where there is no such lot. One round trip for any count, and one more where numbers are missing.
absl::StatusOr<std::vector<std::optional<ResolvedLot>>> ResolveLots(pg::Connection& db,
                                                                    const CompanyId& company,
                                                                    absl::Span<const LotRef> refs);

}  // namespace lots
