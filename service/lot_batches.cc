#include "service/lot_batches.h"

#include <optional>

#include "service/convert.h"
#include "service/fields.h"
#include "storage/lot_resolve.h"
#include "storage/lots.h"

namespace lots::handlers {

std::vector<absl::StatusOr<v1::Lot>> GetLotsTogether(
    absl::Span<const v1::GetLotRequest* const> requests, const Call& call, pg::Connection& db) {
  // A malformed id leaves a nil one in its place, which no lot has.
  std::vector<LotId> lot_ids;
  std::vector<absl::Status> malformed;
  for (const v1::GetLotRequest* const request : requests) {
    FieldChecker fields;
    lot_ids.push_back(fields.RequiredUuid<LotId>("lot_id", request->lot_id()));
    malformed.push_back(fields.ok() ? absl::OkStatus() : fields.status());
  }
  const auto found = FindLotsById(db, call.company, lot_ids, call.now);
  std::vector<absl::StatusOr<v1::Lot>> answers;
  for (size_t i = 0; i < requests.size(); ++i) {
    if (!malformed[i].ok()) {
      answers.push_back(malformed[i]);
    } else if (!found.ok()) {
      answers.push_back(found.status());
    } else if (!(*found)[i].has_value()) {
      answers.push_back(Refuse(LotNotFound(lot_ids[i], "lot_id")));
    } else {
      answers.push_back(ToProto(*(*found)[i]));
    }
  }
  return answers;
}

}  // namespace lots::handlers
