// Completions for shells.
#pragma once

#include <ostream>

#include "absl/strings/string_view.h"
#include "service/ctl/manual/command_tree.h"

namespace lots::ctl {

// The shells that WriteCompletion knows.
inline constexpr const char* kShells[] = {"bash", "zsh", "fish"};

// A script for the shell that completes commands, flags, choices and files. It asks lotctl nothing.
void WriteCompletion(const CommandTree& program, absl::string_view shell, std::ostream& out);

}  // namespace lots::ctl
