// Reads lots from rows.
#include "storage/lot_rows/lot_row.h"

#include <optional>

#include "absl/status/statusor.h"
#include "storage/domain/dates.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/lot.h"
#include "storage/lot_rows/attributes.h"

namespace lots {
namespace {

LotDates ReadDates(const pg::Row& row, int first) {
  using Day = std::optional<absl::CivilDay>;
  return {.manufactured_on = row.Get<Day>(first),
          .expires_on = row.Get<Day>(first + 1),
          .best_before_on = row.Get<Day>(first + 2),
          .removal_on = row.Get<Day>(first + 3),
          .alert_on = row.Get<Day>(first + 4)};
}

}  // namespace

absl::CivilDay LotReader::Today(const std::string& time_zone) {
  if (time_zone == time_zone_) return today_;
  const absl::StatusOr<absl::TimeZone> zone = LoadZone(time_zone);
  time_zone_ = time_zone;
  today_ = DayIn(now_, zone.ok() ? *zone : absl::UTCTimeZone());
  return today_;
}

Lot LotReader::Read(const pg::Row& row, int first) {
  Lot lot = ReadRow(row, first);
  lot.on_hand = row.Get<Quantity>(first + kRowColumnCount);
  lot.hold_cause = row.Get<std::optional<HoldCause>>(first + kRowColumnCount + 1);
  return lot;
}

Lot LotReader::ReadRow(const pg::Row& row, int first) {
  Lot lot{.lot_id = row.Get<LotId>(first),
          .company = company_,
          .product_id = row.Get<ProductId>(first + 1),
          .number = row.Get<std::string>(first + 2),
          .tracking = row.Get<Tracking>(first + 3),
          .scale = row.Get<int>(first + 4),
          .reference = row.Get<std::string>(first + 5),
          .notes = row.Get<std::string>(first + 6),
          .attributes = AttributesFromJson(row.Get<absl::string_view>(first + 7)),
          .dates = ReadDates(row, first + 8),
          .state = row.Get<LotState>(first + 13),
          .version = row.Get<int64_t>(first + 14),
          .created_by = row.Get<std::string>(first + 15),
          .created_at = row.Get<absl::Time>(first + 16),
          .updated_at = row.Get<absl::Time>(first + 17)};
  if (lot.dates.expires_on.has_value()) {
    lot.expired = IsExpired(lot.dates.expires_on, Today(row.Get<std::string>(first + 18)));
  }
  return lot;
}

}  // namespace lots
