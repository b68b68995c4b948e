// The command line's declarations and its parser: all that lotctl has of CLI11.
#include "service/ctl/session/command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {
namespace {

// Help and version go to standard output and end well; everything else is a usage error.
int EndOfParse(const CLI::App& program, const CLI::ParseError& error, const Terminal& terminal) {
  if (error.get_exit_code() == 0) return program.exit(error, terminal.out, terminal.err);
  // CLI11 misses the command before it looks at the word that stands in its place.
  const std::vector<std::string> unknown = program.remaining(/*recurse=*/true);
  const bool is_misspelt = error.get_name() == "RequiredError" && !unknown.empty();
  terminal.err << program.get_name() << ": "
               << (is_misspelt ? absl::StrCat("there is no command '", unknown.front(), "'")
                               : std::string(error.what()))
               << "\n  What to do: 'lotctl --help' and 'lotctl COMMAND --help' show what is "
                  "expected.\n";
  return kExitUsage;
}

}  // namespace

Flag& Flag::Required() {
  option_.required();
  return *this;
}

Flag& Flag::OneOf(std::initializer_list<const char*> choices) {
  option_.check(CLI::IsMember(std::vector<std::string>(choices.begin(), choices.end())));
  return *this;
}

Flag& Flag::NotNegative() {
  option_.check(CLI::NonNegativeNumber);
  return *this;
}

Flag& Flag::Positive() {
  option_.check(CLI::PositiveNumber);
  return *this;
}

Flag& Flag::NotEmpty(const char* message) {
  option_.check(
      [message](const std::string& value) { return std::string(value.empty() ? message : ""); });
  return *this;
}

Flag& Flag::SplitAtCommas() {
  option_.delimiter(',');
  return *this;
}

Flag& Flag::OneValueEach() {
  option_.allow_extra_args(false);
  return *this;
}

Flag& Flag::ShowDefault() {
  option_.capture_default_str();
  return *this;
}

Flag& Flag::Environment(const char* variable) {
  option_.envname(variable);
  return *this;
}

Flag Command::Add(const char* name, std::string& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, std::optional<std::string>& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, std::vector<std::string>& values, const char* help) {
  return Flag(*app_.add_option(name, values, help));
}

Flag Command::Add(const char* name, int32_t& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, int64_t& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, double& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, std::optional<int32_t>& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, std::optional<int64_t>& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, std::optional<bool>& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::AddSwitch(const char* name, bool& value, const char* help) {
  return Flag(*app_.add_flag(name, value, help));
}

Command Command::AddGroup(const char* name, const char* description) {
  CLI::App& group = *app_.add_subcommand(name, description);
  group.require_subcommand(1);
  return Command(group);
}

Command Command::AddCommand(const char* name, const char* description, const std::string& footer,
                            std::function<void()> chosen) {
  CLI::App& command = *app_.add_subcommand(name, description);
  command.footer(footer);
  command.callback(std::move(chosen));
  return Command(command);
}

CommandLine::CommandLine(const char* name, const char* description, const char* footer,
                         const std::string& version)
    : app_(std::make_unique<CLI::App>(description, name)) {
  app_->footer(footer);
  app_->require_subcommand(1);
  app_->fallthrough();
  app_->set_version_flag("--version", version);
}

CommandLine::~CommandLine() = default;

Command CommandLine::program() { return Command(*app_); }

std::optional<int> CommandLine::Parse(const std::vector<std::string>& arguments,
                                      const Terminal& terminal) {
  try {
    app_->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return EndOfParse(*app_, error, terminal);
  }
  return std::nullopt;
}

}  // namespace lots::ctl
