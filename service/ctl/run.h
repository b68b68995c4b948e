// The whole of lotctl, for main and for tests.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// Runs one command line (without the program's name) and returns the exit code. Answers go to
// terminal.out, everything else to terminal.err.
int Run(const std::vector<std::string>& arguments, absl::string_view version,
        const Terminal& terminal);

}  // namespace lots::ctl
