// What is issued to an order and not used up: the rows of issued_components. For work orders
// only.
//
// The goods themselves are in the location WorkInProcess(), and move there and away through the
// ledger. The order's row is locked by every operation that changes its issued components.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct PostedMovement;
struct Problem;
struct WriteContext;

}  // namespace lots

namespace lots::orders {

// What is left of one lot.
struct IssuedLot {
  std::string number;
  ProductId product_id;
  int scale = 0;
  Quantity quantity;
  absl::Time stock_since;  // since when it had been in stock when it was issued
};
using IssuedLots = absl::btree_map<LotId, IssuedLot>;

// Adds the read of everything that is left. The order is locked already.
size_t AddIssuedRead(pg::Transaction& transaction, const CompanyId& company,
                     const WorkOrderId& work_order);
IssuedLots ReadIssued(const pg::Result& rows);

// How much more, or less, of a lot is issued.
struct IssuedChange {
  Quantity quantity;
  absl::Time stock_since;  // of what is added
};
using IssuedChanges = absl::btree_map<LotId, IssuedChange>;

// The change that these movements mean when they are posted; their reversals mean the opposite.
void AddPosted(const LotId& lot, Quantity quantity, absl::Time stock_since, IssuedChanges& changes);
IssuedChanges ChangesOfReversal(absl::Span<const PostedMovement> movements);

// Adds the writes. They fail on issued_components_not_negative when less is issued than is taken.
void AddIssuedChanges(pg::Transaction& transaction, const CompanyId& company,
                      const WorkOrderId& work_order, const IssuedChanges& changes, absl::Time at);

// Adds the creation of the location WorkInProcess(), unless the company has it.
void AddWorkInProcess(pg::Transaction& transaction, const WriteContext& context);

// Takes `quantity` off what is left of the lot. A problem when less is left.
void TakeIssued(const WorkOrderId& work_order, const std::string& field, const LotId& lot,
                Quantity quantity, IssuedLots& left, std::vector<Problem>& problems);

// All that is left of the lot was asked for, and nothing is left. `number`: empty if not known.
Problem NothingIssued(const WorkOrderId& work_order, std::string field, const LotId& lot,
                      const std::string& number);

// Leaves out the lots of which nothing is left.
IssuedLots WhatIsLeft(const IssuedLots& issued);
// COMPONENTS_ISSUED: the order would end, and this is left; at least one lot.
Problem ComponentsIssued(const WorkOrderId& work_order, const IssuedLots& left);

}  // namespace lots::orders
