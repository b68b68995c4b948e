// Where a connection comes from, as the audit log keeps it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace lots {

// The address in what gRPC calls a peer ("ipv4:10.1.2.3:52114", "ipv6:%5B::1%5D:52114"), without
// the port, which says nothing tomorrow: "10.1.2.3", "::1". "unix" for a socket of the machine
// itself; what is neither, as it is.
std::string AddressOf(absl::string_view peer);

}  // namespace lots
