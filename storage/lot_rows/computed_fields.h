// Computed fields of a lot: the quantity on hand and the strongest hold. They are read for many
// lots at once, which costs a fraction of a subquery for each lot.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

enum class HoldCause : int16_t;
struct Lot;

struct ComputedLotFields {
  Quantity on_hand;
  std::optional<HoldCause> hold_cause;  // the strongest
};
using ComputedFieldsByLot = absl::flat_hash_map<LotId, ComputedLotFields>;

// Adds the two statements to a pipeline. Returns the index of the first
// statement's result in Results.
size_t AddComputedFields(pg::Pipeline& pipeline, const CompanyId& company,
                         absl::Span<const LotId> lot_ids, absl::Time now);
// The fields by lot. A lot that is neither on hand nor held is left out.
ComputedFieldsByLot ReadComputedFields(const pg::Results& results, size_t first);

// Sets the fields that LotReader::ReadRow left empty.
void SetComputedFields(const ComputedFieldsByLot& computed, Lot& lot);
// Reads and sets the fields of all these lots, in one round trip.
absl::Status LoadComputedFields(pg::Connection& db, const CompanyId& company, absl::Time now,
                                absl::Span<Lot* const> lots);

}  // namespace lots
