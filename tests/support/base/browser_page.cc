// Opens a page in a browser.
#include "tests/support/base/browser_page.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/base/check.h"

namespace lots {
namespace {

std::string MakeFolder() {
  std::string folder = std::filesystem::temp_directory_path() / "lots-page-XXXXXX";
  Check(mkdtemp(folder.data()) != nullptr);
  return folder;
}

// Runs a command, which must succeed, and returns its output.
std::string Run(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  Check(pipe != nullptr);
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), count);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

}  // namespace

BrowserPage::BrowserPage(const std::function<void(std::ostream&)>& write) : folder_(MakeFolder()) {
  std::ofstream out(path());
  write(out);
}

BrowserPage::~BrowserPage() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

nlohmann::json BrowserPage::Look(const std::string& expression, const View& view) const {
  const char* screenshot = std::getenv("LOTS_TEST_SCREENSHOT");
  setenv("EXPRESSION", expression.c_str(), 1);
  const std::string text = Run(absl::StrCat(
      "tests/support/in_browser --width ", view.width, view.on_paper ? " --print '" : " '", path(),
      "' \"$EXPRESSION\" ", screenshot != nullptr ? screenshot : ""));
  const nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
  if (answer.is_discarded()) {
    ADD_FAILURE() << text;
    return nullptr;
  }
  EXPECT_EQ(answer["requests"], nlohmann::json::array());
  EXPECT_EQ(answer["errors"], nlohmann::json::array());
  return answer["value"];
}

}  // namespace lots
