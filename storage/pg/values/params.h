// The parameters of one statement, in PostgreSQL's binary format, and the types they have there:
//   bool → bool · integers and enums → int8 · std::string, absl::string_view, const char* → text ·
//   Uuid → uuid · Quantity → numeric · absl::Time → timestamptz (microseconds; InfiniteFuture and
//   InfinitePast map to ±infinity) · absl::CivilDay → date · Bytes → bytea · Strong<…> → as its
//   value · std::optional → the value or NULL · std::vector, absl::Span → a one-dimensional array
//   of any of these, elements possibly optional.
// No other type encodes: passing one does not compile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "storage/pg/values/codec.h"

namespace lots::pg {

class Params {
 public:
  Params() = default;

  template <class... Args>
  static Params Of(const Args&... args) {
    Params params;
    (params.Add(args), ...);
    return params;
  }

  // Appends a parameter and returns its number, for composed statements:
  //   absl::StrAppend(&sql, " AND item = $", params.Add(item));
  template <class T>
  int Add(const T& value) {
    if constexpr (Nullable<T>::kOptional) {
      using Value = typename Nullable<T>::Value;
      return value.has_value() ? Add(*value) : AddNull(Codec<Value>::kOid);
    } else if constexpr (std::is_convertible_v<const T&, absl::string_view>) {
      return AddEncoded<absl::string_view>(value);
    } else if constexpr (IsSpan<T>::value) {
      return AddEncoded<absl::Span<const typename T::value_type>>(value);
    } else {
      return AddEncoded<T>(value);
    }
  }

  int size() const { return static_cast<int>(values_.size()); }
  Oid type(int index) const { return values_[index].type; }
  // The value's bytes, valid until the next Add; nullptr for NULL.
  const char* data(int index) const;
  int length(int index) const { return values_[index].length; }
  // Elements of the longest array among the parameters.
  size_t longest_array() const { return longest_array_; }

 private:
  template <class T>
  struct IsVector : std::false_type {};
  template <class T>
  struct IsVector<std::vector<T>> : std::true_type {};
  template <class T>
  struct IsSpan : std::false_type {};
  template <class T>
  struct IsSpan<absl::Span<T>> : std::true_type {};

  struct Value {
    Oid type;
    size_t start;
    int length;
    bool is_null;
  };

  template <class T>
  int AddEncoded(const T& value) {
    if constexpr (IsVector<T>::value || IsSpan<T>::value) {
      longest_array_ = std::max(longest_array_, value.size());
    }
    const size_t start = bytes_.size();
    Codec<T>::Encode(value, bytes_);
    return Append(Codec<T>::kOid, start);
  }
  int AddNull(Oid type);
  // Records that the bytes since `start` are the next parameter.
  int Append(Oid type, size_t start);

  // All values one after another: one growing buffer is cheaper than a string each.
  std::string bytes_;
  absl::InlinedVector<Value, 8> values_;
  size_t longest_array_ = 0;
};

}  // namespace lots::pg
