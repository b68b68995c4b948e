// The public keys that tokens are verified with: a JSON Web Key Set (RFC 7517).
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// Each algorithm belongs to one kind of key, so that a token cannot choose how its key is used.
enum class TokenAlgorithm { kRs256, kEs256, kEdDsa };

// "RS256".
absl::string_view NameOf(TokenAlgorithm algorithm);

struct TokenKey {
  TokenAlgorithm algorithm;
  std::shared_ptr<EVP_PKEY> key;
};

// Whether the key made `signature` of `text`. The signature is in the form of JWS (RFC 7518, 8037).
bool VerifySignature(const TokenKey& key, absl::string_view text, absl::string_view signature);

class TokenKeys {
 public:
  // Takes RSA of 2,048 to 8,192 bits (RS256), P-256 (ES256) and Ed25519 (EdDSA). Skips keys of
  // other kinds and keys for encryption, as RFC 7517 asks. INVALID_ARGUMENT when the text is not a
  // key set, when one of the keys is damaged, lacks a `kid` or repeats one, or when no key is left.
  static absl::StatusOr<TokenKeys> Parse(absl::string_view json);

  // Null for an unknown `kid`. An empty `kid` finds the only key.
  const TokenKey* Find(absl::string_view kid) const;
  size_t size() const { return keys_.size(); }

 private:
  absl::flat_hash_map<std::string, TokenKey> keys_;
};

}  // namespace lots
