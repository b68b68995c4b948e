// JSON Web Tokens (RFC 7519, 9068), signed ones only.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/base/server_limits.h"
#include "service/identity/caller.h"
#include "service/identity/token_keys.h"

namespace lots {

// What the claims of a signed token must say.
struct TokenRules {
  std::string issuer;                       // `iss`
  std::string audience;                     // one of `aud`
  absl::Duration skew = kTokenSkewDefault;  // how much clocks may differ
};

struct VerifiedToken {
  Caller caller;
  absl::Time expire_time;
};

// Verifies the signature and the claims. `sub` is the caller; `companies` lists its companies ("*":
// all); `scope` lists its permissions, as "lots.read lots.move". A missing claim grants nothing.
//
// The key decides the algorithm: a token that names another algorithm or none, or brings its own
// key, is refused. Refuses TOKEN_EXPIRED, or TOKEN_INVALID with the cause; never repeats the token.
absl::StatusOr<VerifiedToken> VerifyToken(absl::string_view token, const TokenKeys& keys,
                                          const TokenRules& rules, absl::Time now);

}  // namespace lots
