// Parses the URIs of EPCIS: GS1 URNs, GS1 Digital Links and GDST URNs.
#include "service/ctl/epcis/document/identity.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "storage/base/check_digit.h"
#include "storage/base/limits.h"
#include "storage/base/sha256.h"
#include "storage/base/unicode.h"
#include "storage/base/utf8.h"
#include "storage/base/uuid.h"

namespace lots::ctl {
namespace {

constexpr size_t kGtinDigits = 14;
constexpr size_t kGlnDigits = 13;
constexpr size_t kSsccDigits = 18;
constexpr absl::string_view kSglnScheme = "urn:epc:id:sgln:";
constexpr absl::string_view kSsccScheme = "urn:epc:id:sscc:";
// Enough of a hash that two ids of one company do not meet, and short enough to leave room for a
// readable part.
constexpr size_t kIdHashDigits = 16;

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

std::string WithCheckDigit(absl::string_view digits, size_t length) {
  if (!IsDigits(digits) || digits.size() + 1 != length) return "";
  return absl::StrCat(digits, absl::string_view(std::string(1, CheckDigitMod10(digits))));
}

std::string PercentDecoded(absl::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    const bool escape = text.size() > 2 && text[0] == '%' && absl::ascii_isxdigit(text[1]) &&
                        absl::ascii_isxdigit(text[2]);
    decoded.append(escape ? absl::HexStringToBytes(text.substr(1, 2))
                          : std::string(text.substr(0, 1)));
    text.remove_prefix(escape ? 3 : 1);
  }
  return decoded;
}

// "PREFIX.ITEM.NUMBER" below a scheme; the number may have points in it.
EpcisIdentity OfClassParts(EpcisIdentity::Kind kind, absl::string_view parts,
                           absl::string_view product_scheme, bool is_gs1) {
  EpcisIdentity identity;
  const std::vector<absl::string_view> split = absl::StrSplit(parts, absl::MaxSplits('.', 2));
  if (split.size() < (kind == EpcisIdentity::kProduct ? 2 : 3)) return identity;
  identity.kind = kind;
  // In an SGTIN the item reference begins with the GTIN's first digit.
  if (is_gs1 && !split[1].empty()) {
    identity.gtin = WithCheckDigit(
        absl::StrCat(split[1].substr(0, 1), split[0], split[1].substr(1)), kGtinDigits);
  }
  identity.product =
      identity.gtin.empty() ? absl::StrCat(product_scheme, split[0], ".", split[1]) : identity.gtin;
  if (kind != EpcisIdentity::kProduct) identity.number = PercentDecoded(split[2]);
  return identity;
}

EpcisIdentity OfGs1Urn(absl::string_view uri) {
  constexpr absl::string_view kProductScheme = "urn:epc:idpat:sgtin:";
  if (absl::ConsumePrefix(&uri, "urn:epc:id:sgtin:")) {
    return OfClassParts(EpcisIdentity::kSerial, uri, kProductScheme, true);
  }
  if (absl::ConsumePrefix(&uri, "urn:epc:class:lgtin:")) {
    return OfClassParts(EpcisIdentity::kLot, uri, kProductScheme, true);
  }
  if (absl::ConsumePrefix(&uri, kProductScheme)) {
    return OfClassParts(EpcisIdentity::kProduct, uri, kProductScheme, true);
  }
  EpcisIdentity identity;
  if (absl::StartsWith(uri, kSsccScheme)) identity.kind = EpcisIdentity::kPallet;
  return identity;
}

// GDST: urn:gdst:DOMAIN:product:lot:class:PREFIX.ITEM.LOT and its like.
EpcisIdentity OfGdstUrn(absl::string_view uri) {
  struct Scheme {
    absl::string_view mark;
    EpcisIdentity::Kind kind;
  };
  static constexpr Scheme kSchemes[] = {{":product:lot:class:", EpcisIdentity::kLot},
                                        {":product:serial:obj:", EpcisIdentity::kSerial},
                                        {":product:class:", EpcisIdentity::kProduct}};
  EpcisIdentity identity;
  if (absl::StrContains(uri, ":lpn:obj:")) identity.kind = EpcisIdentity::kPallet;
  for (const Scheme& scheme : kSchemes) {
    const size_t at = uri.find(scheme.mark);
    if (at == absl::string_view::npos) continue;
    return OfClassParts(scheme.kind, uri.substr(at + scheme.mark.size()),
                        absl::StrCat(uri.substr(0, at), ":product:class:"), false);
  }
  return identity;
}

bool IsDigitalLink(absl::string_view uri) {
  return absl::StartsWithIgnoreCase(uri, "https://") || absl::StartsWithIgnoreCase(uri, "http://");
}

std::vector<absl::string_view> PathOf(absl::string_view uri) {
  uri = uri.substr(0, uri.find_first_of("?#"));
  return absl::StrSplit(uri, '/');
}

// The value that follows a key in the path, as "01" and a GTIN.
std::string ValueAfter(const std::vector<absl::string_view>& path, absl::string_view key) {
  for (size_t i = path.size(); i-- > 1;) {
    if (path[i - 1] == key) return PercentDecoded(path[i]);
  }
  return "";
}

EpcisIdentity OfDigitalLink(absl::string_view uri) {
  EpcisIdentity identity;
  const std::vector<absl::string_view> path = PathOf(uri);
  const std::string gtin = ValueAfter(path, "01");
  if (gtin.empty()) {
    if (!ValueAfter(path, "00").empty()) identity.kind = EpcisIdentity::kPallet;
    return identity;
  }
  if (!IsDigits(gtin) || gtin.size() > kGtinDigits) return identity;
  identity.product = absl::StrCat(std::string(kGtinDigits - gtin.size(), '0'), gtin);
  if (HasCheckDigitMod10(identity.product)) identity.gtin = identity.product;
  const std::string serial = ValueAfter(path, "21");
  const std::string lot = ValueAfter(path, "10");
  identity.number = serial.empty() ? lot : serial;
  identity.kind = !serial.empty() ? EpcisIdentity::kSerial
                  : !lot.empty()  ? EpcisIdentity::kLot
                                  : EpcisIdentity::kProduct;
  return identity;
}

// The last of the text that the API takes, and a hash of the whole.
std::string HashedId(absl::string_view text) {
  const size_t at = text.find_last_of("/:;#?");
  const absl::string_view last = at == absl::string_view::npos ? text : text.substr(at + 1);
  std::string shown;
  for (const char32_t c : DecodeUtf8(last).value_or(U"")) {
    if (!IsUnicodeSpace(c) && IsPlainCharacter(c)) shown += EncodeUtf8(std::u32string(1, c));
  }
  return absl::StrCat(Utf8Suffix(shown, kIdCharactersMax - kIdHashDigits - 1), "~",
                      HexHash(text).substr(0, kIdHashDigits));
}

// The SSCC's 18 digits. Empty when the URI has none.
std::string SsccOf(absl::string_view uri) {
  if (IsDigitalLink(uri)) return ValueAfter(PathOf(uri), "00");
  if (!absl::ConsumePrefix(&uri, kSsccScheme)) return "";
  const std::vector<absl::string_view> parts = absl::StrSplit(uri, '.');
  if (parts.size() != 2 || parts[1].empty()) return "";
  // The serial reference begins with the extension digit.
  return WithCheckDigit(absl::StrCat(parts[1].substr(0, 1), parts[0], parts[1].substr(1)),
                        kSsccDigits);
}

std::string KeyOf(const EpcisIdentity& identity) {
  if (!identity.product.empty()) {
    return absl::StrCat(identity.kind, "\n", identity.product, "\n", identity.number);
  }
  const std::string sscc = SsccOf(identity.uri);
  return sscc.empty() ? OneSpelling(identity.uri) : absl::StrCat(identity.kind, "\n", sscc);
}

// What extends the GLN of a place; "0" extends nothing.
std::string GlnExtensionOf(absl::string_view uri) {
  std::string extension;
  if (IsDigitalLink(uri)) {
    extension = ValueAfter(PathOf(uri), "254");
  } else if (absl::ConsumePrefix(&uri, kSglnScheme)) {
    const std::vector<absl::string_view> parts = absl::StrSplit(uri, absl::MaxSplits('.', 2));
    if (parts.size() > 2) extension = PercentDecoded(parts[2]);
  }
  return extension == "0" ? "" : extension;
}

}  // namespace

EpcisIdentity IdentityOf(absl::string_view uri) {
  EpcisIdentity identity;
  if (absl::StartsWith(uri, "urn:epc:")) {
    identity = OfGs1Urn(uri);
  } else if (absl::StartsWith(uri, "urn:")) {
    identity = OfGdstUrn(uri);
  } else if (IsDigitalLink(uri)) {
    identity = OfDigitalLink(uri);
  }
  identity.uri = std::string(uri);
  identity.key = KeyOf(identity);
  return identity;
}

std::string OneSpelling(absl::string_view uri) {
  constexpr absl::string_view kScheme = "urn:uuid:";
  if (!absl::StartsWithIgnoreCase(uri, kScheme)) return std::string(uri);
  const std::optional<Uuid> uuid = Uuid::Parse(uri.substr(kScheme.size()));
  return uuid.has_value() ? absl::StrCat(kScheme, uuid->ToString()) : std::string(uri);
}

std::string GlnOf(absl::string_view uri) {
  if (IsDigitalLink(uri)) {
    const std::string gln = ValueAfter(PathOf(uri), "414");
    return gln.size() == kGlnDigits && HasCheckDigitMod10(gln) ? gln : std::string();
  }
  if (!absl::ConsumePrefix(&uri, kSglnScheme)) return "";
  const std::vector<absl::string_view> parts = absl::StrSplit(uri, '.');
  if (parts.size() < 2) return "";
  return WithCheckDigit(absl::StrCat(parts[0], parts[1]), kGlnDigits);
}

std::string PlaceKey(absl::string_view uri) {
  const std::string gln = GlnOf(uri);
  return gln.empty() ? OneSpelling(uri) : absl::StrCat("gln\n", gln, "\n", GlnExtensionOf(uri));
}

std::string HexHash(absl::string_view text) { return absl::BytesToHexString(Sha256(text)); }

bool IsPlainId(absl::string_view text) {
  const std::optional<std::u32string> characters = DecodeUtf8(text);
  return text.size() <= kIdCharactersMax && absl::StripAsciiWhitespace(text) == text &&
         characters.has_value() &&
         std::all_of(characters->begin(), characters->end(), IsPlainCharacter);
}

std::string ShortId(absl::string_view text) {
  return IsPlainId(text) ? std::string(text) : HashedId(text);
}

std::string ResourceId(absl::string_view text) {
  const bool is_usable = text.find_first_of(kReservedIdCharacters) == absl::string_view::npos &&
                         !absl::StartsWith(text, "-");
  if (is_usable) return ShortId(text);
  std::string id = HashedId(text);
  for (char& c : id) {
    if (absl::StrContains(kReservedIdCharacters, c)) c = '.';
  }
  if (id.front() == '-') id.front() = '.';
  return id;
}

std::string OneLine(absl::string_view text, size_t bytes_max) {
  std::u32string characters = DecodeUtf8(text).value_or(U"");
  const auto is_control = [](char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); };
  std::replace_if(characters.begin(), characters.end(), is_control, U' ');
  return std::string(Utf8Prefix(EncodeUtf8(characters), bytes_max));
}

std::string LastPart(absl::string_view name) {
  const size_t at = name.find_last_of(":/#");
  if (at != absl::string_view::npos) name = name.substr(at + 1);
  absl::ConsumePrefix(&name, "BizStep-");
  absl::ConsumePrefix(&name, "Disp-");
  absl::ConsumePrefix(&name, "BTT-");
  absl::ConsumePrefix(&name, "SDT-");
  return std::string(name);
}

}  // namespace lots::ctl
