#include "tests/support/base/shared_data.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace lots {

std::string SharedDataFolder() {
  const char* given = std::getenv("LOTS_SHARED_DATA");
  return given != nullptr ? given : "../shared/data";
}

std::optional<std::vector<std::string>> SharedDataLines(absl::string_view file) {
  std::ifstream input(absl::StrCat(SharedDataFolder(), "/", file));
  if (!input) return std::nullopt;
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

}  // namespace lots
