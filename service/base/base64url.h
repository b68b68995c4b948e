// Base64url as JOSE writes it (RFC 7515): no padding, no white space, one spelling a value.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace lots {

std::optional<std::string> DecodeBase64Url(absl::string_view text);

}  // namespace lots
