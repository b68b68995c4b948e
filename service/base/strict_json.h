// JSON of strangers.
#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// An object. INVALID_ARGUMENT when the text is anything else, or when a name stands in one object
// twice: two readers of such a text may disagree about what it says.
absl::StatusOr<nlohmann::json> ParseJsonObject(absl::string_view text);

// The member, if it is a string; else empty.
absl::string_view StringMember(const nlohmann::json& object, const char* name);

}  // namespace lots
