// UnitService as its callers see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lots/v1/unit.grpc.pb.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Stub = v1::UnitService::Stub;
using grpc::StatusCode;
using ::testing::HasSubstr;

// Bike A with frame F1; F2 is in stock.
class UnitRpc : public testing::Test {
 protected:
  UnitRpc() {
    world_.CreateLot("frame", "F1", "1");
    world_.CreateLot("frame", "F2", "1");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output("A")};
    command.components = {Component(world_.IdOf("F1"), "", 0)};
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
  }

  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  v1::MaintainUnitRequest Swapping() {
    v1::MaintainUnitRequest request;
    request.set_request_id(absl::StrCat("doc-", ++requests_));
    request.mutable_lot()->set_product_id("bike");
    request.mutable_lot()->set_number("a");
    v1::MaintainUnitRequest::Removal& removal = *request.add_removals();
    removal.mutable_lot()->set_product_id("frame");
    removal.mutable_lot()->set_number("F1");
    v1::MaintainUnitRequest::Installation& installation = *request.add_installations();
    installation.mutable_lot()->set_product_id("frame");
    installation.mutable_lot()->set_number("F2");
    request.set_destination_location_id("yard");
    request.set_source_location_id("stock");
    request.set_reason("worn out");
    request.set_note("after 2,000 km");
    return request;
  }
  v1::Composition In(bool include_former) {
    v1::GetCompositionRequest request;
    request.mutable_lot()->set_product_id("bike");
    request.mutable_lot()->set_number("A");
    request.set_include_former(include_former);
    v1::Composition response;
    const grpc::Status status = Send(&Stub::GetComposition, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::UnitService>();
  int requests_ = 0;
};

TEST_F(UnitRpc, ASwapAndWhatIsInTheUnit) {
  const v1::MaintainUnitRequest request = Swapping();
  v1::MaintainUnitResponse response, repeated;
  const grpc::Status status = Send(&Stub::MaintainUnit, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.removed_size(), 1);
  EXPECT_EQ(response.removed(0).number(), "F1");
  EXPECT_EQ(response.removed(0).location_id(), "yard");
  ASSERT_EQ(response.installed_size(), 1);
  EXPECT_EQ(response.installed(0).number(), "F2");
  ASSERT_TRUE(Send(&Stub::MaintainUnit, request, repeated).ok());
  EXPECT_EQ(repeated.SerializeAsString(), response.SerializeAsString());

  const v1::Composition now = In(false);
  ASSERT_EQ(now.entries_size(), 1);
  EXPECT_EQ(now.entries(0).number(), "F2");
  EXPECT_TRUE(now.entries(0).exact());
  EXPECT_EQ(now.entries(0).transformation_id(), response.transformation_id());
  EXPECT_EQ(now.location_id(), "shelf");
  const v1::Composition all = In(true);
  ASSERT_EQ(all.entries_size(), 2);
  EXPECT_TRUE(all.entries(0).has_until_time());
  EXPECT_FALSE(all.entries(1).has_until_time());
}

TEST_F(UnitRpc, ADryRunWritesNothing) {
  v1::MaintainUnitRequest request = Swapping();
  request.set_validate_only(true);
  v1::MaintainUnitResponse response;
  ASSERT_TRUE(Send(&Stub::MaintainUnit, request, response).ok());
  EXPECT_EQ(response.problems_size(), 0);
  EXPECT_EQ(In(false).entries(0).number(), "F1");
  request.mutable_removals(0)->mutable_lot()->set_number("F2");
  ASSERT_TRUE(Send(&Stub::MaintainUnit, request, response).ok());
  ASSERT_EQ(response.problems_size(), 1);
  EXPECT_EQ(response.problems(0).reason(), v1::ERROR_REASON_NOT_A_COMPONENT);
}

TEST_F(UnitRpc, FieldsThatAreRefused) {
  v1::MaintainUnitRequest request = Swapping();
  request.clear_reason();
  request.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);
  v1::MaintainUnitResponse response;
  const grpc::Status status = Send(&Stub::MaintainUnit, request, response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("accept[0]"));
  v1::GetCompositionRequest unknown;
  unknown.mutable_lot()->set_product_id("bike");
  unknown.mutable_lot()->set_number("NONE");
  v1::Composition composition;
  EXPECT_EQ(Send(&Stub::GetComposition, unknown, composition).error_code(), StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace lots
