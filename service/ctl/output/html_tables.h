// Tables as one HTML file that needs nothing else: sortable by click and key, with a search box,
// fit for a telephone and for paper.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace lots::ctl {

// Text as HTML, safe in elements and in quoted attributes.
std::string EscapeHtml(absl::string_view text);
// Text as HTML for elements. Its lines end at spaces: numbers, dates and ids stay whole, unless
// they are too long for a line.
std::string HtmlText(absl::string_view text);

struct HtmlColumn {
  enum Kind { kText, kNumber };
  std::string title;
  Kind kind = kText;  // how it is sorted and aligned; a number may have a unit behind it
};

struct HtmlTable {
  struct Row {
    std::vector<std::string> cells;  // one a column
    std::string kind;                // a class of the style sheet: "certain", "possible", or empty
  };
  std::string title;
  std::vector<HtmlColumn> columns;
  std::vector<Row> rows;
};

struct HtmlPage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;   // above the tables
  std::vector<std::pair<std::string, std::string>> legend;  // a kind of row, and what it means
  std::vector<HtmlTable> tables;
};

void WriteHtml(const HtmlPage& page, std::ostream& out);

}  // namespace lots::ctl
