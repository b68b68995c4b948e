// Recognizes output that a shell sent to a file by accident.
#pragma once

#include "absl/status/status.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// A usage error when a shell took a part of a --component for itself. It was once written as
// --component 'battery/B4>0': without the quotes the shell makes the file 0, and lotctl would post
// the component as one of the whole order. `output_count` is the number of outputs that a component
// could name. The file is standard output, or, where a later redirection won, an empty file in the
// working directory that was made a moment ago.
absl::Status CheckRedirection(const Terminal& terminal, int output_count);

}  // namespace lots::ctl
