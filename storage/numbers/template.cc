// Parses a template and formats numbers by it.
#include "storage/numbers/template.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "storage/base/check.h"
#include "storage/base/check_digit.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"
#include "storage/numbers/number.h"

namespace lots {
namespace {

// 10^18 − 1 is the last counter below 2^63.
constexpr int kCounterDigitsMax = 18;
constexpr absl::string_view kKnownTokens =
    "{YYYY} {YY} {MM} {DD} {WW} {DDD} {####} {check:mod10} {check:luhn}";

// The Thursday of a day's ISO week, which lies in the year that the week belongs to.
absl::CivilDay IsoThursday(absl::CivilDay day) {
  return absl::PrevWeekday(absl::NextWeekday(day, absl::Weekday::monday), absl::Weekday::thursday);
}

int IsoWeek(absl::CivilDay day) { return (absl::GetYearDay(IsoThursday(day)) - 1) / 7 + 1; }

}  // namespace

class NumberTemplateParser {
 public:
  explicit NumberTemplateParser(absl::string_view text) : text_(text) {}

  absl::StatusOr<NumberTemplate> Parse() {
    while (at_ < text_.size()) RETURN_IF_ERROR(ParseNext());
    if (made_.counter_digits_ == 0) return Refused("it needs one counter, such as {#####}");
    made_.iso_year_ = has_week_ && !has_month_or_day_of_year_;
    RETURN_IF_ERROR(CheckSample());
    return std::move(made_);
  }

 private:
  using Kind = NumberTemplate::TokenKind;

  absl::Status Refused(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("number template \"", text_, "\": ", what));
  }
  absl::Status RefusedToken(absl::string_view what) const {
    return Refused(absl::StrCat(what, " at character ", CountCharacters(text_.substr(0, at_)) + 1));
  }

  absl::Status ParseNext() {
    const absl::string_view rest = text_.substr(at_);
    if (absl::StartsWith(rest, "{{") || absl::StartsWith(rest, "}}")) {
      return TakeLiteral(rest.substr(0, 1), 2);
    }
    if (rest.front() == '{') return ParseToken(rest);
    if (rest.front() == '}') return RefusedToken("a single } (write }} for a brace)");
    const absl::string_view literal = rest.substr(0, rest.find_first_of("{}"));
    return TakeLiteral(literal, literal.size());
  }

  absl::Status TakeLiteral(absl::string_view literal, size_t size) {
    made_.tokens_.push_back({Kind::kLiteral, std::string(literal)});
    at_ += size;
    return absl::OkStatus();
  }

  absl::Status ParseToken(absl::string_view rest) {
    const size_t end = rest.find('}');
    if (end == absl::string_view::npos) {
      return RefusedToken("a { that is not closed (write {{ for a brace)");
    }
    const absl::string_view name = rest.substr(1, end - 1);
    RETURN_IF_ERROR(IsCounter(name) ? TakeCounter(name) : TakeNamed(name));
    at_ += end + 1;
    return absl::OkStatus();
  }

  static bool IsCounter(absl::string_view name) {
    return !name.empty() && name.find_first_not_of('#') == absl::string_view::npos;
  }

  absl::Status TakeCounter(absl::string_view name) {
    if (made_.counter_digits_ != 0) return RefusedToken("a second counter");
    if (name.size() > kCounterDigitsMax) {
      return RefusedToken(
          absl::StrCat("a counter of ", name.size(), " digits (at most ", kCounterDigitsMax, ")"));
    }
    made_.counter_digits_ = static_cast<int>(name.size());
    made_.tokens_.push_back({Kind::kCounter, {}});
    return absl::OkStatus();
  }

  absl::Status TakeNamed(absl::string_view name) {
    static constexpr std::pair<absl::string_view, Kind> kNamed[] = {
        {"YYYY", Kind::kYear},
        {"YY", Kind::kShortYear},
        {"MM", Kind::kMonth},
        {"DD", Kind::kDay},
        {"WW", Kind::kWeek},
        {"DDD", Kind::kDayOfYear},
        {"check:mod10", Kind::kCheckMod10},
        {"check:luhn", Kind::kCheckLuhn},
    };
    for (const auto& [known, kind] : kNamed) {
      if (name == known) return TakeKind(kind);
    }
    return RefusedToken(absl::StrCat("unknown token {", name, "} (known: ", kKnownTokens, ")"));
  }

  absl::Status TakeKind(Kind kind) {
    if (kind == Kind::kCheckMod10 || kind == Kind::kCheckLuhn) {
      if (made_.counter_digits_ == 0) return RefusedToken("a check digit before the counter");
      if (std::exchange(has_check_, true)) return RefusedToken("a second check digit");
    }
    has_week_ |= kind == Kind::kWeek;
    has_month_or_day_of_year_ |= kind == Kind::kMonth || kind == Kind::kDayOfYear;
    made_.tokens_.push_back({kind, {}});
    return absl::OkStatus();
  }

  // All numbers of a template have the same length, and differ in digits alone: one sample stands
  // for all.
  absl::Status CheckSample() const {
    ASSIGN_OR_RETURN(const std::string made, made_.Format(absl::CivilDay(2026, 1, 1), 1));
    const absl::StatusOr<std::string> clean = CleanNumber(made);
    if (!clean.ok()) {
      return Refused(absl::StrCat("the numbers it makes are refused: ", clean.status().message()));
    }
    if (*clean == made) return absl::OkStatus();
    return Refused("it begins or ends with a space, or is not in Unicode normal form C");
  }

  const absl::string_view text_;
  size_t at_ = 0;
  bool has_check_ = false;
  bool has_week_ = false;
  bool has_month_or_day_of_year_ = false;
  NumberTemplate made_;
};

absl::StatusOr<NumberTemplate> NumberTemplate::Parse(absl::string_view text) {
  return NumberTemplateParser(text).Parse();
}

int64_t NumberTemplate::counter_max() const {
  int64_t end = 1;
  for (int digit = 0; digit < counter_digits_; ++digit) end *= 10;
  return end - 1;
}

bool NumberTemplate::Has(TokenKind kind) const {
  return std::any_of(tokens_.begin(), tokens_.end(),
                     [&](const Token& token) { return token.kind == kind; });
}

absl::Status NumberTemplate::CheckReset(CounterReset reset) const {
  const bool has_year = Has(TokenKind::kYear) || Has(TokenKind::kShortYear);
  const bool has_day_of_year = Has(TokenKind::kDayOfYear);
  const bool has_month = Has(TokenKind::kMonth) || has_day_of_year;
  const bool has_day = (Has(TokenKind::kMonth) && Has(TokenKind::kDay)) || has_day_of_year;
  const auto refused = [&](absl::string_view needed) {
    return absl::InvalidArgumentError(absl::StrCat(
        "with a counter that begins again with the ", absl::AsciiStrToLower(Name(reset)),
        " the template would make the same numbers again: it needs ", needed));
  };
  switch (reset) {
    case CounterReset::kNever:
      return absl::OkStatus();
    case CounterReset::kYear:
      return has_year ? absl::OkStatus() : refused("{YYYY} or {YY}");
    case CounterReset::kMonth:
      return has_year && has_month ? absl::OkStatus() : refused("a year, and {MM} or {DDD}");
    case CounterReset::kDay:
      return has_year && has_day ? absl::OkStatus() : refused("a year, and {MM}{DD} or {DDD}");
  }
  return absl::OkStatus();
}

std::optional<absl::CivilDay> NumberTemplate::PeriodOf(absl::CivilDay day,
                                                       CounterReset reset) const {
  switch (reset) {
    case CounterReset::kNever:
      return std::nullopt;
    case CounterReset::kYear:
      return absl::CivilDay((iso_year_ ? IsoThursday(day) : day).year(), 1, 1);
    case CounterReset::kMonth:
      return absl::CivilDay(day.year(), day.month(), 1);
    case CounterReset::kDay:
      return day;
  }
  return std::nullopt;
}

bool NumberTemplate::IsOver(std::optional<absl::CivilDay> period, absl::CivilDay day,
                            CounterReset reset) const {
  const std::optional<absl::CivilDay> current = PeriodOf(day, reset);
  return period.has_value() && current.has_value() && *period < *current;
}

absl::StatusOr<std::string> NumberTemplate::Format(absl::CivilDay day, int64_t counter) const {
  Check(counter >= 0);
  if (day.year() < 1 || day.year() > 9999) {
    return absl::InvalidArgumentError(
        absl::StrCat("number template: the year ", day.year(), " is not within 1 … 9999"));
  }
  if (counter > counter_max()) {
    return absl::OutOfRangeError(absl::StrCat("number template: the counter ", counter,
                                              " has outgrown its ", counter_digits_,
                                              " digits; give the product a template with more"));
  }
  std::string number;
  for (const Token& token : tokens_) number += FormatToken(token, day, counter, number);
  return number;
}

std::string NumberTemplate::FormatToken(const Token& token, absl::CivilDay day, int64_t counter,
                                        absl::string_view before) const {
  const int64_t year = (iso_year_ ? IsoThursday(day) : day).year();
  switch (token.kind) {
    case TokenKind::kLiteral:
      return token.literal;
    case TokenKind::kYear:
      return absl::StrFormat("%04d", year);
    case TokenKind::kShortYear:
      return absl::StrFormat("%02d", year % 100);
    case TokenKind::kMonth:
      return absl::StrFormat("%02d", day.month());
    case TokenKind::kDay:
      return absl::StrFormat("%02d", day.day());
    case TokenKind::kWeek:
      return absl::StrFormat("%02d", IsoWeek(day));
    case TokenKind::kDayOfYear:
      return absl::StrFormat("%03d", absl::GetYearDay(day));
    case TokenKind::kCounter:
      return absl::StrFormat("%0*d", counter_digits_, counter);
    case TokenKind::kCheckMod10:
      return std::string(1, CheckDigitMod10(before));
    case TokenKind::kCheckLuhn:
      return std::string(1, CheckDigitLuhn(before));
  }
  return std::string();
}

}  // namespace lots
