// Lots that were issued, that came back, or that a completion chose.
#pragma once

#include <cstdint>

#include "google/protobuf/repeated_ptr_field.h"
#include "lots/v1/issue.pb.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// A table under the heading; nothing when there are none. `count`: of all.
void PrintIssuedLines(const char* heading,
                      const google::protobuf::RepeatedPtrField<v1::IssuedLine>& lines,
                      int64_t count, const Terminal& terminal);

}  // namespace lots::ctl
