// Draws a tree with lines.
#include "service/ctl/output/tree.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/ctl/output/colour.h"
#include "service/ctl/output/text_width.h"

namespace lots::ctl {
namespace {

// However deep the tree, a line keeps so many columns for its text.
constexpr int kTextMin = 20;
constexpr char kSecondLine[] = "   ";

std::string RuleBelow(const TreeNode& node, absl::string_view indent) {
  return absl::StrCat(indent, node.children.empty() ? "   " : "│  ");
}

// A text that is longer than the terminal goes on below `rule`.
void PrintText(absl::string_view begin, absl::string_view rule, absl::string_view text,
               Colour colour, const Terminal& terminal) {
  const std::string next = absl::StrCat(rule, kSecondLine);
  std::vector<std::string> lines = {std::string(text)};
  if (terminal.columns > 0) {
    const int indent = std::max(DisplayWidth(begin), DisplayWidth(next));
    lines = Wrap(text, std::max(terminal.columns - indent, kTextMin), LongWords::kWhole);
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    terminal.out << (i == 0 ? begin : next) << Paint(lines[i], colour, terminal) << "\n";
  }
}

void PrintTitle(const TreeNode& node, absl::string_view begin, absl::string_view indent,
                const Terminal& terminal) {
  PrintText(begin, RuleBelow(node, indent), Printable(node.text), ColourOfCertainty(node.kind),
            terminal);
}

void PrintBelow(const TreeNode& node, const std::string& indent, const Terminal& terminal) {
  const std::string rule = RuleBelow(node, indent);
  for (const std::string& note : node.notes) {
    PrintText(rule, rule, Printable(note), Colour::kNone, terminal);
  }
  for (size_t i = 0; i < node.children.size(); ++i) {
    const bool last = i + 1 == node.children.size();
    const TreeNode& child = node.children[i];
    const std::string below = absl::StrCat(indent, last ? "   " : "│  ");
    PrintTitle(child, absl::StrCat(indent, last ? "└─ " : "├─ "), below, terminal);
    PrintBelow(child, below, terminal);
  }
}

}  // namespace

void PrintTree(const TreeNode& root, const Terminal& terminal) {
  PrintTitle(root, "", "", terminal);
  PrintBelow(root, "", terminal);
}

}  // namespace lots::ctl
