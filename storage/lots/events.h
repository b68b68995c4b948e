// Rows of lot_events: what happened to the records of lots.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/hold.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/lot_details.h"
#include "storage/lots/inspection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

// One field of an edit, as text. For a deletion, old_value is the last value.
struct FieldChange {
  std::string field;
  std::string old_value;
  std::string new_value;
  // Of an attribute that the lot had: {"allergen": {"text": "soy"}}, with its type, so that a
  // reversal restores the attribute. Only in the column.
  std::string old_attribute = {};
};

// The dates of a lot with their names in the API.
struct DateField {
  const char* name;
  std::optional<absl::CivilDay> LotDates::*date;
};
inline constexpr DateField kDateFields[] = {
    {"manufacture_date", &LotDates::manufactured_on},
    {"expire_date", &LotDates::expires_on},
    {"best_before_date", &LotDates::best_before_on},
    {"removal_date", &LotDates::removal_on},
    {"alert_date", &LotDates::alert_on},
};

// What a recall says about a lot.
struct RecallLotEvent {
  RecallId recall_id;
  std::optional<RecallMemberChange> change;  // of kRecallMember
  std::string text;                          // the evidence, or the note of the disposition
  std::string link;
  // Of kRecallDisposition.
  std::optional<RecallDispositionKind> disposition;
  LocationId location_id;
  Quantity quantity;
  int scale = 0;
};

struct LotEvent {
  Uuid event_id;
  LotId lot_id;
  LotEventKind kind = LotEventKind::kEdited;
  std::optional<WorkOrderId> work_order;
  std::string actor;
  absl::Time recorded_at;
  std::vector<FieldChange> changes;
  std::optional<Uuid> entry_id;  // of the audit entry, as reads say it
  std::optional<Hold> hold;  // of kHeld and kReleased, which are read from the holds: no rows here
  std::optional<HoldId> hold_id;         // of kHoldChanged: the hold whose fields changed
  std::optional<Inspection> inspection;  // of kInspected, read from the inspections: no rows here
  // Of kRecallMember and kRecallDisposition, which are read from the recalls: no rows here.
  std::optional<RecallLotEvent> recall = {};
};

// Appends a change for each attribute that differs: each key of its own, so that the history says
// which one changed.
void AppendAttributeChanges(const Attributes& before, const Attributes& after,
                            std::vector<FieldChange>& changes);

// Appends a change for each date that differs.
void AppendDateChanges(const LotDates& before, const LotDates& after,
                       std::vector<FieldChange>& changes);

// Adds one statement that inserts the events.
void AppendLotEvents(pg::Transaction& transaction, const WriteContext& context,
                     absl::Span<const LotEvent> events);

// The JSON that the column `changes` keeps.
std::string ChangesToJson(absl::Span<const FieldChange> changes);
std::vector<FieldChange> ChangesFromJson(absl::string_view text);

}  // namespace lots
