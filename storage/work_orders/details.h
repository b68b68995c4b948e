// The details of stored lots that a transformation adds goods to or takes over: how they are read,
// bounded and written. For this folder and those below it only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/lot_details.h"
#include "storage/lots/events.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

}  // namespace lots

namespace lots::orders {

// The columns of a lot that transformations pass on or change.
struct LotDetails {
  std::string number;
  LotState state = LotState::kActive;
  LotDates dates;
  std::string reference;
  std::string notes;
  Attributes attributes;
};
using Details = absl::flat_hash_map<LotId, LotDetails>;

// Adds the read of lots that are locked. A statement of its own after the locks: a transaction that
// waited sees what happened meanwhile.
size_t AddDetailsRead(pg::Transaction& transaction, const CompanyId& company,
                      const std::vector<LotId>& lots);
Details ReadDetails(const pg::Result& rows);

// The earlier of two values; where one is none, the other one.
template <class T>
std::optional<T> Earlier(std::optional<T> a, std::optional<T> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

// The dates with this expiry date. What is to be done before the expiry date is not due after it.
LotDates ExpiringOn(LotDates dates, std::optional<absl::CivilDay> expires_on);

// The fields that differ, as events have them; number and state are not among them.
std::vector<FieldChange> ChangesOf(const LotDetails& before, const LotDetails& after);

struct DetailsChange {
  LotId lot_id;
  LotDetails before;
  LotDetails after;
};
// Adds an EDITED event for each lot that differs, and the write of its reference, notes and
// attributes. Its dates and state are AddLotChanges'.
void AddDetailsChanges(pg::Transaction& transaction, const WriteContext& context,
                       absl::Span<const DetailsChange> changes, absl::Time recorded_at);

}  // namespace lots::orders
