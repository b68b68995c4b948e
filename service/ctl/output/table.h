// Tables for people: aligned columns, header first.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/ctl/output/colour.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

struct Column {
  enum Side { kLeft, kRight };
  // What a narrow terminal does without: first details, then what is useful, and of each the last
  // one first.
  enum Need { kAlways, kUseful, kDetail };

  std::string title;
  Side side = kLeft;
  Need need = kAlways;
  Colour (*colour)(absl::string_view cell) = nullptr;
};

// Table collects rows and prints them as wide as their widest cell. Where that does not fit the
// terminal, it leaves columns out, says which on standard error, and wraps texts. A long list is
// printed in pieces, one a page: the first piece decides what is left out, and columns only grow.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // One cell a column; cells are made printable.
  void Add(std::vector<std::string> cells);
  // Prints what was added since the last time; the header the first time there is something.
  void Print(const Terminal& terminal);

 private:
  using Cells = std::vector<std::string>;

  void PrintHeader(const Terminal& terminal);
  void PrintRow(const Cells& cells, const Terminal& terminal) const;
  std::string Line(const Cells& cells, const Terminal& terminal, bool is_header) const;
  std::string CellOf(size_t column, absl::string_view text, const Terminal& terminal,
                     bool is_header) const;

  // Leaves columns out and narrows texts until the table has at most so many columns of characters,
  // if it can.
  void Fit(int width);
  // Wraps texts until the table fits, if it can.
  bool Narrow(int width);
  // Wraps all columns that have spaces until the table fits, if it can.
  bool NarrowToWords(int width);
  // Wraps columns on the left side, each down to its least width.
  bool NarrowTo(int width, const std::vector<int>& least);
  bool IsText(size_t column) const;
  int LongestWord(size_t column) const;
  int Width() const;
  // The columns that Fit may leave out, in its order.
  std::vector<size_t> Droppable() const;
  bool IsEmpty(size_t column) const;
  std::string LeftOut() const;

  std::vector<Column> columns_;
  std::vector<int> widths_;
  std::vector<bool> shown_;
  std::vector<bool> wraps_;
  std::vector<Cells> rows_;
  bool header_printed_ = false;
};

// Prints "name:  value" lines with the values in one column, in which long ones go on; lines
// without a value are left out.
void PrintDetails(const std::vector<std::pair<std::string, std::string>>& details,
                  const Terminal& terminal);

}  // namespace lots::ctl
