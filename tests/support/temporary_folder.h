// A folder of a test's own, removed with everything in it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of a file that holds the text.
  std::string Write(absl::string_view name, absl::string_view text) const;

 private:
  std::string path_;
};

}  // namespace lots
