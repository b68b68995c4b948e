// UUIDs: 16 bytes, compared and hashed as bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace lots {

class Uuid {
 public:
  // The nil UUID.
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}

  // Version 7 of RFC 9562: 48 bits of Unix milliseconds, a counter that keeps the ids of one
  // process in the order they were made, and random bits. Thread safe.
  static Uuid MakeV7();

  // Reads the 36-character form in either case. Empty when the text is anything else.
  static std::optional<Uuid> Parse(absl::string_view text);

  // The lower-case 36-character form.
  std::string ToString() const;

  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  bool IsNil() const { return *this == Uuid(); }

  friend bool operator==(const Uuid& a, const Uuid& b) { return a.bytes_ == b.bytes_; }
  friend bool operator!=(const Uuid& a, const Uuid& b) { return a.bytes_ != b.bytes_; }
  friend bool operator<(const Uuid& a, const Uuid& b) { return a.bytes_ < b.bytes_; }

  template <class H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace lots
