// A page of ours in a real browser.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

namespace lots {

// BrowserPage is an HTML file in a temporary folder, opened anew by every Look.
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

  // What the JavaScript expression is in the page. Fails the test when the page failed, or asked
  // the network for anything. LOTS_TEST_SCREENSHOT names a file for a picture.
  nlohmann::json Look(const std::string& expression, const View& view) const;
  nlohmann::json Look(const std::string& expression) const { return Look(expression, View()); }

 private:
  std::filesystem::path folder_;
};

}  // namespace lots
