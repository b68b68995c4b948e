// Writes completion scripts from the commands, flags and choices of the program.
#include "service/ctl/manual/completion.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace lots::ctl {
namespace {

// The words of a command line up to a command: "", "lot" or "lot list".
struct Place {
  std::string path;
  const CommandTree* command;
};

void AddPlaces(const std::string& path, const CommandTree& command, std::vector<Place>& places) {
  places.push_back({path, &command});
  for (const CommandTree& inner : command.commands) {
    AddPlaces(absl::StrCat(path, path.empty() ? "" : " ", inner.name), inner, places);
  }
}

std::vector<Place> PlacesOf(const CommandTree& program) {
  std::vector<Place> places;
  AddPlaces("", program, places);
  return places;
}

// What may stand at a place: its commands, its flags and those of the whole program.
std::vector<std::string> WordsAt(const Place& place, const CommandTree& program) {
  std::vector<std::string> words;
  for (const CommandTree& command : place.command->commands) words.push_back(command.name);
  const auto add_flags = [&](const CommandTree& command) {
    for (const FlagText& flag : command.flags) {
      if (!flag.is_argument) words.push_back(flag.name);
      if (flag.is_argument) words.insert(words.end(), flag.choices.begin(), flag.choices.end());
    }
  };
  add_flags(*place.command);
  if (place.command != &program) add_flags(program);
  words.push_back("--help");
  return words;
}

// In single quotes, for every one of the shells.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// The text of a help without what a shell's list of descriptions would take for something else.
std::string Described(absl::string_view help) {
  return absl::StrReplaceAll(help, {{"[", "("}, {"]", ")"}, {":", ";"}, {"'", ""}});
}

// Every flag that takes a value, once with all of its choices in the program: a name has one
// meaning wherever it stands.
template <class Visit>
void ForEachValueFlag(const std::vector<Place>& places, Visit visit) {
  for (const Place& place : places) {
    for (const FlagText& flag : place.command->flags) {
      if (!flag.is_argument && flag.takes_value) visit(place, flag);
    }
  }
}

// Bash completes a word by the command before it. The words of the line up to the cursor, flags and
// their values left out, lead to the place.
constexpr char kBashBegin[] = R"sh(# bash completion for lotctl; made by `lotctl completion bash`
_lotctl() {
  local cur prev path='' word i
  COMPREPLY=()
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case "$path${path:+ }$word" in
)sh";

void WriteBash(const CommandTree& program, std::ostream& out) {
  const std::vector<Place> places = PlacesOf(program);
  out << kBashBegin;
  for (const Place& place : places) {
    if (!place.path.empty())
      out << "      " << Quoted(place.path) << ") path=" << Quoted(place.path) << " ;;\n";
  }
  out << "    esac\n  done\n  case \"$path $prev\" in\n";
  ForEachValueFlag(places, [&](const Place& place, const FlagText& flag) {
    // A flag of the program may stand anywhere.
    const std::string pattern = place.path.empty()
                                    ? absl::StrCat("*' ", flag.name, "'")
                                    : Quoted(absl::StrCat(place.path, " ", flag.name));
    out << "    " << pattern << ") ";
    if (!flag.choices.empty()) {
      out << "COMPREPLY=($(compgen -W " << Quoted(absl::StrJoin(flag.choices, " "))
          << " -- \"$cur\")); return ;;\n";
    } else if (flag.takes_file) {
      out << "COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames 2>/dev/null; return ;;\n";
    } else {
      out << "return ;;\n";
    }
  });
  out << "  esac\n  case \"$path\" in\n";
  for (const Place& place : places) {
    out << "    " << Quoted(place.path) << ") COMPREPLY=($(compgen -W "
        << Quoted(absl::StrJoin(WordsAt(place, program), " ")) << " -- \"$cur\")) ;;\n";
  }
  out << "  esac\n}\ncomplete -F _lotctl lotctl\n";
}

void WriteZshFlag(const FlagText& flag, std::ostream& out) {
  const std::string value = !flag.choices.empty()
                                ? absl::StrCat("(", absl::StrJoin(flag.choices, " "), ")")
                            : flag.takes_file ? "_files"
                                              : " ";
  if (flag.is_argument) {
    out << "        "
        << Quoted(absl::StrCat(flag.is_repeatable ? "*" : "", ":", flag.name, ":", value));
  } else {
    out << "        "
        << Quoted(absl::StrCat(flag.is_repeatable ? "*" : "", flag.name, "[", Described(flag.help),
                               "]", flag.takes_value ? absl::StrCat(":value:", value) : ""));
  }
  out << " \\\n";
}

std::string FunctionOf(absl::string_view path) {
  return absl::StrCat("_lotctl", path.empty() ? "" : "_",
                      absl::StrReplaceAll(path, {{" ", "_"}, {"-", "_"}}));
}

void WriteZshPlace(const Place& place, const CommandTree& program, std::ostream& out) {
  const CommandTree& command = *place.command;
  out << FunctionOf(place.path) << "() {\n  local line state\n  _arguments -C \\\n";
  for (const FlagText& flag : command.flags) WriteZshFlag(flag, out);
  if (&command != &program) {
    for (const FlagText& flag : program.flags) WriteZshFlag(flag, out);
  }
  out << "        '--help[shows help]'";
  if (command.commands.empty()) {
    out << "\n}\n";
    return;
  }
  out << " \\\n        '1: :->command' '*::argument:->rest'\n  case $state in\n    command)\n"
      << "      local -a commands=(\n";
  for (const CommandTree& inner : command.commands) {
    out << "        " << Quoted(absl::StrCat(inner.name, ":", Described(inner.description)))
        << "\n";
  }
  out << "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n";
  for (const CommandTree& inner : command.commands) {
    const std::string path = absl::StrCat(place.path, place.path.empty() ? "" : " ", inner.name);
    out << "        " << inner.name << ") " << FunctionOf(path) << " ;;\n";
  }
  out << "      esac ;;\n  esac\n}\n";
}

void WriteZsh(const CommandTree& program, std::ostream& out) {
  out << "#compdef lotctl\n# zsh completion for lotctl; made by `lotctl completion zsh`\n";
  for (const Place& place : PlacesOf(program)) WriteZshPlace(place, program, out);
  out << "if [ \"$funcstack[1]\" = _lotctl ]; then _lotctl \"$@\"; else compdef _lotctl lotctl; "
         "fi\n";
}

// The condition under which fish offers what belongs to the place.
std::string FishCondition(const Place& place) {
  if (place.path.empty()) return "";
  return absl::StrCat(" -n ", Quoted(absl::StrCat("__lotctl_at ", place.path)));
}

void WriteFishFlag(const Place& place, const FlagText& flag, std::ostream& out) {
  out << "complete -c lotctl" << FishCondition(place) << " -l "
      << absl::StripPrefix(flag.name, "--");
  if (flag.takes_value) out << (flag.takes_file ? " -r -F" : " -x");
  if (!flag.choices.empty()) out << " -a " << Quoted(absl::StrJoin(flag.choices, " "));
  out << " -d " << Quoted(Described(flag.help)) << "\n";
}

void WriteFish(const CommandTree& program, std::ostream& out) {
  const std::vector<Place> places = PlacesOf(program);
  std::set<std::string> value_flags;
  ForEachValueFlag(places,
                   [&](const Place&, const FlagText& flag) { value_flags.insert(flag.name); });
  out << "# fish completion for lotctl; made by `lotctl completion fish`\n"
         "# The commands and arguments on the line.\n"
         "function __lotctl_words\n"
         "  set -l is_value 0\n"
         "  set -l words (commandline -opc)\n"
         "  set -e words[1]\n"
         "  for word in $words\n"
         "    if test $is_value = 1\n"
         "      set is_value 0\n"
         "    else if contains -- $word "
      << absl::StrJoin(value_flags, " ")
      << "\n"
         "      set is_value 1\n"
         "    else if not string match -q -- '-*' $word\n"
         "      echo $word\n"
         "    end\n"
         "  end\n"
         "end\n"
         "# Whether they begin with these.\n"
         "function __lotctl_at\n"
         "  set -l words (__lotctl_words)\n"
         "  set -l wanted (count $argv)\n"
         "  test (count $words) -ge $wanted; or return 1\n"
         "  test \"$words[1..$wanted]\" = \"$argv\"\n"
         "end\n"
         "# Whether they are these.\n"
         "function __lotctl_next\n"
         "  set -l words (__lotctl_words)\n"
         "  test \"$words\" = \"$argv\"\n"
         "end\n"
         "complete -c lotctl -f\n";
  for (const Place& place : places) {
    for (const CommandTree& command : place.command->commands) {
      out << "complete -c lotctl -n " << Quoted(absl::StrCat("__lotctl_next ", place.path))
          << " -a " << command.name << " -d " << Quoted(Described(command.description)) << "\n";
    }
    for (const FlagText& flag : place.command->flags) {
      if (!flag.is_argument) WriteFishFlag(place, flag, out);
    }
  }
}

}  // namespace

void WriteCompletion(const CommandTree& program, absl::string_view shell, std::ostream& out) {
  if (shell == "bash") return WriteBash(program, out);
  if (shell == "zsh") return WriteZsh(program, out);
  WriteFish(program, out);
}

}  // namespace lots::ctl
