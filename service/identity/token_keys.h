// The public keys that tokens are verified with: a JSON Web Key Set (RFC 7517).
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// Each belongs to one kind of key, so that a token cannot choose how its key is used.
enum class TokenAlgorithm { kRs256, kEs256, kEdDsa };

// "RS256".
absl::string_view NameOf(TokenAlgorithm algorithm);

struct TokenKey {
  TokenAlgorithm algorithm;
  std::shared_ptr<EVP_PKEY> key;
};

// Whether `signature`, as JWS writes it (RFC 7518, 8037), is the key's of `text`.
bool VerifySignature(const TokenKey& key, absl::string_view text, absl::string_view signature);

class TokenKeys {
 public:
  // RSA of 2,048 to 8,192 bits (RS256), P-256 (ES256) and Ed25519 (EdDSA). Keys of other kinds, and
  // those for encryption, are left out, as RFC 7517 asks. INVALID_ARGUMENT when the set is no set,
  // when a key of these kinds is damaged, or has no `kid` or another one's, and when none is left.
  static absl::StatusOr<TokenKeys> Parse(absl::string_view json);

  // None for an unknown `kid`. Where a token names none, the only key.
  const TokenKey* Find(absl::string_view kid) const;
  size_t size() const { return keys_.size(); }

 private:
  absl::flat_hash_map<std::string, TokenKey> keys_;
};

}  // namespace lots
