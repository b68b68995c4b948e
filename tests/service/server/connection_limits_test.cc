// What one caller, and one connection, may ask for.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "service/base/server_limits.h"
#include "storage/base/check.h"
#include "storage/domain/reasons.h"
#include "storage/pg/pipeline.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/test_server.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

class CallerLimitsTest : public ::testing::Test {
 protected:
  std::unique_ptr<TestServer> Start(int rate, int calls) {
    auto server = std::make_unique<TestServer>([&](Server::Options& options) {
      options.config.identity = {.token_keys = folder_.Write("keys", Jwks({&signer_})),
                                 .token_rules = {kTestIssuer, kTestAudience}};
      options.config.caller_rate = rate;
      options.config.caller_calls = calls;
    });
    server->database().AddCompany("acme");
    return server;
  }

  grpc::Status Ask(v1::CatalogService::Stub& stub, const std::string& subject) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    context.AddMetadata("authorization",
                        "Bearer " + signer_.Sign(Claims(subject, R"(["acme"])", "lots.read")));
    v1::ListProductsResponse response;
    return stub.ListProducts(&context, v1::ListProductsRequest(), &response);
  }

  const TokenSigner signer_{TokenAlgorithm::kEdDsa, "key"};
  const TestFolder folder_;
};

TEST_F(CallerLimitsTest, ACallerBeyondItsRateLearnsWhenToComeAgain) {
  // As few that the calls come quicker, however busy the machine is.
  const auto server = Start(/*rate=*/1, /*calls=*/100);
  const auto stub = server->NewStub<v1::CatalogService>();
  grpc::Status refused;
  for (int i = 0; i < 50 && refused.ok(); ++i) refused = Ask(*stub, "anna");

  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "CALLER_LIMIT");
  EXPECT_EQ(ErrorInfoOf(refused).metadata().at("limit"), "1 calls a second");
  const google::protobuf::Duration delay = RetryInfoOf(refused).retry_delay();
  const absl::Duration received = absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos());
  EXPECT_GT(received, absl::ZeroDuration());
  EXPECT_LE(received, absl::Seconds(1));
  // Nobody else pays for it.
  EXPECT_TRUE(Ask(*stub, "bert").ok());
  EXPECT_EQ(server->Metric("lots_admission_rejected_total{reason=\"caller\"}"), 1);
  EXPECT_TRUE(Eventually([&] { return Ask(*stub, "anna").ok(); }));
}

TEST_F(CallerLimitsTest, ACallerHasOnlySoManyCallsAtOnce) {
  const auto server = Start(/*rate=*/0, /*calls=*/2);
  const auto stub = server->NewStub<v1::CatalogService>();
  const auto blocker = server->database().Connect();
  ASSERT_TRUE(blocker->RunScript("test", "BEGIN; LOCK TABLE products").ok());
  std::vector<std::thread> working;
  for (int i = 0; i < 2; ++i) {
    working.emplace_back([&] { EXPECT_TRUE(Ask(*stub, "anna").ok()); });
  }
  ASSERT_TRUE(Eventually([&] { return server->Metric("lots_inflight_requests") == 2; }));

  EXPECT_EQ(ReasonOf(Ask(*stub, "anna")), "CALLER_LIMIT");
  ASSERT_TRUE(blocker->RunScript("test", "COMMIT").ok());
  for (std::thread& thread : working) thread.join();

  // The places were given back before the answers.
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Ask(*stub, "anna").ok());
}

TEST(StreamsPerConnection, CallsBeyondTheBoundWaitAtTheirClient) {
  constexpr int kBeyond = 8;
  constexpr int kCalls = kStreamsPerConnectionMax + kBeyond;
  const TestServer server([](Server::Options& options) { options.config.queue = 4 * kCalls; });
  server.database().AddCompany("acme");
  const auto locked = server.database().Connect();
  ASSERT_TRUE(locked->RunScript("test", "BEGIN; LOCK TABLE products").ok());
  const auto stub = server.NewStub<v1::CatalogService>();
  v1::ListProductsRequest request;
  request.set_company("acme");
  std::vector<std::thread> callers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < kCalls; ++i) {
    callers.emplace_back([&] {
      v1::ListProductsResponse response;
      if (Send(*stub, &v1::CatalogService::Stub::ListProducts, request, response).ok()) ++answered;
    });
  }

  const auto in_flight = [&] { return server.Metric("lots_inflight_requests"); };
  EXPECT_TRUE(Eventually([&] { return in_flight() == kStreamsPerConnectionMax; }));
  // Another connection has room of its own.
  std::thread neighbour([&] {
    v1::ListProductsResponse response;
    EXPECT_TRUE(Send(*server.NewStub<v1::CatalogService>(), &v1::CatalogService::Stub::ListProducts,
                     request, response)
                    .ok());
  });
  EXPECT_TRUE(Eventually([&] { return in_flight() == kStreamsPerConnectionMax + 1; }));

  ASSERT_TRUE(locked->RunScript("test", "COMMIT").ok());
  for (std::thread& caller : callers) caller.join();
  neighbour.join();
  EXPECT_EQ(answered, kCalls);
}

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum FrameType : char { kSettings = 4, kPing = 6, kGoAway = 7 };

std::string Frame(FrameType type, const std::string& payload) {
  std::string frame(9, '\0');
  frame[2] = static_cast<char>(payload.size());
  frame[3] = type;
  return frame + payload;
}

// One connection that speaks HTTP/2 as badly as it likes.
class RawConnection {
 public:
  explicit RawConnection(const std::string& address) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    int port = 0;
    Check(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Check(connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
    Send(kPreface + Frame(kSettings, ""));
  }
  ~RawConnection() { close(socket_); }

  void Send(const std::string& bytes) {
    static_cast<void>(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  // Whether the server has not closed it. What it said is forgotten.
  bool IsOpen() const {
    char buffer[4096];
    ssize_t got = 1;
    while (got > 0) got = recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT);
    return got < 0 && errno == EAGAIN;
  }

  // What the server says of its own accord when it has had enough; none within the time.
  std::optional<std::string> WaitForGoAway(absl::Duration timeout) {
    const absl::Time give_up = absl::Now() + timeout;
    while (true) {
      while (read_.size() >= 9) {
        const auto at = [&](int i) { return static_cast<unsigned char>(read_[i]); };
        const size_t size = 9 + (at(0) << 16 | at(1) << 8 | at(2));
        if (read_.size() < size) break;
        if (read_[3] == kGoAway) return read_.substr(9, size - 9);
        read_.erase(0, size);
      }
      if (!ReadMore(give_up)) return std::nullopt;
    }
  }

 private:
  bool ReadMore(absl::Time give_up) {
    pollfd poll_for{.fd = socket_, .events = POLLIN};
    const int64_t left = absl::ToInt64Milliseconds(give_up - absl::Now());
    if (left <= 0 || poll(&poll_for, 1, static_cast<int>(left)) <= 0) return false;
    char buffer[4096];
    const ssize_t got = recv(socket_, buffer, sizeof(buffer), 0);
    if (got > 0) read_.append(buffer, static_cast<size_t>(got));
    return got > 0;
  }

  const int socket_;
  std::string read_;
};

// The code of a GOAWAY.
int CodeOf(const std::string& go_away) { return static_cast<unsigned char>(go_away[7]); }

TEST(Connections, ThatPingWithoutEndAreClosed) {
  const TestServer server([](Server::Options& options) { options.config.listen = "127.0.0.1:0"; });
  RawConnection polite(server.address());
  RawConnection rude(server.address());

  for (int i = 0; i < 10; ++i) rude.Send(Frame(kPing, "12345678"));
  polite.Send(Frame(kPing, "12345678"));

  const auto received = rude.WaitForGoAway(absl::Seconds(20));
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(CodeOf(*received), 0xB) << "ENHANCE_YOUR_CALM";
  EXPECT_EQ(received->substr(8), "too_many_pings");
  EXPECT_FALSE(polite.WaitForGoAway(absl::Milliseconds(300)).has_value());
}

TEST(Connections, ThatAreOldAreAskedToConnectAgain) {
  const TestServer server([](Server::Options& options) {
    options.config.listen = "127.0.0.1:0";
    options.config.connection_age = absl::Seconds(1);
  });
  RawConnection connection(server.address());

  const auto received = connection.WaitForGoAway(absl::Seconds(20));

  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(CodeOf(*received), 0) << "NO_ERROR: what runs goes on";
}

TEST(Connections, ThatAreYoungStay) {
  const TestServer server([](Server::Options& options) { options.config.listen = "127.0.0.1:0"; });
  RawConnection connection(server.address());

  EXPECT_FALSE(connection.WaitForGoAway(absl::Seconds(2)).has_value());
}

TEST(Connections, ThatAreTooManyAreClosed) {
  constexpr int kMax = 3;
  constexpr int kTooMany = 4;
  const TestServer server([](Server::Options& options) {
    options.config.listen = "127.0.0.1:0";
    options.config.connections = kMax;
  });
  std::vector<std::unique_ptr<RawConnection>> connections;
  for (int i = 0; i < kMax + kTooMany; ++i) {
    connections.push_back(std::make_unique<RawConnection>(server.address()));
  }

  EXPECT_TRUE(
      Eventually([&] { return server.Metric("lots_connections_refused_total") >= kTooMany; }));
  int open = 0;
  for (const auto& connection : connections) open += connection->IsOpen() ? 1 : 0;
  EXPECT_EQ(open, kMax);
  // When they have gone, others are served.
  connections.clear();
  server.database().AddCompany("acme");
  const auto stub = server.NewStub<v1::CatalogService>();
  EXPECT_TRUE(Eventually([&] {
    v1::ListProductsRequest request;
    request.set_company("acme");
    v1::ListProductsResponse response;
    return Send(*stub, &v1::CatalogService::Stub::ListProducts, request, response).ok();
  }));
}

}  // namespace
}  // namespace lots
