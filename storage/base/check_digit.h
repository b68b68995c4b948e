// Check digits over decimal numbers. Characters other than '0'–'9' are passed over, so that a
// number with letters or separators in it can carry one too.
#pragma once

#include "absl/strings/string_view.h"

namespace lots {

// The digit that GS1 appends (GTIN, GLN, SSCC): weights 3, 1, 3, 1 … from the right.
// CheckDigitMod10("629104150021") is '3'.
char CheckDigitMod10(absl::string_view text);

// Whether the text is two digits or more, of which the last is the digit that GS1 appends to those
// before it.
bool HasCheckDigitMod10(absl::string_view text);

// The digit of ISO/IEC 7812 (IMEI, card numbers): every second digit from the right doubled, the
// digits of the products summed. CheckDigitLuhn("7992739871") is '3'.
char CheckDigitLuhn(absl::string_view text);

}  // namespace lots
