// The service's texts in the words of the command line.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "lots/v1/errors.pb.h"

namespace lots::ctl {

// The text with commands instead of methods, flags behind fields, and enumerations as they are
// typed: "ReopenWorkOrder opens it again" names 'lotctl work-order reopen'. What stands in double
// quotes is somebody's value and stays.
std::string InCommands(absl::string_view text);

// A field with the flag that gives it, or the list that it is in: "movements[0].to_location_id
// (--to)", "components[2].quantity (--component)".
std::string WithFlag(absl::string_view field);

// A lot's field as 'lotctl lot get' calls it: "expires" for "expire_date".
std::string DetailNamed(absl::string_view field);

// "NOT_ENOUGH".
std::string NameOf(v1::ErrorReason reason);

}  // namespace lots::ctl
