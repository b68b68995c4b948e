#include "service/server/connection_limit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace lots {
namespace {

constexpr absl::string_view kUnix = "unix:";

std::string PathOf(absl::string_view address) {
  return absl::ConsumePrefix(&address, kUnix) ? std::string(address) : "";
}

int PortOf(absl::string_view address) {
  int port = 0;
  if (address.substr(0, kUnix.size()) == kUnix) return 0;
  return absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port) ? port : 0;
}

// Another descriptor of the same file. gRPC may close its own meanwhile, and something else may get
// that number; what is done to this one is done to the file that was looked at.
class Twin {
 public:
  explicit Twin(int descriptor) : descriptor_(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)) {}
  ~Twin() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  int descriptor() const { return descriptor_; }
  std::optional<uint64_t> inode() const {
    struct stat file {};
    if (fstat(descriptor_, &file) != 0) return std::nullopt;
    return file.st_ino;
  }

 private:
  const int descriptor_;
};

// The kernel gives the lowest that is free, so at least as many files are open.
int LowestFreeDescriptor() {
  const Twin any(STDERR_FILENO);
  return any.descriptor();
}

bool IsListening(int descriptor) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
         listening != 0;
}

}  // namespace

int64_t RaiseOpenFilesMax() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, INT32_MAX));
}

ConnectionLimit::ConnectionLimit(absl::string_view address, int connections_max)
    : path_(PathOf(address)), port_(PortOf(address)), connections_max_(connections_max) {}

int ConnectionLimit::Enforce() {
  const int free = LowestFreeDescriptor();
  if (free >= 0 && free < connections_max_) return 0;
  std::vector<Connection> connections = Find();
  absl::flat_hash_set<uint64_t> still_there;
  std::erase_if(connections, [&](const Connection& c) {
    if (!closed_.contains(c.inode)) return false;
    still_there.insert(c.inode);
    return true;
  });
  closed_ = std::move(still_there);
  std::stable_partition(connections.begin(), connections.end(),
                        [this](const Connection& c) { return seen_.contains(c.inode); });
  int closed = 0;
  seen_.clear();
  for (const Connection& connection : connections) {
    if (seen_.size() < static_cast<size_t>(connections_max_)) {
      seen_.insert(connection.inode);
      continue;
    }
    const Twin twin(connection.descriptor);
    if (twin.inode() != connection.inode) continue;
    if (shutdown(twin.descriptor(), SHUT_RDWR) != 0) continue;
    closed_.insert(connection.inode);
    ++closed;
  }
  return closed;
}

std::vector<ConnectionLimit::Connection> ConnectionLimit::Find() const {
  std::vector<Connection> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; it != end;
       it.increment(error)) {
    int descriptor = 0;
    if (!absl::SimpleAtoi(it->path().filename().string(), &descriptor)) continue;
    const Twin twin(descriptor);
    if (!CameInHere(twin.descriptor())) continue;
    if (const std::optional<uint64_t> inode = twin.inode()) found.push_back({descriptor, *inode});
  }
  return found;
}

bool ConnectionLimit::CameInHere(int descriptor) const {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un local;
    sockaddr_storage room;
  } name{};
  socklen_t size = sizeof(name);
  if (getsockname(descriptor, &name.any, &size) != 0 || IsListening(descriptor)) return false;
  switch (name.any.sa_family) {
    case AF_INET:
      return ntohs(name.v4.sin_port) == port_;
    case AF_INET6:
      return ntohs(name.v6.sin6_port) == port_;
    case AF_UNIX:
      return !path_.empty() && size > offsetof(sockaddr_un, sun_path) &&
             path_ == name.local.sun_path;
    default:
      return false;
  }
}

}  // namespace lots
