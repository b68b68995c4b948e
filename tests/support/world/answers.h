// Refusals and answers of storage as short texts, which tests compare.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lots {

struct NumberedLot;
struct Problem;

// "NOT_ENOUGH components[0]; LOT_VOID outputs[1]": reason and field of every problem. "OK" when
// there is none. The text of a status that carries no problems.
std::string RefusalOf(const absl::Status& status);
std::string RefusalOf(const std::vector<Problem>& problems);
// "NOT_ENOUGH": the reason of the first problem. "OK" of an answer. The text of a status that
// carries no problems.
std::string ReasonOf(const absl::Status& status);
// The fact `key` of one problem; "" when the problem has no such fact.
std::string FactOf(const absl::Status& status, absl::string_view key, size_t problem = 0);
std::vector<std::string> NumbersOf(const std::vector<NumberedLot>& lots);

}  // namespace lots
