// Finds mistakes in a JSON file, with the line that they are on.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace lots::ctl {

// OK when the text is JSON whose objects have no key but the fields of the message and of those
// inside. Else INVALID_ARGUMENT: "line 3: NewLot has no field 'numbr'; its fields are …". Values
// are left to protobuf's own parser.
absl::Status CheckJson(absl::string_view text, const google::protobuf::Descriptor& message);

}  // namespace lots::ctl
