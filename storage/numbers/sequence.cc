// Counts up the last run of digits in a number.
#include "storage/numbers/sequence.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"
#include "storage/numbers/number.h"

namespace lots {
namespace {

constexpr absl::string_view kDigits = "0123456789";

// Adds one to a decimal number of any length, which keeps its width until it overflows.
void Increment(std::string& digits) {
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (*digit != '9') return (void)++*digit;
    *digit = '0';
  }
  digits.insert(digits.begin(), '1');
}

}  // namespace

absl::StatusOr<NumberSequence> NumberSequence::From(absl::string_view first) {
  ASSIGN_OR_RETURN(const std::string clean, CleanNumber(first));
  const absl::string_view text = clean;
  NumberSequence sequence;
  const size_t last = text.find_last_of(kDigits);
  if (last == absl::string_view::npos) {
    sequence.prefix_ = clean;
    sequence.digits_.push_back('1');
    return sequence;
  }
  // find_last_not_of answers npos where the run begins the text, and npos + 1 is 0.
  const size_t begin = text.find_last_not_of(kDigits, last) + 1;
  sequence.prefix_ = std::string(text.substr(0, begin));
  sequence.digits_ = std::string(text.substr(begin, last + 1 - begin));
  sequence.suffix_ = std::string(text.substr(last + 1));
  return sequence;
}

absl::StatusOr<std::string> NumberSequence::Next() {
  std::string number = absl::StrCat(prefix_, digits_, suffix_);
  if (CountCharacters(number) > kNumberCharactersMax) {
    return absl::OutOfRangeError(absl::StrCat("the number \"", number, "\" would be longer than ",
                                              kNumberCharactersMax, " characters"));
  }
  Increment(digits_);
  return number;
}

absl::StatusOr<std::vector<std::string>> NumbersFrom(absl::string_view first, int64_t count) {
  Check(count >= 0);
  ASSIGN_OR_RETURN(NumberSequence sequence, NumberSequence::From(first));
  std::vector<std::string> numbers;
  for (int64_t made = 0; made < count; ++made) {
    ASSIGN_OR_RETURN(std::string number, sequence.Next());
    numbers.push_back(std::move(number));
  }
  return numbers;
}

}  // namespace lots
