// The commands, one file a group. A group declares its commands; the one that the command line
// names is left as work to be done once everything is parsed.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "service/ctl/session/command_line.h"
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
  CommandGroup(Command& program, const char* name, const char* description, Work& chosen)
      : group_(program.AddGroup(name, description)), chosen_(chosen) {}

  // `declare` binds the options of the command, `run` carries it out.
  template <class Options>
  void Add(const CommandText& text, void (*declare)(Command&, Options&),
           absl::Status (*run)(Session&, const Options&)) {
    const auto options = std::make_shared<Options>();
    Command command =
        Add(text, [options, run](Session& session) { return run(session, *options); });
    declare(command, *options);
  }

  // A command that writes: it has --validate-only as well.
  template <class Options>
  void AddWrite(const CommandText& text, void (*declare)(Command&, Options&),
                absl::Status (*run)(Session&, const Options&)) {
    const auto options = std::make_shared<Options>();
    Command command =
        AddWrite(text, [options, run](Session& session) { return run(session, *options); });
    declare(command, *options);
  }

 private:
  Command Add(const CommandText& text, Work work);
  Command AddWrite(const CommandText& text, Work work);

  Command group_;
  Work& chosen_;
};

void AddLotCommands(Command& program, Work& chosen);
// The commands of `lotctl lot` that list.
void AddLotListCommands(CommandGroup& group);
// Those that hold and release.
void AddHoldCommands(CommandGroup& group);
// The same under the names that they have in `lotctl hold`: place and release.
void AddHoldCommandsAgain(CommandGroup& group);
// Those that split, merge and relabel.
void AddReshapeCommands(CommandGroup& group);
// Those of `lotctl recall` that work on an open recall.
void AddRecallWorkCommands(CommandGroup& group);
// What takes a transformation back, in the words of the group.
void AddReverseCommand(CommandGroup& group, const CommandText& text);
void AddWarrantyCommands(CommandGroup& group);
// What shows one transformation.
void AddTransformationCommand(CommandGroup& group);
void AddProductCommands(Command& program, Work& chosen);
void AddLocationCommands(Command& program, Work& chosen);
void AddSettingsCommands(Command& program, Work& chosen);
void AddStockCommands(Command& program, Work& chosen);
void AddUnitCommands(Command& program, Work& chosen);
void AddTraceCommands(Command& program, Work& chosen);
void AddRecallCommands(Command& program, Work& chosen);
void AddAuditCommands(Command& program, Work& chosen);
void AddImportCommands(Command& program, Work& chosen);
void AddServerCommands(Command& program, Work& chosen);

}  // namespace lots::ctl
