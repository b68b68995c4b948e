// How C++ values and PostgreSQL's binary format meet. One Codec a type, both directions together,
// so that they cannot drift apart; params.h and result.h are the two ways to them.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/check.h"
#include "storage/base/quantity.h"
#include "storage/base/strong.h"
#include "storage/base/uuid.h"

namespace lots::pg {

// PostgreSQL's number of a type.
using Oid = unsigned int;

// Bytes is what bytea holds; std::string alone is text.
struct Bytes {
  std::string value;

  friend bool operator==(const Bytes& a, const Bytes& b) { return a.value == b.value; }
};

// The types that this program uses, from PostgreSQL's pg_type.dat; these numbers never change.
namespace oid {
inline constexpr Oid kBool = 16;
inline constexpr Oid kBytea = 17;
inline constexpr Oid kName = 19;
inline constexpr Oid kInt8 = 20;
inline constexpr Oid kInt2 = 21;
inline constexpr Oid kInt4 = 23;
inline constexpr Oid kText = 25;
inline constexpr Oid kBpchar = 1042;
inline constexpr Oid kVarchar = 1043;
inline constexpr Oid kDate = 1082;
inline constexpr Oid kTimestamptz = 1184;
inline constexpr Oid kNumeric = 1700;
inline constexpr Oid kUuid = 2950;
}  // namespace oid

// Element types and their array types.
inline constexpr std::pair<Oid, Oid> kArrays[] = {
    {oid::kBool, 1000}, {oid::kBytea, 1001}, {oid::kName, 1003},        {oid::kInt2, 1005},
    {oid::kInt4, 1007}, {oid::kText, 1009},  {oid::kBpchar, 1014},      {oid::kVarchar, 1015},
    {oid::kInt8, 1016}, {oid::kDate, 1182},  {oid::kTimestamptz, 1185}, {oid::kNumeric, 1231},
    {oid::kUuid, 2951},
};

// The array type of an element type and back; 0 for a type that is not listed above.
constexpr Oid ArrayOf(Oid element) {
  for (const auto& [type, array] : kArrays) {
    if (type == element) return array;
  }
  return 0;
}
constexpr Oid ElementOf(Oid array) {
  for (const auto& [type, its_array] : kArrays) {
    if (its_array == array) return type;
  }
  return 0;
}

// Big-endian integers, the letters of the format.
void AppendInt16(std::string& out, int16_t value);
void AppendInt32(std::string& out, int32_t value);
void AppendInt64(std::string& out, int64_t value);
int16_t ReadInt16(absl::string_view bytes, size_t at);
int32_t ReadInt32(absl::string_view bytes, size_t at);
int64_t ReadInt64(absl::string_view bytes, size_t at);

// Codec<T> has
//   kOid          the type that a parameter declares
//   Reads(oid)    whether a column of that type can be read as T
//   Encode        appends the value's bytes, without their length
//   Decode        the value of a column that Reads() accepts; borrows only for absl::string_view
// The primary template is not defined: a type without a codec does not compile.
template <class T>
struct Codec;

template <>
struct Codec<bool> {
  static constexpr Oid kOid = oid::kBool;
  static bool Reads(Oid type) { return type == kOid; }
  static void Encode(bool value, std::string& out) { out.push_back(value ? 1 : 0); }
  static bool Decode(absl::string_view bytes) {
    Check(bytes.size() == 1);
    return bytes[0] != 0;
  }
};

// int2, int4 or int8 by its size.
int64_t ReadInteger(absl::string_view bytes);

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <Integer T>
struct Codec<T> {
  static constexpr Oid kOid = oid::kInt8;
  static bool Reads(Oid type) {
    return type == oid::kInt8 || type == oid::kInt4 || type == oid::kInt2;
  }
  static void Encode(T value, std::string& out) {
    Check(std::in_range<int64_t>(value));
    AppendInt64(out, static_cast<int64_t>(value));
  }
  static T Decode(absl::string_view bytes) {
    const int64_t value = ReadInteger(bytes);
    Check(std::in_range<T>(value));
    return static_cast<T>(value);
  }
};

template <class T>
requires std::is_enum_v<T>
struct Codec<T> {
  using Integer = Codec<std::underlying_type_t<T>>;
  static constexpr Oid kOid = Integer::kOid;
  static bool Reads(Oid type) { return Integer::Reads(type); }
  static void Encode(T value, std::string& out) {
    Integer::Encode(static_cast<std::underlying_type_t<T>>(value), out);
  }
  static T Decode(absl::string_view bytes) { return static_cast<T>(Integer::Decode(bytes)); }
};

template <>
struct Codec<absl::string_view> {
  static constexpr Oid kOid = oid::kText;
  static bool Reads(Oid type) {
    return type == oid::kText || type == oid::kVarchar || type == oid::kBpchar ||
           type == oid::kName;
  }
  static void Encode(absl::string_view value, std::string& out) {
    out.append(value.data(), value.size());
  }
  static absl::string_view Decode(absl::string_view bytes) { return bytes; }
};

template <>
struct Codec<std::string> : Codec<absl::string_view> {
  static std::string Decode(absl::string_view bytes) { return std::string(bytes); }
};

template <>
struct Codec<const char*> : Codec<absl::string_view> {};

template <>
struct Codec<Bytes> {
  static constexpr Oid kOid = oid::kBytea;
  static bool Reads(Oid type) { return type == kOid; }
  static void Encode(const Bytes& value, std::string& out) { out.append(value.value); }
  static Bytes Decode(absl::string_view bytes) { return Bytes{std::string(bytes)}; }
};

template <>
struct Codec<Uuid> {
  static constexpr Oid kOid = oid::kUuid;
  static bool Reads(Oid type) { return type == kOid; }
  static void Encode(const Uuid& value, std::string& out);
  static Uuid Decode(absl::string_view bytes);
};

template <>
struct Codec<Quantity> {
  static constexpr Oid kOid = oid::kNumeric;
  static bool Reads(Oid type) { return type == kOid; }
  static void Encode(Quantity value, std::string& out);
  // Exact. Saturates beyond int64_t millionths, as Quantity's own sums do: a sum over stored rows
  // can get there, and data must not stop the program. More than six significant places, or NaN,
  // can only come from a statement that divides: Check stops the program.
  static Quantity Decode(absl::string_view bytes);
};

template <>
struct Codec<absl::Time> {
  static constexpr Oid kOid = oid::kTimestamptz;
  static bool Reads(Oid type) { return type == kOid; }
  // Microseconds; what is finer is cut off towards the past.
  static void Encode(absl::Time value, std::string& out);
  static absl::Time Decode(absl::string_view bytes);
};

template <>
struct Codec<absl::CivilDay> {
  static constexpr Oid kOid = oid::kDate;
  static bool Reads(Oid type) { return type == kOid; }
  static void Encode(absl::CivilDay value, std::string& out);
  static absl::CivilDay Decode(absl::string_view bytes);
};

template <class Tag, class T>
struct Codec<Strong<Tag, T>> {
  static constexpr Oid kOid = Codec<T>::kOid;
  static bool Reads(Oid type) { return Codec<T>::Reads(type); }
  static void Encode(const Strong<Tag, T>& value, std::string& out) {
    Codec<T>::Encode(value.value(), out);
  }
  static Strong<Tag, T> Decode(absl::string_view bytes) {
    return Strong<Tag, T>(Codec<T>::Decode(bytes));
  }
};

// What an array's element is made of: T itself, or a T that may be NULL.
template <class T>
struct Nullable {
  using Value = T;
  static constexpr bool kOptional = false;
};
template <class T>
struct Nullable<std::optional<T>> {
  using Value = T;
  static constexpr bool kOptional = true;
};

// Appends an array's header. One-dimensional, counted from 1; an empty array has no dimension.
void AppendArrayHeader(std::string& out, size_t size, bool has_nulls, Oid element);
// Puts the length in front of what was appended since `start`, which reserved four bytes for it.
void PatchLength(std::string& out, size_t start);

// Cuts the elements out of an array, NULL as nullopt. More than one dimension is a bug: Check.
std::vector<std::optional<absl::string_view>> SplitArray(absl::string_view bytes);

template <class T>
struct Codec<absl::Span<const T>> {
  using Value = typename Nullable<T>::Value;
  static constexpr Oid kElement = Codec<Value>::kOid;
  static constexpr Oid kOid = ArrayOf(kElement);
  // Works for every container of T; std::vector<bool> has no span.
  template <class Container>
  static void EncodeAll(const Container& values, std::string& out) {
    AppendArrayHeader(out, values.size(), Nullable<T>::kOptional, kElement);
    for (const T& value : values) EncodeElement(value, out);
  }
  static void Encode(absl::Span<const T> values, std::string& out) { EncodeAll(values, out); }

 private:
  static void EncodeElement(const T& element, std::string& out) {
    const size_t start = out.size();
    if constexpr (Nullable<T>::kOptional) {
      AppendInt32(out, -1);
      if (!element.has_value()) return;
      Codec<Value>::Encode(*element, out);
    } else {
      AppendInt32(out, 0);
      Codec<Value>::Encode(element, out);
    }
    PatchLength(out, start);
  }
};

template <class T>
struct Codec<std::vector<T>> {
  using Value = typename Nullable<T>::Value;
  static constexpr Oid kOid = Codec<absl::Span<const T>>::kOid;
  static bool Reads(Oid type) { return Codec<Value>::Reads(ElementOf(type)); }
  static void Encode(const std::vector<T>& values, std::string& out) {
    Codec<absl::Span<const T>>::EncodeAll(values, out);
  }
  static std::vector<T> Decode(absl::string_view bytes) {
    std::vector<T> values;
    for (const std::optional<absl::string_view>& element : SplitArray(bytes)) {
      if (element.has_value()) {
        values.push_back(Codec<Value>::Decode(*element));
      } else {
        values.push_back(Null());
      }
    }
    return values;
  }

 private:
  static T Null() {
    Check(Nullable<T>::kOptional);
    return T{};
  }
};

}  // namespace lots::pg
