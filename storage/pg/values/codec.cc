// The binary formats of integers, UUIDs, numerics, times, dates and arrays.
#include "storage/pg/values/codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace lots::pg {
namespace {

constexpr int64_t kInt64Max = std::numeric_limits<int64_t>::max();
constexpr int64_t kInt64Min = std::numeric_limits<int64_t>::min();
constexpr int32_t kInt32Max = std::numeric_limits<int32_t>::max();
constexpr int32_t kInt32Min = std::numeric_limits<int32_t>::min();

// PostgreSQL counts time from the year 2000; the ends of the integer range are its ±infinity.
constexpr int64_t kEpochMicros = 946'684'800'000'000;
constexpr absl::CivilDay kEpochDay(2000, 1, 1);
// PostgreSQL refuses it, as it should what does not fit: neither infinity nor wrapped around.
constexpr int64_t kTimeOutOfRange = kInt64Max - 1;

template <class T>
void AppendBigEndian(std::string& out, T value) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

template <class T>
T ReadBigEndian(absl::string_view bytes, size_t at) {
  Check(at + sizeof(T) <= bytes.size());
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
  }
  return value;
}

}  // namespace

void AppendInt16(std::string& out, int16_t value) {
  AppendBigEndian(out, static_cast<uint16_t>(value));
}
void AppendInt32(std::string& out, int32_t value) {
  AppendBigEndian(out, static_cast<uint32_t>(value));
}
void AppendInt64(std::string& out, int64_t value) {
  AppendBigEndian(out, static_cast<uint64_t>(value));
}
int16_t ReadInt16(absl::string_view bytes, size_t at) {
  return static_cast<int16_t>(ReadBigEndian<uint16_t>(bytes, at));
}
int32_t ReadInt32(absl::string_view bytes, size_t at) {
  return static_cast<int32_t>(ReadBigEndian<uint32_t>(bytes, at));
}
int64_t ReadInt64(absl::string_view bytes, size_t at) {
  return static_cast<int64_t>(ReadBigEndian<uint64_t>(bytes, at));
}

int64_t ReadInteger(absl::string_view bytes) {
  switch (bytes.size()) {
    case 2:
      return ReadInt16(bytes, 0);
    case 4:
      return ReadInt32(bytes, 0);
    default:
      Check(bytes.size() == 8);
      return ReadInt64(bytes, 0);
  }
}

void Codec<Uuid>::Encode(const Uuid& value, std::string& out) {
  out.append(reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size());
}

Uuid Codec<Uuid>::Decode(absl::string_view bytes) {
  std::array<uint8_t, 16> raw;
  Check(bytes.size() == raw.size());
  std::memcpy(raw.data(), bytes.data(), raw.size());
  return Uuid(raw);
}

// numeric is a row of digits to the base 10,000: their count, the power of the first one, the sign,
// and how many decimals to show. See numeric_recv and numeric_send in PostgreSQL.
namespace {

constexpr int64_t kBase = 10'000;
constexpr int16_t kPositive = 0x0000;
constexpr int16_t kNegative = 0x4000;
constexpr size_t kDigitsAt = 8;

// digit × 10,000^power in millionths; saturates.
int64_t DigitInMicros(int64_t digit, int power) {
  if (digit == 0) return 0;
  if (power == -1) return digit * 100;
  if (power == -2) {
    Check(digit % 100 == 0);
    return digit / 100;
  }
  Check(power >= 0);
  int64_t micros = digit * 1'000'000;
  for (; power > 0; --power) {
    if (__builtin_mul_overflow(micros, kBase, &micros)) return kInt64Max;
  }
  return micros;
}

}  // namespace

void Codec<Quantity>::Encode(Quantity value, std::string& out) {
  // Unsigned, because the smallest int64_t has no positive twin.
  const uint64_t signed_micros = static_cast<uint64_t>(value.micros());
  const uint64_t micros = value.IsNegative() ? uint64_t{0} - signed_micros : signed_micros;
  const uint64_t fraction = micros % 1'000'000;
  // Four digits hold any whole part (below 10^13), two hold the decimals. PostgreSQL strips zeros.
  AppendInt16(out, 6);
  AppendInt16(out, 3);
  AppendInt16(out, value.IsNegative() ? kNegative : kPositive);
  AppendInt16(out, Quantity::kScaleMax);
  uint64_t whole = micros / 1'000'000;
  std::array<int16_t, 4> digits;
  for (int i = 3; i >= 0; --i, whole /= kBase) digits[i] = static_cast<int16_t>(whole % kBase);
  for (const int16_t digit : digits) AppendInt16(out, digit);
  AppendInt16(out, static_cast<int16_t>(fraction / 100));
  AppendInt16(out, static_cast<int16_t>(fraction % 100 * 100));
}

Quantity Codec<Quantity>::Decode(absl::string_view bytes) {
  const int count = ReadInt16(bytes, 0);
  const int weight = ReadInt16(bytes, 2);
  const int16_t sign = ReadInt16(bytes, 4);
  Check(sign == kPositive || sign == kNegative);
  const bool is_negative = sign == kNegative;
  // Added with the sign already on: sums saturate, and the smallest value is reached exactly.
  Quantity value;
  for (int i = 0; i < count; ++i) {
    const int64_t micros = DigitInMicros(ReadInt16(bytes, kDigitsAt + 2 * i), weight - i);
    if (micros == kInt64Max) return Quantity::FromMicros(is_negative ? kInt64Min : kInt64Max);
    value += Quantity::FromMicros(is_negative ? -micros : micros);
  }
  return value;
}

void Codec<absl::Time>::Encode(absl::Time value, std::string& out) {
  if (value == absl::InfiniteFuture()) return AppendInt64(out, kInt64Max);
  if (value == absl::InfinitePast()) return AppendInt64(out, kInt64Min);
  const int64_t micros = absl::ToUnixMicros(value);  // saturates
  const bool fits = micros != kInt64Max && micros > kInt64Min + kEpochMicros;
  AppendInt64(out, fits ? micros - kEpochMicros : kTimeOutOfRange);
}

absl::Time Codec<absl::Time>::Decode(absl::string_view bytes) {
  const int64_t micros = ReadInt64(bytes, 0);
  if (micros == kInt64Max) return absl::InfiniteFuture();
  if (micros == kInt64Min) return absl::InfinitePast();
  return absl::FromUnixMicros(micros + kEpochMicros);
}

void Codec<absl::CivilDay>::Encode(absl::CivilDay value, std::string& out) {
  // As for times: what does not fit is to be refused.
  const int64_t days = std::clamp<int64_t>(value - kEpochDay, kInt32Min + 1, kInt32Max - 1);
  AppendInt32(out, static_cast<int32_t>(days));
}

absl::CivilDay Codec<absl::CivilDay>::Decode(absl::string_view bytes) {
  const int32_t days = ReadInt32(bytes, 0);
  Check(days != kInt32Max && days != kInt32Min);
  return kEpochDay + days;
}

void AppendArrayHeader(std::string& out, size_t size, bool has_nulls, Oid element) {
  AppendInt32(out, size == 0 ? 0 : 1);
  AppendInt32(out, has_nulls ? 1 : 0);
  AppendInt32(out, static_cast<int32_t>(element));
  if (size == 0) return;
  Check(size <= kInt32Max);
  AppendInt32(out, static_cast<int32_t>(size));
  AppendInt32(out, 1);
}

void PatchLength(std::string& out, size_t start) {
  const size_t length = out.size() - start - sizeof(int32_t);
  for (int i = 0; i < 4; ++i) out[start + i] = static_cast<char>(length >> (24 - 8 * i));
}

std::vector<std::optional<absl::string_view>> SplitArray(absl::string_view bytes) {
  std::vector<std::optional<absl::string_view>> elements;
  const int32_t dimensions = ReadInt32(bytes, 0);
  if (dimensions == 0) return elements;
  Check(dimensions == 1);
  const int32_t size = ReadInt32(bytes, 12);
  elements.reserve(size);
  size_t at = 20;
  for (int32_t i = 0; i < size; ++i) {
    const int32_t length = ReadInt32(bytes, at);
    at += 4;
    if (length < 0) {
      elements.push_back(std::nullopt);
      continue;
    }
    Check(at + length <= bytes.size());
    elements.push_back(bytes.substr(at, length));
    at += length;
  }
  return elements;
}

}  // namespace lots::pg
