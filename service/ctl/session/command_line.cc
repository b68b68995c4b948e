// The command line's declarations and its parser: all that lotctl has of CLI11.
#include "service/ctl/session/command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {
namespace {

int PrintUsageError(absl::string_view message, const Terminal& terminal) {
  terminal.err << "lotctl: " << message
               << "\n  What to do: 'lotctl --help' and 'lotctl COMMAND --help' show what is "
                  "expected.\n";
  return kExitUsage;
}

// Help and version go to standard output and end well; everything else is a usage error.
int EndOfParse(const CLI::App& program, const CLI::ParseError& error, const Terminal& terminal) {
  if (error.get_exit_code() == 0) return program.exit(error, terminal.out, terminal.err);
  // CLI11 reports a missing command before it looks at the word in the place of the command.
  const std::vector<std::string> unknown = program.remaining(/*recurse=*/true);
  const bool is_misspelt = error.get_name() == "RequiredError" && !unknown.empty();
  return PrintUsageError(is_misspelt ? absl::StrCat("there is no command '", unknown.front(), "'")
                                     : std::string(error.what()),
                         terminal);
}

// The name of the check that Flag::NotEmpty replaces by one with words of its own.
constexpr char kNotEmpty[] = "not empty";

// An empty word comes from a variable that is not set, or is a number that nobody meant.
CLI::Option& RefuseEmpty(CLI::Option& option) {
  const CLI::Validator check(
      [](std::string& value) {
        return std::string(value.empty() ? "is empty: give a value, or leave it out" : "");
      },
      "", kNotEmpty);
  return *option.check(check);
}

CLI::Option& RequireInteger(CLI::Option& option) {
  return *option.check([](const std::string& value) {
    int64_t number = 0;
    return absl::SimpleAtoi(value, &number) ? std::string()
                                            : absl::StrCat("'", value, "' is no whole number");
  });
}

// An argument that begins with a dash is a flag that there is none of, or a value that stands
// behind "--". The first of the former, among the arguments of the commands that were named.
std::optional<std::string> FindDashed(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    for (const std::string& value : option->results()) {
      if (value.size() > 1 && value.front() == '-') return value;
    }
  }
  for (const CLI::App* command : app.get_subcommands()) {
    if (auto found = FindDashed(*command)) return found;
  }
  return std::nullopt;
}

constexpr char kFile[] = "FILE";

// CLI11 tells choices as a part of the type: "TEXT:{table,json}".
std::vector<std::string> ChoicesOf(const std::string& type) {
  const size_t begin = type.find('{');
  const size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return absl::StrSplit(type.substr(begin + 1, end - begin - 1), ',');
}

FlagText TextOf(const CLI::Option& option) {
  const bool is_argument = option.get_positional();
  const std::string type = option.get_type_name();
  return {
      .name = is_argument ? option.get_name(true) : absl::StrCat("--", option.get_lnames().front()),
      .is_argument = is_argument,
      .takes_value = option.get_items_expected_max() > 0,
      .is_required = option.get_required(),
      .is_repeatable = option.get_expected_max() > 1,
      .help = option.get_description(),
      .default_value = option.get_default_str(),
      .environment = option.get_envname(),
      .choices = ChoicesOf(type),
      .takes_file = absl::StartsWith(type, kFile)};
}

// The lines of a footer behind "Examples:".
std::vector<std::string> ExamplesIn(const std::string& footer) {
  std::vector<std::string> examples;
  bool is_example = false;
  for (const absl::string_view line : absl::StrSplit(footer, '\n')) {
    if (is_example) examples.emplace_back(absl::StripLeadingAsciiWhitespace(line));
    if (line == "Examples:") is_example = true;
  }
  return examples;
}

CommandTree TreeOf(const CLI::App& app) {
  CommandTree tree{.name = app.get_name(),
                   .description = app.get_description(),
                   .examples = ExamplesIn(app.get_footer())};
  for (const CLI::Option* option : app.get_options()) {
    const bool is_builtin = option == app.get_help_ptr() || option == app.get_version_ptr();
    const bool is_hidden = option->get_group().empty();
    if (!is_builtin && !is_hidden) tree.flags.push_back(TextOf(*option));
  }
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    tree.commands.push_back(TreeOf(*command));
  }
  return tree;
}

}  // namespace

Flag& Flag::Required() {
  option_.required();
  return *this;
}

Flag& Flag::OneOf(std::initializer_list<const char*> choices) {
  const std::vector<std::string> words(choices.begin(), choices.end());
  option_.transform(CLI::IsMember(words, CLI::ignore_case));
  return *this;
}

// A value that is no number is refused by the check that its Add made.
Flag& Flag::NotNegative() {
  option_.check([](const std::string& value) {
    double number = 0;
    const bool fits = !absl::SimpleAtod(value, &number) || number >= 0;
    return fits ? std::string() : absl::StrCat("'", value, "' is below 0");
  });
  return *this;
}

Flag& Flag::Positive() {
  option_.check([](const std::string& value) {
    double number = 0;
    const bool fits = !absl::SimpleAtod(value, &number) || number > 0;
    return fits ? std::string() : absl::StrCat("'", value, "' is not above 0");
  });
  return *this;
}

Flag& Flag::AtMost(double most, const char* why) {
  option_.check([most, why](const std::string& value) {
    double number = 0;
    const bool fits = !absl::SimpleAtod(value, &number) || number <= most;
    return fits ? std::string() : absl::StrCat("'", value, "' is above ", most, ": ", why);
  });
  return *this;
}

Flag& Flag::NotEmpty(const char* message) {
  option_.get_validator(kNotEmpty)->active(false);
  option_.check(
      [message](const std::string& value) { return std::string(value.empty() ? message : ""); });
  return *this;
}

Flag& Flag::Quantity() {
  option_.check([](const std::string& value) { return WrongWithQuantity(value); });
  return *this;
}

Flag& Flag::File() {
  option_.type_name(kFile);
  return *this;
}

Flag& Flag::Hidden() {
  option_.group("");
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
  return Flag(RefuseEmpty(*app_.add_option(name, value, help)));
}

// An empty text may be what is wanted: it clears a field.
Flag Command::Add(const char* name, std::optional<std::string>& value, const char* help) {
  return Flag(*app_.add_option(name, value, help));
}

Flag Command::Add(const char* name, std::vector<std::string>& values, const char* help) {
  return Flag(RefuseEmpty(*app_.add_option(name, values, help)));
}

Flag Command::Add(const char* name, int32_t& value, const char* help) {
  return Flag(RequireInteger(*app_.add_option(name, value, help)));
}

Flag Command::Add(const char* name, int64_t& value, const char* help) {
  return Flag(RequireInteger(*app_.add_option(name, value, help)));
}

Flag Command::Add(const char* name, double& value, const char* help) {
  return Flag(*app_.add_option(name, value, help)->check([](const std::string& text) {
    double number = 0;
    return absl::SimpleAtod(text, &number) ? std::string()
                                           : absl::StrCat("'", text, "' is no number");
  }));
}

Flag Command::Add(const char* name, std::optional<int32_t>& value, const char* help) {
  return Flag(RequireInteger(*app_.add_option(name, value, help)));
}

Flag Command::Add(const char* name, std::optional<int64_t>& value, const char* help) {
  return Flag(RequireInteger(*app_.add_option(name, value, help)));
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

CommandTree CommandLine::Describe() const { return TreeOf(*app_); }

std::optional<int> CommandLine::Parse(const std::vector<std::string>& arguments,
                                      const Terminal& terminal) {
  try {
    app_->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return EndOfParse(*app_, error, terminal);
  }
  const std::optional<std::string> dashed = FindDashed(*app_);
  if (!dashed.has_value() || absl::c_linear_search(arguments, "--")) return std::nullopt;
  return PrintUsageError(
      absl::StrCat("'", *dashed, "' looks like a flag, and there is none of that name; arguments ",
                   "that begin with a dash stand at the end, after '--'"),
      terminal);
}

}  // namespace lots::ctl
