// What a statement answered: rows of binary columns, read by position with the type the statement's
// author knows them to have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>

#include "absl/strings/string_view.h"
#include "storage/base/check.h"
#include "storage/pg/values/codec.h"

struct pg_result;  // libpq's

namespace lots::pg {

// Row borrows from its Result.
class Row {
 public:
  Row(const pg_result* result, int row) : result_(result), row_(row) {}

  // The column as T: the types of params.h, std::optional of them for columns that may be NULL,
  // std::vector of them for arrays (text is returned as std::string; Get<absl::string_view> borrows
  // from the Result). A NULL read as a plain type, or a column of another type, is a bug in the
  // statement: Check stops the program and names the place that read it.
  // Integers and enums read int2, int4 and int8. std::string reads text, varchar, bpchar and name;
  // cast other types, such as jsonb, to text in the SQL.
  template <class T>
  T Get(int column, const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    using Value = typename Nullable<T>::Value;
    const Field field = At(column);
    Check(Codec<Value>::Reads(field.type), file, line);
    if constexpr (Nullable<T>::kOptional) {
      if (field.is_null) return std::nullopt;
    }
    Check(!field.is_null, file, line);
    return Codec<Value>::Decode(field.bytes);
  }

  bool IsNull(int column) const { return At(column).is_null; }

 private:
  struct Field {
    Oid type;
    absl::string_view bytes;
    bool is_null;
  };
  Field At(int column) const;

  const pg_result* result_;
  int row_;
};

// Movable; owns the rows.
class Result {
 public:
  Result() = default;
  // Takes ownership.
  explicit Result(pg_result* result) : result_(result) {}

  size_t size() const;
  bool empty() const { return size() == 0; }
  Row operator[](size_t row) const {
    Check(row < size());
    return Row(result_.get(), static_cast<int>(row));
  }

  // How many rows an INSERT, UPDATE or DELETE touched.
  int64_t affected() const;
  // The command tag's word: "SELECT 3", "COMMIT".
  absl::string_view command() const;

  // libpq's own, for this folder only; nullptr when there is none.
  const pg_result* raw() const { return result_.get(); }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Row;

    Iterator(const Result* result, size_t row) : result_(result), row_(row) {}
    Row operator*() const { return (*result_)[row_]; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.row_ == b.row_; }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.row_ != b.row_; }

   private:
    const Result* result_;
    size_t row_;
  };
  Iterator begin() const { return Iterator(this, 0); }
  Iterator end() const { return Iterator(this, size()); }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace lots::pg
