// Refusals: what an operation answers when the domain's rules forbid what was asked. A Problem
// becomes an absl::Status that carries the reason and the facts; the service turns it into
// google.rpc.ErrorInfo. storage/domain/reasons.h has the reasons.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lots {

enum class Reason : int;

using Facts = std::vector<std::pair<std::string, std::string>>;

// One thing that is wrong with a request.
struct Problem {
  Reason reason{};    // always given
  std::string field;  // path in the request: "movements[3].quantity"; empty: the request as a whole
  std::string message;  // what is wrong and what to do, naming the value
  Facts facts;          // keys in lower_snake_case
};

// The refusal that carries these problems (at least one): code and text of the first; the text says
// how many more there are.
absl::Status Refuse(std::vector<Problem> problems);
absl::Status Refuse(Problem problem);
// INVALID_ARGUMENT FIELD_INVALID of one field.
Problem FieldInvalid(absl::string_view field, absl::string_view value, absl::string_view message);

// The problems of a refusal; empty when the status is no refusal (a database error, say).
std::vector<Problem> ProblemsOf(const absl::Status& status);

// "movements[3].quantity".
std::string Indexed(absl::string_view list, size_t index, absl::string_view field = "");

}  // namespace lots
