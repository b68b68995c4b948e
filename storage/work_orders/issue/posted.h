// What IssueComponents and ReturnComponents have in common. For this folder only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/domain/kinds/movement.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/components/issued.h"
#include "storage/work_orders/issue/issue.h"

namespace lots {

class Ledger;
struct Problem;

}  // namespace lots

namespace lots::orders {

// What both commands say of the transformation.
struct IssueHeader {
  const WriteContext& context;
  const WorkOrderId& work_order;
  const WorkPlace& work_place;
  absl::Time occurred_at;
  const std::string& note;
  TransformationId transformation_id;
};

// A movement of the transformation from or to work in process: `place` is its other side.
Posting PostingOf(const IssueHeader& header, MovementKind kind, const LocationId& place,
                  const std::string& field);
// Posts it. Problems name the fields of a line: `place_field` is the other side's.
void PostLine(const Posting& posting, absl::string_view place_field, Ledger& ledger,
              std::vector<Problem>& problems);

// Adds the transformation, the movements, what is issued then, and the entry of the audit log.
void AddIssueWrites(pg::Transaction& transaction, const IssueHeader& header,
                    const IssuedChanges& changes, absl::Time at, const Ledger& ledger);

// The answer, the first time and again: read from the movements.
absl::StatusOr<IssuePosted> FindPosted(pg::Connection& db, const CompanyId& company,
                                       const TransformationId& transformation);

}  // namespace lots::orders
