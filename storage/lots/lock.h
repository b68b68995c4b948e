// A lot under a lock, with what a operation that changes it must judge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/product.h"
#include "storage/pg/pipeline.h"

namespace lots {

enum class LotLock {
  kEdit,       // FOR NO KEY UPDATE: movements go on meanwhile
  kExclusive,  // FOR UPDATE: no movement, assignment or transformation crosses
};

struct LockedLot {
  Lot lot;
  LotProduct product;
  // With kExclusive, what has happened to it: "movements", "assignments", …
  std::vector<std::string> uses;
};

// Adds the statements that lock and read the lot; answers where their results begin.
size_t AddLockLot(pg::Transaction& transaction, const WriteContext& context, const LotId& lot_id,
                  LotLock lock);

// Reads them. LOT_NOT_FOUND; ETAG_MISMATCH when `version` is given and is not the current one.
absl::StatusOr<LockedLot> ReadLockedLot(const pg::Results& results, size_t first,
                                        const WriteContext& context, const LotId& lot_id,
                                        std::optional<int64_t> version);

// FAILED_PRECONDITION, with the lot's id and number and the further facts.
absl::Status RefuseLot(Reason reason, const Lot& lot, absl::string_view message, Facts facts = {});
// FAILED_PRECONDITION LOT_IN_USE, naming the uses.
absl::Status LotInUse(const LockedLot& locked, absl::string_view consequence);

}  // namespace lots
