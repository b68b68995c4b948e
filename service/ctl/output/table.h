// Tables for people: aligned columns, header first.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "service/ctl/output/terminal.h"

namespace lots::ctl {

struct Column {
  enum Side { kLeft, kRight };
  std::string title;
  Side side = kLeft;
};

// Table collects rows and prints them as wide as their widest cell. A long list is printed in
// pieces, one a page: columns only ever grow.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // One cell a column; cells are made printable.
  void Add(std::vector<std::string> cells);
  // Prints what was added since the last time; the header the first time there is something.
  void Print(const Terminal& terminal);

 private:
  std::string Line(const std::vector<std::string>& cells) const;

  std::vector<Column> columns_;
  std::vector<int> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool header_printed_ = false;
};

// Prints "name:  value" lines with the values in one column; lines without a value are left out.
void PrintDetails(const std::vector<std::pair<std::string, std::string>>& details,
                  const Terminal& terminal);

}  // namespace lots::ctl
