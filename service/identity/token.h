// JSON Web Tokens (RFC 7519, 9068), signed ones only.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/identity/caller.h"
#include "service/identity/token_keys.h"
#include "storage/base/limits.h"

namespace lots {

// What a token must say besides being signed.
struct TokenRules {
  std::string issuer;                       // `iss`
  std::string audience;                     // one of `aud`
  absl::Duration skew = kTokenSkewDefault;  // by which clocks may differ
};

struct VerifiedToken {
  Caller caller;
  absl::Time expire_time;
};

// Who the token speaks for: `sub`; for which companies: the list `companies`, "*" being every one;
// with which permissions: `scope`, as "lots.read lots.move". What it leaves out it does not grant.
//
// The algorithm is the key's: a token that names another, or none, or brings a key of its own, is
// refused. TOKEN_EXPIRED, or TOKEN_INVALID saying what is wrong; never repeats the token.
absl::StatusOr<VerifiedToken> VerifyToken(absl::string_view token, const TokenKeys& keys,
                                          const TokenRules& rules, absl::Time now);

}  // namespace lots
