// Posts, writes and reads back what is issued or comes back.
#include "storage/work_orders/issue/posted.h"

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/transformations.h"
#include "storage/work_orders/rows.h"
#include "storage/writes/audit.h"

namespace lots::orders {
namespace {

constexpr pg::Statement kFindPosted{"find_issue_movements", R"sql(
  SELECT m.movement_id, m.kind, m.lot_id, l.product_id, l.number, l.scale, m.quantity,
         CASE WHEN m.kind = {MOVEMENT_ISSUE} THEN m.from_location_id ELSE m.to_location_id END
  FROM movements m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  WHERE m.company = $1 AND m.transformation_id = $2
  ORDER BY m.movement_id)sql"_sql};

}  // namespace

Posting PostingOf(const IssueHeader& header, MovementKind kind, const LocationId& place,
                  const std::string& field) {
  const bool comes_back = kind == MovementKind::kIssueReturn;
  return {.movement_id = MovementId(Uuid::MakeV7()),
          .kind = kind,
          .lot_id = {},
          .quantity = {},
          .from = comes_back ? WorkInProcess() : place,
          .to = comes_back ? place : WorkInProcess(),
          .document = {.type = "work_order", .number = header.work_order.value()},
          .partner_id = "",
          .occurred_at = header.occurred_at,
          .note = header.note,
          .delivery = {},
          .transformation = header.transformation_id,
          .work_order = header.work_order,
          .field = field};
}

void PostLine(const Posting& posting, absl::string_view place_field, Ledger& ledger,
              std::vector<Problem>& problems) {
  const size_t first = problems.size();
  ledger.Post(posting, problems);
  const std::string kind_field = absl::StrCat(posting.field, ".kind");
  const std::string time_field = absl::StrCat(posting.field, ".occur_time");
  for (size_t i = first; i < problems.size(); ++i) {
    if (problems[i].field == kind_field) {
      problems[i].field = absl::StrCat(posting.field, ".", place_field);
    }
    if (problems[i].field == time_field) problems[i].field = "occur_time";
  }
}

void AddIssueWrites(pg::Transaction& transaction, const IssueHeader& header,
                    const IssuedChanges& changes, absl::Time at, const Ledger& ledger) {
  const WriteContext& context = header.context;
  AddTransformation(transaction, context,
                    {.transformation_id = header.transformation_id,
                     .kind = TransformationKind::kIssue,
                     .work_order = header.work_order,
                     .occurred_at = header.occurred_at,
                     .recorded_at = ledger.facts().recorded_at,
                     .actor = context.actor,
                     .note = header.note,
                     .reverses = {},
                     .reversed_by = {},
                     .work_place = header.work_place});
  ledger.AddWrites(transaction);
  AddIssuedChanges(transaction, context.company, header.work_order, changes, at);
  AuditSubject subject{.lots = {}, .work_order = header.work_order};
  for (const auto& [lot, change] : changes) subject.lots.push_back(lot);
  AddAuditEntry(transaction, context, subject);
}

absl::StatusOr<IssuePosted> FindPosted(pg::Connection& db, const CompanyId& company,
                                       const TransformationId& transformation) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindPosted, company, transformation));
  IssuePosted posted;
  posted.transformation_id = transformation;
  for (const pg::Row row : rows) {
    if (row.Get<MovementKind>(1) == MovementKind::kAdjustment) {
      posted.adjustments.push_back(row.Get<MovementId>(0));
      continue;
    }
    posted.lines.push_back({.lot_id = row.Get<LotId>(2),
                            .product_id = row.Get<ProductId>(3),
                            .number = row.Get<std::string>(4),
                            .quantity = row.Get<Quantity>(6),
                            .scale = row.Get<int>(5),
                            .location_id = row.Get<LocationId>(7)});
  }
  ASSIGN_OR_RETURN(posted.unarchived, FindUnarchivedBy(db, company, transformation));
  return posted;
}

}  // namespace lots::orders
