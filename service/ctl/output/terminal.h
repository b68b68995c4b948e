// The two streams that lotctl writes to, and what is at their ends.
#pragma once

#include <ostream>

namespace lots::ctl {

struct Terminal {
  // Answers, and nothing else.
  std::ostream& out;
  // Errors, hints and progress.
  std::ostream& err;
  // Whether a person looks at them. Without one there is no progress bar.
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // Whether `out` understands colours and wants them (NO_COLOR is not set).
  bool colours = false;
};

}  // namespace lots::ctl
