// A temporary folder for one test.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

class TestFolder {
 public:
  TestFolder();
  ~TestFolder();  // removes the folder with its files
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // The path of a file in the folder.
  std::string Path(absl::string_view name) const;
  // Writes a new file and renames it to `name`, so that a reader never sees half of the text.
  // Returns the path.
  std::string Write(absl::string_view name, absl::string_view text) const;

 private:
  std::string path_;
};

}  // namespace lots
