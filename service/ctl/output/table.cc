// Aligns the columns of a table, and fits them to the terminal.
#include "service/ctl/output/table.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/ctl/output/text_width.h"
#include "storage/base/check.h"

namespace lots::ctl {
namespace {

constexpr int kGap = 2;
// A text that wraps keeps so many characters a line, and has so many words.
constexpr int kWrappedMin = 20;
constexpr int kWordsMin = 4;

}  // namespace

Table::Table(std::vector<Column> columns)
    : columns_(std::move(columns)), shown_(columns_.size(), true), wraps_(columns_.size(), false) {
  for (const Column& column : columns_) widths_.push_back(DisplayWidth(column.title));
}

void Table::Add(std::vector<std::string> cells) {
  Check(cells.size() == columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Printable(cells[i]);
    if (!wraps_[i]) widths_[i] = std::max(widths_[i], DisplayWidth(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

void Table::Print(const Terminal& terminal) {
  if (rows_.empty()) return;
  if (!header_printed_) PrintHeader(terminal);
  for (const Cells& row : rows_) PrintRow(row, terminal);
  rows_.clear();
}

void Table::PrintHeader(const Terminal& terminal) {
  if (terminal.columns > 0) Fit(terminal.columns);
  const std::string left_out = LeftOut();
  if (!left_out.empty()) {
    terminal.err << "lotctl: left out to fit the terminal: " << left_out
                 << "; --wide shows everything\n";
  }
  Cells titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  terminal.out << Line(titles, terminal, /*is_header=*/true) << "\n";
  header_printed_ = true;
}

// As many lines as its longest text wraps into.
void Table::PrintRow(const Cells& cells, const Terminal& terminal) const {
  std::vector<Cells> lines = {Cells(cells.size())};
  for (size_t i = 0; i < cells.size(); ++i) {
    const Cells parts = wraps_[i] ? Wrap(cells[i], widths_[i]) : Cells{cells[i]};
    while (lines.size() < parts.size()) lines.emplace_back(cells.size());
    for (size_t line = 0; line < parts.size(); ++line) lines[line][i] = parts[line];
  }
  for (const Cells& line : lines) terminal.out << Line(line, terminal, false) << "\n";
}

std::string Table::Line(const Cells& cells, const Terminal& terminal, bool is_header) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!shown_[i]) continue;
    absl::StrAppend(&line, line.empty() ? "" : "  ", CellOf(i, cells[i], terminal, is_header));
  }
  absl::StripTrailingAsciiWhitespace(&line);
  return line;
}

std::string Table::CellOf(size_t column, absl::string_view text, const Terminal& terminal,
                          bool is_header) const {
  Colour colour = is_header ? Colour::kBold : Colour::kNone;
  if (!is_header && columns_[column].colour != nullptr) colour = columns_[column].colour(text);
  const std::string space(std::max(0, widths_[column] - DisplayWidth(text)), ' ');
  const bool right = columns_[column].side == Column::kRight;
  const std::string painted = Paint(text, colour, terminal);
  return right ? absl::StrCat(space, painted) : absl::StrCat(painted, space);
}

int Table::Width() const {
  int width = -kGap;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (shown_[i]) width += widths_[i] + kGap;
  }
  return width;
}

bool Table::IsEmpty(size_t column) const {
  return absl::c_all_of(rows_, [&](const Cells& row) { return row[column].empty(); });
}

std::vector<size_t> Table::Droppable() const {
  std::vector<size_t> droppable;
  const auto add = [&](auto wanted) {
    for (size_t i = columns_.size(); i-- > 0;) {
      if (!absl::c_linear_search(droppable, i) && wanted(i)) droppable.push_back(i);
    }
  };
  add([&](size_t i) { return columns_[i].need != Column::kAlways && IsEmpty(i); });
  add([&](size_t i) { return columns_[i].need == Column::kDetail; });
  add([&](size_t i) { return columns_[i].need == Column::kUseful; });
  return droppable;
}

// Texts wrap before something useful is left out, and then whatever has spaces.
void Table::Fit(int width) {
  const std::vector<int> widths = widths_;
  for (const size_t column : Droppable()) {
    if (Width() <= width) return;
    const bool is_missed = columns_[column].need == Column::kUseful && !IsEmpty(column);
    if (is_missed && (Narrow(width) || NarrowToWords(width))) return;
    widths_ = widths;
    wraps_.assign(columns_.size(), false);
    shown_[column] = false;
  }
  if (!Narrow(width)) NarrowToWords(width);
}

// Only texts: a time in two lines is hard to read.
bool Table::Narrow(int width) {
  std::vector<int> least;
  for (size_t i = 0; i < columns_.size(); ++i) {
    least.push_back(IsText(i) ? kWrappedMin : widths_[i]);
  }
  return NarrowTo(width, least);
}

bool Table::NarrowToWords(int width) {
  std::vector<int> least;
  for (size_t i = 0; i < columns_.size(); ++i) least.push_back(LongestWord(i));
  return NarrowTo(width, least);
}

bool Table::NarrowTo(int width, const std::vector<int>& least) {
  while (Width() > width) {
    size_t widest = columns_.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      const bool may_wrap = shown_[i] && columns_[i].side == Column::kLeft && widths_[i] > least[i];
      if (may_wrap && (widest == columns_.size() || widths_[i] > widths_[widest])) widest = i;
    }
    if (widest == columns_.size()) return false;
    wraps_[widest] = true;
    --widths_[widest];
  }
  return true;
}

bool Table::IsText(size_t column) const {
  return absl::c_any_of(
      rows_, [&](const Cells& row) { return absl::c_count(row[column], ' ') >= kWordsMin - 1; });
}

// A number or an id is never broken.
int Table::LongestWord(size_t column) const {
  int longest = DisplayWidth(columns_[column].title);
  for (const Cells& row : rows_) {
    for (const absl::string_view word : absl::StrSplit(row[column], ' ')) {
      longest = std::max(longest, DisplayWidth(word));
    }
  }
  return longest;
}

std::string Table::LeftOut() const {
  Cells titles;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!shown_[i] && !IsEmpty(i)) titles.push_back(columns_[i].title);
  }
  return absl::StrJoin(titles, ", ");
}

void PrintDetails(const std::vector<std::pair<std::string, std::string>>& details,
                  const Terminal& terminal) {
  int width = 0;
  for (const auto& [name, value] : details) {
    if (!value.empty()) width = std::max(width, DisplayWidth(name) + 1);
  }
  for (const auto& [name, value] : details) {
    if (value.empty()) continue;
    const Colour colour = name == "held" ? ColourOfHold(value) : ColourOfExpiry(value);
    std::vector<std::string> lines = {Printable(value)};
    if (terminal.columns > 0) {
      const int left = std::max(terminal.columns - width - kGap, kWrappedMin);
      lines = Wrap(lines.front(), left, LongWords::kWhole);
    }
    for (size_t i = 0; i < lines.size(); ++i) {
      terminal.out << PadRight(i == 0 ? absl::StrCat(name, ":") : "", width) << "  "
                   << Paint(lines[i], colour, terminal) << "\n";
    }
  }
}

}  // namespace lots::ctl
