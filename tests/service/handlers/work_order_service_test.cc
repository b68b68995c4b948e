// WorkOrderService as its callers see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/base/limits.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Stub = v1::WorkOrderService::Stub;
using grpc::StatusCode;
using ::testing::ElementsAre;

class WorkOrderRpc : public testing::Test {
 protected:
  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  // The request's own id, one a call.
  std::string NextId() { return absl::StrCat("doc-", ++requests_); }

  v1::AssignSerialsRequest Assigning(const std::string& work_order, int count) {
    v1::AssignSerialsRequest request;
    request.set_request_id(NextId());
    request.set_work_order_id(work_order);
    request.set_product_id("bike");
    request.set_count(count);
    return request;
  }
  v1::CompleteWorkOrderRequest Completing(const std::string& work_order,
                                          const std::string& product) {
    v1::CompleteWorkOrderRequest request;
    request.set_request_id(NextId());
    request.set_work_order_id(work_order);
    request.set_product_id(product);
    request.set_source_location_id("stock");
    request.set_destination_location_id("shelf");
    return request;
  }
  v1::CompleteWorkOrderResponse Complete(const v1::CompleteWorkOrderRequest& request) {
    v1::CompleteWorkOrderResponse response;
    const grpc::Status status = Send(&Stub::CompleteWorkOrder, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::WorkOrder Get(const std::string& work_order) {
    v1::GetWorkOrderRequest request;
    request.set_work_order_id(work_order);
    v1::WorkOrder response;
    const grpc::Status status = Send(&Stub::GetWorkOrder, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // Two of W1's three bikes: B00002 with frame F1 in it, then B00001, of 0.25 SALT together;
  // closed.
  v1::CompleteWorkOrderResponse CompleteW1() {
    const LotId frame = world_.CreateLot("frame", "F1", "1");
    world_.CreateLot("salt", "SALT", "5");
    v1::AssignSerialsRequest assigning = Assigning("W1", 3);
    assigning.set_planned_quantity("3");
    v1::AssignSerialsResponse serials;
    EXPECT_TRUE(Send(&Stub::AssignSerials, assigning, serials).ok());
    v1::CompleteWorkOrderRequest completing = Completing("W1", "");
    completing.add_outputs()->set_number("b00002");
    completing.set_planned_serial_count(1);
    v1::CompletionComponent& exact = *completing.add_components();
    exact.mutable_lot()->set_lot_id(frame.value().ToString());
    exact.set_output_index(0);
    v1::CompletionComponent& pooled = *completing.add_components();
    pooled.mutable_lot()->set_product_id("salt");
    pooled.mutable_lot()->set_number("salt");
    pooled.set_quantity("0.250");
    completing.set_close(true);
    return Complete(completing);
  }
  grpc::Status Reverse(const std::string& transformation_id,
                       v1::ReverseCompletionResponse& response) {
    v1::ReverseCompletionRequest request;
    request.set_request_id(NextId());
    request.set_transformation_id(transformation_id);
    return Send(&Stub::ReverseCompletion, request, response);
  }
  static std::vector<std::string> Numbers(
      const google::protobuf::RepeatedPtrField<v1::NumberedLot>& lots) {
    std::vector<std::string> numbers;
    for (const v1::NumberedLot& lot : lots) numbers.push_back(lot.number());
    return numbers;
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::WorkOrderService>();
  int requests_ = 0;
};

TEST_F(WorkOrderRpc, AssignsAndCompletes) {
  const v1::CompleteWorkOrderResponse completion = CompleteW1();
  EXPECT_THAT(Numbers(completion.outputs()), ElementsAre("B00002", "B00001"));
  EXPECT_THAT(Numbers(completion.voided()), ElementsAre("B00003"));
  EXPECT_EQ(completion.state(), v1::WORK_ORDER_STATE_CLOSED);
  EXPECT_EQ(completion.completed_quantity(), "2");

  const v1::WorkOrder order = Get("W1");
  EXPECT_EQ(order.planned_quantity(), "3");
  EXPECT_EQ(order.completed_quantity(), "2");
  EXPECT_EQ(order.state(), v1::WORK_ORDER_STATE_CLOSED);
  ASSERT_EQ(order.serials_size(), 2);
  EXPECT_EQ(order.serials(0).state(), v1::LOT_STATE_ACTIVE);
  ASSERT_EQ(order.completions_size(), 1);
  EXPECT_EQ(order.completions(0).work_order_id(), "W1");
}

TEST_F(WorkOrderRpc, DisassemblesAndReverses) {
  const v1::CompleteWorkOrderResponse completion = CompleteW1();
  v1::DisassembleRequest request;
  request.set_request_id(NextId());
  request.mutable_lot()->set_product_id("bike");
  request.mutable_lot()->set_number("B00002");
  request.set_destination_location_id("line");
  v1::DisassembleRequest::Component& stated = *request.add_components();
  stated.mutable_lot()->set_product_id("salt");
  stated.mutable_lot()->set_number("SALT");
  stated.set_quantity("0.1");
  v1::DisassembleResponse apart;
  const grpc::Status status = Send(&Stub::Disassemble, request, apart);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(apart.components_size(), 2);
  EXPECT_EQ(apart.components(0).number(), "F1");
  EXPECT_TRUE(apart.components(0).exact());
  EXPECT_EQ(apart.components(1).quantity(), "0.100");
  EXPECT_EQ(apart.components(1).to_location_id(), "line");

  v1::ReverseCompletionResponse reversal;
  EXPECT_EQ(ReasonOf(Reverse(completion.transformation_id(), reversal)), "RESULT_USED");
  ASSERT_TRUE(Reverse(apart.transformation_id(), reversal).ok());
  EXPECT_EQ(reversal.state(), v1::WORK_ORDER_STATE_UNSPECIFIED);
  EXPECT_EQ(reversal.completed_quantity(), "");
  ASSERT_TRUE(Reverse(completion.transformation_id(), reversal).ok());
  EXPECT_EQ(reversal.state(), v1::WORK_ORDER_STATE_OPEN);
  EXPECT_EQ(reversal.completed_quantity(), "0");
  EXPECT_EQ(ReasonOf(Reverse("no-uuid", reversal)), "FIELD_INVALID");
}

TEST_F(WorkOrderRpc, UnassignsAndCancels) {
  v1::AssignSerialsResponse serials;
  ASSERT_TRUE(Send(&Stub::AssignSerials, Assigning("W1", 2), serials).ok());
  v1::UnassignSerialsRequest unassigning;
  unassigning.set_request_id(NextId());
  unassigning.set_work_order_id("W1");
  unassigning.add_numbers("B00001");
  v1::UnassignSerialsResponse unassigned;
  ASSERT_TRUE(Send(&Stub::UnassignSerials, unassigning, unassigned).ok());
  EXPECT_THAT(Numbers(unassigned.serials()), ElementsAre("B00001"));
  v1::CancelWorkOrderRequest cancelling;
  cancelling.set_request_id(NextId());
  cancelling.set_work_order_id("W1");
  v1::CancelWorkOrderResponse cancelled;
  ASSERT_TRUE(Send(&Stub::CancelWorkOrder, cancelling, cancelled).ok());
  EXPECT_THAT(Numbers(cancelled.voided()), ElementsAre("B00002"));
  EXPECT_EQ(Get("W1").state(), v1::WORK_ORDER_STATE_CANCELLED);
}

TEST_F(WorkOrderRpc, ByProductIsNumberedByItsProduct) {
  v1::CompleteWorkOrderRequest completing = Completing("W1", "soup");
  completing.add_outputs()->set_quantity("1.5");
  v1::CompletionByProduct& peel = *completing.add_by_products();
  peel.mutable_lot()->set_product_id("peel");
  peel.set_quantity("0.5");
  const v1::CompleteWorkOrderResponse completion = Complete(completing);
  EXPECT_THAT(Numbers(completion.outputs()), ElementsAre("S0001"));
  EXPECT_THAT(Numbers(completion.by_products()), ElementsAre("P0001"));
  EXPECT_EQ(completion.completed_quantity(), "1.500");
}

TEST_F(WorkOrderRpc, WrongRequestsNameTheirFields) {
  v1::AssignSerialsResponse serials;
  v1::AssignSerialsRequest request = Assigning("W1", 2);
  request.add_numbers("A");
  EXPECT_EQ(ReasonOf(Send(&Stub::AssignSerials, request, serials)), "FIELD_INVALID");
  const auto refused = [&](v1::AssignSerialsRequest wrong) {
    const grpc::Status status = Send(&Stub::AssignSerials, wrong, serials);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    return ErrorInfoOf(status).metadata().at("field");
  };
  EXPECT_EQ(refused(Assigning("", 1)), "work_order_id");
  EXPECT_EQ(refused(Assigning("W1", 0)), "count");
  EXPECT_EQ(refused(Assigning("W1", static_cast<int>(kSerialsPerCallMax) + 1)), "count");
  request = Assigning("W1", 1);
  request.clear_request_id();
  EXPECT_EQ(refused(request), "request_id");
  request = Assigning("W1", 1);
  request.set_planned_quantity("-1");
  EXPECT_EQ(refused(request), "planned_quantity");
  request = Assigning("W1", 0);
  request.add_numbers("A");
  request.set_first_number("A");
  EXPECT_EQ(refused(request), "first_number");
}

TEST_F(WorkOrderRpc, CompletionListsEveryProblem) {
  v1::CompleteWorkOrderRequest completing = Completing("W1", "bike");
  completing.add_outputs()->set_number("A");
  completing.add_outputs()->set_number("a");
  v1::CompletionComponent& component = *completing.add_components();
  component.mutable_lot()->set_product_id("frame");
  component.mutable_lot()->set_number("NONE");
  v1::CompleteWorkOrderResponse response;
  const grpc::Status status = Send(&Stub::CompleteWorkOrder, completing, response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "DUPLICATE_IN_REQUEST");
  EXPECT_EQ(ProblemListOf(status).problem_count(), 2);

  completing.set_validate_only(true);
  response = Complete(completing);
  ASSERT_EQ(response.problems_size(), 2);
  EXPECT_EQ(response.problems(0).field(), "outputs[1]");
  EXPECT_EQ(response.problems(1).reason(), v1::ERROR_REASON_LOT_NOT_FOUND);
  EXPECT_EQ(response.transformation_id(), "");

  completing.mutable_outputs()->RemoveLast();
  completing.clear_components();
  response = Complete(completing);
  EXPECT_EQ(response.problems_size(), 0);
  EXPECT_EQ(response.transformation_id(), "");
  v1::GetWorkOrderRequest get;
  get.set_work_order_id("W1");
  v1::WorkOrder order;
  EXPECT_EQ(ReasonOf(Send(&Stub::GetWorkOrder, get, order)), "WORK_ORDER_NOT_FOUND");
}

TEST_F(WorkOrderRpc, AcceptanceIsReadAndChecked) {
  const LotId salt = world_.CreateLot("salt", "SALT", "1");
  v1::CompleteWorkOrderRequest completing = Completing("W1", "soup");
  completing.add_outputs()->set_quantity("1");
  v1::CompletionComponent& component = *completing.add_components();
  component.mutable_lot()->set_lot_id(salt.value().ToString());
  component.set_quantity("2");
  v1::CompleteWorkOrderResponse response;
  EXPECT_EQ(ReasonOf(Send(&Stub::CompleteWorkOrder, completing, response)), "NOT_ENOUGH");
  completing.add_accept(v1::ACCEPTANCE_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(Send(&Stub::CompleteWorkOrder, completing, response)), "FIELD_INVALID");
  completing.set_accept(0, v1::ACCEPTANCE_SHORT);
  completing.add_accept(v1::ACCEPTANCE_EXPIRED);
  completing.add_accept(v1::ACCEPTANCE_HELD);
  EXPECT_EQ(Complete(completing).adjustment_movement_ids_size(), 1);
}

TEST_F(WorkOrderRpc, ALaterExpiryDateIsAccepted) {
  world_.CreateLot("bike", "X", {.expires_on = absl::CivilDay(2020, 1, 1)});
  v1::CompleteWorkOrderRequest completing = Completing("W1", "bike");
  v1::CompletionOutput& output = *completing.add_outputs();
  output.set_number("X");
  output.mutable_expire_date()->set_year(2040);
  output.mutable_expire_date()->set_month(1);
  output.mutable_expire_date()->set_day(1);
  v1::CompleteWorkOrderResponse response;
  EXPECT_EQ(ReasonOf(Send(&Stub::CompleteWorkOrder, completing, response)), "EXPIRY_LATER");
  completing.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);
  completing.set_note("tested again");
  EXPECT_EQ(Complete(completing).outputs_size(), 1);
}

TEST_F(WorkOrderRpc, RepeatIsAnsweredAndAnotherPayloadRefused) {
  v1::AssignSerialsRequest request = Assigning("W1", 2);
  v1::AssignSerialsResponse first, second;
  ASSERT_TRUE(Send(&Stub::AssignSerials, request, first).ok());
  ASSERT_TRUE(Send(&Stub::AssignSerials, request, second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  request.set_count(3);
  EXPECT_EQ(ReasonOf(Send(&Stub::AssignSerials, request, second)), "REQUEST_ID_REUSED");
}

TEST_F(WorkOrderRpc, ListsOrdersByPageAndFilter) {
  v1::AssignSerialsResponse serials;
  for (const std::string id : {"W1", "W2", "W3"}) {
    ASSERT_TRUE(Send(&Stub::AssignSerials, Assigning(id, 1), serials).ok());
  }
  v1::ListWorkOrdersRequest request;
  request.set_page_size(2);
  v1::ListWorkOrdersResponse page;
  ASSERT_TRUE(Send(&Stub::ListWorkOrders, request, page).ok());
  ASSERT_EQ(page.work_orders_size(), 2);
  EXPECT_EQ(page.work_orders(0).work_order_id(), "W3");
  EXPECT_EQ(page.work_orders(1).planned_serial_count(), 1);
  EXPECT_EQ(page.work_orders(1).serials_size(), 0);
  request.set_page_token(page.next_page_token());
  page.Clear();
  ASSERT_TRUE(Send(&Stub::ListWorkOrders, request, page).ok());
  ASSERT_EQ(page.work_orders_size(), 1);
  EXPECT_EQ(page.work_orders(0).work_order_id(), "W1");
  EXPECT_EQ(page.next_page_token(), "");

  request.set_filter("work_order_id = W2");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListWorkOrders, request, page)), "PAGE_TOKEN_INVALID");
  request.clear_page_token();
  page.Clear();
  ASSERT_TRUE(Send(&Stub::ListWorkOrders, request, page).ok());
  EXPECT_EQ(page.work_orders_size(), 1);
  request.set_filter("colour = red");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListWorkOrders, request, page)), "FILTER_INVALID");
  request.set_filter("product_id = nothing");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListWorkOrders, request, page)), "PRODUCT_NOT_FOUND");
  request.set_filter("work_order_id = W9");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListWorkOrders, request, page)), "WORK_ORDER_NOT_FOUND");
  request.clear_filter();
  request.set_company("-");
  request.set_page_size(10);
  ASSERT_TRUE(Send(&Stub::ListWorkOrders, request, page).ok());
  ASSERT_EQ(page.work_orders_size(), 3);
  EXPECT_EQ(page.work_orders(0).company(), "acme");
  request.set_company("nobody");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListWorkOrders, request, page)), "COMPANY_NOT_FOUND");
}

}  // namespace
}  // namespace lots
