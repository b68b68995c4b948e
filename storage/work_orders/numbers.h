// Serials of an order that a request names by number. For this folder only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/lot_ref.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/serials.h"

namespace lots {

struct Problem;

}  // namespace lots

namespace lots::orders {

// A serial that has one of the numbers asked for.
struct NumberedSerial {
  LotId lot_id;
  std::string number;
  LotState state = LotState::kPlanned;
  bool active_before = false;  // of a PLANNED or VOID one
  std::optional<WorkOrderId> planned_for;
};
// By NumberKey.
using SerialsByKey = absl::flat_hash_map<std::string, NumberedSerial>;

// Adds the read of the lots of the order's product that have these clean numbers. Locks the lots as
// movements lock serials. The order is locked already.
size_t AddNumberedLock(pg::Transaction& transaction, const CompanyId& company,
                       const WorkOrderId& work_order, const std::vector<std::string>& numbers);
SerialsByKey ReadNumbered(const pg::Result& rows);

// "numbers[3]".
std::string NumberField(size_t index);

// The numbers in their clean form. An invalid number becomes a problem, and its element is empty.
std::vector<std::string> CleanNumbers(const std::vector<std::string>& numbers,
                                      std::vector<Problem>& problems);
// Adds a problem for each number that the request has twice.
void ValidateDuplicates(const std::vector<std::string>& numbers, bool case_sensitive,
                        std::vector<Problem>& problems);

// Rebuilds the answer of a repeat: the lots that the first call named, with their current numbers.
inline auto NamedAgain(pg::Connection& db, const CompanyId& company) {
  return [&db, &company](const std::vector<Uuid>& created_ids) {
    return FindNumbers(db, company, LotIdsOf(created_ids));
  };
}

}  // namespace lots::orders
