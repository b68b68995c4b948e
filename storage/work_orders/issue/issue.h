// Issue and return of components: goods that go into an order's work in process before they are
// used up, and what is left of them.
//
// Each call is a transformation of kind ISSUE without inputs and outputs: nothing is made of
// anything yet. ReverseCompletion takes it back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/transformation.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/rules/accept.h"
#include "storage/pg/connection.h"
#include "storage/stock/suggest.h"

namespace lots {

// One line: a lot, or a product of which lots are chosen.
struct IssueLine {
  std::optional<LotRef> lot;
  ProductId product_id;              // without a lot
  std::optional<Quantity> quantity;  // none: 1, of a serial that is named
  std::optional<LocationId> from;    // none: the command's source
  std::optional<SuggestStrategy> strategy;
};

struct IssueCommand {
  WriteContext context;
  WorkOrderId work_order;
  std::optional<ProductId> product;  // required when the work order is new here
  std::optional<Quantity> planned_quantity;
  std::vector<IssueLine> lines;
  std::optional<LocationId> source;
  WorkPlace work_place;
  absl::Time occurred_at;
  Accept accept;
  std::string note;
};

struct ReturnLine {
  LotRef lot;
  std::optional<Quantity> quantity;  // none: all that is left of the lot
  std::optional<LocationId> to;      // none: the command's destination
};

struct ReturnCommand {
  WriteContext context;
  WorkOrderId work_order;
  std::vector<ReturnLine> lines;
  bool everything = false;  // without lines: all that is left of every lot
  std::optional<LocationId> destination;
  WorkPlace work_place;
  absl::Time occurred_at;
  std::string note;
};

// What moved of one lot.
struct IssuedLine {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Quantity quantity;
  int scale = 0;
  LocationId location_id;  // where it came from, or went to
};

struct IssuePosted {
  TransformationId transformation_id;
  std::vector<IssuedLine> lines;        // in the order of posting
  std::vector<MovementId> adjustments;  // for accepted shortages
  std::vector<LotId> unarchived;        // archived lots that are ACTIVE again
};

// Moves components into the order's work in process. Creates a new work order. Goods that are held
// or expired are refused as a consumption refuses them, and again when they are used up.
absl::StatusOr<IssuePosted> IssueComponents(pg::Connection& db, const IssueCommand& command);

// Moves what is left out of the order's work in process. It is as old in stock as when it was
// issued.
absl::StatusOr<IssuePosted> ReturnComponents(pg::Connection& db, const ReturnCommand& command);

}  // namespace lots
