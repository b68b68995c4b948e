// Writes tables as an HTML page, with the script that sorts and searches.
#include "service/ctl/output/html_tables.h"

#include "absl/strings/str_replace.h"

namespace lots::ctl {
namespace {

constexpr char kStyle[] = R"css(
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1f24; background: #fff }
h1 { font-size: 1.5rem; margin: 0 0 1rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1rem; margin: 0 }
dt { color: #57606a } dd { margin: 0 }
#search { font: inherit; padding: .4rem .6rem; width: 22rem; margin-top: 1.5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #d8dee4 }
th { cursor: pointer; background: #f6f8fa; position: sticky; top: 0; white-space: nowrap }
th[aria-sort=ascending]::after { content: " ▲" } th[aria-sort=descending]::after { content: " ▼" }
tr.certain td:first-child { border-left: 4px solid #cf222e }
tr.possible td:first-child { border-left: 4px solid #bf8700 }
tr[hidden] { display: none }
)css";

// Numbers sort as numbers; everything else as text, which dates are made for.
constexpr char kScript[] = R"js(
const compare = (a, b) => {
  const x = Number(a), y = Number(b);
  return a !== '' && b !== '' && !isNaN(x) && !isNaN(y) ? x - y : a.localeCompare(b);
};
for (const table of document.querySelectorAll('table')) {
  const body = table.tBodies[0];
  table.tHead.addEventListener('click', event => {
    const head = event.target.closest('th');
    if (!head) return;
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const at = head.cellIndex;
    const text = row => row.cells[at].textContent;
    const rows = [...body.rows].sort((a, b) => compare(text(a), text(b)) * (down ? -1 : 1));
    body.append(...rows);
  });
}
document.getElementById('search').addEventListener('input', event => {
  const wanted = event.target.value.toLowerCase();
  for (const row of document.querySelectorAll('tbody tr')) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
});
)js";

void WriteRow(const HtmlTable::Row& row, std::ostream& out) {
  out << (row.kind.empty() ? "<tr>" : "<tr class=\"" + EscapeHtml(row.kind) + "\">");
  for (const std::string& cell : row.cells) out << "<td>" << EscapeHtml(cell) << "</td>";
  out << "</tr>\n";
}

void WriteTable(const HtmlTable& table, std::ostream& out) {
  out << "<h2>" << EscapeHtml(table.title) << " (" << table.rows.size() << ")</h2>\n"
      << "<table><thead><tr>";
  for (const std::string& column : table.columns) out << "<th>" << EscapeHtml(column) << "</th>";
  out << "</tr></thead><tbody>\n";
  for (const HtmlTable::Row& row : table.rows) WriteRow(row, out);
  out << "</tbody></table>\n";
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

void WriteHtml(const HtmlPage& page, std::ostream& out) {
  out << "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>"
      << EscapeHtml(page.title) << "</title><style>" << kStyle << "</style></head>\n<body>\n<h1>"
      << EscapeHtml(page.title) << "</h1>\n<dl>\n";
  for (const auto& [name, value] : page.facts) {
    if (value.empty()) continue;
    out << "<dt>" << EscapeHtml(name) << "</dt><dd>" << EscapeHtml(value) << "</dd>\n";
  }
  out << "</dl>\n<input id=\"search\" type=\"search\" placeholder=\"Search all tables\" "
         "aria-label=\"Search all tables\">\n";
  for (const HtmlTable& table : page.tables) WriteTable(table, out);
  out << "<script>" << kScript << "</script>\n</body>\n</html>\n";
}

}  // namespace lots::ctl
