// Reads deleted lots from the events of their creation and deletion.
#include "storage/lots/deleted.h"

#include <optional>
#include <string>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/lot.h"
#include "storage/domain/refusals.h"
#include "storage/lots/read.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// The events of creation and deletion come as a pair.
constexpr pg::Statement kFindDeletions{"find_lot_deletions", R"sql(
  SELECT d.lot_id, d.changes::text, b.actor, b.recorded_at, d.recorded_at
  FROM lot_events d
  JOIN lot_events b ON b.company = $1 AND b.lot_id = d.lot_id AND b.kind = {EVENT_CREATED}
  WHERE d.company = $1 AND d.lot_id = ANY($2) AND d.kind = {EVENT_DELETED})sql"_sql};

void Recall(const FieldChange& change, Lot& lot) {
  if (change.field == "product_id") lot.product_id = ProductId(change.old_value);
  if (change.field == "number") lot.number = change.old_value;
  if (change.field == "tracking" && change.old_value == Name(Tracking::kSerial)) {
    lot.tracking = Tracking::kSerial;
  }
  if (change.field == "reference") lot.reference = change.old_value;
  if (change.field == "notes") lot.notes = change.old_value;
}

}  // namespace

std::vector<FieldChange> FieldsAtDeletion(const Lot& lot) {
  std::vector<FieldChange> changes;
  const auto add = [&](absl::string_view field, absl::string_view value) {
    if (!value.empty()) changes.push_back({std::string(field), std::string(value), ""});
  };
  add("product_id", lot.product_id.value());
  add("number", lot.number);
  add("tracking", Name(lot.tracking));
  add("reference", lot.reference);
  add("notes", lot.notes);
  return changes;
}

absl::StatusOr<std::vector<Lot>> FindDeletedLots(pg::Connection& db, const CompanyId& company,
                                                 const std::vector<Uuid>& lot_ids) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindDeletions, company, lot_ids));
  std::vector<Lot> lots;
  for (const pg::Row row : found) {
    Lot lot;
    lot.lot_id = row.Get<LotId>(0);
    lot.company = company;
    for (const FieldChange& change : ChangesFromJson(row.Get<absl::string_view>(1))) {
      Recall(change, lot);
    }
    lot.created_by = row.Get<std::string>(2);
    lot.created_at = row.Get<absl::Time>(3);
    lot.updated_at = row.Get<absl::Time>(4);
    lot.deleted_at = lot.updated_at;
    lots.push_back(std::move(lot));
  }
  return lots;
}

absl::StatusOr<Lot> FindLotEvenDeleted(pg::Connection& db, const CompanyId& company,
                                       const LotId& lot_id, absl::Time now) {
  ASSIGN_OR_RETURN(std::vector<std::optional<Lot>> found, FindLotsById(db, company, {lot_id}, now));
  if (found.front().has_value()) return *std::move(found.front());
  ASSIGN_OR_RETURN(std::vector<Lot> deleted, FindDeletedLots(db, company, {lot_id.value()}));
  if (deleted.empty()) return Refuse(LotNotFound(lot_id));
  return std::move(deleted.front());
}

}  // namespace lots
