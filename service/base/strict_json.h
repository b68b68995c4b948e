// Strict parsing of JSON from untrusted sources.
#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// Parses an object. INVALID_ARGUMENT when the text is not an object, or when one object has a name
// twice: two readers of such a text may disagree about its meaning.
absl::StatusOr<nlohmann::json> ParseJsonObject(absl::string_view text);

// Returns the member if it is a string, else an empty text.
absl::string_view StringMember(const nlohmann::json& object, const char* name);

}  // namespace lots
