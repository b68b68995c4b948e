// Takes the address out of gRPC's name of a peer.
#include "service/base/peer_address.h"

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace lots {

std::string AddressOf(absl::string_view peer) {
  if (absl::StartsWith(peer, "unix")) return "unix";
  absl::string_view address = peer;
  const bool is_ip =
      absl::ConsumePrefix(&address, "ipv4:") || absl::ConsumePrefix(&address, "ipv6:");
  if (!is_ip) return std::string(peer);
  // gRPC escapes characters that a URI may not have: the brackets, and the % before a scope.
  const std::string plain =
      absl::StrReplaceAll(address.substr(0, address.rfind(':')), {{"%5B", ""}, {"%5D", ""}});
  return absl::StrReplaceAll(plain, {{"[", ""}, {"]", ""}, {"%25", "%"}});
}

}  // namespace lots
