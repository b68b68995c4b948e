// Attributes as they are kept: JSON that remembers each value's type.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "storage/domain/lot.h"

namespace lots {

// {"grade": {"text": "A"}, "density": {"decimal": "7.85"}, …}; the types are text, decimal, flag,
// date and time. Decimals are texts, because JSON's numbers are not exact. The same attributes
// always give the same text.
std::string AttributesToJson(const Attributes& attributes);

// What AttributesToJson wrote; entries of a type that this program does not know are left out.
Attributes AttributesFromJson(absl::string_view text);

// A value for people and for the history of edits: "A", "7.85", "true", "2026-01-31",
// "2026-01-31T12:00:00Z".
std::string TextOf(const AttributeValue& value);

}  // namespace lots
