// Opens the file of an export.
#include "service/ctl/session/output.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {

absl::Status WriteTo(const std::string& file, const Terminal& terminal,
                     absl::FunctionRef<void(const Terminal&)> write) {
  if (file.empty()) {
    write(terminal);
    return absl::OkStatus();
  }
  std::ofstream out(file, std::ios::binary);
  write({.out = out, .err = terminal.err});
  out.close();
  if (out) return absl::OkStatus();
  return UsageError(absl::StrCat("cannot write ", file, ": name a file in a folder that is there"));
}

}  // namespace lots::ctl
