// Finds the named resources that do not exist.
#include "storage/lot_rows/existence.h"

#include <cstdint>
#include <optional>

#include "storage/base/status_macros.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/resolve.h"

namespace lots {
namespace {

enum class ResourceKind : int64_t { kCompany, kProduct, kLot, kLocation, kWorkOrder, kRecall };

// One row for each missing resource, in the order of the problems: its kind and its ordinal in the
// list of that kind, from 1.
constexpr pg::Statement kFindMissing{"find_missing_resources", R"sql(
  SELECT 0::bigint AS kind, 1::bigint AS ordinal
  WHERE NOT EXISTS (SELECT 1 FROM companies c WHERE c.company = $1)
  UNION ALL
  SELECT 1, asked.ordinal FROM unnest($2::text[]) WITH ORDINALITY AS asked (id, ordinal)
  WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.company = $1 AND p.product_id = asked.id)
  UNION ALL
  SELECT 2, asked.ordinal FROM unnest($3::uuid[]) WITH ORDINALITY AS asked (id, ordinal)
  WHERE NOT EXISTS (SELECT 1 FROM lots l WHERE l.company = $1 AND l.lot_id = asked.id)
    AND NOT ($5::boolean AND EXISTS (
      SELECT 1 FROM lot_events e WHERE e.company = $1 AND e.lot_id = asked.id))
  UNION ALL
  SELECT 3, asked.ordinal FROM unnest($4::text[]) WITH ORDINALITY AS asked (id, ordinal)
  WHERE NOT EXISTS (SELECT 1 FROM locations o WHERE o.company = $1 AND o.location_id = asked.id)
  UNION ALL
  SELECT 4, asked.ordinal FROM unnest($6::text[]) WITH ORDINALITY AS asked (id, ordinal)
  WHERE NOT EXISTS (SELECT 1 FROM work_orders w WHERE w.company = $1 AND w.work_order_id = asked.id)
  UNION ALL
  SELECT 5, asked.ordinal FROM unnest($7::text[]) WITH ORDINALITY AS asked (id, ordinal)
  WHERE NOT EXISTS (SELECT 1 FROM recalls r WHERE r.company = $1 AND r.recall_id = asked.id)
  ORDER BY kind, ordinal)sql"};

template <class Id>
std::vector<Id> IdsOf(const std::vector<std::pair<std::string, Id>>& named) {
  std::vector<Id> ids;
  for (const auto& [field, id] : named) ids.push_back(id);
  return ids;
}

template <class Batch>
size_t AddRead(Batch& batch, const AskedResources& asked) {
  return batch.Add(kFindMissing, asked.company, IdsOf(asked.products), IdsOf(asked.lots),
                   IdsOf(asked.locations), asked.finds_deleted_lots, IdsOf(asked.work_orders),
                   IdsOf(asked.recalls));
}

Problem ProblemOf(const AskedResources& asked, ResourceKind kind, size_t index) {
  if (kind == ResourceKind::kProduct) {
    const auto& [field, id] = asked.products[index];
    return ProductNotFound(field, id);
  }
  if (kind == ResourceKind::kLot) {
    const auto& [field, id] = asked.lots[index];
    return LotNotFound(id, field);
  }
  if (kind == ResourceKind::kWorkOrder) {
    const auto& [field, id] = asked.work_orders[index];
    return WorkOrderNotFound(id, field);
  }
  if (kind == ResourceKind::kRecall) {
    const auto& [field, id] = asked.recalls[index];
    return RecallNotFound(id, field);
  }
  const auto& [field, id] = asked.locations[index];
  return LocationNotFound(field, id);
}

}  // namespace

void AskedResources::AddFilter(absl::Span<const std::pair<std::string, std::string>> equalities) {
  for (const auto& [field, value] : equalities) {
    if (field == "product_id") products.emplace_back("filter", ProductId(value));
    if (field == "location_id" || field == "from_location_id" || field == "to_location_id") {
      locations.emplace_back("filter", LocationId(value));
    }
    if (field == "work_order_id") work_orders.emplace_back("filter", WorkOrderId(value));
    if (field == "recall_id") recalls.emplace_back("filter", RecallId(value));
    const bool is_lot = field == "lot_id" || field == "unit_lot_id";
    const std::optional<Uuid> lot_id = is_lot ? Uuid::Parse(value) : std::nullopt;
    if (lot_id.has_value()) lots.emplace_back("filter", LotId(*lot_id));
  }
}

size_t AddMissingRead(pg::Pipeline& pipeline, const AskedResources& asked) {
  return AddRead(pipeline, asked);
}

size_t AddMissingRead(pg::Transaction& transaction, const AskedResources& asked) {
  return AddRead(transaction, asked);
}

absl::Status RefuseMissing(const AskedResources& asked, const pg::Result& missing) {
  std::vector<Problem> problems;
  for (const pg::Row row : missing) {
    const auto kind = static_cast<ResourceKind>(row.Get<int64_t>(0));
    if (kind == ResourceKind::kCompany) return Refuse(CompanyNotFound(asked.company));
    problems.push_back(ProblemOf(asked, kind, row.Get<int64_t>(1) - 1));
  }
  return problems.empty() ? absl::OkStatus() : Refuse(std::move(problems));
}

absl::Status CheckExistence(pg::Connection& db, const AskedResources& asked) {
  pg::Pipeline pipeline(db);
  const size_t read = AddMissingRead(pipeline, asked);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  return RefuseMissing(asked, results[read]);
}

absl::StatusOr<std::vector<LotId>> FindEvery(pg::Connection& db, const CompanyId& company,
                                             absl::Span<const LotRef> refs,
                                             absl::string_view list) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, company, refs));
  std::vector<LotId> lot_ids;
  std::vector<Problem> problems;
  for (size_t i = 0; i < refs.size(); ++i) {
    if (found[i].has_value()) {
      lot_ids.push_back(found[i]->lot_id);
    } else {
      problems.push_back(LotNotFound(refs[i], Indexed(list, i)));
    }
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  return lot_ids;
}

}  // namespace lots
