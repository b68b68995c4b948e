// What a command takes, declared without the parser's templates: only command_line.cc compiles
// CLI11.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/ctl/manual/command_tree.h"
#include "service/ctl/output/terminal.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lots::ctl {

// Flag is one declared flag or argument. Each function restricts it and returns it again. Bounds
// and choices stand in the help text.
class Flag {
 public:
  explicit Flag(CLI::Option& option) : option_(option) {}

  Flag& Required();
  Flag& OneOf(std::initializer_list<const char*> choices);
  Flag& NotNegative();
  Flag& Positive();
  // The value is at most `most`; `why` completes "'400' is above 300: ".
  Flag& AtMost(double most, const char* why);
  // `message` is the error when the value is empty, instead of the usual words.
  Flag& NotEmpty(const char* message);
  // The value is an exact decimal.
  Flag& Quantity();
  // The value names a file.
  Flag& File();
  // The flag works, and help, manual and completion keep it to themselves: an earlier name.
  Flag& Hidden();
  // "--accept held,short" gives two values.
  Flag& SplitAtCommas();
  // The flag takes one value each time; what follows the value belongs to the arguments.
  Flag& OneValueEach();
  // The help text shows the value that the variable has now.
  Flag& ShowDefault();
  // The variable of the environment that gives the value when the command line does not.
  Flag& Environment(const char* variable);

 private:
  CLI::Option& option_;
};

// Command is the whole program, a group of commands or one command. It is a reference: copies
// declare the same command. The variables are set by CommandLine::Parse and must live until then.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(app) {}

  // A flag with a value ("--lot") or, without dashes, an argument that is known by its place.
  // An empty value is refused, but for optional texts, which it clears.
  Flag Add(const char* name, std::string& value, const char* help);
  Flag Add(const char* name, std::optional<std::string>& value, const char* help);
  Flag Add(const char* name, std::vector<std::string>& values, const char* help);
  Flag Add(const char* name, int32_t& value, const char* help);
  Flag Add(const char* name, int64_t& value, const char* help);
  Flag Add(const char* name, double& value, const char* help);
  Flag Add(const char* name, std::optional<int32_t>& value, const char* help);
  Flag Add(const char* name, std::optional<int64_t>& value, const char* help);
  Flag Add(const char* name, std::optional<bool>& value, const char* help);
  // A flag without a value.
  Flag AddSwitch(const char* name, bool& value, const char* help);

  // A group: one of the commands below it must be named.
  Command AddGroup(const char* name, const char* description);
  // A command; `chosen` runs when the command line names the command.
  Command AddCommand(const char* name, const char* description, const std::string& footer,
                     std::function<void()> chosen);

 private:
  CLI::App& app_;
};

// CommandLine is the parser of the whole program.
class CommandLine {
 public:
  CommandLine(const char* name, const char* description, const char* footer,
              const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // The program itself. Its flags may stand anywhere on the command line.
  Command program();

  // Everything that the program takes, for its manual and completions; hidden flags left out.
  CommandTree Describe() const;

  // Parses the arguments (without the program's name) and runs what the named command chose.
  // Returns nothing when the command is to be run; otherwise the exit code, after a help text on
  // standard output or a usage error on standard error.
  std::optional<int> Parse(const std::vector<std::string>& arguments, const Terminal& terminal);

 private:
  const std::unique_ptr<CLI::App> app_;
};

}  // namespace lots::ctl
