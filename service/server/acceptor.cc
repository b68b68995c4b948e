// The accepting thread, and the count of open connections.
#include "service/server/acceptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "service/base/server_limits.h"
#include "storage/base/check.h"

namespace lots {
namespace {

// An inode number belongs to one open file, so it shows when a descriptor was closed and reused.
std::optional<ino_t> InodeOf(int fd) {
  struct stat file {};
  if (fstat(fd, &file) != 0) return std::nullopt;
  return file.st_ino;
}

Descriptor Spare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

Descriptor Accept(int listening) {
  return Descriptor(accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
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

bool OpenConnections::Add(int fd, absl::Time now) {
  const std::optional<ino_t> inode = InodeOf(fd);
  if (!inode.has_value()) return false;
  open_.erase(fd);  // the earlier connection with this descriptor has ended
  if (open_.size() >= max_ && now - counted_at_ >= kConnectionsRecountPause) {
    counted_at_ = now;
    ForgetEnded();
  }
  if (open_.size() >= max_) return false;
  open_.emplace(fd, *inode);
  return true;
}

void OpenConnections::ForgetEnded() {
  absl::erase_if(
      open_, [](const auto& connection) { return InodeOf(connection.first) != connection.second; });
}

Acceptor::Acceptor(Listener listener, Options options)
    : options_(std::move(options)),
      listener_(std::move(listener)),
      connections_(options_.connections_max),
      spare_(Spare()),
      stop_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {
  Check(stop_.is_open());
}

Acceptor::~Acceptor() { Stop(); }

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_.get(), 1);
  thread_.join();
  const Listener closed = std::move(listener_);
}

void Acceptor::Run() {
  std::vector<pollfd> events{{.fd = stop_.get(), .events = POLLIN, .revents = 0}};
  for (const Descriptor& socket : listener_.sockets()) {
    events.push_back({.fd = socket.get(), .events = POLLIN, .revents = 0});
  }
  while (true) {
    if (poll(events.data(), events.size(), -1) < 0) continue;
    if (events.front().revents != 0) return;
    for (size_t i = 1; i < events.size(); ++i) {
      if (events[i].revents != 0) AcceptFrom(events[i].fd);
    }
  }
}

void Acceptor::AcceptFrom(int listening) {
  Descriptor connection = Accept(listening);
  if (!connection.is_open()) {
    if (errno == EMFILE || errno == ENFILE) {
      CloseOne(listening);
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
      // There is no memory for a connection. Without a pause this thread would spin.
      absl::SleepFor(kConnectionsRecountPause);
    }
    return;
  }
  if (connections_.Add(connection.get(), absl::Now())) {
    options_.serve(std::move(connection), listening);
  } else {
    options_.refused();
  }
}

void Acceptor::CloseOne(int listening) {
  spare_.Close();
  if (Accept(listening).is_open()) options_.refused();
  spare_ = Spare();
  // Another thread may have taken the descriptor. Then the connection is still waiting, and without
  // a pause this thread would spin.
  if (!spare_.is_open()) absl::SleepFor(kConnectionsRecountPause);
}

}  // namespace lots
