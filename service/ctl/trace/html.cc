// A traced graph as one HTML file.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/ctl/output/html_tables.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/trace/graph.h"

namespace lots::ctl {
namespace {

// Beyond, only the upper levels are open at first.
constexpr size_t kOpenNodesMax = 60;
constexpr int kOpenDepth = 3;

constexpr char kStyle[] = R"css(
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; margin: 0; color: #1b1f24;
  background: #fff }
header { position: sticky; top: 0; background: #f6f8fa; border-bottom: 1px solid #d8dee4;
  padding: .8rem clamp(.8rem, 2vw, 1.5rem); z-index: 1 }
h1 { font-size: 1.25rem; margin: 0 0 .3rem; overflow-wrap: anywhere }
#times { color: #57606a; font-size: .87rem }
.bar { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin-top: .6rem }
input[type=search] { font: inherit; padding: .35rem .6rem; width: 20rem; max-width: 100%;
  box-sizing: border-box; border: 1px solid #8c959f; border-radius: 6px }
button { font: inherit; padding: .3rem .7rem; border: 1px solid #8c959f; border-radius: 6px;
  background: #fff; cursor: pointer }
.key { padding: .1rem .5rem; border-radius: 4px }
.key, .lot { border-left: 4px solid }
.seed { border-left-color: #82071e; background: #ffebe9; font-weight: 600 }
.certain { border-left-color: #cf222e; background: #ffebe9 }
.possible { border-left-color: #bf8700; background: #fff8c5 }
.legend { color: #57606a; font-size: .87rem; margin: 0 0 .8rem }
main { padding: 1rem clamp(.8rem, 2vw, 1.5rem) 3rem; overflow-x: auto }
ul { list-style: none; margin: 0; padding-left: 1.4rem; border-left: 1px solid #d8dee4 }
main > ul { padding-left: 0; border-left: 0 }
li { margin: .15rem 0 }
.line { display: inline-block; padding: .05rem .5rem; border-radius: 4px; white-space: pre-wrap;
  max-width: calc(100% - 1.1rem); box-sizing: border-box; vertical-align: top }
.w { white-space: nowrap } .long { overflow-wrap: anywhere }
.step { color: #57606a }
.notes { color: #57606a; font-size: .87rem; margin: .05rem 0 .2rem 1.6rem }
summary { cursor: pointer }
summary::marker { color: #8c959f }
li.leaf { padding-left: 1.05rem }
.hit > .line, .hit > details > summary > .line { outline: 2px solid #0969da }
[hidden] { display: none !important }
@media screen and (max-width: 700px) {
  header { position: static }
  ul { padding-left: .5rem } .notes { margin-left: .9rem } li.leaf { padding-left: .3rem }
}
@media print {
  @page { size: A4; margin: 14mm }
  header { position: static; background: none; padding: 0 0 .5rem } main { padding: .5rem 0 }
  input, button, #found { display: none }
  .bar { margin-top: .3rem } body { font-size: 10pt }
  .line, .notes { break-inside: avoid }
  * { print-color-adjust: exact }
}
)css";

constexpr char kLegend[] =
    "<b>seed</b>: where the trace began. <b>certain</b>: has goods of a seed in it (upstream: is "
    "in "
    "it). <b>possible</b>: may have, because an order used goods for several units (pooled). "
    "<b>exact</b>: known to be in this one unit. <b>affected</b>: the least and the most of a lot "
    "that may be concerned, of all of it.";

// Searching shows the lines that match with the way to them, opened; an empty box shows everything
// again as it was folded.
constexpr char kScript[] = R"js(
const items = [...document.querySelectorAll('main li')];
const text = new Map(items.map(item => [item, item.dataset.text.toLowerCase()]));
const found = document.getElementById('found');
const folds = [...document.querySelectorAll('main details')];
let before = null;
const search = wanted => {
  for (const item of items) { item.hidden = false; item.classList.remove('hit'); }
  if (wanted === '') {
    if (before) folds.forEach((fold, i) => { fold.open = before[i]; });
    before = null;
    found.textContent = '';
    return;
  }
  if (!before) before = folds.map(fold => fold.open);
  const shown = new Set();
  let hits = 0;
  for (const item of items) {
    if (!text.get(item).includes(wanted)) continue;
    ++hits;
    item.classList.add('hit');
    for (let at = item; at && !shown.has(at); at = at.parentElement.closest('li')) {
      shown.add(at);
      const fold = at.querySelector(':scope > details');
      if (fold && at !== item) fold.open = true;
    }
  }
  for (const item of items) item.hidden = !shown.has(item);
  found.textContent = hits + (hits === 1 ? ' match' : ' matches');
};
document.getElementById('search').addEventListener('input', event => {
  search(event.target.value.trim().toLowerCase());
});
document.getElementById('fold').addEventListener('click', () => {
  for (const fold of folds) fold.open = false;
});
const unfold = () => {
  for (const fold of folds) fold.open = true;
};
document.getElementById('unfold').addEventListener('click', unfold);
// Paper cannot be unfolded. Afterwards everything is as before.
let shownOnScreen = null;
addEventListener('beforeprint', () => {
  shownOnScreen = folds.map(fold => fold.open);
  unfold();
});
addEventListener('afterprint', () => {
  folds.forEach((fold, i) => { fold.open = shownOnScreen[i]; });
});
)js";

class HtmlWriter {
 public:
  HtmlWriter(const TracedGraph& graph, std::ostream& out)
      : graph_(graph),
        out_(out),
        open_depth_(graph.nodes.size() > kOpenNodesMax ? kOpenDepth : 999) {}

  void Write() {
    const std::string title = TitleOf();
    out_ << "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
         << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
         << EscapeHtml(title) << "</title><style>" << kStyle << "</style></head>\n<body>\n";
    WriteHeader(title);
    TraceTree tree(graph_.direction, graph_.zone);
    tree.Add(graph_);
    out_ << "<main>\n<p class=\"legend\">" << kLegend << "</p>\n<ul>\n";
    for (const TreeNode& root : tree.Draw()) WriteItem(root, 0);
    out_ << "</ul>\n</main>\n<script>" << kScript << "</script>\n</body>\n</html>\n";
  }

 private:
  std::string TitleOf() const {
    const bool down = graph_.direction == TraceTree::kDownstream;
    std::string title = down ? "Downstream of" : "Upstream of";
    int seeds = 0;
    for (const v1::TraceNode& node : graph_.nodes) {
      if (node.depth() > 0) continue;
      if (++seeds <= 3) {
        absl::StrAppend(&title, seeds > 1 ? ", " : " ",
                        Printable(ShowLot(node.product_id(), node.number())));
      }
    }
    if (seeds > 3) absl::StrAppend(&title, " and ", seeds - 3, " more");
    return title;
  }

  int64_t Count(const std::string& certainty) const {
    return std::count_if(graph_.nodes.begin(), graph_.nodes.end(),
                         [&](const v1::TraceNode& node) { return CertaintyOf(node) == certainty; });
  }

  void WriteHeader(const std::string& title) {
    out_ << "<header>\n<h1>" << EscapeHtml(title) << "</h1>\n<div id=\"counts\">"
         << EscapeHtml(CountsOf(graph_.summary));
    if (graph_.summary.truncated()) {
      out_ << " – <strong>there is more: " << EscapeHtml(graph_.summary.truncated_by())
           << " cut the walk</strong>";
    }
    out_ << "</div>\n";
    if (!graph_.times.empty()) {
      out_ << "<div id=\"times\">" << HtmlText(graph_.times) << "</div>\n";
    }
    out_ << "<div class=\"bar\">\n";
    for (const char* certainty : {"seed", "certain", "possible"}) {
      out_ << "<span class=\"key " << certainty << "\">" << Count(certainty) << " " << certainty
           << "</span>\n";
    }
    out_ << "<input id=\"search\" type=\"search\" placeholder=\"Search lots, places, partners\" "
            "aria-label=\"Search\">\n<span id=\"found\" role=\"status\"></span>\n"
            "<button id=\"unfold\" type=\"button\">Unfold all</button>\n"
            "<button id=\"fold\" type=\"button\">Fold all</button>\n</div>\n</header>\n";
  }

  void WriteItem(const TreeNode& node, int depth) {
    std::string searched = Printable(node.text);
    for (const std::string& note : node.notes) absl::StrAppend(&searched, " ", Printable(note));
    const bool leaf = node.children.empty();
    out_ << "<li" << (leaf ? " class=\"leaf\"" : "") << " data-text=\"" << EscapeHtml(searched)
         << "\">";
    if (!leaf) out_ << "<details" << (depth < open_depth_ ? " open" : "") << "><summary>";
    WriteLine(node);
    if (!leaf) out_ << "</summary>";
    for (const std::string& note : node.notes) {
      out_ << "<div class=\"notes\">" << HtmlText(Printable(note)) << "</div>";
    }
    if (!leaf) {
      out_ << "\n<ul>\n";
      for (const TreeNode& child : node.children) WriteItem(child, depth + 1);
      out_ << "</ul></details>";
    }
    out_ << "</li>\n";
  }

  void WriteLine(const TreeNode& node) {
    out_ << "<span class=\"line "
         << (node.kind.empty() ? "step" : absl::StrCat("lot ", EscapeHtml(node.kind))) << "\">"
         << HtmlText(Printable(node.text)) << "</span>";
  }

  const TracedGraph& graph_;
  std::ostream& out_;
  const int open_depth_;
};

}  // namespace

void WriteTraceHtml(const TracedGraph& graph, std::ostream& out) { HtmlWriter(graph, out).Write(); }

}  // namespace lots::ctl
