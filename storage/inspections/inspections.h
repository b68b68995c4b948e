// Records and reads inspections.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/holds/holds.h"
#include "storage/lots/inspection.h"
#include "storage/pg/connection.h"

namespace lots {

// The inspection of one lot or unit.
struct NewInspection {
  LotRef lot;
  Verdict verdict = Verdict::kPassed;
  std::string note;
  std::vector<InspectionResult> results;
  std::vector<InspectionDocument> documents;
};

struct RecordInspectionCommand {
  WriteContext context;
  std::string plan;  // empty: none
  std::string inspector;
  absl::Time inspected_at;
  std::vector<NewInspection> inspections;  // each lot once
  std::optional<HoldTerms> hold_failed;    // of each lot that failed; none: they are not held
  bool release_passed = false;             // ends what waited for the inspection of a passed lot
};

struct RecordedInspections {
  std::vector<InspectionId> inspections;  // in the order of the command
  std::vector<HoldId> placed;             // of the failed ones, in their order
  std::vector<HoldId> released;           // of the passed ones, in their order
};

// Records all or none, with the holds, in one transaction. The lots are locked FOR UPDATE: a
// movement either finished before, or waits and then sees the holds. inspection.proto lists the
// refusals; a refusal names every problem.
absl::StatusOr<RecordedInspections> RecordInspection(pg::Connection& db,
                                                     const RecordInspectionCommand& command);

// INSPECTION_NOT_FOUND.
absl::StatusOr<Inspection> GetInspection(pg::Connection& db, const CompanyId& company,
                                         const InspectionId& inspection_id);

// The place of an inspection in the list.
struct InspectionPosition {
  absl::Time recorded_at;
  InspectionId inspection_id;
};
struct ListInspectionsQuery {
  CompanyId company;
  std::string filter;                       // the fields of ListInspectionsRequest.filter
  std::optional<InspectionPosition> after;  // the last inspection of the page before
  int limit = 0;
};
// Inspections with their results and documents, the newest recorded first. Refuses with
// FILTER_INVALID and COMPANY_NOT_FOUND; an empty page also with PRODUCT_NOT_FOUND and LOT_NOT_FOUND
// for what the filter names.
absl::StatusOr<std::vector<Inspection>> ListInspections(pg::Connection& db,
                                                        const ListInspectionsQuery& query);

}  // namespace lots
