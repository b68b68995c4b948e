// Stops the program at a failed Check.
#include "storage/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace lots {

void CheckFailed(const char* file, int line) {
  std::fprintf(stderr, "%s:%d: a check failed; this is a bug in the program\n", file, line);
  std::abort();
}

}  // namespace lots
