// Check digits modulo 10 as GS1 and Luhn compute them.
#include "storage/base/check_digit.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace lots {
namespace {

// `weigh(digit, heavy)` is a digit's part in the sum; the rightmost digit is heavy, and from there
// every second one.
template <class Weigh>
char CheckDigit(absl::string_view text, Weigh weigh) {
  int sum = 0;
  bool heavy = true;
  for (auto it = text.rbegin(); it != text.rend(); ++it) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(*it))) continue;
    // Modulo at every step: the sum of any length of text stays small.
    sum = (sum + weigh(*it - '0', heavy)) % 10;
    heavy = !heavy;
  }
  return static_cast<char>('0' + (10 - sum) % 10);
}

}  // namespace

char CheckDigitMod10(absl::string_view text) {
  return CheckDigit(text, [](int digit, bool heavy) { return heavy ? 3 * digit : digit; });
}

bool HasCheckDigitMod10(absl::string_view text) {
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  return text.size() > 1 && std::all_of(text.begin(), text.end(), is_digit) &&
         text.back() == CheckDigitMod10(text.substr(0, text.size() - 1));
}

char CheckDigitLuhn(absl::string_view text) {
  return CheckDigit(text, [](int digit, bool heavy) {
    if (!heavy) return digit;
    return 2 * digit > 9 ? 2 * digit - 9 : 2 * digit;
  });
}

}  // namespace lots
