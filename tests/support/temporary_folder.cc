#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"

namespace lots {

TemporaryFolder::TemporaryFolder()
    : path_(absl::StrCat(std::filesystem::temp_directory_path().string(), "/lots-XXXXXX")) {
  Check(mkdtemp(path_.data()) != nullptr);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(absl::string_view name, absl::string_view text) const {
  const std::string file = absl::StrCat(path_, "/", name);
  std::ofstream out(file);
  out << text;
  out.close();
  Check(out.good());
  return file;
}

}  // namespace lots
