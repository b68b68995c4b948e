// Draws a tree with lines.
#include "service/ctl/output/tree.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/ctl/output/colour.h"
#include "service/ctl/output/text_width.h"

namespace lots::ctl {
namespace {

std::string Painted(const TreeNode& node, const Terminal& terminal) {
  return Paint(Printable(node.text), ColourOfCertainty(node.kind), terminal);
}

void PrintNotes(const TreeNode& node, absl::string_view indent, const Terminal& terminal) {
  const absl::string_view rule = node.children.empty() ? "   " : "│  ";
  for (const std::string& note : node.notes) {
    terminal.out << indent << rule << Printable(note) << "\n";
  }
}

void PrintBelow(const TreeNode& node, const std::string& indent, const Terminal& terminal) {
  PrintNotes(node, indent, terminal);
  for (size_t i = 0; i < node.children.size(); ++i) {
    const bool last = i + 1 == node.children.size();
    const TreeNode& child = node.children[i];
    terminal.out << indent << (last ? "└─ " : "├─ ") << Painted(child, terminal) << "\n";
    PrintBelow(child, absl::StrCat(indent, last ? "   " : "│  "), terminal);
  }
}

}  // namespace

void PrintTree(const TreeNode& root, const Terminal& terminal) {
  terminal.out << Painted(root, terminal) << "\n";
  PrintBelow(root, "", terminal);
}

}  // namespace lots::ctl
