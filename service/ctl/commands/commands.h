// The commands, one file a group. A group declares its commands; the one that the command line
// names is left as work to be done once everything is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

using Work = std::function<absl::Status(Session&)>;

struct CommandText {
  const char* name;
  const char* description;
  // One a line, without "lotctl".
  const char* examples;
};

// "lotctl lot …": a word with commands below it.
class CommandGroup {
 public:
  CommandGroup(CLI::App& program, const char* name, const char* description, Work& chosen)
      : group_(*program.add_subcommand(name, description)), chosen_(chosen) {
    group_.require_subcommand(1);
  }

  // `declare` binds the options of the command, `run` carries it out.
  template <class Options>
  void Add(const CommandText& text, void (*declare)(CLI::App&, Options&),
           absl::Status (*run)(Session&, const Options&)) {
    CLI::App* command = group_.add_subcommand(text.name, text.description);
    command->footer(ExamplesOf(text.examples));
    auto options = std::make_shared<Options>();
    declare(*command, *options);
    command->callback([this_chosen = &chosen_, options, run] {
      *this_chosen = [options, run](Session& session) { return run(session, *options); };
    });
  }

 private:
  static std::string ExamplesOf(const char* examples);

  CLI::App& group_;
  Work& chosen_;
};

void AddLotCommands(CLI::App& program, Work& chosen);
// The commands of `lotctl lot` that list.
void AddLotListCommands(CommandGroup& group);
// Those that hold and release.
void AddHoldCommands(CommandGroup& group);
// Those that split, merge and relabel.
void AddReshapeCommands(CommandGroup& group);
void AddWarrantyCommand(CommandGroup& group);
void AddProductCommands(CLI::App& program, Work& chosen);
void AddLocationCommands(CLI::App& program, Work& chosen);
void AddSettingsCommands(CLI::App& program, Work& chosen);
void AddStockCommands(CLI::App& program, Work& chosen);
void AddWorkOrderCommands(CLI::App& program, Work& chosen);
// The commands of `lotctl work-order` that post and read.
void AddCompletionCommands(CommandGroup& group);
void AddTraceCommands(CLI::App& program, Work& chosen);
// The commands of `lotctl trace` that answer more than a graph.
void AddQuestionCommands(CommandGroup& group);
void AddRecallCommands(CLI::App& program, Work& chosen);
void AddAuditCommands(CLI::App& program, Work& chosen);
void AddImportCommands(CLI::App& program, Work& chosen);
void AddServerCommands(CLI::App& program, Work& chosen);

}  // namespace lots::ctl
