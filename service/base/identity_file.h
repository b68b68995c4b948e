// Reads the files that identify callers and servers: certificates, keys, key sets, access lists.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace lots {

// Returns the whole file. FAILED_PRECONDITION when the file cannot be read or has more than
// kIdentityFileBytesMax.
absl::StatusOr<std::string> ReadIdentityFile(const std::string& path);

}  // namespace lots
