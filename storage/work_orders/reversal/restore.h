// What a reversal gives back to stored lots: dates, reference, notes and attributes that the
// transformation changed. For this folder only.
//
// A field becomes what it was before the transformation, unless something that is still in effect
// set it since: an edit, or another transformation. Where several transformations that changed a
// field are reversed, in whatever order, the field becomes what it was before the first of them.
// Goods that were added since, and stay, keep their claim: the expiry date is not later than that
// of these goods, and a split, merge or relabel agreed with the other fields.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_details.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/details.h"

namespace lots {

struct WriteContext;

}  // namespace lots

namespace lots::orders {

struct LotChanges;

}  // namespace lots::orders

namespace lots::orders {

class Restoration {
 public:
  Restoration(const CompanyId& company, const TransformationId& transformation)
      : company_(company), transformation_(transformation) {}

  // Adds the lock of the lots that may change. Before the ledger's locks; those lock serials.
  void AddLock(pg::Transaction& transaction) const;
  // Adds the read of edits, after the ledger's locks.
  void AddRead(pg::Transaction& transaction);
  // `results` are those of AddRead. Sends another pipeline if there were edits.
  absl::Status Load(pg::Transaction& transaction, const pg::Results& results);

  // The dates of a serial that becomes what it was: `before`, but for dates that were edited since.
  LotDates DatesOf(const LotId& serial, const LotDates& before) const;
  // Adds the writes, but for the dates of `unmade`: serials that become what they were.
  void AddWrites(pg::Transaction& transaction, const WriteContext& context,
                 const LotChanges& unmade, absl::Time recorded_at) const;

 private:
  struct Restored {
    LotDetails now;
    LotDetails after;
    std::set<std::string> edited;  // fields that were edited since
  };

  const CompanyId company_;
  const TransformationId transformation_;
  size_t edits_ = 0;
  absl::flat_hash_map<LotId, Restored> lots_;  // those with edits
};

}  // namespace lots::orders
