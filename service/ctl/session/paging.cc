#include "service/ctl/session/paging.h"

namespace lots::ctl {

void PrintMoreThan(int64_t limit, const Terminal& terminal) {
  terminal.err << "lotctl: there are more than " << limit
               << "; --limit shows more, --limit 0 all of them\n";
}

}  // namespace lots::ctl
