// What does not stand in a lot's own row: how much of it is on hand, and why it is held. Read for
// many lots at once, which costs a fraction of a subquery for each.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/model.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct LotStanding {
  Quantity on_hand;
  std::optional<HoldCause> hold_cause;  // the strongest
};
using LotStandings = absl::flat_hash_map<LotId, LotStanding>;

// Adds the reads to a flight, and gives the place of the first.
size_t AddStandings(pg::Flight& flight, const CompanyId& company, absl::Span<const LotId> lot_ids,
                    absl::Time now);
// A lot that is neither on hand nor held is left out.
LotStandings ReadStandings(const pg::Results& results, size_t first);

// Fills in what LotReader::ReadRow left out.
void SetStanding(const LotStandings& standings, Lot& lot);
absl::Status SetStandings(pg::Connection& db, const CompanyId& company, absl::Time now,
                          absl::Span<Lot* const> lots);

}  // namespace lots
