// Dates of lots that follow from the product's shelf life.
#include "storage/domain/dates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/reasons.h"
#include "tests/support/base/random.h"

namespace lots {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using MaybeDay = std::optional<CivilDay>;

constexpr ShelfLife kDairy{
    .expire_days = 30, .best_before_days = 25, .removal_days = 28, .alert_days = 20};

LotDates Dates(MaybeDay manufactured, MaybeDay expires, MaybeDay best_before, MaybeDay removal,
               MaybeDay alert) {
  return {.manufactured_on = manufactured,
          .expires_on = expires,
          .best_before_on = best_before,
          .removal_on = removal,
          .alert_on = alert};
}

void ExpectDates(const LotDates& dates, const LotDates& expected) {
  EXPECT_EQ(dates.manufactured_on, expected.manufactured_on);
  EXPECT_EQ(dates.expires_on, expected.expires_on);
  EXPECT_EQ(dates.best_before_on, expected.best_before_on);
  EXPECT_EQ(dates.removal_on, expected.removal_on);
  EXPECT_EQ(dates.alert_on, expected.alert_on);
}

std::vector<std::string> Messages(const LotDates& dates) {
  std::vector<std::string> messages;
  for (const Problem& problem : CheckDates(dates)) messages.push_back(problem.message);
  return messages;
}

TEST(DeriveDates, FromTheManufacturingDate) {
  const CivilDay made(2026, 2, 1);
  ExpectDates(DeriveDates({.manufactured_on = made}, kDairy),
              Dates(made, CivilDay(2026, 3, 3), CivilDay(2026, 2, 26), CivilDay(2026, 3, 1),
                    CivilDay(2026, 2, 21)));
  ExpectDates(DeriveDates({.manufactured_on = made}, {.removal_days = 0}),
              Dates(made, {}, {}, made, {}));
  ExpectDates(DeriveDates({.manufactured_on = made}, {}), Dates(made, {}, {}, {}, {}));
  ExpectDates(DeriveDates({}, kDairy), LotDates());
}

TEST(DeriveDates, KeepsWhatIsGiven) {
  const LotDates given = Dates(CivilDay(2026, 2, 1), CivilDay(2027, 1, 1), CivilDay(2026, 1, 1),
                               CivilDay(2028, 1, 1), CivilDay(2025, 1, 1));
  ExpectDates(DeriveDates(given, kDairy), given);
}

TEST(DeriveDates, NeverLaterThanAGivenExpiry) {
  const CivilDay made(2026, 2, 1);
  const CivilDay expires(2026, 2, 23);
  ExpectDates(DeriveDates({.manufactured_on = made, .expires_on = expires}, kDairy),
              Dates(made, expires, expires, expires, CivilDay(2026, 2, 21)));
}

TEST(CheckDates, NamesEveryProblem) {
  const LotDates wrong = Dates(CivilDay(2026, 2, 1), CivilDay(2026, 1, 31), CivilDay(2026, 3, 1),
                               CivilDay(2026, 1, 1), CivilDay(2026, 2, 2));

  EXPECT_THAT(Messages(wrong),
              ElementsAre("expire_date: 2026-01-31 is before manufacture_date 2026-02-01",
                          "best_before_date: 2026-03-01 is after expire_date 2026-01-31",
                          "removal_date: 2026-01-01 is before manufacture_date 2026-02-01",
                          "alert_date: 2026-02-02 is after expire_date 2026-01-31"));
  const Problem problem = CheckDates(wrong)[1];
  EXPECT_EQ(problem.reason, Reason::kFieldInvalid);
  EXPECT_EQ(problem.field, "best_before_date");
}

TEST(CheckDates, AcceptsWhatIsOnlyUnusual) {
  const CivilDay day(2026, 2, 1);
  EXPECT_THAT(Messages({}), IsEmpty());
  EXPECT_THAT(Messages(Dates(day, day, day, day, day)), IsEmpty());
  EXPECT_THAT(Messages(Dates(day, {}, day + 9, day + 5, day + 7)), IsEmpty());
  EXPECT_THAT(Messages(Dates({}, day, {}, day - 9, {})), IsEmpty());
}

TEST(CheckShelfLife, RefusesWhatCannotBe) {
  const struct {
    ShelfLife shelf_life;
    const char* message;
  } kCases[] = {
      {{.expire_days = -1}, "expire_days: -1 is not within 0 … 36500 days"},
      {{.alert_days = kShelfLifeDaysMax + 1}, "alert_days: 36501 is not within 0 … 36500 days"},
      {{.expire_days = 30, .best_before_days = 31},
       "best_before_days: 31 days is after expire_days, 30"},
      {{.expire_days = 30, .removal_days = 31}, "removal_days: 31 days is after expire_days, 30"},
      {{.expire_days = 30, .alert_days = 31}, "alert_days: 31 days is after expire_days, 30"},
  };
  for (const auto& [shelf_life, message] : kCases) {
    EXPECT_EQ(CheckShelfLife(shelf_life), absl::InvalidArgumentError(message));
  }
  EXPECT_EQ(CheckShelfLife({}), absl::OkStatus());
  EXPECT_EQ(CheckShelfLife(kDairy), absl::OkStatus());
  EXPECT_EQ(CheckShelfLife({.best_before_days = kShelfLifeDaysMax}), absl::OkStatus());
}

TEST(DeriveDates, OfASoundShelfLifeIsNeverAProblem) {
  TestRandom random;
  TRACE_SEED(random);
  const auto any_offset = [&]() -> std::optional<int32_t> {
    if (random.Between(0, 3) == 0) return std::nullopt;
    return static_cast<int32_t>(random.Between(0, 50));
  };

  for (int round = 0; round < 5'000; ++round) {
    const ShelfLife shelf_life{any_offset(), any_offset(), any_offset(), any_offset()};
    if (!CheckShelfLife(shelf_life).ok()) continue;
    LotDates given{.manufactured_on = CivilDay(2026, 1, 1) + random.Between(0, 400)};
    if (random.Between(0, 1)) given.expires_on = *given.manufactured_on + random.Between(0, 60);
    EXPECT_THAT(Messages(DeriveDates(given, shelf_life)), IsEmpty());
  }
}

TEST(LoadZone, KnowsIanaNamesOnly) {
  for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
    EXPECT_TRUE(LoadZone(name).ok()) << name;
  }
  for (const char* name :
       {"", "Europe/Atlantis", "Europe", "localtime", "/etc/localtime", "../../etc/localtime",
        "Europe/../UTC", "right/UTC", "posix/UTC", "posixrules", "file:UTC", "libc:UTC", "+01:00",
        "UTC\n", "Europe/Berlin\x01",
        "Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(LoadZone(name).status())) << name;
  }
  EXPECT_EQ(LoadZone("Mars").status().message(),
            "time zone \"Mars\" is not known; give an IANA name such as \"Europe/Berlin\" or "
            "\"UTC\"");
}

TEST(DayIn, DependsOnTheZone) {
  const absl::Time new_year = absl::FromCivil(absl::CivilSecond(2026, 1, 1), absl::UTCTimeZone());
  EXPECT_EQ(DayIn(new_year, absl::UTCTimeZone()), CivilDay(2026, 1, 1));
  EXPECT_EQ(DayIn(new_year - absl::Microseconds(1), absl::UTCTimeZone()), CivilDay(2025, 12, 31));
  EXPECT_EQ(DayIn(new_year, *LoadZone("America/New_York")), CivilDay(2025, 12, 31));
  EXPECT_EQ(DayIn(new_year - absl::Hours(12), *LoadZone("Pacific/Auckland")), CivilDay(2026, 1, 1));
}

TEST(IsExpired, FromTheDayAfter) {
  EXPECT_FALSE(IsExpired(CivilDay(2026, 1, 31), CivilDay(2026, 1, 30)));
  EXPECT_FALSE(IsExpired(CivilDay(2026, 1, 31), CivilDay(2026, 1, 31)));
  EXPECT_TRUE(IsExpired(CivilDay(2026, 1, 31), CivilDay(2026, 2, 1)));
  EXPECT_FALSE(IsExpired(std::nullopt, CivilDay(9999, 12, 31)));
}

TEST(WarrantyEnd, OnTheDayBeforeTheSameDayOfALaterMonth) {
  const struct {
    CivilDay delivered_on;
    int32_t months;
    CivilDay end;
  } kCases[] = {
      {CivilDay(2026, 1, 15), 1, CivilDay(2026, 2, 14)},
      {CivilDay(2026, 1, 15), 24, CivilDay(2028, 1, 14)},
      {CivilDay(2026, 3, 1), 1, CivilDay(2026, 3, 31)},
      {CivilDay(2026, 2, 1), 1, CivilDay(2026, 2, 28)},
      {CivilDay(2026, 1, 28), 1, CivilDay(2026, 2, 27)},
      {CivilDay(2026, 1, 29), 1, CivilDay(2026, 2, 28)},
      {CivilDay(2026, 1, 31), 1, CivilDay(2026, 2, 28)},
      {CivilDay(2028, 1, 31), 1, CivilDay(2028, 2, 29)},
      {CivilDay(2028, 1, 29), 1, CivilDay(2028, 2, 28)},
      {CivilDay(2024, 2, 29), 12, CivilDay(2025, 2, 28)},
      {CivilDay(2024, 2, 29), 48, CivilDay(2028, 2, 28)},
      {CivilDay(2026, 8, 31), 1, CivilDay(2026, 9, 30)},
      {CivilDay(2026, 12, 31), 2, CivilDay(2027, 2, 28)},
      {CivilDay(2026, 12, 31), 1, CivilDay(2027, 1, 30)},
      {CivilDay(2026, 1, 1), kWarrantyMonthsMax, CivilDay(2125, 12, 31)},
  };
  for (const auto& [delivered_on, months, end] : kCases) {
    EXPECT_EQ(WarrantyEnd(delivered_on, months), end) << delivered_on << " + " << months;
  }
}

}  // namespace
}  // namespace lots
