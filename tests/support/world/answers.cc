// Writes refusals and answers as short texts.
#include "tests/support/world/answers.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/errors.h"
#include "storage/domain/lot_ref.h"

namespace lots {

std::string RefusalOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::vector<Problem> problems = ProblemsOf(status);
  return problems.empty() ? status.ToString() : RefusalOf(problems);
}

std::string RefusalOf(const std::vector<Problem>& problems) {
  if (problems.empty()) return "OK";
  return absl::StrJoin(problems, "; ", [](std::string* out, const Problem& problem) {
    absl::StrAppend(out, Name(problem.reason));
    if (!problem.field.empty()) absl::StrAppend(out, " ", problem.field);
  });
}

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::vector<Problem> problems = ProblemsOf(status);
  return problems.empty() ? status.ToString() : std::string(Name(problems.front().reason));
}

std::string FactOf(const absl::Status& status, absl::string_view key, size_t problem) {
  const std::vector<Problem> problems = ProblemsOf(status);
  if (problem >= problems.size()) return "";
  for (const auto& [name, value] : problems[problem].facts) {
    if (name == key) return value;
  }
  return "";
}

std::vector<std::string> NumbersOf(const std::vector<NumberedLot>& lots) {
  std::vector<std::string> numbers;
  for (const NumberedLot& lot : lots) numbers.push_back(lot.number);
  return numbers;
}

}  // namespace lots
