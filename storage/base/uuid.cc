// Makes, parses and formats UUIDs of version 7 (RFC 9562).
#include "storage/base/uuid.h"

#include <algorithm>
#include <atomic>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace lots {
namespace {

// Unix milliseconds in the upper bits, and 12 bits below that count fractions of a millisecond
// (method 3 of RFC 9562, 6.2): ids of several servers are then ordered as well as their clocks are.
uint64_t Ticks() {
  const uint64_t nanos = static_cast<uint64_t>(absl::GetCurrentTimeNanos());
  const uint64_t millis = nanos / 1'000'000;
  return millis << 12 | (nanos % 1'000'000 * 4096 / 1'000'000);
}

// Later than every tick before it, even when the clock stands still or is set back; ids made faster
// than the ticks go borrow from the next ones.
uint64_t NextTick() {
  static std::atomic<uint64_t> last{0};
  uint64_t before = last.load(std::memory_order_relaxed);
  uint64_t next;
  do {
    next = std::max(Ticks(), before + 1);
  } while (!last.compare_exchange_weak(before, next, std::memory_order_relaxed));
  return next;
}

void Store(uint64_t value, uint8_t* bytes) {
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<uint8_t>(value);
}

}  // namespace

Uuid Uuid::MakeV7() {
  // Seeded from the operating system. Ids are hard to guess but no secret: nothing is allowed
  // because somebody knows one.
  static thread_local absl::BitGen random;
  const uint64_t tick = NextTick();
  std::array<uint8_t, 16> bytes;
  Store((tick >> 12) << 16 | 0x7000 | (tick & 0xfff), bytes.data());
  Store((absl::Uniform<uint64_t>(random) >> 2) | uint64_t{1} << 63, bytes.data() + 8);
  return Uuid(bytes);
}

std::optional<Uuid> Uuid::Parse(absl::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  digits.reserve(32);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash_belongs = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash_belongs != (text[i] == '-')) return std::nullopt;
    if (dash_belongs) continue;
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return std::nullopt;
    digits.push_back(text[i]);
  }
  const std::string raw = absl::HexStringToBytes(digits);
  std::array<uint8_t, 16> bytes;
  std::copy(raw.begin(), raw.end(), bytes.begin());
  return Uuid(bytes);
}

std::string Uuid::ToString() const {
  constexpr absl::string_view kDigits = "0123456789abcdef";
  std::string text(36, '-');
  char* out = text.data();
  for (size_t i = 0; i < bytes_.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++out;
    *out++ = kDigits[bytes_[i] >> 4];
    *out++ = kDigits[bytes_[i] & 0xf];
  }
  return text;
}

}  // namespace lots
