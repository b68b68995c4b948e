// What an id of a new resource may not be.
#include "storage/numbers/new_id.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/unicode.h"

namespace lots {

std::optional<Problem> CheckNewId(absl::string_view field, absl::string_view id) {
  constexpr absl::string_view kAdvice =
      ", so it cannot stand in a URL or on lotctl's command line; give another id";
  const size_t at = id.find_first_of(kReservedIdCharacters);
  if (at != absl::string_view::npos) {
    return FieldInvalid(field, id,
                        absl::StrCat("value \"", id, "\" has a ", id.substr(at, 1), kAdvice));
  }
  if (absl::StartsWith(id, "-")) {
    return FieldInvalid(field, id,
                        absl::StrCat("value \"", id, "\" begins with a hyphen", kAdvice));
  }
  if (id == "." || id == "..") {
    return FieldInvalid(
        field, id, absl::StrCat("value \"", id, "\" means a folder in a URL; give another id"));
  }
  return std::nullopt;
}

}  // namespace lots
