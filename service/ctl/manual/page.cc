// Writes the manual page: options, commands, variables, exit codes.
#include "service/ctl/manual/page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace lots::ctl {
namespace {

// Text for roff: hyphens that can be copied, and no line that begins like a macro.
std::string Roff(absl::string_view text) {
  const std::string plain =
      absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"…", "..."}, {"→", "\\->"}});
  const bool is_macro = absl::StartsWith(plain, ".") || absl::StartsWith(plain, "'");
  return absl::StrCat(is_macro ? "\\&" : "", plain);
}

std::string Bold(absl::string_view text) { return absl::StrCat("\\fB", Roff(text), "\\fR"); }
std::string Italic(absl::string_view text) { return absl::StrCat("\\fI", Roff(text), "\\fR"); }

// "--created-since" → "CREATED-SINCE".
std::string ValueOf(const FlagText& flag) {
  return absl::AsciiStrToUpper(absl::StripPrefix(flag.name, "--"));
}

std::string NameOf(const FlagText& flag) {
  if (flag.is_argument) return Italic(ValueOf(flag));
  return flag.takes_value ? absl::StrCat(Bold(flag.name), " ", Italic(ValueOf(flag)))
                          : Bold(flag.name);
}

// "[LOT...]".
std::string UseOf(const FlagText& argument) {
  const std::string name =
      absl::StrCat(Italic(ValueOf(argument)), argument.is_repeatable ? "..." : "");
  return argument.is_required ? name : absl::StrCat("[", name, "]");
}

// A sentence, whichever way the help begins and ends.
std::string Sentence(absl::string_view help) {
  std::string text(help);
  if (!text.empty()) text.front() = absl::ascii_toupper(text.front());
  return absl::EndsWith(text, ".") ? text : absl::StrCat(text, ".");
}

class Writer {
 public:
  Writer(const CommandTree& program, const ManualText& text, std::ostream& out)
      : program_(program), text_(text), out_(out) {}

  void Write() {
    out_ << ".TH LOTCTL 1 \"\" \"lotd " << Roff(text_.version) << "\" \"User commands\"\n"
         << ".SH NAME\nlotctl \\- lots and serial numbers from a terminal\n"
         << ".SH SYNOPSIS\n"
         << Bold(program_.name) << " [" << Italic("OPTION") << "...] " << Italic("GROUP COMMAND")
         << " [" << Italic("ARGUMENT") << "...]\n"
         << ".SH DESCRIPTION\n";
    WriteParagraphs();
    out_ << ".SH OPTIONS\nThese options come before or after the command.\n";
    WriteFlag({.name = "--help",
               .takes_value = false,
               .help = "shows what the command is for, its options and examples"});
    WriteFlag({.name = "--version", .takes_value = false, .help = "prints the version, and ends"});
    for (const FlagText& flag : program_.flags) WriteFlag(flag);
    out_ << ".SH COMMANDS\n";
    for (const CommandTree& group : program_.commands) WriteGroup(group);
    WriteVariables();
    out_ << ".SH EXIT STATUS\n";
    for (const Term& code : text_.exit_codes) WriteTerm(code);
    WriteExamples(".SH EXAMPLES\n", program_.examples);
    out_ << ".SH SEE ALSO\n.BR lotd (8)\n";
  }

 private:
  void WriteParagraphs() {
    bool is_first = true;
    for (const std::string& paragraph : text_.description) {
      out_ << (is_first ? "" : ".PP\n") << Roff(paragraph) << "\n";
      is_first = false;
    }
  }

  void WriteFlag(const FlagText& flag) {
    out_ << ".TP\n" << NameOf(flag) << "\n" << Roff(Sentence(flag.help)) << "\n";
    if (!flag.default_value.empty()) out_ << "Default: " << Roff(flag.default_value) << ".\n";
    if (!flag.environment.empty()) out_ << "Variable: " << Bold(flag.environment) << ".\n";
  }

  // A group without commands is a command.
  void WriteGroup(const CommandTree& group) {
    if (group.commands.empty()) return WriteCommand("", group);
    out_ << ".SS " << Roff(absl::StrCat("lotctl ", group.name)) << "\n"
         << Roff(Sentence(group.description)) << "\n";
    for (const CommandTree& command : group.commands) WriteCommand(group.name, command);
  }

  void WriteCommand(absl::string_view group, const CommandTree& command) {
    out_ << ".PP\n" << Bold(absl::StrCat("lotctl ", group, group.empty() ? "" : " ", command.name));
    for (const FlagText& flag : command.flags) {
      if (flag.is_argument) out_ << " " << UseOf(flag);
    }
    out_ << "\n.RS\n" << Roff(Sentence(command.description)) << "\n";
    for (const FlagText& flag : command.flags) WriteFlag(flag);
    WriteExamples(".PP\nExamples:\n", command.examples);
    out_ << ".RE\n";
  }

  void WriteVariables() {
    out_ << ".SH ENVIRONMENT\nA flag goes before its variable.\n";
    for (const FlagText& flag : program_.flags) {
      if (flag.environment.empty()) continue;
      WriteTerm({flag.environment, absl::StrCat("The value of ", flag.name, ".")});
    }
    for (const Term& variable : text_.variables) WriteTerm(variable);
  }

  void WriteTerm(const Term& term) {
    out_ << ".TP\n" << Bold(term.name) << "\n" << Roff(term.text) << "\n";
  }

  void WriteExamples(absl::string_view title, const std::vector<std::string>& examples) {
    if (examples.empty()) return;
    out_ << title << ".nf\n";
    for (const std::string& example : examples) out_ << Roff(example) << "\n";
    out_ << ".fi\n";
  }

  const CommandTree& program_;
  const ManualText& text_;
  std::ostream& out_;
};

}  // namespace

void WriteManualPage(const CommandTree& program, const ManualText& text, std::ostream& out) {
  Writer(program, text, out).Write();
}

}  // namespace lots::ctl
