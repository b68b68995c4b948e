// Which connections are accepted, how many, and what happens when no descriptor is left.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "service/base/server_limits.h"
#include "service/server/acceptor.h"
#include "storage/base/check.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/test_folder.h"

namespace lots {
namespace {

Descriptor Connect(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) {
    Descriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un to{.sun_family = AF_UNIX, .sun_path = {}};
    std::copy(address.begin() + 5, address.end(), to.sun_path);
    Check(connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
    return client;
  }
  Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
  int port = 0;
  Check(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Check(connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
  return client;
}

bool IsClosed(const Descriptor& client) {
  char byte = 0;
  const ssize_t got = recv(client.get(), &byte, 1, MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN);
}

// An acceptor, and the connections that it handed over.
class AcceptorTest : public ::testing::Test {
 protected:
  void Start(const std::string& address, int connections_max) {
    absl::StatusOr<Listener> listener = Listener::Open(address);
    ASSERT_TRUE(listener.ok()) << listener.status();
    address_ = listener->address();
    acceptor_ = std::make_unique<Acceptor>(
        *std::move(listener), Acceptor::Options{.connections_max = connections_max,
                                                .serve =
                                                    [this](Descriptor connection, int) {
                                                      absl::MutexLock lock(&mutex_);
                                                      served_.push_back(std::move(connection));
                                                    },
                                                .refused = [this] { ++refused_; }});
  }
  Descriptor Connect() const { return lots::Connect(address_); }
  size_t served() {
    absl::MutexLock lock(&mutex_);
    return served_.size();
  }
  bool HasServed(size_t count) {
    return Eventually([&] { return served() == count; });
  }
  void EndFirst() {
    absl::MutexLock lock(&mutex_);
    served_.erase(served_.begin());
  }

  const TestFolder folder_;
  std::string address_;
  absl::Mutex mutex_;
  std::vector<Descriptor> served_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> refused_ = 0;
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, ClosesTheConnectionThatIsOneTooMany) {
  Start("127.0.0.1:0", 2);
  const Descriptor first = Connect();
  const Descriptor second = Connect();
  ASSERT_TRUE(HasServed(2));

  const Descriptor third = Connect();

  EXPECT_TRUE(Eventually([&] { return IsClosed(third); }));
  EXPECT_EQ(refused_, 1);
  EXPECT_FALSE(IsClosed(first));
  EXPECT_FALSE(IsClosed(second));
}

TEST_F(AcceptorTest, DoesTheSameOnAUnixSocket) {
  Start(absl::StrCat("unix:", folder_.Path("socket")), 1);
  const Descriptor first = Connect();
  ASSERT_TRUE(HasServed(1));

  const Descriptor second = Connect();

  EXPECT_TRUE(Eventually([&] { return IsClosed(second); }));
  EXPECT_FALSE(IsClosed(first));
}

TEST_F(AcceptorTest, AcceptsAnotherWhenOneHasEnded) {
  Start("127.0.0.1:0", 1);
  const Descriptor first = Connect();
  ASSERT_TRUE(HasServed(1));
  EndFirst();

  // Not again within the pause between two counts.
  EXPECT_TRUE(Eventually([&] {
    const Descriptor another = Connect();
    return Eventually([&] { return served() == 1 || IsClosed(another); }) && served() == 1;
  }));
}

TEST_F(AcceptorTest, StillAcceptsAfterNoDescriptorWasLeft) {
  Start("127.0.0.1:0", 1'000);
  const Descriptor before = Connect();
  ASSERT_TRUE(HasServed(1));
  Descriptor waiting(socket(AF_INET, SOCK_STREAM, 0));
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit all = limit;
  limit.rlim_cur = static_cast<rlim_t>(waiting.get()) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);

  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(address_.substr(address_.rfind(':') + 1), &port));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(waiting.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  EXPECT_TRUE(Eventually([&] { return IsClosed(waiting); }));
  EXPECT_GE(refused_, 1);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &all), 0);

  const Descriptor after = Connect();
  EXPECT_TRUE(HasServed(2));
  EXPECT_FALSE(IsClosed(after));
}

TEST_F(AcceptorTest, AcceptsNothingAfterStop) {
  const std::string path = folder_.Path("socket");
  Start(absl::StrCat("unix:", path), 10);

  acceptor_->Stop();

  EXPECT_NE(access(path.c_str(), F_OK), 0) << "the socket file is gone";
}

// A descriptor's number may lead elsewhere by now.
TEST(OpenConnections, CountsADescriptorOnlyWhileItLeadsToItsSocket) {
  OpenConnections connections(1);
  absl::Time now = absl::UnixEpoch();
  Descriptor ended(socket(AF_INET, SOCK_STREAM, 0));
  const int number = ended.get();
  ASSERT_TRUE(connections.Add(number, now));
  ended.Close();
  const Descriptor file(open("/dev/null", O_RDONLY));
  ASSERT_EQ(file.get(), number);
  const Descriptor next(socket(AF_INET, SOCK_STREAM, 0));
  const Descriptor further(socket(AF_INET, SOCK_STREAM, 0));

  EXPECT_TRUE(connections.Add(next.get(), now));
  EXPECT_FALSE(connections.Add(further.get(), now += kConnectionsRecountPause));
}

TEST(OpenConnections, AreNotCountedAgainWithinThePause) {
  OpenConnections connections(1);
  const absl::Time now = absl::UnixEpoch();
  Descriptor first(socket(AF_INET, SOCK_STREAM, 0));
  const Descriptor second(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_TRUE(connections.Add(first.get(), now));
  ASSERT_FALSE(connections.Add(second.get(), now));
  first.Close();

  EXPECT_FALSE(connections.Add(second.get(), now + kConnectionsRecountPause / 2));
  EXPECT_TRUE(connections.Add(second.get(), now + kConnectionsRecountPause));
}

TEST(Listener, SaysWhichPortItTook) {
  const absl::StatusOr<Listener> listener = Listener::Open("localhost:0");

  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_TRUE(absl::StartsWith(listener->address(), "localhost:"));
  EXPECT_FALSE(absl::EndsWith(listener->address(), ":0"));
  EXPECT_TRUE(Connect(listener->address()).is_open());
}

TEST(Listener, TheWildcardListensForBothVersionsOfIp) {
  const absl::StatusOr<Listener> listener = Listener::Open("[::]:0");

  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_TRUE(Connect(listener->address()).is_open());
}

TEST(Listener, RefusesAnAddressThatIsTakenOrUnknown) {
  const absl::StatusOr<Listener> first = Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();

  EXPECT_EQ(Listener::Open(first->address()).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Listener::Open("127.0.0.1:no-such-port").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Listener::Open("unix:/no/such/folder/socket").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(Listener, ReplacesTheSocketFileOfAServerThatIsGone) {
  const TestFolder folder;
  const std::string path = folder.Path("socket");
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  std::copy(path.begin(), path.end(), name.sun_path);
  {
    const Descriptor crashed(socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(bind(crashed.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
  }

  EXPECT_TRUE(Listener::Open(absl::StrCat("unix:", path)).ok());
}

}  // namespace
}  // namespace lots
