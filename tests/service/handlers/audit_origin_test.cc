// From where a write came, and who may learn it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/certificates.h"
#include "tests/support/server/test_server.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

using testing::SizeIs;

constexpr char kAccess[] = R"({"certificates": {
  "spiffe://plant/mes": {"companies": ["acme"], "permissions": ["read", "write", "audit"]},
  "spiffe://plant/screen": {"companies": ["acme"], "permissions": ["read"]}
}})";
constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";

// Who calls, besides its certificate.
struct Caller {
  std::string token = {};
  std::string actor = {};
  std::string trace_id = {};
};

template <class Stub, class Request, class Response>
Response Must(Stub& stub, const Caller& caller,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              Request request) {
  request.set_company("acme");
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
  if (!caller.token.empty()) context.AddMetadata("authorization", "Bearer " + caller.token);
  if (!caller.actor.empty()) context.AddMetadata("lots-actor", caller.actor);
  if (!caller.trace_id.empty()) {
    context.AddMetadata("traceparent", "00-" + caller.trace_id + "-00f067aa0ba902b7-01");
  }
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::UpsertProductsRequest NewWire() {
  v1::UpsertProductsRequest request;
  request.set_request_id("products");
  v1::Product& product = *request.add_products();
  product.set_product_id("wire");
  product.set_tracking(v1::TRACKING_LOT);
  return request;
}

v1::CreateLotRequest NewLot() {
  v1::CreateLotRequest request;
  request.set_request_id("lot");
  request.mutable_lot()->set_product_id("wire");
  request.mutable_lot()->set_number("W1");
  return request;
}

class AuditOrigin : public testing::Test {
 protected:
  void Start(const std::function<void(Config&)>& adjust) {
    server_ = std::make_unique<TestServer>([&](Server::Options& options) {
      options.config.listen = "127.0.0.1:0";
      adjust(options.config);
    });
  }
  void StartWithMutualTls() {
    const IssuedCertificate shown =
        authority_.Issue({.common_name = "lotd", .names = {"IP:127.0.0.1"}});
    Start([&](Config& config) {
      config.tls = {.certificate = folder_.Write("certificate", shown.certificate),
                    .key = folder_.Write("key", shown.key),
                    .client_ca = folder_.Write("clients", authority_.certificate())};
      config.identity = {.token_keys = folder_.Write("keys", Jwks({&signer_})),
                         .token_rules = {kTestIssuer, kTestAudience},
                         .access_list = folder_.Write("access", kAccess),
                         .certificates = true};
    });
  }

  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& name) const {
    const IssuedCertificate client =
        authority_.Issue({.common_name = "x", .names = {"URI:" + name}, .usage = "clientAuth"});
    return grpc::CreateChannel(server_->address(),
                               grpc::SslCredentials({.pem_root_certs = authority_.certificate(),
                                                     .pem_private_key = client.key,
                                                     .pem_cert_chain = client.certificate}));
  }

  static v1::AuditEntry LastEntry(const std::shared_ptr<grpc::Channel>& channel) {
    const auto stub = v1::AuditService::NewStub(channel);
    const auto page =
        Must(*stub, {}, &v1::AuditService::Stub::ListAuditEntries, v1::ListAuditEntriesRequest());
    EXPECT_GE(page.entries_size(), 1);
    return page.entries_size() == 0 ? v1::AuditEntry() : page.entries(0);
  }

  static v1::LotHistoryEntry FirstOfHistory(const std::shared_ptr<grpc::Channel>& channel,
                                            const std::string& lot_id) {
    const auto stub = v1::LotService::NewStub(channel);
    v1::ListLotHistoryRequest request;
    request.set_lot_id(lot_id);
    const auto page = Must(*stub, {}, &v1::LotService::Stub::ListLotHistory, request);
    EXPECT_THAT(page.entries(), SizeIs(1));
    return page.entries_size() == 0 ? v1::LotHistoryEntry() : page.entries(0);
  }

  const TestAuthority authority_{"Plant"};
  const TokenSigner signer_{TokenAlgorithm::kEs256, "key"};
  const TestFolder folder_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(AuditOrigin, WithoutCredentialsItIsAnAddressAlone) {
  Start([](Config&) {});
  const auto channel = server_->NewChannel();
  const auto catalog = v1::CatalogService::NewStub(channel);
  Must(*catalog, {.actor = "bob"}, &v1::CatalogService::Stub::UpsertProducts, NewWire());

  const v1::AuditEntry entry = LastEntry(channel);
  EXPECT_EQ(entry.actor(), "bob");
  EXPECT_EQ(entry.origin().caller(), "");
  EXPECT_EQ(entry.origin().peer(), "127.0.0.1");
  EXPECT_EQ(entry.origin().certificate(), "");
  EXPECT_EQ(entry.origin().trace_id(), "");
}

TEST_F(AuditOrigin, ACertificateIsWhoCalled) {
  StartWithMutualTls();
  const auto channel = ChannelOf("spiffe://plant/mes");
  const auto catalog = v1::CatalogService::NewStub(channel);
  Must(*catalog, {}, &v1::CatalogService::Stub::UpsertProducts, NewWire());

  const v1::AuditEntry entry = LastEntry(channel);
  EXPECT_EQ(entry.actor(), "spiffe://plant/mes");
  EXPECT_EQ(entry.origin().caller(), "certificate:spiffe://plant/mes");
  EXPECT_EQ(entry.origin().certificate(), "spiffe://plant/mes");
  EXPECT_EQ(entry.origin().peer(), "127.0.0.1");
}

TEST_F(AuditOrigin, ATokenIsWhoCalledAndTheCertificateFromWhere) {
  StartWithMutualTls();
  const auto channel = ChannelOf("spiffe://plant/mes");
  const auto catalog = v1::CatalogService::NewStub(channel);
  const std::string token = signer_.Sign(Claims("anna", R"(["acme"])", "lots.write"));
  Must(*catalog, {.token = token, .actor = "bob", .trace_id = kTrace},
       &v1::CatalogService::Stub::UpsertProducts, NewWire());

  const v1::AuditEntry entry = LastEntry(channel);
  EXPECT_EQ(entry.actor(), "anna for bob");
  EXPECT_EQ(entry.origin().caller(), "token:anna");
  EXPECT_EQ(entry.origin().certificate(), "spiffe://plant/mes");
  EXPECT_EQ(entry.origin().trace_id(), kTrace);
}

TEST_F(AuditOrigin, OfALotsHistoryOnlyAuditorsLearnIt) {
  StartWithMutualTls();
  const auto mes = ChannelOf("spiffe://plant/mes");
  const auto catalog = v1::CatalogService::NewStub(mes);
  const auto lots = v1::LotService::NewStub(mes);
  Must(*catalog, {}, &v1::CatalogService::Stub::UpsertProducts, NewWire());
  const v1::Lot lot = Must(*lots, {}, &v1::LotService::Stub::CreateLot, NewLot());

  const v1::LotHistoryEntry created = FirstOfHistory(mes, lot.lot_id());
  EXPECT_EQ(created.origin().method(), "lots.v1.LotService/CreateLot");
  EXPECT_EQ(created.origin().request_id(), "lot");
  EXPECT_EQ(created.origin().peer(), "127.0.0.1");
  EXPECT_EQ(created.origin().audit_entry_id(), LastEntry(mes).origin().audit_entry_id());
  EXPECT_FALSE(FirstOfHistory(ChannelOf("spiffe://plant/screen"), lot.lot_id()).has_origin());
}

}  // namespace
}  // namespace lots
