// Looks for files whose names are indexes of outputs.
#include "service/ctl/shared/redirect.h"

#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {
namespace {

// A shell makes its files right before it starts lotctl.
constexpr absl::Duration kFresh = absl::Seconds(5);
// A person counts no further.
constexpr int kIndexesMax = 100;

absl::Status Misread(absl::string_view where, absl::string_view index) {
  return UsageError(absl::StrCat(where, index, ": was '>", index,
                                 "' meant as a part of --component? Write ':into=", index,
                                 "' instead, and remove the file"));
}

bool IsFreshAndEmpty(const std::string& file) {
  struct stat found = {};
  if (stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_size != 0)
    return false;
  return absl::AbsDuration(absl::Now() - absl::TimeFromTimespec(found.st_ctim)) < kFresh;
}

}  // namespace

absl::Status CheckRedirection(const Terminal& terminal, int output_count) {
  const absl::string_view path = terminal.out_file;
  const absl::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  const bool is_index =
      !name.empty() && name.find_first_not_of("0123456789") == absl::string_view::npos;
  if (is_index) return Misread("standard output goes to a file named ", name);
  for (int index = 0; index < std::min(output_count, kIndexesMax); ++index) {
    const std::string file = absl::StrCat(index);
    if (IsFreshAndEmpty(file)) return Misread("there is a new and empty file named ", file);
  }
  return absl::OkStatus();
}

}  // namespace lots::ctl
