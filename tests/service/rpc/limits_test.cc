// What callers send wrongly or in bad faith costs them their own call and nobody else's.
#include "storage/base/limits.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "grpcpp/generic/generic_stub.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "service/base/server_limits.h"
#include "tests/support/base/eventually.h"
#include "tests/support/server/byte_calls.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using Stub = v1::CatalogService::Stub;
using grpc::StatusCode;

constexpr char kUpsertProducts[] = "/lots.v1.CatalogService/UpsertProducts";

v1::UpsertProductsRequest Products(int count) {
  v1::UpsertProductsRequest request;
  request.set_company("acme");
  for (int i = 0; i < count; ++i) {
    request.add_products()->set_product_id("p" + std::to_string(i));
    request.mutable_products(i)->set_tracking(v1::TRACKING_LOT);
  }
  return request;
}

grpc::Status Upsert(Stub& stub, const v1::UpsertProductsRequest& request) {
  v1::UpsertProductsResponse response;
  return Send(stub, &Stub::UpsertProducts, request, response);
}

TEST(Limits, GarbageFailsAloneOnItsConnection) {
  const TestServer server;
  const auto channel = server.NewChannel();
  const auto stub = v1::CatalogService::NewStub(channel);
  grpc::GenericStub any(channel);

  for (const std::string& garbage : {std::string("\xFF\xFF\xFF\xFF"), std::string("\x0A\x7F"),
                                     std::string(100, '\0'), std::string("\x0A\x02\xC3\x28", 4)}) {
    EXPECT_FALSE(SendBytes(any, kUpsertProducts, garbage).ok());
    EXPECT_TRUE(Upsert(*stub, Products(1)).ok());
  }
}

TEST(Limits, AMessageThatIsTooLargeFailsAlone) {
  const TestServer server(
      [](Server::Options& options) { options.config.max_message_bytes = 64 * 1024; });
  const auto stub = server.NewStub<v1::CatalogService>();
  v1::UpsertProductsRequest large = Products(1);
  large.mutable_products(0)->set_display_name(std::string(65 * 1024, 'x'));

  EXPECT_EQ(Upsert(*stub, large).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Upsert(*stub, Products(1)).ok());
}

// gRPC would unpack it before it looks at its size.
TEST(Limits, ACompressedMessageIsNotUnpacked) {
  const TestServer server;
  const auto stub = server.NewStub<v1::CatalogService>();
  v1::UpsertProductsRequest request = Products(1);
  request.mutable_products(0)->set_display_name(std::string(200, 'x'));
  for (const grpc_compression_algorithm algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    v1::UpsertProductsResponse response;
    EXPECT_EQ(stub->UpsertProducts(&context, request, &response).error_code(),
              StatusCode::UNIMPLEMENTED);
  }
  EXPECT_TRUE(Upsert(*stub, request).ok());
}

// gRPC may close the connection that such metadata came over, even while the next call is on it.
TEST(Limits, MetadataThatIsTooLargeDisturbsNoOtherClient) {
  const TestServer server;
  const auto stub = server.NewStub<v1::CatalogService>();
  const auto other = server.NewStub<v1::CatalogService>();
  EXPECT_TRUE(Upsert(*other, Products(1)).ok());
  grpc::ClientContext context;
  context.AddMetadata("large", std::string(2 * kMetadataBytesMax, 'x'));
  v1::UpsertProductsResponse response;

  EXPECT_FALSE(stub->UpsertProducts(&context, Products(1), &response).ok());
  EXPECT_TRUE(Upsert(*other, Products(1)).ok());
  EXPECT_TRUE(Eventually([&] { return Upsert(*stub, Products(1)).ok(); }));
}

TEST(Limits, AMethodThatDoesNotExistIsUnimplemented) {
  const TestServer server;
  grpc::GenericStub stub(server.NewChannel());

  EXPECT_EQ(SendBytes(stub, "/lots.v1.CatalogService/Nothing", "").error_code(),
            StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(SendBytes(stub, "/lots.v1.NoService/Nothing", "").error_code(),
            StatusCode::UNIMPLEMENTED);
}

// gRPC would refuse them and tell nobody.
TEST(Limits, MethodsThatDoNotExistAreCountedAsOneAndShareALine) {
  const TestServer server;
  grpc::GenericStub stub(server.NewChannel());
  const std::string labels =
      "grpc_method=\"unknown\",grpc_service=\"unknown\",grpc_type=\"unary\"}";
  const std::string started = "grpc_server_started_total{" + labels;
  const std::string name = "/lots.v1.CatalogService/\xC3(" + std::string(10'000, 'x');
  const std::string printable = "/lots.v1.CatalogService/\\xc3(" + std::string(74, 'x');
  EXPECT_EQ(server.Metric(started), 0);

  const grpc::Status refused = SendBytes(stub, name, "");
  SendBytes(stub, "/another/one", "\xFF");

  EXPECT_NE(refused.error_message().find(printable), std::string::npos) << refused.error_message();
  EXPECT_LT(refused.error_message().size(), 300U);
  EXPECT_EQ(server.Metric(started), 2);
  EXPECT_EQ(server.Metric("grpc_server_handled_total{grpc_code=\"Unimplemented\"," + labels), 2);
  std::vector<std::string> logged;
  for (const std::string& text : server.LogLines()) {
    const nlohmann::json line = nlohmann::json::parse(text);
    if (line.value("event", "") == "unknown_method") logged.push_back(line.value("method", ""));
  }
  ASSERT_FALSE(logged.empty());
  EXPECT_EQ(logged.front(), printable);
}

TEST(Limits, ABatchHasAsManyEntriesAsTheApiSays) {
  const TestServer server;
  const auto stub = server.NewStub<v1::CatalogService>();

  EXPECT_TRUE(Upsert(*stub, Products(kCatalogBatchMax)).ok());
  EXPECT_EQ(ReasonOf(Upsert(*stub, Products(kCatalogBatchMax + 1))), "FIELD_INVALID");
  EXPECT_EQ(ReasonOf(Upsert(*stub, Products(0))), "FIELD_INVALID");
}

TEST(Limits, TwoServersDoNotShareOnePort) {
  TestServer first([](Server::Options& options) { options.config.listen = "127.0.0.1:0"; });
  Server::Options options{
      .config = {}, .conninfo = first.database().options().conninfo, .version = "0"};
  options.config.listen = first.server().address();
  options.config.metrics_listen = "";
  const std::unique_ptr<Log> log = *Log::Open({.level = LogLevel::kError});

  const auto second = Server::Start(options, *log);

  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
}

}  // namespace
}  // namespace lots
