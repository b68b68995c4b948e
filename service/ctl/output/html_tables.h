// Tables as one HTML file that needs nothing else: sortable by a click, with a search box.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace lots::ctl {

// Text as HTML, safe in elements and in quoted attributes.
std::string EscapeHtml(absl::string_view text);

struct HtmlTable {
  struct Row {
    std::vector<std::string> cells;  // one a column
    std::string kind;                // a class of the style sheet: "certain", "possible", or empty
  };
  std::string title;
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

struct HtmlPage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // above the tables
  std::vector<HtmlTable> tables;
};

void WriteHtml(const HtmlPage& page, std::ostream& out);

}  // namespace lots::ctl
