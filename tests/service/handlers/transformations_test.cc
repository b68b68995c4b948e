// GetTransformation and CorrectGenealogy as callers of the API see them.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/base/limits.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Traces = v1::TraceService::Stub;
using Orders = v1::WorkOrderService::Stub;

// Bike B1 of frame F1 and of 3 of SALT; F2 is in stock.
class TransformationsRpc : public testing::Test {
 protected:
  TransformationsRpc() {
    const LotId frame = world_.CreateLot("frame", "F1", "1");
    world_.CreateLot("frame", "F2", "1");
    const LotId salt = world_.CreateLot("salt", "SALT", "9");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output("B1")};
    command.components = {Component(frame, "", 0), Component(salt, "3")};
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    completion_ = made->transformation_id.value().ToString();
  }

  v1::TransformationDetails Get(const std::string& id) {
    v1::GetTransformationRequest request;
    request.set_company("acme");
    request.set_transformation_id(id);
    v1::TransformationDetails details;
    const grpc::Status status = Send(*traces_, &Traces::GetTransformation, request, details);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return details;
  }
  // F2 went in, and not F1.
  v1::CorrectGenealogyRequest Correcting() {
    v1::CorrectGenealogyRequest request;
    request.set_company("acme");
    request.set_request_id(absl::StrCat("r", ++requests_));
    request.set_transformation_id(completion_);
    request.set_reason("wrong label");
    v1::CorrectGenealogyRequest::Line& line = *request.add_lines();
    line.mutable_wrong()->mutable_lot()->set_product_id("frame");
    line.mutable_wrong()->mutable_lot()->set_number("F1");
    line.mutable_wrong()->mutable_unit()->set_product_id("bike");
    line.mutable_wrong()->mutable_unit()->set_number("B1");
    line.mutable_right()->mutable_lot()->set_product_id("frame");
    line.mutable_right()->mutable_lot()->set_number("F2");
    return request;
  }
  grpc::Status Correct(const v1::CorrectGenealogyRequest& request,
                       v1::CorrectGenealogyResponse& response) {
    return Send(*traces_, &Traces::CorrectGenealogy, request, response);
  }
  std::string Refusal(const v1::CorrectGenealogyRequest& request) {
    v1::CorrectGenealogyResponse response;
    return ReasonOf(Correct(request, response));
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Traces> traces_ = server_.NewStub<v1::TraceService>();
  std::string completion_;
  int requests_ = 0;
};

TEST_F(TransformationsRpc, ShowsEveryLine) {
  const v1::TransformationDetails details = Get(completion_);
  EXPECT_EQ(details.transformation().transformation_id(), completion_);
  EXPECT_EQ(details.transformation().kind(), v1::TRANSFORMATION_KIND_PRODUCTION);
  EXPECT_EQ(details.transformation().work_order_id(), "W1");
  EXPECT_EQ(details.input_count(), 2);
  ASSERT_EQ(details.inputs_size(), 2);
  EXPECT_EQ(details.inputs(0).number(), "F1");
  EXPECT_EQ(details.inputs(0).output_number(), "B1");
  EXPECT_EQ(details.inputs(1).quantity(), "3.000");
  EXPECT_EQ(details.inputs(1).remaining_quantity(), "3.000");
  EXPECT_EQ(details.inputs(1).output_lot_id(), "");
  ASSERT_EQ(details.outputs_size(), 1);
  EXPECT_EQ(details.outputs(0).role(), v1::TRANSFORMATION_OUTPUT_ROLE_PRODUCT);
  EXPECT_FALSE(details.inputs_truncated() || details.outputs_truncated() ||
               details.corrections_truncated());
}

TEST_F(TransformationsRpc, CorrectsAndTakesItBack) {
  const v1::CorrectGenealogyRequest request = Correcting();
  v1::CorrectGenealogyResponse response;
  const grpc::Status status = Correct(request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();

  const v1::TransformationDetails corrected = Get(completion_);
  ASSERT_EQ(corrected.corrections_size(), 1);
  EXPECT_EQ(corrected.corrections(0).note(), "wrong label");
  EXPECT_EQ(corrected.inputs(0).remaining_quantity(), "0");
  const v1::TransformationDetails correction = Get(response.transformation_id());
  EXPECT_EQ(correction.corrects_transformation_id(), completion_);
  EXPECT_EQ(correction.transformation().kind(), v1::TRANSFORMATION_KIND_CORRECTION);
  EXPECT_EQ(correction.inputs(0).number(), "F2");

  v1::CorrectGenealogyResponse again;
  ASSERT_TRUE(Correct(request, again).ok());
  EXPECT_EQ(again.transformation_id(), response.transformation_id());

  v1::ReverseCompletionRequest reversing;
  reversing.set_company("acme");
  reversing.set_request_id("reverse");
  reversing.set_transformation_id(response.transformation_id());
  v1::ReverseCompletionResponse reversal;
  const auto orders = server_.NewStub<v1::WorkOrderService>();
  const grpc::Status reversed = Send(*orders, &Orders::ReverseCompletion, reversing, reversal);
  ASSERT_TRUE(reversed.ok()) << reversed.error_message();
  EXPECT_EQ(reversal.state(), v1::WORK_ORDER_STATE_UNSPECIFIED);
  EXPECT_EQ(Get(completion_).inputs(0).remaining_quantity(), "1");
}

TEST_F(TransformationsRpc, AnOpenOrderStaysAsItIs) {
  v1::CorrectGenealogyResponse response;
  ASSERT_TRUE(Correct(Correcting(), response).ok());
  const auto orders = server_.NewStub<v1::WorkOrderService>();
  v1::GetWorkOrderRequest request;
  request.set_company("acme");
  request.set_work_order_id("W1");
  v1::WorkOrder order;
  ASSERT_TRUE(Send(*orders, &Orders::GetWorkOrder, request, order).ok());
  EXPECT_EQ(order.completed_quantity(), "1");
  ASSERT_EQ(order.completions_size(), 2);
  EXPECT_EQ(order.completions(1).kind(), v1::TRANSFORMATION_KIND_CORRECTION);
}

TEST_F(TransformationsRpc, RefusesWhatIsMalformed) {
  v1::CorrectGenealogyRequest request = Correcting();
  request.clear_reason();
  EXPECT_EQ(Refusal(request), "FIELD_INVALID");
  request = Correcting();
  request.clear_lines();
  EXPECT_EQ(Refusal(request), "FIELD_INVALID");
  request = Correcting();
  for (int64_t i = 0; i < kCorrectionLinesMax; ++i) request.add_lines();
  EXPECT_EQ(Refusal(request), "FIELD_INVALID");
  request = Correcting();
  request.mutable_lines(0)->mutable_wrong()->set_quantity("-1");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID");
  request = Correcting();
  request.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID");
  request = Correcting();
  request.set_transformation_id("no-uuid");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID");
  request = Correcting();
  request.mutable_lines(0)->mutable_wrong()->mutable_unit()->set_product_id("frame");
  request.mutable_lines(0)->mutable_wrong()->mutable_unit()->set_number("F2");
  EXPECT_EQ(Refusal(request), "UNIT_NOT_CORRECTABLE");
}

TEST_F(TransformationsRpc, ADryRunAnswersEveryProblem) {
  v1::CorrectGenealogyRequest request = Correcting();
  request.set_validate_only(true);
  v1::CorrectGenealogyResponse response;
  ASSERT_TRUE(Correct(request, response).ok());
  EXPECT_EQ(response.problems_size(), 0);
  *request.add_lines() = request.lines(0);
  ASSERT_TRUE(Correct(request, response).ok());
  ASSERT_EQ(response.problems_size(), 1);
  EXPECT_EQ(response.problems(0).field(), "lines[1].wrong");
  EXPECT_EQ(Get(completion_).correction_count(), 0);
}

}  // namespace
}  // namespace lots
