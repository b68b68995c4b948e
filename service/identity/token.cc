// Verifies JSON Web Tokens.
#include "service/identity/token.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/base64url.h"
#include "service/base/server_limits.h"
#include "service/base/strict_json.h"
#include "service/base/text_fields.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

constexpr absl::string_view kScopePrefix = "lots.";
// Year 5138: a larger number is not a date in seconds.
constexpr double kNumericDateMax = 1e11;

absl::Status Invalid(absl::string_view why) {
  return Refuse({Reason::kTokenInvalid, "", absl::StrCat("the token is not accepted: ", why), {}});
}

absl::StatusOr<nlohmann::json> ObjectOf(absl::string_view part, absl::string_view name) {
  const std::optional<std::string> text = DecodeBase64Url(part);
  if (!text.has_value()) return Invalid(absl::StrCat("its ", name, " is not base64url"));
  absl::StatusOr<nlohmann::json> object = ParseJsonObject(*text);
  if (!object.ok()) return Invalid(absl::StrCat("its ", name, ": ", object.status().message()));
  return object;
}

// The key that the header names, if the header's algorithm is the key's.
absl::StatusOr<const TokenKey*> KeyOf(const nlohmann::json& header, const TokenKeys& keys) {
  // A key that a token brings proves nothing, and critical extensions (crit) are unknown here.
  for (const char* const name : {"crit", "jku", "jwk", "x5u", "x5c", "enc", "zip", "b64"}) {
    if (header.contains(name)) return Invalid(absl::StrCat("its header has \"", name, "\""));
  }
  if (header.contains("typ")) {
    const std::string type = absl::AsciiStrToLower(StringMember(header, "typ"));
    if (type != "jwt" && type != "at+jwt" && type != "application/at+jwt") {
      return Invalid("its \"typ\" is not that of an access token");
    }
  }
  if (header.contains("kid") && StringMember(header, "kid").empty()) {
    return Invalid("its \"kid\" is no text");
  }
  const TokenKey* const key = keys.Find(StringMember(header, "kid"));
  if (key == nullptr) return Invalid("its \"kid\" names no key of this server");
  if (StringMember(header, "alg") != NameOf(key->algorithm)) {
    return Invalid("its \"alg\" is not the algorithm of its key");
  }
  return key;
}

// Nothing without the claim.
absl::StatusOr<std::optional<absl::Time>> TimeClaim(const nlohmann::json& claims,
                                                    const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::nullopt;
  const double seconds = found->is_number() ? found->get<double>() : -1;
  if (!(seconds >= 0 && seconds <= kNumericDateMax)) {
    return Invalid(absl::StrCat("its \"", name, "\" is no time"));
  }
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

absl::StatusOr<absl::Time> CheckTimes(const nlohmann::json& claims, absl::Duration skew,
                                      absl::Time now) {
  ASSIGN_OR_RETURN(const auto expires, TimeClaim(claims, "exp"));
  ASSIGN_OR_RETURN(const auto begins, TimeClaim(claims, "nbf"));
  ASSIGN_OR_RETURN(const auto issued, TimeClaim(claims, "iat"));
  if (!expires.has_value()) return Invalid("it has no \"exp\"");
  if (now >= *expires + skew) {
    const std::string when = absl::FormatTime(absl::RFC3339_sec, *expires, absl::UTCTimeZone());
    return Refuse({Reason::kTokenExpired,
                   "",
                   absl::StrCat("the token expired at ", when, ": get a new one"),
                   {{"expire_time", when}}});
  }
  if (begins.has_value() && now < *begins - skew) return Invalid("its \"nbf\" is in the future");
  if (issued.has_value() && now < *issued - skew) return Invalid("its \"iat\" is in the future");
  return *expires;
}

bool IsFor(const nlohmann::json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (!found->is_array()) return *found == audience;
  return std::find(found->begin(), found->end(), audience) != found->end();
}

absl::StatusOr<std::string> SubjectOf(const nlohmann::json& claims) {
  std::string subject(StringMember(claims, "sub"));
  const bool printable = std::none_of(subject.begin(), subject.end(),
                                      [](unsigned char c) { return absl::ascii_iscntrl(c); });
  if (subject.empty() || subject.size() > kSubjectBytesMax || !printable) {
    return Invalid(absl::StrCat("its \"sub\" is no name of 1 to ", kSubjectBytesMax, " bytes"));
  }
  return subject;
}

absl::StatusOr<Companies> CompaniesOf(const nlohmann::json& claims) {
  const auto found = claims.find("companies");
  if (found == claims.end()) return Companies();
  if (!found->is_array() || found->size() > kCompaniesPerCallerMax) {
    return Invalid(
        absl::StrCat("its \"companies\" is no list of at most ", kCompaniesPerCallerMax));
  }
  std::set<std::string, std::less<>> names;
  for (const nlohmann::json& name : *found) {
    TextChecker fields;
    if (name.is_string()) fields.RequiredId("companies", name.get_ref<const std::string&>());
    if (!name.is_string() || !fields.ok()) return Invalid("its \"companies\" lists no names");
    names.insert(name.get<std::string>());
  }
  return Companies::Named(std::move(names));
}

absl::StatusOr<Permissions> PermissionsOf(const nlohmann::json& claims) {
  const auto found = claims.find("scope");
  if (found == claims.end()) return Permissions();
  if (!found->is_string()) return Invalid("its \"scope\" is no text");
  Permissions permissions;
  // The list also has scopes of other services.
  for (const absl::string_view scope :
       absl::StrSplit(found->get_ref<const std::string&>(), ' ', absl::SkipEmpty())) {
    if (!absl::StartsWith(scope, kScopePrefix)) continue;
    permissions.Add(PermissionNamed(scope.substr(kScopePrefix.size())));
  }
  return permissions;
}

absl::StatusOr<Caller> CallerOf(const nlohmann::json& claims) {
  Caller caller;
  ASSIGN_OR_RETURN(caller.subject, SubjectOf(claims));
  ASSIGN_OR_RETURN(caller.companies, CompaniesOf(claims));
  ASSIGN_OR_RETURN(caller.permissions, PermissionsOf(claims));
  caller.id = absl::StrCat("token:", caller.subject);
  return caller;
}

}  // namespace

absl::StatusOr<VerifiedToken> VerifyToken(absl::string_view token, const TokenKeys& keys,
                                          const TokenRules& rules, absl::Time now) {
  if (token.size() > kTokenBytesMax) {
    return Invalid(absl::StrCat("it has more than ", kTokenBytesMax, " bytes"));
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return Invalid("it is not header.claims.signature");
  ASSIGN_OR_RETURN(const nlohmann::json header, ObjectOf(parts[0], "header"));
  ASSIGN_OR_RETURN(const TokenKey* const key, KeyOf(header, keys));
  const std::optional<std::string> signature = DecodeBase64Url(parts[2]);
  const absl::string_view text = token.substr(0, parts[0].size() + 1 + parts[1].size());
  if (!signature.has_value() || !VerifySignature(*key, text, *signature)) {
    return Invalid("its signature is wrong");
  }
  ASSIGN_OR_RETURN(const nlohmann::json claims, ObjectOf(parts[1], "claims"));
  if (StringMember(claims, "iss") != rules.issuer) return Invalid("its issuer is another");
  if (!IsFor(claims, rules.audience)) return Invalid("its audience is another");
  ASSIGN_OR_RETURN(const absl::Time expires, CheckTimes(claims, rules.skew, now));
  ASSIGN_OR_RETURN(Caller caller, CallerOf(claims));
  return VerifiedToken{std::move(caller), expires};
}

}  // namespace lots
