// A value that must not be mistaken for another of the same representation: a company's name where
// a product's id belongs does not compile.
#pragma once

#include <utility>

namespace lots {

template <class Tag, class T>
class Strong {
 public:
  using Value = T;

  Strong() = default;
  explicit Strong(T value) : value_(std::move(value)) {}

  const T& value() const { return value_; }

  friend bool operator==(const Strong& a, const Strong& b) { return a.value_ == b.value_; }
  friend bool operator!=(const Strong& a, const Strong& b) { return !(a == b); }
  friend bool operator<(const Strong& a, const Strong& b) { return a.value_ < b.value_; }

  template <class H>
  friend H AbslHashValue(H h, const Strong& id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  T value_{};
};

}  // namespace lots
