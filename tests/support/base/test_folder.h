// A folder of a test's own, with files that are replaced as a careful operator does.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

class TestFolder {
 public:
  TestFolder();
  ~TestFolder();  // with everything in it
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // The path of a file in it.
  std::string Path(absl::string_view name) const;
  // Writes the file whole, or not at all, and returns its path.
  std::string Write(absl::string_view name, absl::string_view text) const;

 private:
  std::string path_;
};

}  // namespace lots
