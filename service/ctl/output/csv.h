// Comma-separated values that a spreadsheet opens without harm.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lots::ctl {

// One record after RFC 4180: fields with commas, quotes or line ends are quoted, and the record
// ends with CR LF. A field that a spreadsheet would take for a formula, because it begins with
// = + - @, a tab or a carriage return, gets an apostrophe in front; plain numbers stay numbers.
void WriteCsvRecord(const std::vector<std::string>& fields, std::ostream& out);

}  // namespace lots::ctl
