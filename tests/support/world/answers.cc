// Writes refusals and answers as short texts.
#include "tests/support/world/answers.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/movement.h"
#include "storage/domain/reasons.h"
#include "storage/lots/events.h"
#include "storage/lots/lists/history.h"

namespace lots {
namespace {

std::string NameOf(LotEventKind kind) {
  static const char* const kNames[] = {
      "",         "CREATED",      "EDITED",           "ARCHIVED",      "UNARCHIVED",
      "ASSIGNED", "UNASSIGNED",   "VOIDED",           "DELETED",       "HELD",
      "RELEASED", "HOLD_CHANGED", "INSPECTED",        "RECALL_MEMBER", "RECALL_DISPOSITION",
      "",         "CORRECTED",    "WARRANTY_EXTENDED"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace

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

std::string HistoryLine(const LotHistoryEntry& entry) {
  if (const auto* movement = std::get_if<Movement>(&entry.what)) {
    return absl::StrCat(Name(movement->kind), " ", movement->quantity.ToString(), " ",
                        movement->from.value(), ">", movement->to.value());
  }
  if (const auto* part = std::get_if<TransformationPart>(&entry.what)) {
    return absl::StrCat("TRANSFORMATION in ", part->input.value_or(Quantity()).ToString(), " out ",
                        part->output.value_or(Quantity()).ToString());
  }
  const LotEvent& event = std::get<LotEvent>(entry.what);
  std::string line = NameOf(event.kind);
  if (event.work_order.has_value()) absl::StrAppend(&line, " ", event.work_order->value());
  for (const FieldChange& change : event.changes) {
    absl::StrAppend(&line, " ", change.field, ": ", change.old_value, " > ", change.new_value);
  }
  return line;
}

std::string Day(std::optional<absl::CivilDay> day) {
  return day.has_value() ? absl::FormatCivilTime(*day) : "";
}

}  // namespace lots
