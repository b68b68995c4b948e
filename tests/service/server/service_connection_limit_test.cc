// Which connections are closed when there are too many.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/server/connection_limit.h"
#include "storage/base/check.h"
#include "tests/support/base/test_folder.h"

namespace lots {
namespace {

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) { Check(descriptor >= 0); }
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int descriptor() const { return descriptor_; }
  // Whether the other end has closed it.
  bool IsClosed() const {
    char byte = 0;
    return recv(descriptor_, &byte, 1, MSG_DONTWAIT) == 0;
  }

 private:
  const int descriptor_;
};

// A connection to this process itself.
struct Connection {
  Connection(const Socket& listener, const sockaddr* address, socklen_t size)
      : client(socket(address->sa_family, SOCK_STREAM, 0)) {
    Check(connect(client.descriptor(), address, size) == 0);
    server = std::make_unique<Socket>(accept(listener.descriptor(), nullptr, nullptr));
  }

  const Socket client;
  std::unique_ptr<Socket> server;
};

class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in& name = reinterpret_cast<sockaddr_in&>(name_);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size_ = sizeof(name);
    Listen();
    address_ = absl::StrCat("127.0.0.1:", ntohs(name.sin_port));
  }
  explicit Listener(const std::string& path) : socket_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un& name = reinterpret_cast<sockaddr_un&>(name_);
    name.sun_family = AF_UNIX;
    Check(path.size() < sizeof(name.sun_path));
    std::copy(path.begin(), path.end(), name.sun_path);
    size_ = sizeof(name);
    Listen();
    address_ = absl::StrCat("unix:", path);
  }

  const std::string& address() const { return address_; }
  std::unique_ptr<Connection> Connect() {
    return std::make_unique<Connection>(socket_, reinterpret_cast<const sockaddr*>(&name_), size_);
  }

 private:
  void Listen() {
    sockaddr* const name = reinterpret_cast<sockaddr*>(&name_);
    Check(bind(socket_.descriptor(), name, size_) == 0);
    Check(listen(socket_.descriptor(), 16) == 0);
    Check(getsockname(socket_.descriptor(), name, &size_) == 0);
  }

  const Socket socket_;
  sockaddr_storage name_{};
  socklen_t size_ = 0;
  std::string address_;
};

void ExpectOpen(const Connection& connection) {
  EXPECT_FALSE(connection.client.IsClosed());
  EXPECT_FALSE(connection.server->IsClosed());
}

void ExpectThatTheLastIsClosed(Listener& listener) {
  ConnectionLimit limit(listener.address(), 2);
  const auto first = listener.Connect();
  const auto second = listener.Connect();
  EXPECT_EQ(limit.Enforce(), 0);

  const auto third = listener.Connect();

  EXPECT_EQ(limit.Enforce(), 1);
  EXPECT_TRUE(third->client.IsClosed());
  ExpectOpen(*first);
  ExpectOpen(*second);
}

TEST(ConnectionLimit, ClosesTheOneThatCameLast) {
  Listener listener;
  ExpectThatTheLastIsClosed(listener);
}

TEST(ConnectionLimit, ClosesTheOneThatCameLastOnAUnixSocket) {
  const TestFolder folder;
  Listener listener(folder.Path("socket"));
  ExpectThatTheLastIsClosed(listener);
}

TEST(ConnectionLimit, KeepsThoseThatWereThereThoughLaterOnesHaveLowerDescriptors) {
  Listener listener;
  ConnectionLimit limit(listener.address(), 2);
  auto gone = listener.Connect();
  const auto first = listener.Connect();
  const auto second = listener.Connect();
  gone.reset();
  EXPECT_EQ(limit.Enforce(), 0);

  const auto third = listener.Connect();

  ASSERT_LT(third->server->descriptor(), first->server->descriptor());
  EXPECT_EQ(limit.Enforce(), 1);
  EXPECT_TRUE(third->client.IsClosed());
  ExpectOpen(*first);
  ExpectOpen(*second);
}

TEST(ConnectionLimit, CountsNoneTwiceWhoseEndIsNotNoticedYet) {
  Listener listener;
  ConnectionLimit limit(listener.address(), 1);
  auto gone = listener.Connect();
  EXPECT_EQ(limit.Enforce(), 0);
  const auto closed = listener.Connect();
  EXPECT_EQ(limit.Enforce(), 1);

  EXPECT_EQ(limit.Enforce(), 0);
  gone.reset();
  const auto next = listener.Connect();

  EXPECT_EQ(limit.Enforce(), 0);
  ExpectOpen(*next);
}

TEST(ConnectionLimit, LetsAnotherInWhenOneHasGone) {
  Listener listener;
  ConnectionLimit limit(listener.address(), 2);
  auto gone = listener.Connect();
  const auto first = listener.Connect();
  EXPECT_EQ(limit.Enforce(), 0);
  gone.reset();

  const auto second = listener.Connect();

  EXPECT_EQ(limit.Enforce(), 0);
  ExpectOpen(*first);
  ExpectOpen(*second);
}

// From now on this process dies when it opens the list of its descriptors or asks where one leads.
// What a sanitizer does beside is allowed.
bool ForbidLooking() {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockname, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{.len = std::size(rules), .filter = rules};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// How a process ends that has so many allowed: 0, or by SIGSYS when it looks at descriptors.
int EndOfALook(const std::string& address, int connections_max) {
  ConnectionLimit limit(address, connections_max);
  const pid_t child = fork();
  if (child == 0) _exit(ForbidLooking() ? limit.Enforce() : EXIT_FAILURE);
  int status = 0;
  Check(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(ConnectionLimit, LooksAtNoDescriptorWhileFewerAreOpen) {
  Listener listener;
  const auto connection = listener.Connect();

  const int end = EndOfALook(listener.address(), 1'000);

  if (end == EXIT_FAILURE) GTEST_SKIP() << "system calls cannot be forbidden here";
  EXPECT_EQ(end, 0);
  EXPECT_EQ(EndOfALook(listener.address(), 1), SIGSYS);
}

TEST(ConnectionLimit, LeavesOtherSocketsAlone) {
  Listener listener;
  Listener other;
  ConnectionLimit limit(listener.address(), 1);
  const auto first = listener.Connect();
  const auto elsewhere = other.Connect();
  EXPECT_EQ(limit.Enforce(), 0);
  const auto elsewhere_too = other.Connect();

  EXPECT_EQ(limit.Enforce(), 0);
  ExpectOpen(*first);
  ExpectOpen(*elsewhere);
  ExpectOpen(*elsewhere_too);
  ExpectOpen(*listener.Connect());
}

}  // namespace
}  // namespace lots
