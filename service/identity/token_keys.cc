// Reads a JSON Web Key Set and verifies signatures with OpenSSL.
#include "service/identity/token_keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/base64url.h"
#include "service/base/openssl_free.h"
#include "service/base/server_limits.h"
#include "service/base/strict_json.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

using BigNumber = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using Key = std::shared_ptr<EVP_PKEY>;

constexpr size_t kP256Bytes = 32;
constexpr size_t kEd25519Bytes = 32;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Clears OpenSSL's queue of errors. Errors that stay in the thread's queue would confuse gRPC's
// TLS.
class ErrorsCleared {
 public:
  ~ErrorsCleared() { ERR_clear_error(); }
};

BigNumber NumberOf(absl::string_view bytes) {
  return BigNumber(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Null when the parameters make no valid key.
Key MakeKey(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext making(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  if (parameters == nullptr || making == nullptr || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  Key key(made, EVP_PKEY_free);
  const KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr));
  return checking != nullptr && EVP_PKEY_public_check(checking.get()) == 1 ? key : nullptr;
}

// The decoded member, or nothing when it is not base64url.
std::optional<std::string> BytesMember(const nlohmann::json& jwk, const char* name) {
  const absl::string_view text = StringMember(jwk, name);
  return text.empty() ? std::nullopt : DecodeBase64Url(text);
}

Key RsaKey(const nlohmann::json& jwk) {
  const auto modulus = BytesMember(jwk, "n");
  const auto exponent = BytesMember(jwk, "e");
  if (!modulus || !exponent || modulus->size() > kRsaBitsMax / 8) return nullptr;
  const BigNumber n = NumberOf(*modulus);
  const BigNumber e = NumberOf(*exponent);
  if (BN_num_bits(n.get()) < kRsaBitsMin || BN_num_bits(e.get()) > 64) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return MakeKey("RSA", builder.get());
}

Key P256Key(const nlohmann::json& jwk) {
  const auto x = BytesMember(jwk, "x");
  const auto y = BytesMember(jwk, "y");
  if (!x || !y || x->size() != kP256Bytes || y->size() != kP256Bytes) return nullptr;
  const std::string point = absl::StrCat("\x04", *x, *y);  // uncompressed
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return MakeKey("EC", builder.get());
}

Key Ed25519Key(const nlohmann::json& jwk) {
  const auto x = BytesMember(jwk, "x");
  if (!x || x->size() != kEd25519Bytes) return nullptr;
  return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(*x), x->size()),
             EVP_PKEY_free);
}

struct Kind {
  TokenAlgorithm algorithm;
  absl::string_view kty;
  absl::string_view crv;
  Key (*make)(const nlohmann::json& jwk);
};

constexpr Kind kKinds[] = {
    {TokenAlgorithm::kRs256, "RSA", "", RsaKey},
    {TokenAlgorithm::kEs256, "EC", "P-256", P256Key},
    {TokenAlgorithm::kEdDsa, "OKP", "Ed25519", Ed25519Key},
};

// Null for keys of other kinds or uses.
const Kind* KindOf(const nlohmann::json& jwk) {
  const absl::string_view use = StringMember(jwk, "use");
  if (!use.empty() && use != "sig") return nullptr;
  const absl::string_view algorithm = StringMember(jwk, "alg");
  for (const Kind& kind : kKinds) {
    if (StringMember(jwk, "kty") != kind.kty || StringMember(jwk, "crv") != kind.crv) continue;
    return algorithm.empty() || algorithm == NameOf(kind.algorithm) ? &kind : nullptr;
  }
  return nullptr;
}

// Converts r and s side by side to the form that OpenSSL reads. Empty when the length is wrong.
std::string DerOf(absl::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return "";
  const EcdsaSignature parts(ECDSA_SIG_new());
  BigNumber r = NumberOf(signature.substr(0, kP256Bytes));
  BigNumber s = NumberOf(signature.substr(kP256Bytes));
  ECDSA_SIG_set0(parts.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  if (size <= 0) return "";
  std::string bytes(reinterpret_cast<const char*>(der), size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

absl::string_view NameOf(TokenAlgorithm algorithm) {
  constexpr absl::string_view kNames[] = {"RS256", "ES256", "EdDSA"};
  return kNames[static_cast<int>(algorithm)];
}

bool VerifySignature(const TokenKey& key, absl::string_view text, absl::string_view signature) {
  const ErrorsCleared cleared;
  const bool is_ecdsa = key.algorithm == TokenAlgorithm::kEs256;
  const std::string der = is_ecdsa ? DerOf(signature) : "";
  const absl::string_view as_openssl = is_ecdsa ? absl::string_view(der) : signature;
  const EVP_MD* const digest = key.algorithm == TokenAlgorithm::kEdDsa ? nullptr : EVP_sha256();
  const DigestContext context(EVP_MD_CTX_new());
  return !as_openssl.empty() && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(as_openssl), as_openssl.size(), Bytes(text),
                          text.size()) == 1;
}

absl::StatusOr<TokenKeys> TokenKeys::Parse(absl::string_view json) {
  const ErrorsCleared cleared;
  ASSIGN_OR_RETURN(const nlohmann::json set, ParseJsonObject(json));
  const auto jwks = set.find("keys");
  if (jwks == set.end() || !jwks->is_array() || jwks->size() > kTokenKeysMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"keys\" must be a list of at most ", kTokenKeysMax));
  }
  TokenKeys keys;
  for (size_t i = 0; i < jwks->size(); ++i) {
    const nlohmann::json& jwk = (*jwks)[i];
    const Kind* const kind = jwk.is_object() ? KindOf(jwk) : nullptr;
    if (kind == nullptr) continue;
    const std::string kid(StringMember(jwk, "kid"));
    Key key = kind->make(jwk);
    if (key == nullptr || kid.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("keys[", i, "]: a ", NameOf(kind->algorithm),
                                                     " key that is damaged, too small or too ",
                                                     "large, or has no \"kid\""));
    }
    if (!keys.keys_.emplace(kid, TokenKey{kind->algorithm, std::move(key)}).second) {
      return absl::InvalidArgumentError(absl::StrCat("keys[", i, "]: kid \"", kid, "\" again"));
    }
  }
  if (keys.keys_.empty()) {
    return absl::InvalidArgumentError("it has no key for RS256, ES256 (P-256) or EdDSA (Ed25519)");
  }
  return keys;
}

const TokenKey* TokenKeys::Find(absl::string_view kid) const {
  if (kid.empty()) return keys_.size() == 1 ? &keys_.begin()->second : nullptr;
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace lots
