// Files that say who is who: certificates, keys, key sets, access lists.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace lots {

// The whole file. FAILED_PRECONDITION when it cannot be read or has more than
// kIdentityFileBytesMax.
absl::StatusOr<std::string> ReadIdentityFile(const std::string& path);

}  // namespace lots
