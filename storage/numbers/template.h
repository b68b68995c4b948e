// Numbers made from a product's template. (From a first number: sequence.h.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "storage/domain/kinds/counter_reset.h"

namespace lots {

// A product's number template: literal text with these tokens.
//   {YYYY} {YY} {MM} {DD}         the day's year, month, day
//   {WW}                          its ISO 8601 week
//   {DDD}                         its day of the year
//   {####}                        the counter, padded with zeros to as many digits (1–18)
//   {check:mod10} {check:luhn}    a check digit over all digits before it
//   {{ }}                         a brace
// The counter stands there exactly once, a check digit at most once and after it. Where {WW} stands
// without {MM} and {DDD}, the year is the one the ISO week belongs to: 2027-01-01 is in
// week 53 of 2026.
//
// Every number a template makes has the same length, and all of it is decided in Parse: what parses
// never makes a number that CleanNumber would refuse or change.
class NumberTemplate {
 public:
  // INVALID_ARGUMENT, naming the token and the character it begins at.
  static absl::StatusOr<NumberTemplate> Parse(absl::string_view text);

  // The number for a counter value (0 or more). OUT_OF_RANGE when the counter has outgrown its
  // digits; INVALID_ARGUMENT for a year that has not four digits.
  absl::StatusOr<std::string> Format(absl::CivilDay day, int64_t counter) const;

  // The last counter value that fits.
  int64_t counter_max() const;

  // INVALID_ARGUMENT, naming the tokens that are missing, when two periods of the reset could have
  // the same numbers.
  absl::Status CheckReset(CounterReset reset) const;
  // The first day of the period that a day is in. None: the counter is never reset.
  std::optional<absl::CivilDay> PeriodOf(absl::CivilDay day, CounterReset reset) const;
  // Whether a counter that counted in `period` begins again with the next number made on `day`. No
  // period: it counted without a reset so far, and goes on.
  bool IsOver(std::optional<absl::CivilDay> period, absl::CivilDay day, CounterReset reset) const;

 private:
  enum class TokenKind {
    kLiteral,
    kYear,
    kShortYear,
    kMonth,
    kDay,
    kWeek,
    kDayOfYear,
    kCounter,
    kCheckMod10,
    kCheckLuhn,
  };
  struct Token {
    TokenKind kind;
    std::string literal;  // of kLiteral
  };
  friend class NumberTemplateParser;

  NumberTemplate() = default;
  bool Has(TokenKind kind) const;
  std::string FormatToken(const Token& token, absl::CivilDay day, int64_t counter,
                          absl::string_view before) const;

  std::vector<Token> tokens_;
  int counter_digits_ = 0;
  bool iso_year_ = false;
};

}  // namespace lots
