// The manual page of the whole program.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/ctl/manual/command_tree.h"

namespace lots::ctl {

// A name in bold with its explanation.
struct Term {
  std::string name;
  std::string text;
};

// What the manual says beside the commands.
struct ManualText {
  std::string version;
  std::vector<std::string> description;  // paragraphs
  std::vector<Term> variables;           // beside those of flags
  std::vector<Term> exit_codes;
};

// roff with the macros of man(7).
void WriteManualPage(const CommandTree& program, const ManualText& text, std::ostream& out);

}  // namespace lots::ctl
