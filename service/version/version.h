// Which build this is.
#pragma once

#include "absl/strings/string_view.h"

namespace lots {

// "0.1.0+3f2a91c0d4e5": the release and, when built inside a git repository, the commit. Linked
// into the programs only: code below main takes it as an argument.
absl::string_view Version();

}  // namespace lots
