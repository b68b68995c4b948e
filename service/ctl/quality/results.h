// Results of inspections as people type them, and as a CSV file has them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lots/v1/inspection.pb.h"

namespace lots::ctl {

// NAME=VALUE[:unit=UNIT][:min=DECIMAL][:max=DECIMAL]; "viscosity=4.1:unit=mPa.s:max=4.5". A value
// is a decimal, true or false, or a text. "passed" and "failed" are no values: they say whether the
// characteristic is good. All errors here are usage errors.
absl::StatusOr<v1::InspectionResult> ParseResult(absl::string_view text);

// Appends the inspections of a CSV text. The first line names the columns: `lot` and `verdict`, and
// of `note`, `result`, `value`, `unit`, `min`, `max` those that there are. Each line is a result;
// lines of one lot that follow each other are one inspection, and have the same verdict. An error
// names the line.
absl::Status AppendCsv(absl::string_view csv, v1::RecordInspectionRequest& request);

}  // namespace lots::ctl
