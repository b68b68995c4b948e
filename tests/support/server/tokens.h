// Keys and tokens of an issuer that tests trust, and what forgers make of them.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "service/identity/token_keys.h"

namespace lots {

std::string Base64Url(absl::string_view bytes);

// A fresh key pair.
class TokenSigner {
 public:
  TokenSigner(TokenAlgorithm algorithm, std::string kid);

  const std::string& kid() const { return kid_; }
  // The public key as a member of a JWKS, with more members added: `,"use":"enc"`.
  std::string Jwk(absl::string_view more = "") const;
  // The public key as PEM, which anybody may know.
  std::string PublicPem() const;

  // header.claims.signature, with the header that belongs to the key.
  std::string Sign(absl::string_view claims) const;
  // The same with another header, whatever it says.
  std::string Sign(absl::string_view header, absl::string_view claims) const;
  // The signature of any text, as JWS writes it.
  std::string SignatureOf(absl::string_view text) const;

 private:
  const TokenAlgorithm algorithm_;
  const std::string kid_;
  const std::shared_ptr<EVP_PKEY> key_;
};

// {"keys":[…]}.
std::string Jwks(std::initializer_list<const TokenSigner*> signers);

// What the tests' server asks of tokens.
inline constexpr char kTestIssuer[] = "https://id.example";
inline constexpr char kTestAudience[] = "lotd";

// The claims of a token that is good for an hour. `companies` is JSON: ["acme"]; `more` is added:
// ,"nbf":1.
std::string Claims(absl::string_view subject, absl::string_view companies, absl::string_view scope,
                   absl::string_view more = "");

}  // namespace lots
