// What is recorded about a transformation that is corrected. For this folder only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/genealogy/ends/in_unit.h"
#include "storage/pg/pipeline.h"

namespace lots::corrections {

// The transformation itself.
struct CorrectedTransformation {
  TransformationId transformation_id;
  TransformationKind kind = TransformationKind::kProduction;
  std::optional<WorkOrderId> work_order;
  absl::Time occurred_at;
  absl::Time recorded_at;
  std::optional<TransformationId> reverses;
  std::optional<TransformationId> reversed_by;
};

// A line of the transformation, or of a correction of it, with what is left of it in the unit.
struct Link {
  TransformationId transformation_id;
  int32_t line = 0;
  LotId lot_id;
  std::optional<LotId> unit;              // none: pooled
  Quantity left;                          // positive
  std::optional<LocationId> taken_from;   // none: no movement says it
  std::optional<absl::Time> stock_since;  // that the goods had when they were taken
};

// A lot that came out of the transformation, or was maintained in it.
struct UnitFacts {
  LotId lot_id;
  std::string number;
  Tracking tracking = Tracking::kSerial;
  Quantity quantity;
  std::optional<TransformationId> taken_apart_by;  // since
};

struct GenealogyFacts {
  std::optional<CorrectedTransformation> transformation;
  std::vector<Link> links;                    // of the lots that were asked, the oldest first
  absl::flat_hash_map<LotId, LotId> outputs;  // of the units that were asked: as what each came out
  std::vector<UnitFacts> units;               // all, but for those that were taken apart since
  absl::flat_hash_map<LotId, UnitFacts> apart;  // those
  std::vector<InUnit> containers;               // that these units are in
};

// What is read of the transformation.
struct FactsQuery {
  CompanyId company;
  TransformationId transformation_id;
  std::vector<LotId> components;  // whose links are read
  std::vector<LotId> units;       // under any number that they have had; also right components
};

// Adds the locks: of the work order, so that completions, reversals and corrections of one order
// take turns, and of everything that came out, so that nothing is taken apart, maintained or made
// of it meanwhile. In the order of the ledger's locks, before them.
void AddLocks(pg::Transaction& transaction, const FactsQuery& query);
// Adds the reads; ReadFacts takes their results.
size_t AddReads(pg::Transaction& transaction, const FactsQuery& query);
GenealogyFacts ReadFacts(const pg::Results& results, size_t first);

// Adds the read of the places that hold these serials; ReadPlaces takes its result.
size_t AddPlaces(pg::Transaction& transaction, const CompanyId& company,
                 const std::vector<LotId>& serials);
absl::flat_hash_map<LotId, LocationId> ReadPlaces(const pg::Result& rows);

}  // namespace lots::corrections
