// lotctl: the API for a person at a terminal.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "service/ctl/run.h"
#include "service/version/version.h"

int main(int argc, char** argv) {
  const bool out_is_terminal = isatty(STDOUT_FILENO) != 0;
  const char* no_color = std::getenv("NO_COLOR");
  const lots::ctl::Terminal terminal{
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = out_is_terminal,
      .err_is_terminal = isatty(STDERR_FILENO) != 0,
      .colours = out_is_terminal && (no_color == nullptr || *no_color == '\0')};
  const int code =
      lots::ctl::Run(std::vector<std::string>(argv + 1, argv + argc), lots::Version(), terminal);
  std::cout.flush();
  return code;
}
