// Reads and writes the details of stored lots.
#include "storage/work_orders/details.h"

#include <utility>

#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/attributes.h"
#include "storage/lot_rows/former/numbers.h"
#include "storage/numbers/number.h"

namespace lots::orders {
namespace {

using Day = std::optional<absl::CivilDay>;

constexpr pg::Statement kReadDetails{"read_lot_details", R"sql(
  SELECT lot_id, number, state, manufactured_on, expires_on, best_before_on, removal_on, alert_on,
         reference, notes, attributes::text
  FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

constexpr pg::Statement kUpdateDetails{"update_lot_details", R"sql(
  UPDATE lots
  SET reference = $3, search_key = )sql" LOTS_SEARCH_KEY("$4", "$2") R"sql(,
      notes = $5, attributes = $6::text::jsonb, version = version + 1, updated_at = $7
  WHERE company = $1 AND lot_id = $2)sql"};

bool HaveSameTexts(const LotDetails& a, const LotDetails& b) {
  return a.reference == b.reference && a.notes == b.notes && a.attributes == b.attributes;
}

}  // namespace

size_t AddDetailsRead(pg::Transaction& transaction, const CompanyId& company,
                      const std::vector<LotId>& lots) {
  return transaction.Add(kReadDetails, company, lots);
}

Details ReadDetails(const pg::Result& rows) {
  Details details;
  for (const pg::Row row : rows) {
    details[row.Get<LotId>(0)] = {.number = row.Get<std::string>(1),
                                  .state = row.Get<LotState>(2),
                                  .dates = {.manufactured_on = row.Get<Day>(3),
                                            .expires_on = row.Get<Day>(4),
                                            .best_before_on = row.Get<Day>(5),
                                            .removal_on = row.Get<Day>(6),
                                            .alert_on = row.Get<Day>(7)},
                                  .reference = row.Get<std::string>(8),
                                  .notes = row.Get<std::string>(9),
                                  .attributes = AttributesFromJson(row.Get<absl::string_view>(10))};
  }
  return details;
}

LotDates ExpiringOn(LotDates dates, Day expires_on) {
  dates.expires_on = expires_on;
  for (Day* date : {&dates.best_before_on, &dates.removal_on, &dates.alert_on}) {
    if (date->has_value()) *date = Earlier(*date, expires_on);
  }
  return dates;
}

std::vector<FieldChange> ChangesOf(const LotDetails& before, const LotDetails& after) {
  std::vector<FieldChange> changes;
  if (before.reference != after.reference) {
    changes.push_back({"reference", before.reference, after.reference});
  }
  if (before.notes != after.notes) changes.push_back({"notes", before.notes, after.notes});
  AppendDateChanges(before.dates, after.dates, changes);
  AppendAttributeChanges(before.attributes, after.attributes, changes);
  return changes;
}

void AddDetailsChanges(pg::Transaction& transaction, const WriteContext& context,
                       absl::Span<const DetailsChange> changes, absl::Time recorded_at) {
  std::vector<LotEvent> events;
  for (const DetailsChange& change : changes) {
    const LotDetails& after = change.after;
    std::vector<FieldChange> fields = ChangesOf(change.before, after);
    if (fields.empty()) continue;
    events.push_back({.event_id = Uuid::MakeV7(),
                      .lot_id = change.lot_id,
                      .kind = LotEventKind::kEdited,
                      .actor = context.actor,
                      .recorded_at = recorded_at,
                      .changes = std::move(fields)});
    if (HaveSameTexts(change.before, after)) continue;
    transaction.Add(kUpdateDetails, context.company, change.lot_id, after.reference,
                    SearchKey(after.number, after.reference), after.notes,
                    AttributesToJson(after.attributes), context.now);
  }
  if (!events.empty()) AppendLotEvents(transaction, context, events);
}

}  // namespace lots::orders
