// The statements that write the ledger's rows, and what the errors of its constraints mean.
#include "storage/ledger/write.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "storage/base/uuid.h"
#include "storage/domain/counters.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/receipt_holds.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/pg/error.h"

namespace lots {

namespace {

// Final values: they were computed from what was read under the lock.
constexpr char kWriteBalances[] = R"sql(
  UPDATE balances
  SET quantity = moved.quantity, arrived_at = moved.arrived_at, stock_since = moved.stock_since,
      last_recorded_at = moved.last_recorded_at
  FROM unnest($2::uuid[], $3::text[], $4::numeric[], $5::timestamptz[], $6::timestamptz[],
              $7::timestamptz[])
    AS moved (lot_id, location_id, quantity, arrived_at, stock_since, last_recorded_at)
  WHERE balances.company = $1 AND balances.lot_id = moved.lot_id
    AND balances.location_id = moved.location_id)sql";
constexpr pg::Statement kUpdateBalances{"ledger_update_balances", kWriteBalances};
constexpr pg::Statement kCreditSerials{"ledger_credit_serials", kWriteBalances};

// Inserts in the order of the arrays, which is the order of the keys. Two writers that insert the
// same rows therefore wait for each other in one direction.
constexpr pg::Statement kAddBalances{"ledger_add_balances", R"sql(
  INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                        arrived_at, stock_since, last_recorded_at)
  SELECT $1, lot_id, location_id, product_id, kind, is_serial, quantity, arrived_at, stock_since,
         last_recorded_at
  FROM unnest($2::uuid[], $3::text[], $4::numeric[], $5::timestamptz[], $6::timestamptz[],
              $7::timestamptz[], $8::text[], $9::int8[], $10::bool[])
    AS added (lot_id, location_id, quantity, arrived_at, stock_since, last_recorded_at, product_id,
              kind, is_serial))sql"};

constexpr pg::Statement kAddMovements{"ledger_add_movements", R"sql(
  INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                         to_location_id, document_type, document_number, partner_id, occurred_at,
                         recorded_at, actor, note, reverses_id, delivery_id, transformation_id,
                         work_order_id, from_arrived_at, from_stock_since, to_arrived_at,
                         to_stock_since, receipt_id, entry_id)
  SELECT $1, movement_id, kind, lot_id, quantity, from_location_id, to_location_id, document_type,
         document_number, partner_id, occurred_at, recorded_at, $2, note, reverses_id, delivery_id,
         transformation_id, work_order_id, from_arrived_at, from_stock_since, to_arrived_at,
         to_stock_since, receipt_id, $24
  FROM unnest($3::uuid[], $4::int8[], $5::uuid[], $6::numeric[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[],
              $15::uuid[], $16::uuid[], $17::uuid[], $18::text[], $19::timestamptz[],
              $20::timestamptz[], $21::timestamptz[], $22::timestamptz[], $23::uuid[])
    AS posted (movement_id, kind, lot_id, quantity, from_location_id, to_location_id, document_type,
               document_number, partner_id, occurred_at, recorded_at, note, reverses_id,
               delivery_id, transformation_id, work_order_id, from_arrived_at, from_stock_since,
               to_arrived_at, to_stock_since, receipt_id))sql"};

// A serial keeps the warranty that its product has today. One look at the index for each delivery,
// whatever the statistics are.
constexpr pg::Statement kAddDeliveries{"ledger_add_deliveries", R"sql(
  INSERT INTO deliveries (company, movement_id, returnable, warranty_months, delivered_on)
  SELECT $1, movement_id, returnable,
         (SELECT p.warranty_months FROM products p
          WHERE p.company = $1 AND p.product_id = delivered.serial_product_id),
         delivered_on
  FROM unnest($2::uuid[], $3::numeric[], $4::text[], $5::date[])
    AS delivered (movement_id, returnable, serial_product_id, delivered_on))sql"};

constexpr pg::Statement kWriteDeliveries{"ledger_write_deliveries", R"sql(
  UPDATE deliveries SET returnable = returned.returnable
  FROM unnest($2::uuid[], $3::numeric[]) AS returned (movement_id, returnable)
  WHERE deliveries.company = $1 AND deliveries.movement_id = returned.movement_id)sql"};

using MaybeTime = std::optional<absl::Time>;

// A column for each parameter of kWriteBalances.
struct BalanceColumns {
  std::vector<LotId> lot_id;
  std::vector<LocationId> location_id;
  std::vector<Quantity> quantity;
  std::vector<MaybeTime> arrived_at;
  std::vector<MaybeTime> stock_since;
  std::vector<absl::Time> last_recorded_at;

  void Append(const LedgerFacts::BalanceKey& key, const BalanceFacts& balance) {
    lot_id.push_back(key.first);
    location_id.push_back(key.second);
    quantity.push_back(balance.quantity);
    arrived_at.push_back(balance.dates.arrived_at);
    stock_since.push_back(balance.dates.stock_since);
    last_recorded_at.push_back(balance.last_recorded_at);
  }
};

template <class... More>
void AddBalances(pg::Transaction& transaction, const pg::Statement& statement,
                 const CompanyId& company, const BalanceColumns& rows, const More&... more) {
  if (rows.lot_id.empty()) return;
  transaction.Add(statement, company, rows.lot_id, rows.location_id, rows.quantity, rows.arrived_at,
                  rows.stock_since, rows.last_recorded_at, more...);
}

// A column for each array of kAddMovements.
struct MovementColumns {
  std::vector<MovementId> movement_id;
  std::vector<MovementKind> kind;
  std::vector<LotId> lot_id;
  std::vector<Quantity> quantity;
  std::vector<LocationId> from, to;
  std::vector<absl::string_view> document_type, document_number, partner_id;
  std::vector<absl::Time> occurred_at, recorded_at;
  std::vector<absl::string_view> note;
  std::vector<std::optional<MovementId>> reverses, delivery, receipt;
  std::vector<std::optional<TransformationId>> transformation;
  std::vector<std::optional<WorkOrderId>> work_order;
  std::vector<MaybeTime> from_arrived_at, from_stock_since, to_arrived_at, to_stock_since;

  void Append(const MovementRow& row) {
    const Posting& posting = row.posting;
    movement_id.push_back(posting.movement_id);
    kind.push_back(posting.kind);
    lot_id.push_back(posting.lot_id);
    quantity.push_back(posting.quantity);
    from.push_back(posting.from);
    to.push_back(posting.to);
    document_type.push_back(posting.document.type);
    document_number.push_back(posting.document.number);
    partner_id.push_back(posting.partner_id);
    occurred_at.push_back(posting.occurred_at);
    recorded_at.push_back(row.recorded_at);
    note.push_back(posting.note);
    reverses.push_back(row.reverses);
    delivery.push_back(posting.delivery);
    receipt.push_back(posting.receipt);
    transformation.push_back(posting.transformation);
    work_order.push_back(posting.work_order);
    from_arrived_at.push_back(row.from_before.arrived_at);
    from_stock_since.push_back(row.from_before.stock_since);
    to_arrived_at.push_back(row.to_before.arrived_at);
    to_stock_since.push_back(row.to_before.stock_since);
  }
};

// Stored balances. The serials that come in are written in a statement after everything that
// leaves, so that no serial is in two places at any time.
void UpdateBalances(pg::Transaction& transaction, const CompanyId& company,
                    const LedgerFacts& facts) {
  BalanceColumns first, serials_in;
  for (const auto& [key, balance] : facts.balances) {
    if (!balance.stored || !balance.changed) continue;
    const bool comes_in = balance.quantity > balance.quantity_before;
    const bool is_serial = facts.lots.at(key.first).tracking == Tracking::kSerial;
    (is_serial && comes_in ? serials_in : first).Append(key, balance);
  }
  AddBalances(transaction, kUpdateBalances, company, first);
  AddBalances(transaction, kCreditSerials, company, serials_in);
}

void InsertBalances(pg::Transaction& transaction, const CompanyId& company,
                    const LedgerFacts& facts) {
  BalanceColumns rows;
  std::vector<ProductId> product_id;
  std::vector<LocationKind> kind;
  std::vector<bool> is_serial;
  for (const auto& [key, balance] : facts.balances) {
    if (balance.stored || !balance.changed) continue;
    const LotFacts& lot = facts.lots.at(key.first);
    rows.Append(key, balance);
    product_id.push_back(lot.product_id);
    kind.push_back(balance.kind);
    is_serial.push_back(lot.tracking == Tracking::kSerial);
  }
  AddBalances(transaction, kAddBalances, company, rows, product_id, kind, is_serial);
}

void InsertMovements(pg::Transaction& transaction, const WriteContext& context,
                     absl::Span<const MovementRow> movements) {
  if (movements.empty()) return;
  MovementColumns c;
  std::map<MovementKind, int64_t> count_of;
  for (const MovementRow& row : movements) {
    c.Append(row);
    ++count_of[row.posting.kind];
  }
  for (const auto& [kind, count] : count_of) {
    transaction.Count(counters::Of(counters::kMovements, kind), static_cast<double>(count));
  }
  transaction.Add(kAddMovements, context.company, context.actor, c.movement_id, c.kind, c.lot_id,
                  c.quantity, c.from, c.to, c.document_type, c.document_number, c.partner_id,
                  c.occurred_at, c.recorded_at, c.note, c.reverses, c.delivery, c.transformation,
                  c.work_order, c.from_arrived_at, c.from_stock_since, c.to_arrived_at,
                  c.to_stock_since, c.receipt, context.entry_id);
}

void InsertDeliveries(pg::Transaction& transaction, const CompanyId& company,
                      const LedgerFacts& facts, absl::Span<const MovementRow> movements) {
  std::vector<MovementId> movement_id;
  std::vector<Quantity> returnable;
  std::vector<std::optional<ProductId>> serial_product_id;
  std::vector<std::optional<absl::CivilDay>> delivered_on;
  for (const MovementRow& row : movements) {
    if (row.posting.kind != MovementKind::kDelivery || row.reverses.has_value()) continue;
    movement_id.push_back(row.posting.movement_id);
    returnable.push_back(row.posting.quantity);
    const LotFacts& lot = facts.lots.at(row.posting.lot_id);
    const bool is_serial = lot.tracking == Tracking::kSerial;
    serial_product_id.push_back(is_serial ? std::optional(lot.product_id) : std::nullopt);
    delivered_on.push_back(is_serial
                               ? std::optional(DayIn(row.posting.occurred_at, facts.company.zone))
                               : std::nullopt);
  }
  if (movement_id.empty()) return;
  transaction.Add(kAddDeliveries, company, movement_id, returnable, serial_product_id,
                  delivered_on);
}

void UpdateDeliveries(pg::Transaction& transaction, const CompanyId& company,
                      const LedgerFacts& facts) {
  std::vector<MovementId> changed;
  std::vector<Quantity> changed_returnable;
  for (const auto& [movement_id, delivery] : facts.deliveries) {
    if (!delivery.changed) continue;
    changed.push_back(movement_id);
    changed_returnable.push_back(delivery.returnable);
  }
  if (!changed.empty()) transaction.Add(kWriteDeliveries, company, changed, changed_returnable);
}

// A lot that another movement brought back meanwhile is ACTIVE already, and has its event.
constexpr pg::Statement kUnarchive{"ledger_unarchive_lots", R"sql(
  WITH revived AS (
    UPDATE lots SET state = {STATE_ACTIVE}, version = version + 1, updated_at = $4
    WHERE company = $1 AND lot_id = ANY($2) AND state = {STATE_ARCHIVED}
    RETURNING lot_id)
  INSERT INTO lot_events (company, event_id, lot_id, kind, work_order_id, actor, recorded_at,
                          changes, entry_id)
  SELECT $1, n.event_id, n.lot_id, {EVENT_UNARCHIVED}, NULL, $5, $4, '[]', $6
  FROM unnest($2::uuid[], $3::uuid[]) AS n (lot_id, event_id)
  WHERE n.lot_id IN (SELECT revived.lot_id FROM revived))sql"_sql};

void UnarchiveLots(pg::Transaction& transaction, const WriteContext& context,
                   const LedgerFacts& facts) {
  if (facts.unarchived.empty()) return;
  const std::vector<LotId> lots(facts.unarchived.begin(), facts.unarchived.end());
  std::vector<Uuid> events(lots.size());
  std::generate(events.begin(), events.end(), Uuid::MakeV7);
  transaction.Add(kUnarchive, context.company, lots, events, facts.recorded_at, context.actor,
                  context.entry_id);
}

}  // namespace

void AddLedgerWrites(pg::Transaction& transaction, const WriteContext& context,
                     const LedgerFacts& facts, absl::Span<const MovementRow> movements) {
  UpdateBalances(transaction, context.company, facts);
  InsertBalances(transaction, context.company, facts);
  InsertMovements(transaction, context, movements);
  InsertDeliveries(transaction, context.company, facts, movements);
  UpdateDeliveries(transaction, context.company, facts);
  UnarchiveLots(transaction, context, facts);
  AddReceiptHolds(transaction, context, facts, movements);
}

absl::Status ExplainLedgerError(const absl::Status& status) {
  const std::string constraint = pg::ViolatedConstraint(status);
  if (constraint == "balances_pkey") return pg::AsConflict(status);
  std::optional<Problem> problem = FailedConstraint(constraint);
  return problem.has_value() ? Refuse(*std::move(problem)) : status;
}

}  // namespace lots
