// From what a request calls a lot to the lot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/lot.h"
#include "storage/pg/connection.h"

namespace lots {

// What most operations need of a lot that a request named. Read without a lock: what must be sure
// is read again under one.
struct ResolvedLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  LotState state = LotState::kActive;
};

// The lots that are named, by id or by product and number as the product's case rule says; in the
// order of `refs`, nothing where there is no such lot. One round trip, whatever their count.
absl::StatusOr<std::vector<std::optional<ResolvedLot>>> ResolveLots(pg::Connection& db,
                                                                    const CompanyId& company,
                                                                    absl::Span<const LotRef> refs);

// The ids of all that are named, in their order, or a refusal that names each one that is not
// there; `list` is the field that the references stand in.
absl::StatusOr<std::vector<LotId>> FindEvery(pg::Connection& db, const CompanyId& company,
                                             absl::Span<const LotRef> refs, absl::string_view list);

// NOT_FOUND LOT_NOT_FOUND.
Problem LotNotFound(const LotRef& ref, absl::string_view field);
Problem LotNotFound(const LotId& lot_id, absl::string_view field = "");

}  // namespace lots
