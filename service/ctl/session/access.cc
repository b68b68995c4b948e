// Reads the token, the certificates and the authorities that the command line names.
#include "service/ctl/session/access.h"

#include <grpcpp/security/credentials.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/json.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// The file that a flag or its variable names.
absl::StatusOr<std::string> ReadNamed(const char* flag, const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (text.ok()) return text;
  return UsageError(absl::StrCat(flag, ": ", text.status().message()));
}

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  std::string token;
  if (path.empty()) {
    const char* const given = std::getenv("LOTS_TOKEN");
    if (given != nullptr) token = given;
  } else {
    ASSIGN_OR_RETURN(token, ReadNamed("--token", path));
  }
  absl::StripAsciiWhitespace(&token);
  // gRPC would stop the program at a header that it cannot send.
  for (const unsigned char c : token) {
    if (!absl::ascii_isgraph(c)) return UsageError("the token has characters that no token has");
  }
  return token;
}

bool IsOnThisMachine(absl::string_view address) {
  return absl::StartsWith(address, "unix:") || absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "127.0.0.1:") || absl::StartsWith(address, "[::1]:");
}

bool WantsTls(const AccessOptions& options) {
  return options.tls || !options.ca.empty() || !options.certificate.empty() || !options.key.empty();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsCredentials(
    const AccessOptions& options) {
  if (options.certificate.empty() != options.key.empty()) {
    return UsageError(
        "--tls-certificate (LOTS_CLIENT_CERTIFICATE) and --tls-key (LOTS_CLIENT_KEY) "
        "belong together, and only one of them is given");
  }
  grpc::SslCredentialsOptions tls;
  if (!options.ca.empty()) {
    ASSIGN_OR_RETURN(tls.pem_root_certs, ReadNamed("--tls-ca", options.ca));
  }
  if (!options.key.empty()) {
    ASSIGN_OR_RETURN(tls.pem_cert_chain, ReadNamed("--tls-certificate", options.certificate));
    ASSIGN_OR_RETURN(tls.pem_private_key, ReadNamed("--tls-key", options.key));
  }
  return grpc::SslCredentials(tls);
}

}  // namespace

absl::StatusOr<Access> OpenAccess(const AccessOptions& options, absl::string_view address) {
  Access access;
  ASSIGN_OR_RETURN(access.token, ReadToken(options.token));
  if (WantsTls(options)) {
    ASSIGN_OR_RETURN(access.credentials, TlsCredentials(options));
  } else if (!access.token.empty() && !IsOnThisMachine(address)) {
    return UsageError(absl::StrCat("the token is not sent to ", address,
                                   " in the clear: give --tls, or --tls-ca FILE"));
  }
  return access;
}

}  // namespace lots::ctl
