// An HTML page in a real browser.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

namespace lots {

// BrowserPage is an HTML file in a temporary folder. Each Look opens the file again.
class BrowserPage {
 public:
  explicit BrowserPage(const std::function<void(std::ostream&)>& write);
  ~BrowserPage();
  BrowserPage(const BrowserPage&) = delete;
  BrowserPage& operator=(const BrowserPage&) = delete;

  std::string path() const { return (folder_ / "page.html").string(); }

  // How the page is shown.
  struct View {
    int width = 1200;  // pixels
    bool on_paper = false;
  };

  // Opens the page and returns the value of a JavaScript expression in it. Fails the test when the
  // page had an error or sent a request over the network. The environment variable
  // LOTS_TEST_SCREENSHOT names a file for a screenshot.
  nlohmann::json Look(const std::string& expression, const View& view) const;
  nlohmann::json Look(const std::string& expression) const { return Look(expression, View()); }

 private:
  std::filesystem::path folder_;
};

}  // namespace lots
