// Who gets in: every method that is served, called by those who may not.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "grpcpp/generic/generic_stub.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/hold.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/permission.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "service/handlers/services.h"
#include "service/identity/caller.h"
#include "service/rpc/rpc.h"
#include "storage/holds/holds.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/byte_calls.h"
#include "tests/support/server/served_methods.h"
#include "tests/support/server/test_server.h"
#include "tests/support/server/tokens.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// All that stands in `scope`.
std::string ScopeOf(Permissions permissions) {
  std::vector<std::string> scopes;
  for (int number = 1; number < v1::Permission_ARRAYSIZE; ++number) {
    const auto permission = static_cast<v1::Permission>(number);
    if (permissions.Has(permission)) scopes.push_back(absl::StrCat("lots.", NameOf(permission)));
  }
  return absl::StrJoin(scopes, " ");
}

Permissions Only(v1::Permission permission) {
  Permissions only;
  only.Add(permission);
  return only;
}

class PermissionTest : public ::testing::Test {
 protected:
  // The request for `company`, every other text being `text`.
  std::string RequestOf(const MethodDescriptor& method, const std::string& company,
                        const std::string& text) {
    const std::unique_ptr<Message> request(messages_.GetPrototype(method.input_type())->New());
    const auto& reflection = *request->GetReflection();
    for (int i = 0; i < method.input_type()->field_count(); ++i) {
      const FieldDescriptor* const field = method.input_type()->field(i);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      const std::string value = field->name() == "company" ? company : text;
      if (field->is_repeated()) {
        reflection.AddString(request.get(), field, value);
      } else if (field->name() != "opening_quantity") {
        reflection.SetString(request.get(), field, value);
      }
    }
    return request->SerializeAsString();
  }

  grpc::Status Ask(const MethodDescriptor& method, const std::optional<std::string>& token,
                   const std::string& company = "acme", const std::string& text = "") {
    const grpc::Slice slice(RequestOf(method, company, text));
    const grpc::ByteBuffer sent(&slice, 1);
    grpc::ByteBuffer received;
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    if (token.has_value()) context.AddMetadata("authorization", "Bearer " + *token);
    absl::Notification done;
    grpc::Status status;
    stub_.UnaryCall(&context, PathOf(method), grpc::StubOptions(), &sent, &received,
                    [&](grpc::Status ended) {
                      status = std::move(ended);
                      done.Notify();
                    });
    done.WaitForNotification();
    return status;
  }

  std::string Token(Permissions permissions, const std::string& companies = R"(["acme"])") {
    return signer_.Sign(Claims("anna", companies, ScopeOf(permissions)));
  }

  const TokenSigner signer_{TokenAlgorithm::kEdDsa, "key"};
  const TestFolder folder_;
  TestServer server_{[this](Server::Options& options) {
    options.config.identity = {.token_keys = folder_.Write("keys", Jwks({&signer_})),
                               .token_rules = {kTestIssuer, kTestAudience}};
  }};
  const std::vector<const MethodDescriptor*> methods_ = ServedMethods(server_);
  google::protobuf::DynamicMessageFactory messages_;
  grpc::GenericStub stub_{server_.NewChannel()};
};

// Everything that a status says.
std::string TextOf(const grpc::Status& status) {
  return absl::StrCat(status.error_code(), " ", status.error_message(), " ",
                      status.error_details());
}

TEST_F(PermissionTest, EveryMethodSaysWhatItsCallersNeed) {
  for (const MethodDescriptor* const method : methods_) {
    EXPECT_TRUE(method->options().HasExtension(v1::permission)) << method->full_name();
    EXPECT_NE(method->options().GetExtension(v1::permission), v1::PERMISSION_UNSPECIFIED)
        << method->full_name();
    // What reads changes nothing, what changes asks for more than reading.
    const bool writes = method->input_type()->FindFieldByName("request_id") != nullptr;
    const v1::Permission needed = method->options().GetExtension(v1::permission);
    const bool reads = needed == v1::PERMISSION_READ || needed == v1::PERMISSION_AUDIT;
    EXPECT_NE(reads, writes) << method->full_name();
  }
}

TEST_F(PermissionTest, NobodyUnknownGetsInAnywhere) {
  const TokenSigner forger(TokenAlgorithm::kEdDsa, "key");
  const std::string forged = forger.Sign(Claims("anna", R"(["*"])", ScopeOf(Permissions::All())));
  for (const MethodDescriptor* const method : methods_) {
    EXPECT_EQ(ReasonOf(Ask(*method, std::nullopt)), "CREDENTIALS_MISSING") << method->full_name();
    EXPECT_EQ(ReasonOf(Ask(*method, forged)), "TOKEN_INVALID") << method->full_name();
    EXPECT_EQ(Ask(*method, forged).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  EXPECT_EQ(server_.Metric("lots_auth_failures_total{reason=\"CREDENTIALS_MISSING\"}"),
            methods_.size());
}

TEST_F(PermissionTest, EveryOtherPermissionTogetherIsNotEnough) {
  for (const MethodDescriptor* const method : methods_) {
    const v1::Permission needed = method->options().GetExtension(v1::permission);
    const std::string token = Token(Permissions::All().Without(Only(needed)), R"(["*"])");

    const grpc::Status status = Ask(*method, token);

    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method->full_name();
    EXPECT_EQ(ReasonOf(status), "PERMISSION_MISSING") << method->full_name();
    EXPECT_EQ(ErrorInfoOf(status).metadata().at("permission"), NameOf(needed));
  }
}

TEST_F(PermissionTest, TheRightOneAndItsCompanyAreEnough) {
  for (const MethodDescriptor* const method : methods_) {
    const v1::Permission needed = method->options().GetExtension(v1::permission);

    const grpc::Status status = Ask(*method, Token(Only(needed)));

    EXPECT_NE(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << method->full_name();
    EXPECT_NE(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method->full_name();
  }
}

TEST_F(PermissionTest, WithAnotherCompanysRightNobodyLearnsWhatExists) {
  v1::UpsertProductsRequest upsert;
  upsert.set_company("blue");
  upsert.add_products()->set_product_id("bolt");
  upsert.mutable_products(0)->set_tracking(v1::TRACKING_LOT);
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + Token(Permissions::All(), R"(["blue"])"));
  v1::UpsertProductsResponse response;
  ASSERT_TRUE(
      server_.NewStub<v1::CatalogService>()->UpsertProducts(&context, upsert, &response).ok());

  const std::string token = Token(Permissions::All());
  for (const MethodDescriptor* const method : methods_) {
    const grpc::Status exists = Ask(*method, token, "blue", "bolt");
    const grpc::Status does_not = Ask(*method, token, "gray", "none");

    EXPECT_EQ(ReasonOf(exists), "COMPANY_FORBIDDEN") << method->full_name();
    EXPECT_EQ(absl::StrReplaceAll(TextOf(exists), {{"blue", "gray"}}), TextOf(does_not))
        << method->full_name();
  }
}

TEST_F(PermissionTest, WithoutThePermissionNobodyLearnsWhetherACompanyExists) {
  for (const MethodDescriptor* const method : methods_) {
    const v1::Permission needed = method->options().GetExtension(v1::permission);
    const std::string token = Token(Permissions::All().Without(Only(needed)));

    EXPECT_EQ(TextOf(Ask(*method, token, "acme", "a")), TextOf(Ask(*method, token, "blue", "b")))
        << method->full_name();
  }
}

template <class Stub, class Request, class Response>
std::string ReasonWith(Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const Request& request, const std::string& token) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  return status.error_code() == grpc::StatusCode::PERMISSION_DENIED
             ? ErrorInfoOf(status).metadata().at("permission")
             : "let in";
}

TEST_F(PermissionTest, WhoMayHoldMakesHoldsStrongerAndNotWeaker) {
  World world(server_.database());
  world.CreateLot("salt", "L1");
  HoldLotsCommand hold{.context = world.Context("HoldLots"), .reason = "lab report 7"};
  hold.targets.push_back({.lot = {.lot_id = world.IdOf("L1")}});
  const HoldId id = HoldLots(world.db(), hold).value().front();
  const std::string may_hold = Token(Only(v1::PERMISSION_HOLD));
  Permissions both = Only(v1::PERMISSION_HOLD);
  both.Add(v1::PERMISSION_RELEASE);
  const auto holds = server_.NewStub<v1::HoldService>();
  const auto exempting = [&](const std::string& place, const std::string& request_id) {
    v1::UpdateHoldRequest request;
    request.set_company("acme");
    request.set_request_id(request_id);
    request.mutable_hold()->set_hold_id(id.value().ToString());
    if (!place.empty()) request.mutable_hold()->add_exempt_location_ids(place);
    request.mutable_update_mask()->add_paths("exempt_location_ids");
    return request;
  };
  const auto ask = [&](const v1::UpdateHoldRequest& request, const std::string& token) {
    return ReasonWith(*holds, &v1::HoldService::Stub::UpdateHold, request, token);
  };

  EXPECT_EQ(ask(exempting("yard", "r1"), may_hold), "release");
  EXPECT_EQ(ask(exempting("yard", "r1"), Token(both)), "let in");
  EXPECT_EQ(ask(exempting("", "r2"), may_hold), "let in");

  const Hold found = GetHold(world.db(), world.company(), id).value().hold;
  EXPECT_TRUE(found.exempt_location_ids.empty());
  EXPECT_EQ(found.version, 3);
}

TEST_F(PermissionTest, OverrulingNeedsAPermissionOfItsOwn) {
  Permissions move = Only(v1::PERMISSION_MOVE);
  const std::string may_move = Token(move);
  move.Add(v1::PERMISSION_ACCEPT);
  const std::string may_accept = Token(move);
  const auto overruling = [](auto request) {
    request.add_accept(v1::ACCEPTANCE_HELD);
    return request;
  };
  const auto stock = server_.NewStub<v1::StockService>();
  const auto lots = server_.NewStub<v1::LotService>();
  const auto orders = server_.NewStub<v1::WorkOrderService>();
  const auto ask = [](auto& stub, auto method, const auto& request, const std::string& token) {
    return ReasonWith(stub, method, request, token);
  };

  for (const auto& [token, reason] : {std::pair(may_move, "accept"), {may_accept, "let in"}}) {
    EXPECT_EQ(ask(*stock, &v1::StockService::Stub::RecordMovements,
                  overruling(v1::RecordMovementsRequest()), token),
              reason);
    EXPECT_EQ(ask(*orders, &v1::WorkOrderService::Stub::CompleteWorkOrder,
                  overruling(v1::CompleteWorkOrderRequest()), token),
              reason);
    EXPECT_EQ(ask(*lots, &v1::LotService::Stub::SplitLot, overruling(v1::SplitLotRequest()), token),
              reason);
    EXPECT_EQ(
        ask(*lots, &v1::LotService::Stub::MergeLots, overruling(v1::MergeLotsRequest()), token),
        reason);
    EXPECT_EQ(
        ask(*lots, &v1::LotService::Stub::RelabelLot, overruling(v1::RelabelLotRequest()), token),
        reason);
  }
  EXPECT_EQ(
      ask(*stock, &v1::StockService::Stub::RecordMovements, v1::RecordMovementsRequest(), may_move),
      "let in");
}

TEST_F(PermissionTest, AnEditThatLetsGoodsExpireLaterNeedsThePermissionToAccept) {
  const auto lots = server_.NewStub<v1::LotService>();
  Permissions permissions = Only(v1::PERMISSION_WRITE);
  const std::string may_write = Token(permissions);
  permissions.Add(v1::PERMISSION_ACCEPT);
  const std::string may_accept = Token(permissions);
  v1::UpdateLotRequest request;
  request.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);

  EXPECT_EQ(ReasonWith(*lots, &v1::LotService::Stub::UpdateLot, request, may_write), "accept");
  EXPECT_EQ(ReasonWith(*lots, &v1::LotService::Stub::UpdateLot, request, may_accept), "let in");
}

TEST_F(PermissionTest, OpeningQuantitiesNeedTheRightToMove) {
  const auto lots = server_.NewStub<v1::LotService>();
  const std::string may_write = Token(Only(v1::PERMISSION_WRITE));
  v1::CreateLotRequest create;
  v1::BatchCreateLotsRequest batch;
  batch.add_lots();
  batch.add_lots();
  using Stub = v1::LotService::Stub;

  EXPECT_EQ(ReasonWith(*lots, &Stub::CreateLot, create, may_write), "let in");
  EXPECT_EQ(ReasonWith(*lots, &Stub::BatchCreateLots, batch, may_write), "let in");
  create.set_opening_quantity("1");
  batch.mutable_lots(1)->set_opening_quantity("1");
  EXPECT_EQ(ReasonWith(*lots, &Stub::CreateLot, create, may_write), "move");
  EXPECT_EQ(ReasonWith(*lots, &Stub::BatchCreateLots, batch, may_write), "move");
}

// The call path, for a service that is not in its list of services.
TEST(UnsaidPermission, IsNobodys) {
  const TestDatabase database(TestDatabase::kMigrated);
  const TestFolder folder;
  const auto log = Log::Open({.file = folder.Path("log")});
  ASSERT_TRUE(log.ok()) << log.status();
  Identity anybody({});
  Metrics metrics("0.0.0+test", {v1::CatalogService::service_full_name()});
  pg::Pool pool({.connection = database.options(), .connections_max = 4});
  const auto page_tokens = PageTokens::Load(*database.Connect());
  ASSERT_TRUE(page_tokens.ok()) << page_tokens.status();
  Rpc rpc({.services = {}}, anybody, pool, *page_tokens, metrics, **log);
  const auto services = MakeServices(rpc);
  const std::string address = absl::StrCat("unix:", folder.Path("socket"));
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  for (const auto& service : services) builder.RegisterService(service.get());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);

  const auto stub =
      v1::CatalogService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  v1::ListProductsRequest request;
  request.set_company("acme");
  v1::ListProductsResponse response;
  const grpc::Status status =
      Send(*stub, &v1::CatalogService::Stub::ListProducts, request, response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(status), "PERMISSION_MISSING");
  server->Shutdown();
}

// Channelz tells of every connection, and asks nobody who he is.
TEST_F(PermissionTest, ChannelzIsOnlyWhereAnybodyMayDoEverything) {
  const TestServer open;
  grpc::GenericStub open_stub(open.NewChannel());
  const std::string channelz = "/grpc.channelz.v1.Channelz/GetServers";
  const std::string health = "/grpc.health.v1.Health/Check";

  EXPECT_EQ(SendBytes(open_stub, channelz, "").error_code(), grpc::StatusCode::OK);
  EXPECT_EQ(SendBytes(stub_, channelz, "").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(SendBytes(stub_, health, "").error_code(), grpc::StatusCode::OK);
}

class CompanyTest : public PermissionTest {
 protected:
  void SetUp() override {
    for (const char* const company : {"acme", "blue", "gray"}) {
      v1::UpsertProductsRequest upsert;
      upsert.set_company(company);
      upsert.add_products()->set_product_id("bolt");
      upsert.mutable_products(0)->set_tracking(v1::TRACKING_LOT);
      v1::UpsertProductsResponse response;
      grpc::ClientContext context;
      context.AddMetadata("authorization", "Bearer " + Token(Permissions::All(), R"(["*"])"));
      ASSERT_TRUE(catalog_->UpsertProducts(&context, upsert, &response).ok());
      v1::CreateLotRequest create;
      create.set_company(company);
      create.set_request_id("one");
      create.mutable_lot()->set_product_id("bolt");
      create.mutable_lot()->set_number(company);
      v1::Lot lot;
      grpc::ClientContext again;
      again.AddMetadata("authorization", "Bearer " + Token(Permissions::All(), R"(["*"])"));
      ASSERT_TRUE(lots_->CreateLot(&again, create, &lot).ok());
    }
  }

  // The numbers of the lots that are listed, or the reason of the refusal.
  std::string Listed(const std::string& company, const std::string& companies) {
    v1::ListLotsRequest request;
    request.set_company(company);
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + Token(Only(v1::PERMISSION_READ), companies));
    v1::ListLotsResponse response;
    const grpc::Status status = lots_->ListLots(&context, request, &response);
    if (!status.ok()) return ReasonOf(status);
    std::vector<std::string> numbers;
    for (const v1::Lot& lot : response.lots()) numbers.push_back(lot.number());
    return absl::StrJoin(numbers, " ");
  }

  const std::unique_ptr<v1::CatalogService::Stub> catalog_ = server_.NewStub<v1::CatalogService>();
  const std::unique_ptr<v1::LotService::Stub> lots_ = server_.NewStub<v1::LotService>();
};

TEST_F(CompanyTest, EveryCompanyIsEveryOneThatTheCallerMayRead) {
  EXPECT_EQ(Listed("-", R"(["gray","acme","absent"])"), "acme gray");
  EXPECT_EQ(Listed("-", R"(["*"])"), "acme blue gray");
  EXPECT_EQ(Listed("-", "[]"), "");
  EXPECT_EQ(Listed("blue", R"(["gray","acme"])"), "COMPANY_FORBIDDEN");
}

TEST_F(CompanyTest, ACallerWithOneCompanyNeedsToNameNone) {
  EXPECT_EQ(Listed("", R"(["blue"])"), "blue");
  EXPECT_EQ(Listed("", R"(["blue","gray"])"), "FIELD_INVALID");
  EXPECT_EQ(Listed("", R"(["*"])"), "FIELD_INVALID");
  EXPECT_EQ(Listed("", "[]"), "FIELD_INVALID");
}

TEST_F(CompanyTest, HistoryKeepsWhoReallyActed) {
  v1::CreateLotRequest create;
  create.set_request_id("two");
  create.mutable_lot()->set_product_id("bolt");
  create.mutable_lot()->set_number("two");
  v1::Lot lot;
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + Token(Permissions::All()));
  context.AddMetadata("lots-actor", "bert");
  ASSERT_TRUE(lots_->CreateLot(&context, create, &lot).ok());

  v1::ListLotHistoryRequest ask;
  ask.set_lot_id(lot.lot_id());
  v1::ListLotHistoryResponse history;
  grpc::ClientContext again;
  again.AddMetadata("authorization", "Bearer " + Token(Permissions::All()));
  ASSERT_TRUE(lots_->ListLotHistory(&again, ask, &history).ok());
  ASSERT_EQ(history.entries_size(), 1);
  EXPECT_EQ(history.entries(0).actor(), "anna for bert") << history.DebugString();
}

}  // namespace
}  // namespace lots
