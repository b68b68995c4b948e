// Authenticates calls. No other place decides whether credentials are valid.
//
// A call with a token (authorization: Bearer …) is the token's subject, whatever certificate the
// connection has. A call without a token is the verified client certificate, if the access list
// names it. A call with an invalid token is refused, even with a valid certificate.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "service/identity/access_list.h"
#include "service/identity/caller.h"
#include "service/identity/token.h"
#include "service/identity/token_cache.h"
#include "service/identity/token_keys.h"

namespace lots {

// The credentials of a call.
struct Credentials {
  std::vector<absl::string_view> authorization;  // every header of that name
  // Of the verified client certificate: its URIs, then its DNS names, or its common name when it
  // has neither; empty without a certificate.
  std::vector<std::string> certificate_names;
};

// Thread safe.
class Identity {
 public:
  struct Options {
    std::string token_keys;  // JWKS file; empty: no token is accepted
    TokenRules token_rules;
    std::string access_list;    // file; empty: no certificate is known
    bool certificates = false;  // whether connections have verified ones
  };
  explicit Identity(Options options);

  // Whether anybody may do everything: no file was given by which callers could be authenticated.
  bool is_open() const { return options_.token_keys.empty() && options_.access_list.empty(); }

  // Read the files. When a file cannot be read or parsed, the earlier contents stay in use.
  absl::Status LoadTokenKeys();
  absl::Status LoadAccessList();

  // Refuses CREDENTIALS_MISSING, TOKEN_INVALID, TOKEN_EXPIRED.
  absl::StatusOr<std::shared_ptr<const Caller>> Authenticate(
      const grpc::CallbackServerContext& context, absl::Time now);
  absl::StatusOr<std::shared_ptr<const Caller>> Authenticate(const Credentials& credentials,
                                                             absl::Time now);
  // The first name of the connection's verified certificate; empty without a certificate.
  std::string CertificateOf(const grpc::CallbackServerContext& context) const;

 private:
  struct Known {
    std::shared_ptr<const TokenKeys> keys;
    std::shared_ptr<const AccessList> access;
  };

  absl::StatusOr<std::shared_ptr<const Caller>> OfToken(absl::string_view authorization,
                                                        absl::Time now);
  Known known() const;

  const Options options_;
  const std::shared_ptr<const Caller> anybody_;
  TokenCache tokens_;
  mutable absl::Mutex mutex_;
  Known known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
