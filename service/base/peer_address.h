// The address of a client, as the audit log keeps it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

// Returns the address without the port: "10.1.2.3" for gRPC's peer "ipv4:10.1.2.3:52114", "::1" for
// "ipv6:%5B::1%5D:52114", "unix" for a unix socket. Returns any other peer unchanged.
std::string AddressOf(absl::string_view peer);

}  // namespace lots
