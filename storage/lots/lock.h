// A locked lot, with what an operation that changes the lot must validate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/lot_rows/product.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

enum class LotLock {
  kEdit,       // FOR NO KEY UPDATE: movements of the lot go on
  kExclusive,  // FOR UPDATE: movements, assignments and transformations of the lot wait
};

struct LockedLot {
  Lot lot;
  LotProduct product;
  bool active_before = false;  // of a PLANNED or VOID lot
  // With kExclusive, what has happened to the lot: "movements", "assignments", …
  std::vector<std::string> uses;
};

// Adds the statements that lock and read the lot. Returns the index of their first
// result in Results.
size_t AddLockLot(pg::Transaction& transaction, const WriteContext& context, const LotId& lot_id,
                  LotLock lock);

// Reads their results; `lock` is the lock that was added. LOT_NOT_FOUND; ETAG_MISMATCH when
// `version` is given and is not the current version.
absl::StatusOr<LockedLot> ReadLockedLot(const pg::Results& results, size_t first,
                                        const WriteContext& context, const LotId& lot_id,
                                        std::optional<int64_t> version,
                                        LotLock lock = LotLock::kExclusive);

// FAILED_PRECONDITION with the lot's id and number, and with `facts`.
absl::Status RefuseLot(Reason reason, const Lot& lot, absl::string_view message, Facts facts = {});
// FAILED_PRECONDITION LOT_IN_USE, with the names of the uses.
absl::Status LotInUse(const LockedLot& locked, absl::string_view consequence);

}  // namespace lots
