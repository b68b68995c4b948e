// Attributes of lots as JSON, the form in which the database keeps them. The JSON contains the type
// of each value.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "storage/domain/lot_details.h"

namespace lots {

// {"grade": {"text": "A"}, "density": {"decimal": "7.85"}, …}; the types are text, decimal, flag,
// date and time. Decimals are texts, because the numbers of JSON are not exact. Equal attributes
// give equal texts.
std::string AttributesToJson(const Attributes& attributes);

// Reads what AttributesToJson wrote. Entries of an unknown type are left out: a later version may
// have written them.
Attributes AttributesFromJson(absl::string_view text);

// The text of a value, for people and for the history of edits: "A", "7.85", "true", "2026-01-31",
// "2026-01-31T12:00:00Z".
std::string TextOf(const AttributeValue& value);

}  // namespace lots
