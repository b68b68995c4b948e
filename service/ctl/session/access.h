// How lotctl shows who it is, and knows that it speaks with the right server.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace grpc {
class ChannelCredentials;
}

namespace lots::ctl {

// As given on the command line; files.
struct AccessOptions {
  std::string token;        // else LOTS_TOKEN, the token itself
  bool tls = false;         // implied by the following
  std::string ca;           // PEM; empty: the authorities of this machine
  std::string certificate;  // PEM, with `key`
  std::string key;
};

struct Access {
  std::shared_ptr<grpc::ChannelCredentials> credentials;  // null: in the clear
  std::string token;                                      // empty: none
};

// A usage error when a file cannot be read, a certificate comes without its key, or a token would
// travel in the clear to another machine.
absl::StatusOr<Access> OpenAccess(const AccessOptions& options, absl::string_view address);

}  // namespace lots::ctl
