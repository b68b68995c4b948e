// Opens the listening sockets: resolves the host, binds, listens.
#include "service/server/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/server_limits.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

union SocketAddress {
  sockaddr_storage room;  // first, so that {} zeroes all of it
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
};

// The error of the last system call.
absl::Status Failed(absl::string_view what) {
  const auto code = errno == EADDRINUSE ? absl::StatusCode::kAlreadyExists
                                        : absl::StatusCode::kFailedPrecondition;
  return {code, absl::StrCat(what, ": ", std::strerror(errno))};
}

void SetOption(const Descriptor& socket, int level, int name, int value) {
  // Serving without the option is better than not serving.
  static_cast<void>(setsockopt(socket.get(), level, name, &value, sizeof(value)));
}

// Accepted sockets inherit the options of TCP.
void SetTcpOptions(const Descriptor& socket, int family) {
  SetOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  SetOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
            static_cast<int>(absl::ToInt64Milliseconds(kKeepaliveTimeout)));
  if (family == AF_INET6) SetOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

absl::StatusOr<Descriptor> Listen(const sockaddr* address, socklen_t size) {
  const int family = address->sa_family;
  Descriptor listening(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!listening.is_open()) return Failed("no socket");
  if (family != AF_UNIX) SetTcpOptions(listening, family);
  if (bind(listening.get(), address, size) != 0) return Failed("cannot bind");
  if (listen(listening.get(), SOMAXCONN) != 0) return Failed("cannot listen");
  return listening;
}

uint16_t PortOf(const Descriptor& socket) {
  SocketAddress name{};
  socklen_t size = sizeof(name);
  if (getsockname(socket.get(), &name.any, &size) != 0) return 0;
  return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

bool IsWildcard(absl::string_view host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Resolved = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Resolved> Resolve(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return absl::FailedPreconditionError(gai_strerror(error));
  return Resolved(found);
}

}  // namespace

absl::StatusOr<Listener> Listener::Open(const std::string& address) {
  Listener listener;
  absl::string_view path = address;
  if (absl::ConsumePrefix(&path, "unix:")) {
    listener.address_ = address;
    RETURN_IF_ERROR(listener.OpenUnix(absl::StripPrefix(path, "//")));
    return listener;
  }
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return absl::FailedPreconditionError("no port");
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) host = absl::StripSuffix(host, "]");
  RETURN_IF_ERROR(listener.OpenTcp(std::string(host), address.substr(colon + 1)));
  listener.address_ =
      absl::StrCat(address.substr(0, colon), ":", PortOf(listener.sockets_.front()));
  return listener;
}

Listener::~Listener() {
  if (!path_.empty() && !sockets_.empty()) unlink(path_.c_str());
}

absl::Status Listener::OpenUnix(absl::string_view path) {
  SocketAddress name{};
  if (path.empty() || path.size() >= sizeof(name.local.sun_path)) {
    return absl::FailedPreconditionError("a socket's path has 1 to 107 bytes");
  }
  name.local.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), name.local.sun_path);
  struct stat file {};
  if (stat(name.local.sun_path, &file) == 0 && S_ISSOCK(file.st_mode)) {
    unlink(name.local.sun_path);
  }
  ASSIGN_OR_RETURN(Descriptor listening, Listen(&name.any, sizeof(name.local)));
  path_ = std::string(path);
  sockets_.push_back(std::move(listening));
  return absl::OkStatus();
}

// A host without IPv6 may still resolve a name to an IPv6 address (localhost to ::1). So an address
// may fail, unless it is taken, while another one works.
absl::Status Listener::OpenTcp(const std::string& host, const std::string& port) {
  if (IsWildcard(host)) {
    ASSIGN_OR_RETURN(const Resolved both, Resolve("::", port));
    absl::StatusOr<Descriptor> listening = Listen(both->ai_addr, both->ai_addrlen);
    if (listening.ok()) {
      sockets_.push_back(*std::move(listening));
      return absl::OkStatus();
    }
    if (absl::IsAlreadyExists(listening.status())) return listening.status();
  }
  ASSIGN_OR_RETURN(const Resolved found, Resolve(IsWildcard(host) ? "0.0.0.0" : host, port));
  absl::Status failed = absl::FailedPreconditionError("no address");
  for (const addrinfo* each = found.get(); each != nullptr; each = each->ai_next) {
    SocketAddress name{};
    std::memcpy(&name, each->ai_addr, std::min<size_t>(each->ai_addrlen, sizeof(name)));
    // All addresses get the port that the first one got.
    if (!sockets_.empty()) {
      const uint16_t taken = htons(PortOf(sockets_.front()));
      (each->ai_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port) = taken;
    }
    absl::StatusOr<Descriptor> listening = Listen(&name.any, each->ai_addrlen);
    if (absl::IsAlreadyExists(listening.status())) return listening.status();
    if (listening.ok()) {
      sockets_.push_back(*std::move(listening));
    } else {
      failed = listening.status();
    }
  }
  return sockets_.empty() ? failed : absl::OkStatus();
}

}  // namespace lots
