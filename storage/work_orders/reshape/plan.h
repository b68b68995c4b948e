// A split, merge or relabel while it is validated; to the ledger they are the same. For this folder
// only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/transformations.h"
#include "storage/lot_rows/product.h"
#include "storage/lot_rows/resolve.h"
#include "storage/pg/connection.h"
#include "storage/work_orders/details.h"
#include "storage/work_orders/reshape/reshape.h"

namespace lots {

class Ledger;

}  // namespace lots

namespace lots::reshape {

// A lot that goes in, with the names of its fields in the request.
struct Source {
  LotRef lot;
  LocationId from;
  std::optional<Quantity> quantity;  // none: all that is there
  std::string lot_field;
  std::string quantity_field;
  std::string location_field;
};

// A lot that comes out.
struct Result {
  std::string number;                // empty: the next of the template
  std::optional<Quantity> quantity;  // none: all that goes in
  LocationId to;
  std::string number_field;
  std::string quantity_field;
  std::string location_field;
};

struct ReshapeCommand {
  const WriteContext& context;
  TransformationKind kind = TransformationKind::kSplit;
  std::vector<Source> sources;
  std::vector<Result> results;
  std::optional<ProductId> product;          // of a relabel; none: the sources'
  std::optional<absl::CivilDay> expires_on;  // of a relabel
  bool accept_later_expiry = false;          // of a relabel
  MergedDetails said;                        // of a merge
  absl::Time occurred_at;
  std::string note;
  bool accept_held = false;
};

// What is read without a lock.
struct Names {
  std::vector<ResolvedLot> sources;  // one for each source
  LotProduct product;                // of the results
  struct Named {
    // Clean. Of a result without a number the next of the template, until the transaction takes it.
    std::string number;
    bool is_generated = false;
    // The lot that has it: an ACTIVE lot that gets more, or a serial that may be free. None: a new
    // lot.
    std::optional<LotId> stored;
  };
  std::vector<Named> results;  // one for each result
};
// Refuses what needs no lock to be refused. Gives likely numbers to results that have none.
absl::StatusOr<Names> NameLots(pg::Connection& db, const ReshapeCommand& command);

using orders::LotDetails;

// What is read under the locks.
struct StoredLots {
  orders::Details details;  // of the sources and the stored results
  // Serials among the results that have goods, or that an order will make.
  absl::flat_hash_set<LotId> taken_serials;
};

struct Made {
  LotId lot_id;
  std::string number;
  bool is_new = false;
  Quantity quantity;
  LocationId to;
  LotDetails details;
  std::optional<LotBefore> before;  // of a stored lot whose dates or state change
};

struct Plan {
  std::vector<Quantity> used;  // one for each source
  std::vector<Made> made;      // one for each result
};

// Validates under the locks and posts to the ledger, which is loaded. The plan is complete when
// there are no problems.
Plan PlanReshaping(const ReshapeCommand& command, const Names& names, const StoredLots& stored,
                   Ledger& ledger, const TransformationId& transformation,
                   std::vector<Problem>& problems);

}  // namespace lots::reshape
