// Keys and tokens of an issuer that the servers of tests trust, and forged tokens.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "service/identity/token_keys.h"

namespace lots {

std::string Base64Url(absl::string_view bytes);

// TokenSigner has a new key pair and signs tokens.
class TokenSigner {
 public:
  TokenSigner(TokenAlgorithm algorithm, std::string kid);

  const std::string& kid() const { return kid_; }
  // The public key as a member of a JWKS, with more members added: `,"use":"enc"`.
  std::string Jwk(absl::string_view more = "") const;
  // The public key as PEM.
  std::string PublicPem() const;

  // A token: header.claims.signature, with the header for this key.
  std::string Sign(absl::string_view claims) const;
  // A token with any other header.
  std::string Sign(absl::string_view header, absl::string_view claims) const;
  // The signature of a text, in the form of JWS.
  std::string SignatureOf(absl::string_view text) const;

 private:
  const TokenAlgorithm algorithm_;
  const std::string kid_;
  const std::shared_ptr<EVP_PKEY> key_;
};

// A JWKS of the public keys: {"keys":[…]}.
std::string Jwks(std::initializer_list<const TokenSigner*> signers);

// The issuer and the audience that the servers of tests require in a token.
inline constexpr char kTestIssuer[] = "https://id.example";
inline constexpr char kTestAudience[] = "lotd";

// The claims of a token that is valid for an hour. `companies` is JSON: ["acme"]. `more` is
// appended:
// ,"nbf":1.
std::string Claims(absl::string_view subject, absl::string_view companies, absl::string_view scope,
                   absl::string_view more = "");

}  // namespace lots
