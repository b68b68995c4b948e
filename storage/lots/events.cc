// Writes and reads rows of lot_events.
#include "storage/lots/events.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/attributes.h"

namespace lots {
namespace {

using nlohmann::json;

constexpr pg::Statement kAppendLotEvents{"append_lot_events", R"sql(
  INSERT INTO lot_events (company, event_id, lot_id, kind, work_order_id, actor, recorded_at,
                          changes, entry_id)
  SELECT $1, e.event_id, e.lot_id, e.kind, e.work_order_id, e.actor, e.recorded_at,
         e.changes::jsonb, $9
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[],
              $8::text[])
    AS e (event_id, lot_id, kind, work_order_id, actor, recorded_at, changes))sql"};

}  // namespace

void AppendAttributeChanges(const Attributes& before, const Attributes& after,
                            std::vector<FieldChange>& changes) {
  std::map<std::string, std::pair<const AttributeValue*, const AttributeValue*>> values;
  for (const auto& [key, value] : before) values[key].first = &value;
  for (const auto& [key, value] : after) values[key].second = &value;
  const auto text = [](const AttributeValue* value) {
    return value == nullptr ? std::string() : TextOf(*value);
  };
  for (const auto& [key, pair] : values) {
    const auto& [old_value, new_value] = pair;
    if (old_value != nullptr && new_value != nullptr && *old_value == *new_value) continue;
    FieldChange& change = changes.emplace_back();
    change.field = absl::StrCat("attributes.", key);
    change.old_value = text(old_value);
    change.new_value = text(new_value);
    if (old_value != nullptr) change.old_attribute = AttributesToJson({{key, *old_value}});
  }
}

void AppendDateChanges(const LotDates& before, const LotDates& after,
                       std::vector<FieldChange>& changes) {
  const auto text = [](const std::optional<absl::CivilDay>& day) {
    return day.has_value() ? absl::FormatCivilTime(*day) : std::string();
  };
  for (const DateField& field : kDateFields) {
    if (before.*field.date == after.*field.date) continue;
    changes.push_back({field.name, text(before.*field.date), text(after.*field.date)});
  }
}

void AppendLotEvents(pg::Transaction& transaction, const WriteContext& context,
                     absl::Span<const LotEvent> events) {
  std::vector<Uuid> event_ids;
  std::vector<LotId> lot_ids;
  std::vector<LotEventKind> kinds;
  std::vector<std::optional<WorkOrderId>> work_orders;
  std::vector<std::string> actors, changes;
  std::vector<absl::Time> recorded_at;
  for (const LotEvent& event : events) {
    event_ids.push_back(event.event_id);
    lot_ids.push_back(event.lot_id);
    kinds.push_back(event.kind);
    work_orders.push_back(event.work_order);
    actors.push_back(event.actor);
    recorded_at.push_back(event.recorded_at);
    changes.push_back(ChangesToJson(event.changes));
  }
  transaction.Add(kAppendLotEvents, context.company, event_ids, lot_ids, kinds, work_orders, actors,
                  recorded_at, changes, context.entry_id);
}

std::string ChangesToJson(absl::Span<const FieldChange> changes) {
  json list = json::array();
  for (const FieldChange& change : changes) {
    list.push_back({{"field", change.field}, {"old", change.old_value}, {"new", change.new_value}});
    if (!change.old_attribute.empty()) list.back()["old_attribute"] = change.old_attribute;
  }
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<FieldChange> ChangesFromJson(absl::string_view text) {
  const json list = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  std::vector<FieldChange> changes;
  for (const json& change : list) {
    if (!change.is_object()) continue;
    changes.push_back({.field = change.value("field", ""),
                       .old_value = change.value("old", ""),
                       .new_value = change.value("new", ""),
                       .old_attribute = change.value("old_attribute", "")});
  }
  return changes;
}

}  // namespace lots
