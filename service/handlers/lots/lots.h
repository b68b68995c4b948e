// The handlers of LotService: lots and serial numbers.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

// writes.cc
absl::StatusOr<v1::Lot> CreateLot(const v1::CreateLotRequest& request, const Call& call,
                                  pg::Connection& db);
absl::StatusOr<v1::BatchCreateLotsResponse> BatchCreateLots(
    const v1::BatchCreateLotsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Lot> UpdateLot(const v1::UpdateLotRequest& request, const Call& call,
                                  pg::Connection& db);
absl::StatusOr<v1::BatchUpdateLotsResponse> BatchUpdateLots(
    const v1::BatchUpdateLotsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Lot> ArchiveLot(const v1::ArchiveLotRequest& request, const Call& call,
                                   pg::Connection& db);
absl::StatusOr<v1::Lot> UnarchiveLot(const v1::UnarchiveLotRequest& request, const Call& call,
                                     pg::Connection& db);
absl::StatusOr<v1::DeleteLotResponse> DeleteLot(const v1::DeleteLotRequest& request,
                                                const Call& call, pg::Connection& db);

// reads.cc
absl::StatusOr<v1::BatchGetLotsResponse> BatchGetLots(const v1::BatchGetLotsRequest& request,
                                                      const Call& call, pg::Connection& db);
absl::StatusOr<v1::FindLotsResponse> FindLots(const v1::FindLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::ListLotsResponse> ListLots(const v1::ListLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::SummarizeLotsResponse> SummarizeLots(const v1::SummarizeLotsRequest& request,
                                                        const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListLotHistoryResponse> ListLotHistory(const v1::ListLotHistoryRequest& request,
                                                          const Call& call, pg::Connection& db);
absl::StatusOr<v1::PreviewLotNumbersResponse> PreviewLotNumbers(
    const v1::PreviewLotNumbersRequest& request, const Call& call, pg::Connection& db);

// reshape_lots.cc
absl::StatusOr<v1::ReshapeResponse> SplitLot(const v1::SplitLotRequest& request, const Call& call,
                                             pg::Connection& db);
absl::StatusOr<v1::ReshapeResponse> MergeLots(const v1::MergeLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::ReshapeResponse> RelabelLot(const v1::RelabelLotRequest& request,
                                               const Call& call, pg::Connection& db);

// hold_lots.cc
absl::StatusOr<v1::HoldLotsResponse> HoldLots(const v1::HoldLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::ReleaseLotsResponse> ReleaseLots(const v1::ReleaseLotsRequest& request,
                                                    const Call& call, pg::Connection& db);

// batches.cc: calls that wait together are answered together, one answer for each request.
std::vector<absl::StatusOr<v1::Lot>> GetLotsTogether(
    absl::Span<const v1::GetLotRequest* const> requests, const Call& call, pg::Connection& db);
std::vector<absl::StatusOr<v1::ListLotLocationsResponse>> ListLocationsTogether(
    absl::Span<const v1::ListLotLocationsRequest* const> requests, const Call& call,
    pg::Connection& db);

}  // namespace lots::handlers
