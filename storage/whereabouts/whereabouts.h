// Where lots are, or what became of them. Lists and single reads do not read it unasked: it costs a
// look-up for each state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/whereabouts.h"
#include "storage/pg/connection.h"

namespace lots {

// Where the last movement in effect brought a serial.
struct SerialPosition {
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  MovementId movement_id;
  absl::Time since;                       // when it happened
  std::string partner_id;                 // with a CUSTOMER or SUPPLIER: who has the goods
  std::optional<WorkOrderId> work_order;  // in PRODUCTION: for which order
};

// Another lot that says where this one is.
struct RelatedUnit {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  std::vector<Whereabouts> states;
  std::optional<SerialPosition> position;  // of a serial
};

struct LotWhereabouts {
  std::vector<Whereabouts> states;  // by number; one of a serial

  // Only of serials.
  std::optional<SerialPosition> position;  // none: it never moved
  // Built in: the unit that it is in, and the unit that no other is around. They are the same where
  // there is one level. Each as what it is called now.
  std::optional<RelatedUnit> unit;
  std::optional<RelatedUnit> outermost_unit;
  std::optional<RelatedUnit> successor;  // relabelled: what it is called now
};

// " AND l.lot_id IN (…)": SQL that is true of every lot in the state, and that an index finds.
// Empty for a state that no index finds. `name` is "BUILT_IN" or "WHEREABOUTS_BUILT_IN".
std::string CandidatesOf(absl::string_view name);

using WhereaboutsByLot = absl::flat_hash_map<LotId, LotWhereabouts>;

// Reads all lots in one round trip, and in two more where a serial is built in or relabelled. A lot
// that does not exist is left out.
absl::StatusOr<WhereaboutsByLot> ReadWhereabouts(pg::Connection& db, const CompanyId& company,
                                                 absl::Span<const LotId> lot_ids);

}  // namespace lots
