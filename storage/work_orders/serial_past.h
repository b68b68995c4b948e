// What happened to serials before an order names them. For this folder and those below it only.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots::orders {

// Movements that were reversed, and their reversals, do not count.
struct SerialPast {
  bool moved = false;                      // false: the serial was created, and is nowhere yet
  bool taken_apart = false;                // by its last transformation
  bool gave_components = false;            // when it was taken apart
  std::optional<WorkOrderId> produced_by;  // the order of its last transformation
};
using SerialPasts = absl::flat_hash_map<LotId, SerialPast>;

// Adds the reads of the pasts of these serials, which are locked already. Returns the index of the
// first result in Results.
size_t AddSerialPasts(pg::Transaction& transaction, const CompanyId& company,
                      const std::vector<LotId>& serials);
// Has every serial that ever moved in effect.
SerialPasts ReadSerialPasts(const pg::Results& results, size_t first);

}  // namespace lots::orders
