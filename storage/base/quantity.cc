// Exact decimals: parsing, formatting and arithmetic in millionths.
#include "storage/base/quantity.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace lots {
namespace {

constexpr int64_t kMicrosPerUnit = 1'000'000;

bool IsDigits(absl::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// The number that the digits say, or `max` + 1 when it is more than `max`: any count of digits is
// fine.
int64_t ParseDigits(absl::string_view digits, int64_t max) {
  int64_t value = 0;
  for (const char digit : digits) {
    value = value * 10 + (digit - '0');
    if (value > max) return max + 1;
  }
  return value;
}

absl::Status TooBig() {
  return absl::InvalidArgumentError(
      absl::StrCat("the quantity is beyond ", Quantity::kUnitsMax, " units"));
}

}  // namespace

absl::StatusOr<Quantity> Quantity::Parse(absl::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  absl::string_view decimals = point == absl::string_view::npos ? "0" : text.substr(point + 1);
  if (!IsDigits(whole) || !IsDigits(decimals)) {
    return absl::InvalidArgumentError(
        "the quantity is not a decimal number: digits, at most one point between digits, and a "
        "minus when it is negative");
  }
  while (!decimals.empty() && decimals.back() == '0') decimals.remove_suffix(1);
  if (decimals.size() > kScaleMax) {
    return absl::InvalidArgumentError("the quantity has more than six decimals");
  }
  int64_t fraction = ParseDigits(decimals, kMicrosPerUnit);
  for (size_t i = decimals.size(); i < kScaleMax; ++i) fraction *= 10;
  const int64_t units = ParseDigits(whole, kUnitsMax);
  if (units > kUnitsMax) return TooBig();
  const int64_t micros = units * kMicrosPerUnit + fraction;
  if (micros > kUnitsMax * kMicrosPerUnit) return TooBig();
  return Quantity(negative ? -micros : micros);
}

std::string Quantity::ToString() const { return Format(0); }

std::string Quantity::Format(int scale) const {
  // Unsigned, because the smallest int64_t has no positive twin.
  const uint64_t micros =
      IsNegative() ? uint64_t{0} - static_cast<uint64_t>(micros_) : static_cast<uint64_t>(micros_);
  std::string decimals = absl::StrCat(absl::Dec(micros % kMicrosPerUnit, absl::kZeroPad6));
  while (static_cast<int>(decimals.size()) > scale && !decimals.empty() && decimals.back() == '0') {
    decimals.pop_back();
  }
  return absl::StrCat(IsNegative() ? "-" : "", micros / kMicrosPerUnit, decimals.empty() ? "" : ".",
                      decimals);
}

bool Quantity::FitsScale(int scale) const {
  int64_t step = kMicrosPerUnit;
  for (int i = 0; i < scale && i < kScaleMax; ++i) step /= 10;
  return micros_ % step == 0;
}

Quantity operator+(Quantity a, Quantity b) {
  int64_t sum;
  if (!__builtin_add_overflow(a.micros_, b.micros_, &sum)) return Quantity(sum);
  return Quantity(b.IsNegative() ? std::numeric_limits<int64_t>::min()
                                 : std::numeric_limits<int64_t>::max());
}

Quantity operator-(Quantity a, Quantity b) {
  int64_t difference;
  if (!__builtin_sub_overflow(a.micros_, b.micros_, &difference)) return Quantity(difference);
  return Quantity(b.IsNegative() ? std::numeric_limits<int64_t>::max()
                                 : std::numeric_limits<int64_t>::min());
}

}  // namespace lots
