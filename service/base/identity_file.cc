// Reads a small file whole.
#include "service/base/identity_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"

namespace lots {

absl::StatusOr<std::string> ReadIdentityFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kIdentityFileBytesMax + 1, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && !file.eof()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kIdentityFileBytesMax) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has more than ", kIdentityFileBytesMax, " bytes"));
  }
  return text;
}

}  // namespace lots
