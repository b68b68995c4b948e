// What a command line takes, as plain values: for the manual and for completions.
#pragma once

#include <string>
#include <vector>

namespace lots::ctl {

struct FlagText {
  std::string name;  // "--limit", or "lot" for an argument that is known by its place
  bool is_argument = false;
  bool takes_value = true;
  bool is_required = false;
  bool is_repeatable = false;
  std::string help;
  std::string default_value;
  std::string environment;           // the variable; empty: none
  std::vector<std::string> choices;  // empty: any value
  bool takes_file = false;
};

struct CommandTree {
  std::string name;
  std::string description;
  std::vector<std::string> examples;
  std::vector<FlagText> flags;
  std::vector<CommandTree> commands;
};

}  // namespace lots::ctl
