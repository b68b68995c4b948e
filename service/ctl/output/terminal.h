// The two streams that lotctl writes to, and what is at their ends.
#pragma once

#include <ostream>
#include <string>

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
  // How many characters a line of `out` has; 0: as many as there are.
  int columns = 0;
  // The file that `out` is; empty: it is none, or not known.
  std::string out_file = {};
};

}  // namespace lots::ctl
