// Finds what the fields of a lot were before transformations that are reversed.
#include "storage/work_orders/reversal/restore.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/attributes.h"
#include "storage/work_orders/serials.h"

namespace lots::orders {
namespace {

using Day = std::optional<absl::CivilDay>;

constexpr char kExpireDate[] = "expire_date";
constexpr absl::string_view kAttributes = "attributes.";

// NO KEY UPDATE: others that add goods to these lots wait, as do edits.
constexpr pg::Statement kLockLots{"lock_lots_to_restore", R"sql(
  SELECT l.lot_id FROM lots l
  WHERE l.company = $1 AND l.tracking <> {TRACKING_SERIAL} AND l.lot_id IN (
    SELECT o.lot_id FROM transformation_outputs o
    WHERE o.company = $1 AND o.transformation_id = $2 AND o.role IN ({OUTPUTS_MADE}))
  ORDER BY l.lot_id FOR NO KEY UPDATE)sql"_sql};

constexpr pg::Statement kReadEdits{"read_edits_of_outputs", R"sql(
  SELECT e.lot_id, e.event_id, e.recorded_at, e.entry_id, e.changes::text
  FROM lot_events e
  WHERE e.company = $1 AND e.kind = $3 AND e.lot_id IN (
    SELECT o.lot_id FROM transformation_outputs o
    WHERE o.company = $1 AND o.transformation_id = $2 AND o.role IN ({OUTPUTS_MADE})))sql"_sql};

// The transformations that made these lots or added goods to them. The last but one column: a
// serial that was made, and not reworked. The last one: the earliest expiry date of the goods,
// where the lot has its own from them.
constexpr pg::Statement kReadAdditions{"read_additions_to_lots", R"sql(
  SELECT o.lot_id, t.transformation_id, t.kind, t.recorded_at, t.entry_id,
         r.transformation_id IS NOT NULL, r.entry_id,
         l.tracking = {TRACKING_SERIAL} AND NOT EXISTS (
           SELECT FROM transformation_inputs i
           WHERE i.company = $1 AND i.transformation_id = t.transformation_id
             AND i.lot_id = o.lot_id),
         CASE WHEN t.kind <> {TRANSFORMATION_PRODUCTION} OR p.inherit_expiry THEN (
           SELECT min(g.expires_on)
           FROM transformation_inputs i JOIN lots g ON g.company = $1 AND g.lot_id = i.lot_id
           WHERE i.company = $1 AND i.transformation_id = t.transformation_id
             AND (i.output_lot_id IS NULL OR i.output_lot_id = o.lot_id)
             AND i.lot_id <> o.lot_id) END
  FROM transformation_outputs o
  JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE o.company = $1 AND o.lot_id = ANY($2) AND o.role IN ({OUTPUTS_MADE}))sql"_sql};

// Something that happened to a lot: an edit, or a transformation with the edit that it made.
struct Step {
  absl::Time recorded_at;
  Uuid id;
  bool is_undone = false;   // a transformation that is reversed, or what a reversal gave back
  bool agrees = false;      // its goods had the lot's reference, notes and attributes
  bool dates_anew = false;  // it gave a serial all of its dates
  Day expires_on;           // of its goods
  std::vector<FieldChange> changes;
};

struct Edit {
  Uuid event_id;
  absl::Time recorded_at;
  std::optional<Uuid> entry_id;
  std::vector<FieldChange> changes;
};
using Edits = absl::flat_hash_map<LotId, std::vector<Edit>>;

Edits ReadEdits(const pg::Result& rows) {
  Edits edits;
  for (const pg::Row row : rows) {
    edits[row.Get<LotId>(0)].push_back({.event_id = row.Get<Uuid>(1),
                                        .recorded_at = row.Get<absl::Time>(2),
                                        .entry_id = row.Get<std::optional<Uuid>>(3),
                                        .changes = ChangesFromJson(row.Get<absl::string_view>(4))});
  }
  return edits;
}

// The history of one lot, as far as it says why its fields are what they are.
class LotSteps {
 public:
  void AddTransformation(const pg::Row& row, const TransformationId& reversed_now) {
    const auto id = row.Get<TransformationId>(1);
    const auto kind = row.Get<TransformationKind>(2);
    const bool is_first = seen_.insert(id.value()).second;
    if (!is_first) return;  // the lot is an output twice
    const auto entry = row.Get<std::optional<Uuid>>(4);
    if (entry.has_value()) by_entry_.emplace(*entry, steps_.size());
    const auto reversal_entry = row.Get<std::optional<Uuid>>(6);
    if (reversal_entry.has_value()) reversals_.insert(*reversal_entry);
    steps_.push_back({.recorded_at = row.Get<absl::Time>(3),
                      .id = id.value(),
                      .is_undone = row.Get<bool>(5) || id == reversed_now,
                      .agrees = kind != TransformationKind::kProduction,
                      .dates_anew = row.Get<bool>(7),
                      .expires_on = row.Get<Day>(8),
                      .changes = {}});
  }
  // After the transformations.
  void AddEdit(Edit edit) {
    const auto own = edit.entry_id.has_value() ? by_entry_.find(*edit.entry_id) : by_entry_.end();
    if (own != by_entry_.end()) {
      steps_[own->second].changes = std::move(edit.changes);
      return;
    }
    steps_.push_back(
        {.recorded_at = edit.recorded_at,
         .id = edit.event_id,
         .is_undone = edit.entry_id.has_value() && reversals_.count(*edit.entry_id) > 0,
         .expires_on = {},
         .changes = std::move(edit.changes)});
  }
  std::vector<Step> Sorted() && {
    std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
      return std::tie(a.recorded_at, a.id) < std::tie(b.recorded_at, b.id);
    });
    return std::move(steps_);
  }

 private:
  std::vector<Step> steps_;
  std::set<Uuid> seen_, reversals_;
  std::map<Uuid, size_t> by_entry_;
};

bool IsDate(absl::string_view field) {
  return std::any_of(std::begin(kDateFields), std::end(kDateFields),
                     [&](const DateField& date) { return field == date.name; });
}

// Changes of one field that are undone, with nothing in effect after them.
struct UndoneField {
  FieldChange first;
  std::string now;  // what the last of them set
};

// What is to be given back.
struct Findings {
  std::map<std::string, UndoneField> fields;
  Day expires_on;  // the earliest of goods that were added since, and are there
};

void Take(const Step& step, Findings& found) {
  for (const FieldChange& change : step.changes) {
    const auto [field, is_first] = found.fields.emplace(change.field, UndoneField{change, {}});
    field->second.now = change.new_value;
    if (is_first && change.field == kExpireDate) found.expires_on.reset();
  }
}

void Stop(const Step& step, Findings& found) {
  for (const FieldChange& change : step.changes) found.fields.erase(change.field);
  std::erase_if(found.fields, [&](const auto& field) {
    return IsDate(field.first) ? step.dates_anew : step.agrees;
  });
  found.expires_on = Earlier(found.expires_on, step.expires_on);
}

Findings FindUndone(const std::vector<Step>& steps) {
  Findings found;
  for (const Step& step : steps) {
    if (step.is_undone) {
      Take(step, found);
    } else {
      Stop(step, found);
    }
  }
  return found;
}

// The fields that were edited after the transformation.
std::set<std::string> EditedSince(const std::vector<Step>& steps, const Uuid& transformation) {
  std::set<std::string> edited;
  bool is_after = false;
  for (const Step& step : steps) {
    if (is_after && !step.is_undone) {
      for (const FieldChange& change : step.changes) edited.insert(change.field);
    }
    is_after = is_after || step.id == transformation;
  }
  return edited;
}

void GiveBackAttribute(const FieldChange& change, Attributes& attributes) {
  const std::string key(absl::StripPrefix(change.field, kAttributes));
  if (change.old_attribute.empty()) {
    // An earlier release kept the text without the type.
    if (change.old_value.empty()) attributes.erase(key);
    return;
  }
  for (auto& [name, value] : AttributesFromJson(change.old_attribute)) {
    attributes.insert_or_assign(name, value);
  }
}

void GiveBackDate(const FieldChange& change, LotDates& dates) {
  for (const DateField& field : kDateFields) {
    absl::CivilDay day;
    if (change.field != field.name) continue;
    const bool is_day = absl::ParseCivilTime(change.old_value, &day);
    dates.*field.date = is_day ? Day(day) : std::nullopt;
  }
}

void GiveBack(const FieldChange& change, LotDetails& details) {
  if (change.field == "reference") details.reference = change.old_value;
  if (change.field == "notes") details.notes = change.old_value;
  if (absl::StartsWith(change.field, kAttributes)) GiveBackAttribute(change, details.attributes);
  GiveBackDate(change, details.dates);
}

LotDetails AfterReversal(const Findings& found, const LotDetails& now) {
  std::map<std::string, std::string> texts;
  for (const FieldChange& field : ChangesOf(LotDetails(), now)) {
    texts[field.field] = field.new_value;
  }
  LotDetails after = now;
  for (const auto& [field, undone] : found.fields) {
    if (texts[field] == undone.now) GiveBack(undone.first, after);
  }
  const Day expires_on = Earlier(after.dates.expires_on, found.expires_on);
  after.dates.expires_on =
      IsLaterExpiry(now.dates.expires_on, expires_on) ? expires_on : now.dates.expires_on;
  if (after.dates != now.dates) after.dates = ExpiringOn(after.dates, after.dates.expires_on);
  return after;
}

}  // namespace

void Restoration::AddLock(pg::Transaction& transaction) const {
  transaction.Add(kLockLots, company_, transformation_);
}

void Restoration::AddRead(pg::Transaction& transaction) {
  edits_ = transaction.Add(kReadEdits, company_, transformation_, LotEventKind::kEdited);
}

absl::Status Restoration::Load(pg::Transaction& transaction, const pg::Results& results) {
  Edits edits = ReadEdits(results[edits_]);
  if (edits.empty()) return absl::OkStatus();
  std::vector<LotId> lots;
  for (const auto& [lot, own] : edits) lots.push_back(lot);
  const size_t additions = transaction.Add(kReadAdditions, company_, lots);
  const size_t details = AddDetailsRead(transaction, company_, lots);
  ASSIGN_OR_RETURN(const pg::Results more, transaction.Send());
  absl::flat_hash_map<LotId, LotSteps> histories;
  for (const pg::Row row : more[additions]) {
    histories[row.Get<LotId>(0)].AddTransformation(row, transformation_);
  }
  for (auto& [lot, now] : ReadDetails(more[details])) {
    LotSteps& history = histories[lot];
    for (Edit& edit : edits[lot]) history.AddEdit(std::move(edit));
    const std::vector<Step> steps = std::move(history).Sorted();
    lots_[lot] = {.now = now,
                  .after = AfterReversal(FindUndone(steps), now),
                  .edited = EditedSince(steps, transformation_.value())};
  }
  return absl::OkStatus();
}

LotDates Restoration::DatesOf(const LotId& serial, const LotDates& before) const {
  const auto found = lots_.find(serial);
  if (found == lots_.end()) return before;
  LotDates dates = before;
  for (const DateField& field : kDateFields) {
    if (found->second.edited.count(field.name) == 0) continue;
    dates.*field.date = found->second.now.dates.*field.date;
  }
  return ExpiringOn(dates, dates.expires_on);
}

void Restoration::AddWrites(pg::Transaction& transaction, const WriteContext& context,
                            const LotChanges& unmade, absl::Time recorded_at) const {
  absl::flat_hash_map<LotId, LotDates> unmade_dates;
  for (size_t i = 0; i < unmade.ids.size(); ++i) unmade_dates[unmade.ids[i]] = unmade.dates[i];
  std::vector<DetailsChange> changes;
  LotChanges dated;
  for (const auto& [lot, restored] : lots_) {
    changes.push_back({lot, restored.now, restored.after});
    const auto found = unmade_dates.find(lot);
    if (found != unmade_dates.end()) {
      changes.back().after.dates = found->second;
    } else if (restored.now.dates != restored.after.dates) {
      dated.ids.push_back(lot);
      dated.states.push_back(restored.now.state);
      dated.dates.push_back(restored.after.dates);
    }
  }
  AddLotChanges(transaction, company_, dated, context.now);
  AddDetailsChanges(transaction, context, changes, recorded_at);
}

}  // namespace lots::orders
