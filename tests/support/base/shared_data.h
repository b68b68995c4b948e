// Real input that the repository does not carry: the folder named by LOTS_SHARED_DATA, or
// shared/data beside the repository. Tests run in the repository's root.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lots {

// Where the files are looked for; for the message of a test that is skipped.
std::string SharedDataFolder();

// The lines of a file; nothing where it is absent.
std::optional<std::vector<std::string>> SharedDataLines(absl::string_view file);

}  // namespace lots
