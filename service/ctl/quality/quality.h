// The groups of commands `lotctl hold` and `lotctl inspect`.
#pragma once

#include "service/ctl/commands/commands.h"

namespace lots::ctl {

void AddHoldGroup(Command& program, Work& chosen);
void AddInspectCommands(Command& program, Work& chosen);

}  // namespace lots::ctl
