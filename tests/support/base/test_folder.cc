#include "tests/support/base/test_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"

namespace lots {
namespace fs = std::filesystem;

TestFolder::TestFolder() : path_(fs::temp_directory_path() / "lots-files-XXXXXX") {
  Check(mkdtemp(path_.data()) != nullptr);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TestFolder::Path(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

std::string TestFolder::Write(absl::string_view name, absl::string_view text) const {
  const std::string path = Path(name);
  const std::string fresh = absl::StrCat(path, ".new");
  {
    std::ofstream file(fresh, std::ios::binary);
    file << text;
    Check(file.good());
  }
  fs::rename(fresh, path);
  return path;
}

}  // namespace lots
