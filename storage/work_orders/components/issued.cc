// Reads and writes what is issued to orders, and words its refusals.
#include "storage/work_orders/components/issued.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/reasons.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/rules/posting.h"

namespace lots::orders {
namespace {

constexpr pg::Statement kReadIssued{"read_issued_components", R"sql(
  SELECT i.lot_id, l.number, l.product_id, l.scale, i.quantity, i.stock_since
  FROM issued_components i JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  WHERE i.company = $1 AND i.work_order_id = $2 AND i.quantity > 0)sql"};

constexpr pg::Statement kAddIssued{"add_issued_components", R"sql(
  INSERT INTO issued_components (company, work_order_id, lot_id, quantity, stock_since, issued_at)
  SELECT $1, $2, n.lot_id, n.quantity, n.stock_since, $6
  FROM unnest($3::uuid[], $4::numeric[], $5::timestamptz[]) AS n (lot_id, quantity, stock_since)
  ON CONFLICT (company, work_order_id, lot_id) DO UPDATE
  SET quantity = issued_components.quantity + EXCLUDED.quantity,
      stock_since = LEAST(issued_components.stock_since, EXCLUDED.stock_since),
      issued_at = EXCLUDED.issued_at)sql"};

// Not an upsert: PostgreSQL checks the constraint of the row that would be inserted, which has less
// than nothing.
constexpr pg::Statement kTakeIssued{"take_issued_components", R"sql(
  UPDATE issued_components SET quantity = issued_components.quantity - n.quantity
  FROM unnest($3::uuid[], $4::numeric[]) AS n (lot_id, quantity)
  WHERE issued_components.company = $1 AND issued_components.work_order_id = $2
    AND issued_components.lot_id = n.lot_id)sql"};

// Lazily, since most companies issue nothing.
constexpr pg::Statement kEnsurePlace{"ensure_work_in_process", R"sql(
  INSERT INTO locations
    (company, location_id, kind, display_name, parent_id, gln, street, city, region, postal_code,
     country, phone, is_default, created_at, updated_at)
  SELECT c.company, $2, $3, 'Work in process', NULL, '', '', '', '', '', '', '', false, $4, $4
  FROM companies c WHERE c.company = $1
  ON CONFLICT (company, location_id) DO NOTHING)sql"};

// The text of a refusal stays short.
constexpr size_t kNumbersShownMax = 5;

}  // namespace

size_t AddIssuedRead(pg::Transaction& transaction, const CompanyId& company,
                     const WorkOrderId& work_order) {
  return transaction.Add(kReadIssued, company, work_order);
}

IssuedLots ReadIssued(const pg::Result& rows) {
  IssuedLots issued;
  for (const pg::Row row : rows) {
    issued[row.Get<LotId>(0)] = {.number = row.Get<std::string>(1),
                                 .product_id = row.Get<ProductId>(2),
                                 .scale = row.Get<int>(3),
                                 .quantity = row.Get<Quantity>(4),
                                 .stock_since = row.Get<absl::Time>(5)};
  }
  return issued;
}

void AddPosted(const LotId& lot, Quantity quantity, absl::Time stock_since,
               IssuedChanges& changes) {
  const auto [change, is_first] = changes.emplace(lot, IssuedChange{Quantity(), stock_since});
  change->second.quantity += quantity;
  change->second.stock_since = std::min(change->second.stock_since, stock_since);
}

IssuedChanges ChangesOfReversal(absl::Span<const PostedMovement> movements) {
  IssuedChanges changes;
  for (const PostedMovement& posted : movements) {
    const Movement& movement = posted.movement;
    const absl::Time since = posted.from_before.stock_since.value_or(movement.occurred_at);
    if (movement.from == WorkInProcess()) {
      AddPosted(movement.lot_id, movement.quantity, since, changes);
    }
    if (movement.to == WorkInProcess()) {
      AddPosted(movement.lot_id, -movement.quantity, since, changes);
    }
  }
  return changes;
}

void AddIssuedChanges(pg::Transaction& transaction, const CompanyId& company,
                      const WorkOrderId& work_order, const IssuedChanges& changes, absl::Time at) {
  std::vector<LotId> added, taken;
  std::vector<Quantity> added_quantities, taken_quantities;
  std::vector<absl::Time> stock_since;
  for (const auto& [lot, change] : changes) {
    if (change.quantity.IsPositive()) {
      added.push_back(lot);
      added_quantities.push_back(change.quantity);
      stock_since.push_back(change.stock_since);
    } else if (change.quantity.IsNegative()) {
      taken.push_back(lot);
      taken_quantities.push_back(-change.quantity);
    }
  }
  if (!added.empty()) {
    transaction.Add(kAddIssued, company, work_order, added, added_quantities, stock_since, at);
  }
  if (!taken.empty()) transaction.Add(kTakeIssued, company, work_order, taken, taken_quantities);
}

void AddWorkInProcess(pg::Transaction& transaction, const WriteContext& context) {
  transaction.Add(kEnsurePlace, context.company, WorkInProcess(), LocationKind::kProduction,
                  context.now);
}

void TakeIssued(const WorkOrderId& work_order, const std::string& field, const LotId& lot,
                Quantity quantity, IssuedLots& left, std::vector<Problem>& problems) {
  const auto found = left.find(lot);
  const Quantity there = found == left.end() ? Quantity() : found->second.quantity;
  if (quantity <= there) {
    if (found != left.end()) found->second.quantity -= quantity;
    return;
  }
  const std::string number = found == left.end() ? "" : found->second.number;
  const std::string name =
      number.empty() ? absl::StrCat("lot ", lot.value().ToString()) : absl::StrCat("lot ", number);
  problems.push_back(
      {.reason = Reason::kNotIssued,
       .field = field,
       .message = absl::StrCat("work order ", work_order.value(), " has ", there.ToString(), " of ",
                               name, " left that was issued to it, not ", quantity.ToString(),
                               "; issue more, or take it from a location"),
       .facts = {{"work_order_id", work_order.value()},
                 {"lot_id", lot.value().ToString()},
                 {"number", number},
                 {"issued", there.ToString()},
                 {"needed", quantity.ToString()}}});
}

Problem NothingIssued(const WorkOrderId& work_order, std::string field, const LotId& lot,
                      const std::string& number) {
  const std::string name = number.empty() ? lot.value().ToString() : number;
  return {.reason = Reason::kNotIssued,
          .field = std::move(field),
          .message = absl::StrCat("work order ", work_order.value(), " has nothing left of lot ",
                                  name, " that was issued to it; leave the lot out"),
          .facts = {{"work_order_id", work_order.value()},
                    {"lot_id", lot.value().ToString()},
                    {"number", number},
                    {"issued", "0"},
                    {"needed", ""}}};
}

IssuedLots WhatIsLeft(const IssuedLots& issued) {
  IssuedLots left = issued;
  absl::erase_if(left, [](const auto& entry) { return !entry.second.quantity.IsPositive(); });
  return left;
}

Problem ComponentsIssued(const WorkOrderId& work_order, const IssuedLots& left) {
  std::vector<std::string> lots;
  for (const auto& [id, lot] : left) {
    if (lots.size() == kNumbersShownMax) break;
    lots.push_back(absl::StrCat(lot.quantity.Format(lot.scale), " of ", lot.product_id.value(), "/",
                                lot.number));
  }
  const std::string shown = absl::StrJoin(lots, ", ");
  const size_t more = left.size() - lots.size();
  return {.reason = Reason::kComponentsIssued,
          .field = "work_order_id",
          .message = absl::StrCat(
              "work order ", work_order.value(), " still has ", shown,
              more > 0 ? absl::StrCat(" and ", more, " more lots") : "",
              " issued to it; return that with ReturnComponents, or use it up in the last "
              "completion with consume_issued"),
          .facts = {{"work_order_id", work_order.value()},
                    {"lot_count", absl::StrCat(left.size())},
                    {"lots", shown}}};
}

}  // namespace lots::orders
