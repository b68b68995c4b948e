// Writes tables as an HTML page, with the style for screens and paper, and the script that sorts
// and searches.
#include "service/ctl/output/html_tables.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/ctl/output/text_width.h"

namespace lots::ctl {
namespace {

// A longer word is broken where the line ends: it would not fit a telephone.
constexpr int kUnbrokenColumnsMax = 32;

// Where a table is wider than the screen, each row is a card whose values have their column's title
// beside them.
constexpr char kStyle[] = R"css(
body { font: 15px/1.4 system-ui, "DejaVu Sans", sans-serif; margin: 0; color: #1b1f24;
  background: #fff; padding: 1rem clamp(.8rem, 2vw, 2rem) 3rem }
h1 { font-size: 1.4rem; margin: 0 0 1rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 1.8rem 0 .5rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0 }
dt { color: #57606a } dd { margin: 0; overflow-wrap: anywhere }
.legend { margin: 1rem 0 0; padding: 0; list-style: none }
.legend li { border-left: 4px solid; padding: 0 .6rem; margin: .25rem 0 }
li.certain { border-color: #cf222e } li.possible { border-color: #bf8700 }
#search { font: inherit; padding: .4rem .6rem; width: 22rem; max-width: 100%;
  box-sizing: border-box; margin-top: 1.2rem }
table { border-collapse: collapse; width: 100%; font-size: .87rem;
  font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem;
  border-bottom: 1px solid #d8dee4; overflow-wrap: break-word }
.number { text-align: right } td.number, .w { white-space: nowrap }
.long { overflow-wrap: anywhere }
th { background: #f6f8fa; position: sticky; top: 0; padding: 0 }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; margin: 0;
  padding: .25rem .5rem; width: 100%; text-align: inherit; cursor: pointer }
th button:focus-visible { outline: 2px solid #0969da; outline-offset: -2px }
th[aria-sort=ascending] button::after { content: " ▲" }
th[aria-sort=descending] button::after { content: " ▼" }
tr.certain td:first-child { border-left: 4px solid #cf222e }
tr.possible td:first-child { border-left: 4px solid #bf8700 }
.none { color: #57606a; margin: 0 }
tr[hidden] { display: none !important }
.sheet { overflow-x: auto }
@media screen {
  .cards, .cards thead, .cards tbody { display: block }
  .cards thead tr { display: flex; flex-wrap: wrap; gap: .3rem; padding: 0 0 .4rem }
  .cards th { position: static; display: block; border: 1px solid #d8dee4; border-radius: 6px }
  .cards tbody tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr));
    border-bottom: 2px solid #d8dee4; padding: .4rem 0 }
  .cards td { display: block; position: relative; border: 0; padding: .1rem .5rem .1rem 7rem }
  .cards td:empty { display: none }
  .cards td.number { text-align: left }
  .cards td::before { content: attr(data-title); color: #57606a; position: absolute; left: .5rem }
  .cards tr.certain, .cards tr.possible { border-left: 4px solid #cf222e }
  .cards tr.possible { border-left-color: #bf8700 }
  .cards tr td:first-child { border-left: 0 !important }
}
@media print {
  .sheet { overflow: visible }
  @page { size: A4 landscape; margin: 12mm }
  body { padding: 0; font-size: 9.5pt } table { font-size: 7.5pt }
  #search { display: none } th { position: static }
  thead { display: table-header-group } tr { break-inside: avoid } h2 { break-after: avoid }
  th button { padding: .1rem .25rem } td { padding: .1rem .25rem } td.number { white-space: normal }
  * { print-color-adjust: exact }
}
)css";

// Texts sort as texts, which dates and times are made for; numbers by their value.
constexpr char kScript[] = R"js(
const compareNumbers = (a, b) => (a === '') - (b === '') || parseFloat(a) - parseFloat(b);
const compareTexts = (a, b) => a.localeCompare(b, undefined, { numeric: true });
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
    const compare = head.classList.contains('number') ? compareNumbers : compareTexts;
    const rows = [...body.rows].sort((a, b) => compare(text(a), text(b)) * (down ? -1 : 1));
    body.append(...rows);
  });
}
const fit = () => {
  for (const table of document.querySelectorAll('table')) {
    table.classList.remove('cards');
    const wide = table.offsetWidth > table.parentElement.clientWidth;
    table.classList.toggle('cards', wide);
  }
};
addEventListener('resize', fit);
fit();
document.getElementById('search').addEventListener('input', event => {
  const wanted = event.target.value.toLowerCase();
  for (const row of document.querySelectorAll('tbody tr')) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
});
)js";

std::string ClassOf(const HtmlColumn& column) {
  return column.kind == HtmlColumn::kNumber ? " class=\"number\"" : "";
}

void WriteRow(const HtmlTable& table, const HtmlTable::Row& row, std::ostream& out) {
  out << (row.kind.empty() ? "<tr>" : "<tr class=\"" + EscapeHtml(row.kind) + "\">");
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const HtmlColumn& column = table.columns[i];
    out << "<td" << ClassOf(column) << " data-title=\"" << EscapeHtml(column.title) << "\">"
        << HtmlText(row.cells[i]) << "</td>";
  }
  out << "</tr>\n";
}

void WriteTable(const HtmlTable& table, std::ostream& out) {
  out << "<h2>" << EscapeHtml(table.title) << " (" << table.rows.size() << ")</h2>\n";
  out << "<div class=\"sheet\"><table><thead><tr>";
  for (const HtmlColumn& column : table.columns) {
    out << "<th" << ClassOf(column) << " scope=\"col\"><button type=\"button\">"
        << EscapeHtml(column.title) << "</button></th>";
  }
  out << "</tr></thead><tbody>\n";
  for (const HtmlTable::Row& row : table.rows) WriteRow(table, row, out);
  out << "</tbody></table></div>\n";
  if (table.rows.empty()) out << "<p class=\"none\">none</p>\n";
}

void WriteHead(const HtmlPage& page, std::ostream& out) {
  out << "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
      << EscapeHtml(page.title) << "</title><style>" << kStyle << "</style></head>\n<body>\n<h1>"
      << HtmlText(page.title) << "</h1>\n<dl>\n";
  for (const auto& [name, value] : page.facts) {
    if (value.empty()) continue;
    out << "<dt>" << EscapeHtml(name) << "</dt><dd>" << HtmlText(value) << "</dd>\n";
  }
  out << "</dl>\n<ul class=\"legend\">\n";
  for (const auto& [kind, meaning] : page.legend) {
    out << "<li class=\"" << EscapeHtml(kind) << "\"><strong>" << EscapeHtml(kind) << "</strong> "
        << EscapeHtml(meaning) << "</li>\n";
  }
  out << "</ul>\n";
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

// A browser ends a line behind a hyphen or a slash too.
std::string HtmlText(absl::string_view text) {
  std::string html;
  absl::string_view space;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    const bool may_break = word.find_first_of("-/+:") != absl::string_view::npos;
    const bool is_long = DisplayWidth(word) > kUnbrokenColumnsMax;
    const char* const kind = is_long ? "long" : "w";
    absl::StrAppend(&html, space);
    if (may_break || is_long) {
      absl::StrAppend(&html, "<span class=\"", kind, "\">", EscapeHtml(word), "</span>");
    } else {
      absl::StrAppend(&html, EscapeHtml(word));
    }
    space = " ";
  }
  return html;
}

void WriteHtml(const HtmlPage& page, std::ostream& out) {
  WriteHead(page, out);
  out << "<input id=\"search\" type=\"search\" placeholder=\"Search all tables\" "
         "aria-label=\"Search all tables\">\n";
  for (const HtmlTable& table : page.tables) WriteTable(table, out);
  out << "<script>" << kScript << "</script>\n</body>\n</html>\n";
}

}  // namespace lots::ctl
