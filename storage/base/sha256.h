// SHA-256 and HMAC-SHA256 of OpenSSL, as strings of 32 bytes.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

std::string Sha256(absl::string_view bytes);
std::string HmacSha256(absl::string_view key, absl::string_view bytes);
// Compares in a time that does not tell how much is equal.
bool EqualInConstantTime(absl::string_view a, absl::string_view b);

}  // namespace lots
