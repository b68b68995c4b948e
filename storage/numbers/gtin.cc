// GTINs, GLNs and the characters of GS1 labels.
#include "storage/numbers/gtin.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check_digit.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

constexpr size_t kGtinDigits = 14;
constexpr size_t kGlnDigits = 13;

bool IsDigit(unsigned char c) { return absl::ascii_isdigit(c); }

// Long text is a mistake of another kind (a whole barcode, a file); its beginning says enough.
std::string Quoted(absl::string_view raw) {
  constexpr size_t kShownMax = 32;
  const bool cut = raw.size() > kShownMax;
  return absl::StrCat("\"", absl::CHexEscape(raw.substr(0, kShownMax)), cut ? "…\"" : "\"");
}

absl::Status CheckDigits(absl::string_view what, absl::string_view raw) {
  const auto bad = std::find_if_not(raw.begin(), raw.end(), IsDigit);
  if (bad != raw.end()) {
    return absl::InvalidArgumentError(absl::StrCat(what, " ", Quoted(raw), ": character ",
                                                   bad - raw.begin() + 1, " is not a digit"));
  }
  const char right = CheckDigitMod10(raw.substr(0, raw.size() - 1));
  if (raw.back() == right) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", Quoted(raw), ": the check digit is ", raw.substr(raw.size() - 1),
                   ", the digits before it make ", std::string(1, right)));
}

}  // namespace

absl::StatusOr<std::string> CleanGtin(absl::string_view raw) {
  if (raw.size() != 8 && raw.size() != 12 && raw.size() != 13 && raw.size() != kGtinDigits) {
    return absl::InvalidArgumentError(absl::StrCat("GTIN ", Quoted(raw), " has ", raw.size(),
                                                   " characters; it must have 8, 12, 13 or 14"));
  }
  RETURN_IF_ERROR(CheckDigits("GTIN", raw));
  // Zeros on the left change neither the weights of the digits nor the sum.
  return absl::StrCat(std::string(kGtinDigits - raw.size(), '0'), raw);
}

absl::StatusOr<std::string> CleanGln(absl::string_view raw) {
  if (raw.size() != kGlnDigits) {
    return absl::InvalidArgumentError(
        absl::StrCat("GLN ", Quoted(raw), " has ", raw.size(), " characters; it must have 13"));
  }
  RETURN_IF_ERROR(CheckDigits("GLN", raw));
  return std::string(raw);
}

}  // namespace lots
