// Authenticates a call by its token or its client certificate.
#include "service/identity/identity.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/identity_file.h"
#include "service/base/server_limits.h"
#include "storage/base/sha256.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr absl::string_view kBearer = "bearer ";

// The names under which gRPC keeps a peer's certificate.
constexpr char kUris[] = "peer_uri";
constexpr char kDnsNames[] = "peer_dns";

absl::string_view ViewOf(const grpc::string_ref& text) { return {text.data(), text.size()}; }

void AppendProperties(const grpc::AuthContext& context, const char* name,
                      std::vector<std::string>& names) {
  for (const grpc::string_ref& value : context.FindPropertyValues(name)) {
    if (value.size() <= kSubjectBytesMax) names.emplace_back(value.data(), value.size());
  }
}

// The names in the verified certificate, the most exact first. The common name counts only when
// there is no other name: the rule of RFC 6125.
std::vector<std::string> NamesOf(const grpc::AuthContext& context) {
  std::vector<std::string> names;
  if (!context.IsPeerAuthenticated()) return names;
  AppendProperties(context, kUris, names);
  AppendProperties(context, kDnsNames, names);
  const bool has_others = !context.FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME).empty();
  if (!has_others) AppendProperties(context, GRPC_X509_CN_PROPERTY_NAME, names);
  return names;
}

absl::Status Missing(absl::string_view what) {
  return Refuse({Reason::kCredentialsMissing, "", std::string(what), {}});
}

absl::Status At(const std::string& path, const absl::Status& status) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", status.message()));
}

Caller Anybody() { return {.companies = Companies::Every(), .permissions = Permissions::All()}; }

}  // namespace

Identity::Identity(Options options)
    : options_(std::move(options)),
      anybody_(std::make_shared<const Caller>(Anybody())),
      tokens_(kTokensRememberedMax) {
  absl::MutexLock lock(&mutex_);
  known_.access = std::make_shared<const AccessList>();
}

absl::Status Identity::LoadTokenKeys() {
  ASSIGN_OR_RETURN(const std::string text, ReadIdentityFile(options_.token_keys));
  absl::StatusOr<TokenKeys> keys = TokenKeys::Parse(text);
  if (!keys.ok()) return At(options_.token_keys, keys.status());
  {
    absl::MutexLock lock(&mutex_);
    known_.keys = std::make_shared<const TokenKeys>(*std::move(keys));
  }
  tokens_.Clear();
  return absl::OkStatus();
}

absl::Status Identity::LoadAccessList() {
  ASSIGN_OR_RETURN(const std::string text, ReadIdentityFile(options_.access_list));
  absl::StatusOr<AccessList> access = AccessList::Parse(text);
  if (!access.ok()) return At(options_.access_list, access.status());
  {
    absl::MutexLock lock(&mutex_);
    known_.access = std::make_shared<const AccessList>(*std::move(access));
  }
  tokens_.Clear();
  return absl::OkStatus();
}

Identity::Known Identity::known() const {
  absl::MutexLock lock(&mutex_);
  return known_;
}

absl::StatusOr<std::shared_ptr<const Caller>> Identity::Authenticate(
    const grpc::CallbackServerContext& context, absl::Time now) {
  if (is_open()) return anybody_;
  Credentials credentials;
  const auto headers = context.client_metadata().equal_range(kAuthorization);
  for (auto header = headers.first; header != headers.second; ++header) {
    credentials.authorization.push_back(ViewOf(header->second));
  }
  if (options_.certificates && credentials.authorization.empty()) {
    credentials.certificate_names = NamesOf(*context.auth_context());
  }
  return Authenticate(credentials, now);
}

absl::StatusOr<std::shared_ptr<const Caller>> Identity::Authenticate(const Credentials& credentials,
                                                                     absl::Time now) {
  if (is_open()) return anybody_;
  if (credentials.authorization.size() > 1) {
    return Missing("the call has several authorization headers: send one");
  }
  if (!credentials.authorization.empty()) return OfToken(credentials.authorization.front(), now);
  std::shared_ptr<const Caller> caller =
      known().access->OfCertificate(credentials.certificate_names);
  if (caller != nullptr) return caller;
  if (!credentials.certificate_names.empty()) {
    return Missing(
        "the client certificate's subject is not known to this server, and the call "
        "has no token");
  }
  return Missing(
      "the call names nobody: send authorization: Bearer and a token, or use a client "
      "certificate");
}

std::string Identity::CertificateOf(const grpc::CallbackServerContext& context) const {
  if (!options_.certificates) return "";
  const std::vector<std::string> names = NamesOf(*context.auth_context());
  return names.empty() ? "" : names.front();
}

absl::StatusOr<std::shared_ptr<const Caller>> Identity::OfToken(absl::string_view authorization,
                                                                absl::Time now) {
  if (options_.token_keys.empty()) return Missing("this server takes no tokens");
  if (!absl::StartsWithIgnoreCase(authorization, kBearer)) {
    return Missing("the authorization header is not Bearer and a token");
  }
  const absl::string_view token = authorization.substr(kBearer.size());
  const std::string digest = Sha256(token);
  if (std::shared_ptr<const Caller> caller = tokens_.Find(digest, now)) return caller;
  const Known known = this->known();
  ASSIGN_OR_RETURN(VerifiedToken verified,
                   VerifyToken(token, *known.keys, options_.token_rules, now));
  auto caller = std::make_shared<const Caller>(known.access->Narrowed(std::move(verified.caller)));
  const absl::Time until =
      std::min(verified.expire_time + options_.token_rules.skew, now + kTokenRememberedMax);
  tokens_.Put(digest, caller, until);
  // A reload clears the cache. If it ran after the verification, the cache has a token of old keys
  // now.
  const Known now_known = this->known();
  if (now_known.keys != known.keys || now_known.access != known.access) tokens_.Clear();
  return caller;
}

}  // namespace lots
