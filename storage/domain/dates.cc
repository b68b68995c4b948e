// Calendar dates: derived dates, time zones, expiry and warranty days.
#include "storage/domain/dates.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/lot_details.h"

namespace lots {
namespace {

// Longer than the longest name in the zone database.
constexpr size_t kZoneNameCharactersMax = 64;

absl::Status CheckOffset(absl::string_view name, std::optional<int32_t> days,
                         std::optional<int32_t> expire_days) {
  if (!days) return absl::OkStatus();
  if (*days < 0 || *days > kShelfLifeDaysMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", *days, " is not within 0 … ", kShelfLifeDaysMax, " days"));
  }
  if (!expire_days || *days <= *expire_days) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": ", *days, " days is after expire_days, ", *expire_days));
}

void DeriveOne(std::optional<absl::CivilDay>& date, std::optional<absl::CivilDay> manufactured_on,
               std::optional<int32_t> offset_days) {
  if (!date && manufactured_on && offset_days) date = *manufactured_on + *offset_days;
}

struct NamedDate {
  absl::string_view name;
  std::optional<absl::CivilDay> day;
};

Problem WrongOrder(const NamedDate& date, absl::string_view relation, const NamedDate& other) {
  const std::string day = absl::FormatCivilTime(*date.day);
  return FieldInvalid(
      date.name, day,
      absl::StrCat(day, " is ", relation, " ", other.name, " ", absl::FormatCivilTime(*other.day)));
}

bool IsZoneName(absl::string_view name) {
  const auto allowed = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '+' || c == '-' || c == '/';
  };
  // The library would take an absolute path, "localtime" (this machine's zone), and zones that
  // count leap seconds.
  return !name.empty() && name.size() <= kZoneNameCharactersMax && absl::c_all_of(name, allowed) &&
         absl::ascii_isalpha(static_cast<unsigned char>(name.front())) && name != "localtime" &&
         !absl::StartsWith(name, "right/") && !absl::StartsWith(name, "posix");
}

}  // namespace

absl::Status CheckShelfLife(const ShelfLife& shelf_life) {
  const std::optional<int32_t>& expiry = shelf_life.expire_days;
  RETURN_IF_ERROR(CheckOffset("expire_days", expiry, std::nullopt));
  RETURN_IF_ERROR(CheckOffset("best_before_days", shelf_life.best_before_days, expiry));
  RETURN_IF_ERROR(CheckOffset("removal_days", shelf_life.removal_days, expiry));
  return CheckOffset("alert_days", shelf_life.alert_days, expiry);
}

LotDates DeriveDates(LotDates given, const ShelfLife& shelf_life) {
  LotDates dates = given;
  DeriveOne(dates.expires_on, dates.manufactured_on, shelf_life.expire_days);
  const auto derive = [&](std::optional<absl::CivilDay>& date, std::optional<int32_t> offset) {
    if (date) return;
    DeriveOne(date, dates.manufactured_on, offset);
    if (date && dates.expires_on) date = std::min(*date, *dates.expires_on);
  };
  derive(dates.best_before_on, shelf_life.best_before_days);
  derive(dates.removal_on, shelf_life.removal_days);
  derive(dates.alert_on, shelf_life.alert_days);
  return dates;
}

std::vector<Problem> CheckDates(const LotDates& dates) {
  const NamedDate manufactured{"manufacture_date", dates.manufactured_on};
  const NamedDate expires{"expire_date", dates.expires_on};
  std::vector<Problem> problems;
  for (const NamedDate& date :
       {expires, NamedDate{"best_before_date", dates.best_before_on},
        NamedDate{"removal_date", dates.removal_on}, NamedDate{"alert_date", dates.alert_on}}) {
    if (!date.day) continue;
    if (manufactured.day && *date.day < *manufactured.day) {
      problems.push_back(WrongOrder(date, "before", manufactured));
    }
    if (expires.day && *date.day > *expires.day) {
      problems.push_back(WrongOrder(date, "after", expires));
    }
  }
  return problems;
}

absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name) {
  absl::TimeZone zone;
  if (IsZoneName(name) && absl::LoadTimeZone(std::string(name), &zone)) return zone;
  return absl::InvalidArgumentError(
      absl::StrCat("time zone \"", absl::CHexEscape(name.substr(0, kZoneNameCharactersMax)),
                   "\" is not known; give an IANA name such as \"Europe/Berlin\" or \"UTC\""));
}

absl::CivilDay DayIn(absl::Time time, absl::TimeZone zone) { return absl::ToCivilDay(time, zone); }

bool IsExpired(std::optional<absl::CivilDay> expires_on, absl::CivilDay today) {
  return expires_on && today > *expires_on;
}

bool IsLaterExpiry(std::optional<absl::CivilDay> before, std::optional<absl::CivilDay> after) {
  return before.has_value() && (!after.has_value() || *after > *before);
}

absl::CivilDay WarrantyEnd(absl::CivilDay delivered_on, int32_t months) {
  Check(months > 0);
  const absl::CivilMonth end = absl::CivilMonth(delivered_on) + months;
  const absl::CivilDay last_of_month = absl::CivilDay(end + 1) - 1;
  if (delivered_on.day() > last_of_month.day()) return last_of_month;
  return absl::CivilDay(end) + (delivered_on.day() - 2);
}

}  // namespace lots
