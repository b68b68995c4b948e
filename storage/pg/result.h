// What a statement answered: rows of binary columns, read by position with the type the statement's author knows them to have.
#pragma once

namespace lots::pg {

class Row {
 public:
  // The column as T: the types of params.h, std::optional of them for columns that may be NULL, std::vector of them for arrays
  // (text is returned as std::string; Get<absl::string_view> borrows from the Result). A NULL read as a plain type, or a column of another
  // type, is a bug in the statement: Check stops the program.
  // Integers read int2, int4 and int8. Enums read any of these. std::string reads text, varchar and jsonb's text form (cast jsonb to text in the SQL).
  template <class T>
  T Get(int column) const;
  bool IsNull(int column) const;
};

// Movable; owns the rows.
class Result {
 public:
  size_t size() const;
  bool empty() const;
  Row operator[](size_t row) const;
  // begin() and end() iterate Rows by value.
  // How many rows an INSERT, UPDATE or DELETE touched.
  int64_t affected() const;
};

}  // namespace lots::pg
