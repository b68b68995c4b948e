// Reads of lots that are answered together when they wait together.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lots/v1/lot.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

// GetLot for each request, by one statement.
std::vector<absl::StatusOr<v1::Lot>> GetLotsTogether(
    absl::Span<const v1::GetLotRequest* const> requests, const Call& call, pg::Connection& db);

// ListLotLocations for each request, by one pipeline.
std::vector<absl::StatusOr<v1::ListLotLocationsResponse>> ListLocationsTogether(
    absl::Span<const v1::ListLotLocationsRequest* const> requests, const Call& call,
    pg::Connection& db);

}  // namespace lots::handlers
