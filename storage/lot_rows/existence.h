// What a list or a sum asks about. A company, product, lot, location, work order or recall that
// does not exist is refused; it is never an empty page.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct LotRef;

// The resources that a read names, each with the field of the request that names it.
struct AskedResources {
  CompanyId company;
  std::vector<std::pair<std::string, ProductId>> products;
  std::vector<std::pair<std::string, LotId>> lots;
  std::vector<std::pair<std::string, LocationId>> locations;
  std::vector<std::pair<std::string, WorkOrderId>> work_orders;
  std::vector<std::pair<std::string, RecallId>> recalls;
  bool finds_deleted_lots = false;  // a lot that was deleted counts as one that exists

  // Adds what a filter names: `equalities` are its Filter::equalities. Knows the fields
  // product_id, lot_id, unit_lot_id, location_id, from_location_id, to_location_id, work_order_id
  // and recall_id.
  void AddFilter(absl::Span<const std::pair<std::string, std::string>> equalities);
};

// Adds the read of what does not exist.
size_t AddMissingRead(pg::Pipeline& pipeline, const AskedResources& asked);
size_t AddMissingRead(pg::Transaction& transaction, const AskedResources& asked);
// COMPANY_NOT_FOUND; else PRODUCT_NOT_FOUND, LOT_NOT_FOUND, LOCATION_NOT_FOUND,
// WORK_ORDER_NOT_FOUND and RECALL_NOT_FOUND, all at once.
absl::Status RefuseMissing(const AskedResources& asked, const pg::Result& missing);

// The same in a round trip of its own: for a page that turned out to be empty.
absl::Status CheckExistence(pg::Connection& db, const AskedResources& asked);

// The ids of all named lots, in their order; or a refusal that names each lot that does not exist.
// `list` is the field with the references.
absl::StatusOr<std::vector<LotId>> FindEvery(pg::Connection& db, const CompanyId& company,
                                             absl::Span<const LotRef> refs, absl::string_view list);

}  // namespace lots
