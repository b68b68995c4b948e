// Makes and forges tokens.
#include "tests/support/server/tokens.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/base/check.h"

namespace lots {
namespace {

constexpr int kP256Bytes = 32;

EVP_PKEY* NewKey(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::kRs256:
      return EVP_RSA_gen(2048);
    case TokenAlgorithm::kEs256:
      return EVP_EC_gen("P-256");
    default:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string NumberParameter(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  Check(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(BN_num_bytes(number), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return bytes;
}

// Converts a signature from DER, which OpenSSL writes, to r and s one after the other.
std::string RawEcdsa(const std::string& der) {
  const unsigned char* at = Bytes(der);
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  Check(parts != nullptr);
  std::string raw(2 * kP256Bytes, '\0');
  auto* const to = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), to, kP256Bytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), to + kP256Bytes, kP256Bytes);
  ECDSA_SIG_free(parts);
  return raw;
}

}  // namespace

std::string Base64Url(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

TokenSigner::TokenSigner(TokenAlgorithm algorithm, std::string kid)
    : algorithm_(algorithm), kid_(std::move(kid)), key_(NewKey(algorithm), EVP_PKEY_free) {
  Check(key_ != nullptr);
}

std::string TokenSigner::Jwk(absl::string_view more) const {
  const std::string end = absl::StrCat(",\"kid\":\"", kid_, "\"", more, "}");
  if (algorithm_ == TokenAlgorithm::kRs256) {
    return absl::StrCat(R"({"kty":"RSA","n":")", Base64Url(NumberParameter(key_.get(), "n")),
                        R"(","e":")", Base64Url(NumberParameter(key_.get(), "e")), "\"", end);
  }
  if (algorithm_ == TokenAlgorithm::kEs256) {
    std::string x = NumberParameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X);
    std::string y = NumberParameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
    x.insert(0, kP256Bytes - x.size(), '\0');
    y.insert(0, kP256Bytes - y.size(), '\0');
    return absl::StrCat(R"({"kty":"EC","crv":"P-256","x":")", Base64Url(x), R"(","y":")",
                        Base64Url(y), "\"", end);
  }
  std::string x(32, '\0');
  size_t size = x.size();
  EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
  return absl::StrCat(R"({"kty":"OKP","crv":"Ed25519","x":")", Base64Url(x), "\"", end);
}

std::string TokenSigner::PublicPem() const {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key_.get());
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(bio);
  return pem;
}

std::string TokenSigner::Sign(absl::string_view claims) const {
  return Sign(
      absl::StrCat(R"({"alg":")", NameOf(algorithm_), R"(","typ":"at+jwt","kid":")", kid_, "\"}"),
      claims);
}

std::string TokenSigner::Sign(absl::string_view header, absl::string_view claims) const {
  const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(claims));
  return absl::StrCat(text, ".", Base64Url(SignatureOf(text)));
}

std::string TokenSigner::SignatureOf(absl::string_view text) const {
  const EVP_MD* const digest = algorithm_ == TokenAlgorithm::kEdDsa ? nullptr : EVP_sha256();
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  size_t size = 0;
  Check(EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get()) == 1);
  Check(EVP_DigestSign(context, nullptr, &size, Bytes(text), text.size()) == 1);
  std::string signature(size, '\0');
  Check(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                       Bytes(text), text.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return algorithm_ == TokenAlgorithm::kEs256 ? RawEcdsa(signature) : signature;
}

std::string Jwks(std::initializer_list<const TokenSigner*> signers) {
  std::vector<std::string> keys;
  for (const TokenSigner* const signer : signers) keys.push_back(signer->Jwk());
  return absl::StrCat("{\"keys\":[", absl::StrJoin(keys, ","), "]}");
}

std::string Claims(absl::string_view subject, absl::string_view companies, absl::string_view scope,
                   absl::string_view more) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  return absl::StrCat(R"({"iss":")", kTestIssuer, R"(","aud":")", kTestAudience, R"(","sub":")",
                      subject, R"(","iat":)", now, R"(,"exp":)", now + 3600, R"(,"companies":)",
                      companies, R"(,"scope":")", scope, "\"", more, "}");
}

}  // namespace lots
