// Real input data that is not in the repository. The data is in the folder that LOTS_SHARED_DATA
// names; by default in ../shared/data, as seen from the root of the repository, where tests run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lots {

// The folder of the data. A test that is skipped names the folder in its message.
std::string SharedDataFolder();

// The lines of a file; nullopt if there is no such file.
std::optional<std::vector<std::string>> SharedDataLines(absl::string_view file);

}  // namespace lots
