// Where an export goes.
#pragma once

#include <ostream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// Has `write` write to the file, or to standard output where there is none. A usage error when the
// file cannot be written.
absl::Status WriteTo(const std::string& file, const Terminal& terminal,
                     absl::FunctionRef<void(std::ostream&)> write);

}  // namespace lots::ctl
