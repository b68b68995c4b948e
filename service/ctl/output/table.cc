// Aligns the columns of a table.
#include "service/ctl/output/table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/ctl/output/text_width.h"
#include "storage/base/check.h"

namespace lots::ctl {
namespace {

constexpr char kBold[] = "\x1b[1m";
constexpr char kPlain[] = "\x1b[0m";

std::string Bold(const std::string& text, const Terminal& terminal) {
  return terminal.colours ? absl::StrCat(kBold, text, kPlain) : text;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) widths_.push_back(DisplayWidth(column.title));
}

void Table::Add(std::vector<std::string> cells) {
  Check(cells.size() == columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Printable(cells[i]);
    widths_[i] = std::max(widths_[i], DisplayWidth(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

void Table::Print(const Terminal& terminal) {
  if (rows_.empty()) return;
  if (!header_printed_) {
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    terminal.out << Bold(Line(titles), terminal) << "\n";
    header_printed_ = true;
  }
  for (const std::vector<std::string>& row : rows_) terminal.out << Line(row) << "\n";
  rows_.clear();
}

std::string Table::Line(const std::vector<std::string>& cells) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool right = columns_[i].side == Column::kRight;
    absl::StrAppend(&line, i == 0 ? "" : "  ",
                    right ? PadLeft(cells[i], widths_[i]) : PadRight(cells[i], widths_[i]));
  }
  absl::StripTrailingAsciiWhitespace(&line);
  return line;
}

void PrintDetails(const std::vector<std::pair<std::string, std::string>>& details,
                  const Terminal& terminal) {
  int width = 0;
  for (const auto& [name, value] : details) {
    if (!value.empty()) width = std::max(width, DisplayWidth(name) + 1);
  }
  for (const auto& [name, value] : details) {
    if (value.empty()) continue;
    terminal.out << PadRight(absl::StrCat(name, ":"), width) << "  " << Printable(value) << "\n";
  }
}

}  // namespace lots::ctl
