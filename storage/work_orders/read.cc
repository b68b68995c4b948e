// GetWorkOrder and ListWorkOrders.
#include "storage/work_orders/read.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"

namespace lots {
namespace {

// What GetWorkOrder and ListWorkOrders read of an order; ReadOrder knows the columns.
#define LOTS_ORDER_COLUMNS                                                                    \
  "SELECT w.work_order_id, w.product_id, p.scale, w.planned_quantity, w.completed_quantity, " \
  "w.state, w.created_at, w.updated_at, "                                                     \
  "(SELECT count(*) FROM assignments a"                                                       \
  " WHERE a.company = $1 AND a.work_order_id = w.work_order_id"                               \
  " AND a.state = {ASSIGNMENT_PLANNED}) "_sql                                                 \
  "FROM work_orders w JOIN products p ON p.company = $1 AND p.product_id = w.product_id "     \
  "WHERE w.company = $1 AND "

constexpr pg::Statement kGetOrder{"get_work_order", LOTS_ORDER_COLUMNS "w.work_order_id = $2"};

// One more than is shown: whether there are more.
constexpr pg::Statement kReadSerials{"read_order_serials", R"sql(
  SELECT l.number, l.lot_id, l.state
  FROM assignments a JOIN lots l ON l.company = $1 AND l.lot_id = a.lot_id
  WHERE a.company = $1 AND a.work_order_id = $2
    AND a.state IN ({ASSIGNMENTS_IN_EFFECT})
  ORDER BY a.assigned_at, a.position LIMIT $3 + 1)sql"_sql};

constexpr pg::Statement kReadCompletions{"read_order_completions", R"sql(
  SELECT t.transformation_id, t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.actor,
         t.note, t.reverses_id, r.transformation_id, t.operation, t.work_centre,
         t.subcontractor_id
  FROM transformations t
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND t.work_order_id = $2
  ORDER BY t.recorded_at DESC, t.transformation_id DESC LIMIT $3)sql"};

constexpr pg::Statement kReadIssued{"read_issued_of_order", R"sql(
  SELECT i.lot_id, l.product_id, l.number, i.quantity, l.scale, i.issued_at, count(*) OVER ()
  FROM issued_components i JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  WHERE i.company = $1 AND i.work_order_id = $2 AND i.quantity > 0
  ORDER BY l.product_id, l.number_key, i.lot_id LIMIT $3)sql"};

WorkOrder ReadOrder(const pg::Row& row, const CompanyId& company) {
  return {.work_order_id = row.Get<WorkOrderId>(0),
          .company = company,
          .product_id = row.Get<ProductId>(1),
          .scale = row.Get<int>(2),
          .planned = row.Get<std::optional<Quantity>>(3),
          .completed = row.Get<Quantity>(4),
          .planned_serial_count = row.Get<int64_t>(8),
          .state = row.Get<WorkOrderState>(5),
          .created_at = row.Get<absl::Time>(6),
          .updated_at = row.Get<absl::Time>(7),
          .serials = {},
          .serials_truncated = false,
          .completions = {}};
}

void ReadSerials(const pg::Result& rows, WorkOrder& order) {
  const size_t shown = std::min<size_t>(rows.size(), kWorkOrderSerialsShownMax);
  order.serials_truncated = rows.size() > shown;
  for (size_t i = 0; i < shown; ++i) {
    order.serials.push_back({.number = rows[i].Get<std::string>(0),
                             .lot_id = rows[i].Get<LotId>(1),
                             .state = rows[i].Get<LotState>(2)});
  }
}

void ReadCompletions(const pg::Result& rows, WorkOrder& order) {
  for (const pg::Row row : rows) {
    order.completions.push_back({.transformation_id = row.Get<TransformationId>(0),
                                 .kind = row.Get<TransformationKind>(1),
                                 .work_order = row.Get<std::optional<WorkOrderId>>(2),
                                 .occurred_at = row.Get<absl::Time>(3),
                                 .recorded_at = row.Get<absl::Time>(4),
                                 .actor = row.Get<std::string>(5),
                                 .note = row.Get<std::string>(6),
                                 .reverses = row.Get<std::optional<TransformationId>>(7),
                                 .reversed_by = row.Get<std::optional<TransformationId>>(8),
                                 .work_place = {.operation = row.Get<std::string>(9),
                                                .work_centre = row.Get<std::string>(10),
                                                .subcontractor_id = row.Get<std::string>(11)}});
  }
  std::reverse(order.completions.begin(), order.completions.end());
}

void ReadIssued(const pg::Result& rows, WorkOrder& order) {
  for (const pg::Row row : rows) {
    order.issued.push_back({.lot_id = row.Get<LotId>(0),
                            .product_id = row.Get<ProductId>(1),
                            .number = row.Get<std::string>(2),
                            .quantity = row.Get<Quantity>(3),
                            .scale = row.Get<int>(4),
                            .issued_at = row.Get<absl::Time>(5)});
    order.issued_count = row.Get<int64_t>(6);
  }
}

constexpr FilterEnumValue kStates[] = {
    {"OPEN", static_cast<int64_t>(WorkOrderState::kOpen)},
    {"CLOSED", static_cast<int64_t>(WorkOrderState::kClosed)},
    {"CANCELLED", static_cast<int64_t>(WorkOrderState::kCancelled)},
};

constexpr FilterField kFields[] = {
    {.name = "work_order_id", .type = FilterType::kText, .sql = "w.work_order_id"},
    {.name = "product_id", .type = FilterType::kText, .sql = "w.product_id"},
    {.name = "state",
     .type = FilterType::kEnum,
     .sql = "w.state",
     .values = kStates,
     .value_prefix = "WORK_ORDER_STATE_"},
    {.name = "create_time", .type = FilterType::kTime, .sql = "w.created_at"},
    {.name = "update_time", .type = FilterType::kTime, .sql = "w.updated_at"},
};

}  // namespace

absl::StatusOr<WorkOrder> GetWorkOrder(pg::Connection& db, const CompanyId& company,
                                       const WorkOrderId& work_order) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  snapshot.Add(kGetOrder, company, work_order);
  snapshot.Add(kReadSerials, company, work_order, kWorkOrderSerialsShownMax);
  snapshot.Add(kReadCompletions, company, work_order, kWorkOrderSerialsShownMax);
  snapshot.Add(kReadIssued, company, work_order, kIssuedLotsShownMax);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Commit());
  if (results[0].empty()) {
    return Refuse(WorkOrderNotFound(work_order));
  }
  WorkOrder order = ReadOrder(results[0][0], company);
  ReadSerials(results[1], order);
  ReadCompletions(results[2], order);
  ReadIssued(results[3], order);
  return order;
}

absl::StatusOr<std::vector<WorkOrder>> ListWorkOrders(pg::Connection& db,
                                                      const ListWorkOrdersQuery& query) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  pg::Params params = pg::Params::Of(query.company);
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, kFields, zone, params));
  std::string sql = absl::StrCat(LOTS_ORDER_COLUMNS, filter.sql);
  if (query.after.has_value()) {
    const int created_at = params.Add(query.after->first);
    const int id = params.Add(query.after->second);
    absl::StrAppend(&sql, " AND (w.created_at, w.work_order_id) < ($", created_at, ", $", id, ")");
  }
  absl::StrAppend(&sql, " ORDER BY w.created_at DESC, w.work_order_id DESC LIMIT $",
                  params.Add(query.limit));
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("list_work_orders", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  if (results[0].empty()) {
    AskedResources asked{.company = query.company};
    asked.AddFilter(filter.equalities);
    RETURN_IF_ERROR(CheckExistence(db, asked));
  }
  std::vector<WorkOrder> orders;
  for (const pg::Row row : results[0]) orders.push_back(ReadOrder(row, query.company));
  return orders;
}

}  // namespace lots
