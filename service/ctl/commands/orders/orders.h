// The group of commands `lotctl work-order`.
#pragma once

#include "service/ctl/commands/commands.h"

namespace lots::ctl {

void AddWorkOrderCommands(Command& program, Work& chosen);
// Those that complete, and that issue and return components.
void AddCompleteCommand(CommandGroup& group);
void AddIssueCommands(CommandGroup& group);
// What corrects a transformation.
void AddCorrectCommand(CommandGroup& group);

}  // namespace lots::ctl
