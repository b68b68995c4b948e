// ReopenWorkOrder.

#include <utility>

#include "storage/base/limits.h"
#include "storage/base/quantity.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/work_order.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/refusals.h"
#include "storage/domain/write_context.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/rows.h"
#include "storage/work_orders/work_orders.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::OrderFacts;
using orders::OrderRef;

// In the order of assignment, each with the number of all.
constexpr pg::Statement kFindVoided{"find_voided_serials", R"sql(
  SELECT l.number, l.lot_id, count(*) OVER ()
  FROM assignments a JOIN lots l ON l.company = $1 AND l.lot_id = a.lot_id
  WHERE a.company = $1 AND a.work_order_id = $2 AND a.state = {ASSIGNMENT_VOIDED}
    AND l.state = {STATE_VOID}
  ORDER BY a.assigned_at, a.position LIMIT $3)sql"_sql};

absl::StatusOr<ReopenedOrder> FindVoided(pg::Connection& db, const CompanyId& company,
                                         const WorkOrderId& work_order) {
  ASSIGN_OR_RETURN(const pg::Result rows,
                   pg::Query(db, kFindVoided, company, work_order, kSerialsPerCallMax));
  ReopenedOrder reopened;
  for (const pg::Row row : rows) {
    reopened.voided.push_back({.number = row.Get<std::string>(0), .lot_id = row.Get<LotId>(1)});
    reopened.voided_count = row.Get<int64_t>(2);
  }
  return reopened;
}

absl::StatusOr<ReopenedOrder> TryReopen(pg::Connection& db, const ReopenWorkOrderCommand& command) {
  const WriteContext& context = command.context;
  const OrderRef order_ref{.work_order = command.work_order, .product = {}, .planned_quantity = {}};
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const orders::OrderResultIndices indices = orders::AddOrderLock(transaction, context, order_ref);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(order_ref, results, indices);
  if (!facts.order.has_value()) return Refuse(WorkOrderNotFound(command.work_order));
  if (facts.order->state != WorkOrderState::kOpen) {
    if (facts.product()->is_retired) {
      return Refuse(ProductRetired("work_order_id", facts.order->product_id));
    }
    orders::AddOrderChange(transaction, context.company,
                           {.work_order = command.work_order,
                            .state = WorkOrderState::kOpen,
                            .completed = Quantity(),
                            .planned_quantity = {},
                            .at = orders::OrderTime(*facts.order, context.now)});
  }
  AddAuditEntry(transaction, context, {.lots = {}, .work_order = command.work_order});
  RETURN_IF_ERROR(transaction.Commit().status());
  return FindVoided(db, context.company, command.work_order);
}

}  // namespace

absl::StatusOr<ReopenedOrder> ReopenWorkOrder(pg::Connection& db,
                                              const ReopenWorkOrderCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return FindVoided(db, command.context.company, command.work_order);
  };
  return RunWrite<ReopenedOrder>(db, {.context = command.context, .rebuild = rebuild},
                                 [&] { return TryReopen(db, command); });
}

}  // namespace lots
