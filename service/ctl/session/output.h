// Where an export goes.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// Has `write` write to the file, as to a terminal without width and colours, or to the terminal
// where there is no file. A usage error when the file cannot be written.
absl::Status WriteTo(const std::string& file, const Terminal& terminal,
                     absl::FunctionRef<void(const Terminal&)> write);

}  // namespace lots::ctl
