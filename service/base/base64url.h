// Decodes base64url as JOSE writes it (RFC 7515): without padding or white space. Each value has
// one valid spelling; nothing for any other text.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace lots {

std::optional<std::string> DecodeBase64Url(absl::string_view text);

}  // namespace lots
