// What Prometheus gets to see.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using Stub = v1::CatalogService::Stub;

// GET of http://127.0.0.1:port/metrics.
std::string HttpGet(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_GT(write(socket, request.data(), request.size()), 0);
  std::string answer;
  char buffer[65536];
  for (ssize_t got; (got = read(socket, buffer, sizeof(buffer))) > 0;) answer.append(buffer, got);
  close(socket);
  return answer;
}

std::string OfMethod(const std::string& metric, const std::string& method,
                     const std::string& code = "") {
  return absl::StrCat(metric, "{", code.empty() ? "" : absl::StrCat("grpc_code=\"", code, "\","),
                      "grpc_method=\"", method,
                      "\",grpc_service=\"lots.v1.CatalogService\",grpc_type=\"unary\"}");
}

grpc::Status GetSettings(const TestServer& server, const std::string& company) {
  v1::GetSettingsRequest request;
  request.set_company(company);
  v1::Settings settings;
  return Send(*server.NewStub<v1::CatalogService>(), &Stub::GetSettings, request, settings);
}

grpc::Status UpdateSettings(const TestServer& server, const std::string& request_id) {
  v1::UpdateSettingsRequest request;
  request.set_company("acme");
  request.set_request_id(request_id);
  request.mutable_settings()->set_lots_enabled(true);
  v1::Settings settings;
  return Send(*server.NewStub<v1::CatalogService>(), &Stub::UpdateSettings, request, settings);
}

TEST(Metrics, EveryMethodAndCodeIsThereFromTheStart) {
  TestServer server;

  const std::string metrics = server.server().MetricsText();

  for (const char* code : {"OK", "InvalidArgument", "Unavailable"}) {
    EXPECT_TRUE(absl::StrContains(
        metrics, OfMethod("grpc_server_handled_total", "GetSettings", code) + " 0"))
        << code;
  }
  EXPECT_TRUE(absl::StrContains(metrics, "grpc_method=\"TraceUpstream\""));
  EXPECT_TRUE(absl::StrContains(metrics, "grpc_type=\"server_stream\""));
  EXPECT_TRUE(absl::StrContains(metrics, "lots_build_info{revision=\"test\",version=\"0.0.0\"} 1"));
}

TEST(Metrics, CountCallsByMethodAndCode) {
  const TestServer server;

  ASSERT_EQ(GetSettings(server, "acme").error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_EQ(GetSettings(server, "").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_TRUE(UpdateSettings(server, "").ok());
  ASSERT_TRUE(GetSettings(server, "acme").ok());

  const std::string method = "GetSettings";
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_started_total", method)), 3);
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_handled_total", method, "OK")), 1);
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_handled_total", method, "NotFound")), 1);
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_handled_total", method, "InvalidArgument")), 1);
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_msg_received_total", method)), 3);
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_msg_sent_total", method)), 1);
  EXPECT_EQ(server.Metric(OfMethod("grpc_server_handling_seconds_count", method)), 3);
  EXPECT_EQ(server.Metric("lots_inflight_requests"), 0);
}

TEST(Metrics, TimeStatementsByTheirNames) {
  const TestServer server;

  GetSettings(server, "acme");
  GetSettings(server, "acme");

  EXPECT_EQ(server.Metric("lots_db_query_seconds_count{statement=\"find_settings\"}"), 2);
}

TEST(Metrics, CountRepeatsOfRequests) {
  const TestServer server;

  ASSERT_TRUE(UpdateSettings(server, "once").ok());
  EXPECT_EQ(server.Metric("lots_idempotent_replays_total"), 0);
  ASSERT_TRUE(UpdateSettings(server, "once").ok());

  EXPECT_EQ(server.Metric("lots_idempotent_replays_total"), 1);
  EXPECT_EQ(server.Metric("lots_db_errors_total{sqlstate_class=\"23\"}"), 1);
}

// A dry run that named a used request id was counted, and so was another request under that id.
TEST(Metrics, ADryRunAndAnotherRequestUnderAUsedIdAreNoRepeats) {
  const TestServer server;
  ASSERT_TRUE(UpdateSettings(server, "once").ok());
  const auto stub = server.NewStub<v1::CatalogService>();
  v1::UpdateSettingsRequest request;
  request.set_company("acme");
  request.set_request_id("once");
  request.mutable_settings()->set_lots_enabled(true);
  request.set_validate_only(true);
  v1::Settings settings;

  ASSERT_TRUE(Send(*stub, &Stub::UpdateSettings, request, settings).ok());
  EXPECT_EQ(settings.problems_size(), 0);
  request.set_validate_only(false);
  request.mutable_settings()->set_time_zone("Europe/Berlin");
  EXPECT_EQ(ReasonOf(Send(*stub, &Stub::UpdateSettings, request, settings)), "REQUEST_ID_REUSED");

  EXPECT_EQ(server.Metric("lots_idempotent_replays_total"), 0);
}

TEST(Metrics, TellOfThePoolAndTheProcess) {
  const TestServer server([](Server::Options& options) { options.config.workers = 3; });

  // One more worker for streams, and two connections more for housekeeping.
  EXPECT_EQ(server.Metric("lots_workers_max"), 4);
  EXPECT_EQ(server.Metric("lots_db_pool_max{pool=\"main\"}"), 6);
  EXPECT_GT(server.Metric("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(server.Metric("process_open_fds"), 3);
  EXPECT_GT(server.Metric("process_cpu_seconds_total"), 0);
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_NEAR(server.Metric("process_start_time_seconds"), now, 600);
}

TEST(Metrics, AreServedOverHttp) {
  TestServer server(
      [](Server::Options& options) { options.config.metrics_listen = "127.0.0.1:0"; });
  const std::vector<std::string> address = absl::StrSplit(server.server().metrics_address(), ':');

  const std::string answer = HttpGet(std::stoi(address.back()));

  EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 200 OK")) << answer.substr(0, 100);
  EXPECT_TRUE(absl::StrContains(answer, "\ngrpc_server_started_total{"));
  EXPECT_TRUE(absl::StrContains(answer, "\nprocess_open_fds "));
}

// What `promtool check metrics` looks at: help and type once a family, before its samples; counters
// end in _total and nothing else does; no series twice.
TEST(Metrics, AreWellFormed) {
  TestServer server;
  GetSettings(server, "acme");
  std::map<std::string, std::string> types;
  std::set<std::string> helped;
  std::set<std::string> series;

  const std::string metrics = server.server().MetricsText();
  for (const absl::string_view line : absl::StrSplit(metrics, '\n', absl::SkipWhitespace())) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
    if (words[0] != "#") {
      EXPECT_TRUE(series.emplace(line.substr(0, line.rfind(' '))).second) << line;
    } else if (words[1] == "TYPE") {
      EXPECT_TRUE(types.emplace(words[2], words[3]).second) << line;
    } else {
      EXPECT_TRUE(helped.insert(words[2]).second) << line;
    }
  }

  for (const auto& [name, type] : types) {
    EXPECT_TRUE(helped.count(name)) << name;
    EXPECT_EQ(type == "counter", absl::EndsWith(name, "_total")) << name << " is a " << type;
  }
}

}  // namespace
}  // namespace lots
