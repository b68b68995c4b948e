// Trees for people.
#pragma once

#include <string>
#include <vector>

#include "service/ctl/output/terminal.h"

namespace lots::ctl {

struct TreeNode {
  std::string text;
  // Lines below the text that belong to it.
  std::vector<std::string> notes;
  std::vector<TreeNode> children;
  // For those who draw it in colours: "seed", "certain" or "possible"; empty: no lot.
  std::string kind = {};
};

// Prints the node, its notes and its children, each below and to the right of its parent. What is
// longer than the terminal goes on in the next line, at a space:
//   pump/SN-1  1
//   │  at a customer
//   └─ work order WO-7
//      └─ steel/H-1  2.5
void PrintTree(const TreeNode& root, const Terminal& terminal);

}  // namespace lots::ctl
