// Refusals and answers of the storage as short texts, which tests compare.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace lots {

struct LotHistoryEntry;
struct NumberedLot;
struct Problem;

// "NOT_ENOUGH components[0]; LOT_VOID outputs[1]": the reason and the field of every problem. "OK":
// no problem. The whole text of a status that carries no problems.
std::string RefusalOf(const absl::Status& status);
std::string RefusalOf(const std::vector<Problem>& problems);
// "NOT_ENOUGH": the reason of the first problem. "OK": no problem. The whole text of a status that
// carries no problems.
std::string ReasonOf(const absl::Status& status);
// The fact `key` of one problem; "" when the problem has no such fact.
std::string FactOf(const absl::Status& status, absl::string_view key, size_t problem = 0);

std::vector<std::string> NumbersOf(const std::vector<NumberedLot>& lots);
// "DELIVERY 1 stock>shop", "TRANSFORMATION in 2.5 out 0", "EDITED notes: old > new".
std::string HistoryLine(const LotHistoryEntry& entry);
// "2026-03-05"; "" when there is no day.
std::string Day(std::optional<absl::CivilDay> day);

}  // namespace lots
