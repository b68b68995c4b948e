// A group of commands: what a command has beyond its own flags.
#include "service/ctl/commands/commands.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace lots::ctl {
namespace {

std::string ExamplesOf(const char* examples) {
  std::string text = "Examples:";
  for (const absl::string_view example : absl::StrSplit(examples, '\n')) {
    absl::StrAppend(&text, "\n  lotctl ", example);
  }
  return text;
}

}  // namespace

Command CommandGroup::Add(const CommandText& text, Work work) {
  return group_.AddCommand(text.name, text.description, ExamplesOf(text.examples),
                           [&chosen = chosen_, work = std::move(work)] { chosen = work; });
}

Command CommandGroup::AddWrite(const CommandText& text, Work work) {
  const auto validate_only = std::make_shared<bool>(false);
  Command command = Add(text, [validate_only, work = std::move(work)](Session& session) {
    session.set_validate_only(*validate_only);
    return work(session);
  });
  command.AddSwitch("--validate-only", *validate_only, "say what would be refused, write nothing");
  return command;
}

}  // namespace lots::ctl
