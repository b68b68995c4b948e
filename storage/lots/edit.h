// What one edit makes of a locked lot. For this folder only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/lot_rows/product.h"
#include "storage/lots/events.h"
#include "storage/lots/lock.h"
#include "storage/lots/lots.h"
#include "storage/pg/connection.h"

namespace lots {

struct Problem;

struct PlannedEdit {
  LockedLot before;
  LotProduct product;  // the one that the lot will have
  Lot after;
  std::vector<FieldChange> changes = {};  // with the note; empty: the edit changes nothing

  // The keys (NumberKey) of the number that the lot had and will have, by the rules of the product.
  std::string KeyBefore() const;
  std::string KeyAfter() const;
  bool IsRenamed() const { return KeyBefore() != KeyAfter(); }
  bool ChangesProduct() const { return product.product_id != before.product.product_id; }
  // A number under which a lot was ever ACTIVE stays the lot's.
  bool KeepsFormerNumber() const;
};

// Plans the edit of `before`, or appends every problem with it. The problems name fields as
// UpdateLotRequest does: "lot.number". A failed read is an error. Whether the number is free, the
// caller finds out.
absl::Status PlanEdit(pg::Connection& db, const CompanyId& company, const LotEdit& edit,
                      PlannedEdit& planned, std::vector<Problem>& problems);

}  // namespace lots
