// Quantity: an exact decimal with six places, never floating point. 0.1 three times is 0.3.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

class Quantity {
 public:
  // The most that one quantity may be, in units: far above any stock, and far enough below 2^63
  // millionths that sums within one request cannot wrap round (sums saturate instead, and a
  // saturated sum is above this limit).
  static constexpr int64_t kUnitsMax = 1'000'000'000'000;
  static constexpr int kScaleMax = 6;

  constexpr Quantity() = default;
  static constexpr Quantity FromMicros(int64_t micros) { return Quantity(micros); }
  static constexpr Quantity FromUnits(int64_t units) { return Quantity(units * 1'000'000); }

  // Reads "12", "12.5", "-0.000001": an optional minus, digits, at most one point with digits on
  // both sides, at most six significant decimals (further zeros are allowed). INVALID_ARGUMENT,
  // saying what is wrong, for anything else (exponents, spaces, plus signs, more decimals, more
  // than kUnitsMax).
  static absl::StatusOr<Quantity> Parse(absl::string_view text);

  // The shortest exact form: "12.5", "0", "-3".
  std::string ToString() const;
  // With exactly `scale` decimals when the value fits them, more where it needs them: Format(3)
  // of 12.5 is "12.500".
  std::string Format(int scale) const;

  // Whether the value needs no more than `scale` decimals.
  bool FitsScale(int scale) const;

  constexpr int64_t micros() const { return micros_; }
  constexpr bool IsZero() const { return micros_ == 0; }
  constexpr bool IsNegative() const { return micros_ < 0; }
  constexpr bool IsPositive() const { return micros_ > 0; }

  // Sums saturate at the ends of int64_t.
  friend Quantity operator+(Quantity a, Quantity b);
  friend Quantity operator-(Quantity a, Quantity b);
  Quantity operator-() const { return Quantity() - *this; }
  Quantity& operator+=(Quantity b) { return *this = *this + b; }
  Quantity& operator-=(Quantity b) { return *this = *this - b; }

  friend constexpr bool operator==(Quantity a, Quantity b) { return a.micros_ == b.micros_; }
  friend constexpr bool operator!=(Quantity a, Quantity b) { return a.micros_ != b.micros_; }
  friend constexpr bool operator<(Quantity a, Quantity b) { return a.micros_ < b.micros_; }
  friend constexpr bool operator>(Quantity a, Quantity b) { return b < a; }
  friend constexpr bool operator<=(Quantity a, Quantity b) { return !(b < a); }
  friend constexpr bool operator>=(Quantity a, Quantity b) { return !(a < b); }

  template <class H>
  friend H AbslHashValue(H h, Quantity q) {
    return H::combine(std::move(h), q.micros_);
  }

 private:
  explicit constexpr Quantity(int64_t micros) : micros_(micros) {}
  int64_t micros_ = 0;
};

}  // namespace lots
