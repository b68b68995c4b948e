// What does not stand in a lot's own row: how much of it is on hand, and why it is held. Read for
// many lots at once, which costs a fraction of a subquery for each.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/lot.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct ComputedLotFields {
  Quantity on_hand;
  std::optional<HoldCause> hold_cause;  // the strongest
};
using ComputedFieldsByLot = absl::flat_hash_map<LotId, ComputedLotFields>;

// Adds the reads to a pipeline, and gives the place of the first.
size_t AddComputedFields(pg::Pipeline& pipeline, const CompanyId& company,
                         absl::Span<const LotId> lot_ids, absl::Time now);
// A lot that is neither on hand nor held is left out.
ComputedFieldsByLot ReadComputedFields(const pg::Results& results, size_t first);

// Fills in what LotReader::ReadRow left out.
void SetComputedFields(const ComputedFieldsByLot& computed, Lot& lot);
absl::Status LoadComputedFields(pg::Connection& db, const CompanyId& company, absl::Time now,
                                absl::Span<Lot* const> lots);

}  // namespace lots
