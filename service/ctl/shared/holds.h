// Holds as commands show them.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "lots/v1/hold.pb.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// "recall"; empty: not held.
std::string Show(v1::HoldCause cause);

// "held at RAW  lab report 7  until 2026-05-01 00:00:00Z": why, by what, and until when.
std::string TextOf(const v1::Hold& hold, absl::TimeZone zone);

// A table of them; nothing when there is none.
void PrintHolds(const google::protobuf::RepeatedPtrField<v1::Hold>& holds, absl::TimeZone zone,
                const Terminal& terminal);

}  // namespace lots::ctl
