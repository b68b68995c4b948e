// Decodes base64url strictly.
#include "service/base/base64url.h"

#include "absl/strings/escaping.h"

namespace lots {

std::optional<std::string> DecodeBase64Url(absl::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  // Abseil accepts padding, white space and stray bits. Encoding again finds such spellings.
  if (absl::WebSafeBase64Escape(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace lots
