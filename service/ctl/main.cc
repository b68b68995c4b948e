// lotctl: the API for a person at a terminal.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "service/ctl/run.h"
#include "service/version/version.h"

namespace lots::ctl {
namespace {

bool IsSet(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool WantsColours() {
  const char* const kind = std::getenv("TERM");
  return !IsSet("NO_COLOR") && kind != nullptr && std::string(kind) != "dumb";
}

// How wide the terminal is; 0 when that is not known.
int ColumnsOf(int descriptor) {
  winsize size = {};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string FileOf(int descriptor) {
  std::error_code error;
  const auto target =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
  return error || !std::filesystem::is_regular_file(target, error) ? "" : target.string();
}

int Main(const std::vector<std::string>& arguments) {
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  const Terminal terminal{.out = std::cout,
                          .err = std::cerr,
                          .out_is_terminal = is_terminal,
                          .err_is_terminal = isatty(STDERR_FILENO) != 0,
                          .colours = is_terminal && WantsColours(),
                          .columns = is_terminal ? ColumnsOf(STDOUT_FILENO) : 0,
                          .out_file = FileOf(STDOUT_FILENO)};
  const int code = Run(arguments, Version(), terminal);
  std::cout.flush();
  return code;
}

}  // namespace
}  // namespace lots::ctl

int main(int argc, char** argv) {
  return lots::ctl::Main(std::vector<std::string>(argv + 1, argv + argc));
}
