// The views of lots: what an answer has beside the lot itself.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "service/convert/fields.h"
#include "storage/domain/lot.h"
#include "storage/pg/connection.h"
#include "storage/whereabouts/whereabouts.h"

namespace lots {

v1::LotWhereabouts ToProto(const LotWhereabouts& whereabouts);

namespace handlers {

// Whether a request asks for the view FULL. A value that the API does not define is refused.
bool IsFullView(v1::LotView view, FieldChecker& fields);

// Lots as messages of one view.
class LotMessages {
 public:
  // Reads what FULL adds, for all lots at once; nothing where the view is BASIC.
  static absl::StatusOr<LotMessages> Read(pg::Connection& db, const CompanyId& company,
                                          bool is_full, absl::Span<const Lot> lots);

  v1::Lot Of(const Lot& lot) const;

 private:
  WhereaboutsByLot whereabouts_;
};

}  // namespace handlers

}  // namespace lots
