// GetComposition: what is in a unit at a time, through all levels, and in which units it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot_ref.h"
#include "storage/pg/connection.h"

namespace lots {

struct CompositionQuery {
  CompanyId company;
  LotRef lot;
  absl::Time as_of = absl::InfiniteFuture();
  absl::Time known_at = absl::InfiniteFuture();
  bool include_former = false;
  int level_max = 0;  // at least 1
  int64_t limit = 0;  // of entries; at least 1
};

struct LotName {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
};

// One component, at one place of the tree.
struct CompositionEntry {
  LotName lot;
  int level = 1;      // 1: in the unit itself; 2: in a component; …
  Quantity quantity;  // of a pooled one: of all that went in there as a whole
  bool exact = false;
  TransformationId transformation_id;  // which put it in
  absl::Time since;
  std::optional<absl::Time> until;  // of a former one
};

// A unit that the lot is in.
struct ContainingUnit {
  LotName unit;
  int level = 1;      // 1: the lot itself is in this unit; 2: that unit is in this one; …
  Quantity quantity;  // of the lot, or of the unit a level below, that is in it
  absl::Time since;
};

// Where the outermost unit is now, or the lot itself.
struct UnitPlace {
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  std::string partner_id;  // at a CUSTOMER place: to whom it was delivered last; may be empty
};

struct Composition {
  LotName lot;
  std::vector<CompositionEntry> entries;  // each followed by what is in it
  bool truncated = false;                 // a limit kept some out
  std::vector<ContainingUnit> units;      // from the inside out; of a lot several of one level
  std::optional<UnitPlace> place;         // of a unit, when asked about now
};

// LOT_NOT_FOUND.
absl::StatusOr<Composition> GetComposition(pg::Connection& db, const CompositionQuery& query);

}  // namespace lots
