// The statement that inserts lots.
#include "storage/lot_rows/insert.h"

#include <optional>

#include "storage/domain/counters.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/attributes.h"
#include "storage/numbers/number.h"

namespace lots {
namespace {

// Inserts in the order of the keys: two batches with the same numbers wait for each other instead
// of deadlocking.
constexpr pg::Statement kInsertLots{"insert_lots", R"sql(
  INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number,
                    number_key, reference, search_key, notes, attributes, manufactured_on,
                    expires_on, best_before_on, removal_on, alert_on, state, version, created_by,
                    created_at, updated_at, entry_id)
  SELECT $1, d.lot_id, $2, $3, $4, $5, d.number, d.number_key, d.reference, d.search_key, d.notes,
         d.attributes::jsonb, d.manufactured_on, d.expires_on, d.best_before_on, d.removal_on,
         d.alert_on, $6, 1, $7, $8, $8, $21
  FROM unnest($9::uuid[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
              $15::text[], $16::date[], $17::date[], $18::date[], $19::date[], $20::date[])
    AS d (lot_id, number, number_key, reference, search_key, notes, attributes, manufactured_on,
          expires_on, best_before_on, removal_on, alert_on)
  ORDER BY d.number_key)sql"};

using Days = std::vector<std::optional<absl::CivilDay>>;

struct Columns {
  std::vector<LotId> lot_ids;
  std::vector<absl::string_view> numbers, references, notes;
  std::vector<std::string> number_keys, search_keys, attributes;
  Days manufactured_on, expires_on, best_before_on, removal_on, alert_on;
};

Columns ColumnsOf(absl::Span<const LotDraft> drafts, bool case_sensitive) {
  Columns columns;
  for (const LotDraft& draft : drafts) {
    columns.lot_ids.push_back(draft.lot_id);
    columns.numbers.push_back(draft.number);
    columns.number_keys.push_back(NumberKey(draft.number, case_sensitive));
    columns.references.push_back(draft.reference);
    columns.search_keys.push_back(SearchKey(draft.number, draft.reference));
    columns.notes.push_back(draft.notes);
    columns.attributes.push_back(AttributesToJson(draft.attributes));
    columns.manufactured_on.push_back(draft.dates.manufactured_on);
    columns.expires_on.push_back(draft.dates.expires_on);
    columns.best_before_on.push_back(draft.dates.best_before_on);
    columns.removal_on.push_back(draft.dates.removal_on);
    columns.alert_on.push_back(draft.dates.alert_on);
  }
  return columns;
}

}  // namespace

void InsertLots(pg::Transaction& transaction, const WriteContext& context,
                const LotProduct& product, LotState state, absl::Span<const LotDraft> drafts) {
  const Columns columns = ColumnsOf(drafts, product.case_sensitive);
  transaction.Add(kInsertLots, context.company, product.product_id, product.tracking, product.scale,
                  product.case_sensitive, state, context.actor, context.now, columns.lot_ids,
                  columns.numbers, columns.number_keys, columns.references, columns.search_keys,
                  columns.notes, columns.attributes, columns.manufactured_on, columns.expires_on,
                  columns.best_before_on, columns.removal_on, columns.alert_on, context.entry_id);
  transaction.Count(counters::Of(counters::kLotsCreated, product.tracking, Tracking::kLot),
                    static_cast<double>(drafts.size()));
}

}  // namespace lots
