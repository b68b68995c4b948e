// Issue, return and automatic components as callers see them, and where issued goods are told of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/base/limits.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Stub = v1::WorkOrderService::Stub;
using ::testing::ElementsAre;

class IssueRpc : public testing::Test {
 protected:
  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  std::string NextId() { return absl::StrCat("doc-", ++requests_); }

  v1::IssueComponentsRequest Issuing(const std::string& work_order) {
    v1::IssueComponentsRequest request;
    request.set_request_id(NextId());
    request.set_work_order_id(work_order);
    request.set_product_id("bike");
    request.set_source_location_id("stock");
    return request;
  }
  // So much of SALT.
  v1::IssueComponentsResponse Issue(const std::string& work_order, const std::string& quantity) {
    v1::IssueComponentsRequest request = Issuing(work_order);
    v1::IssueLine& line = *request.add_lines();
    line.mutable_lot()->set_lot_id(salt_.value().ToString());
    line.set_quantity(quantity);
    v1::IssueComponentsResponse response;
    const grpc::Status status = Send(&Stub::IssueComponents, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::CompleteWorkOrderRequest Completing(const std::string& work_order,
                                          const std::string& number) {
    v1::CompleteWorkOrderRequest request;
    request.set_request_id(NextId());
    request.set_work_order_id(work_order);
    request.set_product_id("bike");
    request.add_outputs()->set_number(number);
    request.set_source_location_id("stock");
    request.set_destination_location_id("shelf");
    return request;
  }

  const TestServer server_;
  World world_{server_.database()};
  const LotId salt_ = world_.CreateLot("salt", "SALT", "100");
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::WorkOrderService>();
  int requests_ = 0;
};

TEST_F(IssueRpc, IssuesCompletesAndReturns) {
  const v1::IssueComponentsResponse issued = Issue("W1", "10");
  EXPECT_FALSE(issued.transformation_id().empty());
  EXPECT_EQ(issued.line_count(), 1);
  ASSERT_EQ(issued.lines_size(), 1);
  EXPECT_EQ(issued.lines(0).number(), "SALT");
  EXPECT_EQ(issued.lines(0).product_id(), "salt");
  EXPECT_EQ(issued.lines(0).quantity(), "10.000");
  EXPECT_EQ(issued.lines(0).location_id(), "stock");

  v1::CompleteWorkOrderRequest completing = Completing("W1", "A");
  v1::CompletionComponent& component = *completing.add_components();
  component.mutable_lot()->set_lot_id(salt_.value().ToString());
  component.set_quantity("4");
  component.set_from_issued(true);
  v1::AutoComponent& automatic = *completing.add_auto_components();
  automatic.set_product_id("salt");
  automatic.set_quantity("2");
  automatic.set_strategy(v1::SUGGEST_STRATEGY_FEFO);
  automatic.set_output_index(0);
  completing.set_operation("20");
  completing.set_work_centre("WELD");
  completing.set_subcontractor_id("smith");
  v1::CompleteWorkOrderResponse completion;
  ASSERT_TRUE(Send(&Stub::CompleteWorkOrder, completing, completion).ok());
  EXPECT_EQ(completion.chosen_count(), 1);
  ASSERT_EQ(completion.chosen_size(), 1);
  EXPECT_EQ(completion.chosen(0).quantity(), "2.000");
  EXPECT_EQ(completion.chosen(0).location_id(), "stock");

  v1::GetWorkOrderRequest get;
  get.set_work_order_id("W1");
  v1::WorkOrder order;
  ASSERT_TRUE(Send(&Stub::GetWorkOrder, get, order).ok());
  EXPECT_EQ(order.issued_count(), 1);
  ASSERT_EQ(order.issued_size(), 1);
  EXPECT_EQ(order.issued(0).number(), "SALT");
  EXPECT_EQ(order.issued(0).quantity(), "6.000");
  EXPECT_TRUE(order.issued(0).has_issue_time());
  ASSERT_EQ(order.completions_size(), 2);
  EXPECT_EQ(order.completions(0).kind(), v1::TRANSFORMATION_KIND_ISSUE);
  EXPECT_EQ(order.completions(1).operation(), "20");
  EXPECT_EQ(order.completions(1).work_centre(), "WELD");
  EXPECT_EQ(order.completions(1).subcontractor_id(), "smith");

  v1::ReturnComponentsRequest returning;
  returning.set_request_id(NextId());
  returning.set_work_order_id("W1");
  returning.set_everything(true);
  returning.set_destination_location_id("stock");
  v1::ReturnComponentsResponse returned;
  ASSERT_TRUE(Send(&Stub::ReturnComponents, returning, returned).ok());
  ASSERT_EQ(returned.lines_size(), 1);
  EXPECT_EQ(returned.lines(0).quantity(), "6.000");
  EXPECT_EQ(returned.line_count(), 1);
  EXPECT_EQ(world_.Where(salt_), "stock 94");
}

TEST_F(IssueRpc, RequestsOfNoSenseAreRefused) {
  v1::IssueComponentsResponse issued;
  v1::IssueComponentsRequest issuing = Issuing("W1");
  EXPECT_EQ(OutcomeOf(Send(&Stub::IssueComponents, issuing, issued)), "FIELD_INVALID lines");
  v1::IssueLine& both = *issuing.add_lines();
  both.set_product_id("salt");
  both.mutable_lot()->set_lot_id(salt_.value().ToString());
  both.set_quantity("1");
  EXPECT_EQ(OutcomeOf(Send(&Stub::IssueComponents, issuing, issued)), "FIELD_INVALID lines[0].lot");
  both.clear_lot();
  both.clear_quantity();
  EXPECT_EQ(OutcomeOf(Send(&Stub::IssueComponents, issuing, issued)),
            "FIELD_INVALID lines[0].quantity");
  both.set_quantity("1");
  issuing.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);
  EXPECT_EQ(OutcomeOf(Send(&Stub::IssueComponents, issuing, issued)), "FIELD_INVALID accept[0]");
  issuing.clear_accept();
  for (int64_t i = 0; i < kAutoComponentsMax; ++i) *issuing.add_lines() = issuing.lines(0);
  EXPECT_EQ(OutcomeOf(Send(&Stub::IssueComponents, issuing, issued)), "FIELD_INVALID lines");

  v1::ReturnComponentsResponse returned;
  v1::ReturnComponentsRequest returning;
  returning.set_request_id(NextId());
  returning.set_work_order_id("W1");
  EXPECT_EQ(OutcomeOf(Send(&Stub::ReturnComponents, returning, returned)), "FIELD_INVALID lines");
}

TEST_F(IssueRpc, ADryRunNamesTheProblemsAndIssuesNothing) {
  v1::IssueComponentsRequest request = Issuing("W1");
  request.set_validate_only(true);
  v1::IssueLine& line = *request.add_lines();
  line.mutable_lot()->set_lot_id(salt_.value().ToString());
  line.set_quantity("101");
  v1::IssueComponentsResponse response;
  ASSERT_TRUE(Send(&Stub::IssueComponents, request, response).ok());
  ASSERT_EQ(response.problems_size(), 1);
  EXPECT_EQ(response.problems(0).reason(), v1::ERROR_REASON_NOT_ENOUGH);
  request.mutable_lines(0)->set_quantity("1");
  ASSERT_TRUE(Send(&Stub::IssueComponents, request, response).ok());
  EXPECT_EQ(response.problems_size(), 0);
  EXPECT_EQ(world_.Where(salt_), "stock 100");
}

TEST_F(IssueRpc, PlacesTracesAndRecallsSayInWhichOrderGoodsAre) {
  Issue("W1", "10");
  const auto lots = server_.NewStub<v1::LotService>();
  v1::ListLotLocationsRequest asking;
  asking.set_company("acme");
  asking.set_lot_id(salt_.value().ToString());
  v1::ListLotLocationsResponse places;
  ASSERT_TRUE(lots::Send(*lots, &v1::LotService::Stub::ListLotLocations, asking, places).ok());
  ASSERT_EQ(places.locations_size(), 2);
  ASSERT_EQ(places.locations(1).issued_size(), 1);
  EXPECT_EQ(places.locations(1).issued(0).work_order_id(), "W1");
  EXPECT_EQ(places.locations(1).issued(0).quantity(), "10.000");

  v1::TraceDownstreamRequest tracing;
  tracing.set_company("acme");
  tracing.add_seeds()->set_lot_id(salt_.value().ToString());
  grpc::ClientContext trace_context;
  const auto traces = server_.NewStub<v1::TraceService>();
  const auto trace = traces->TraceDownstream(&trace_context, tracing);
  v1::TraceDownstreamResponse piece;
  std::vector<std::string> found;
  while (trace->Read(&piece)) {
    for (const v1::TraceNode& node : piece.piece().nodes()) {
      for (const v1::TracePlace& place : node.places()) {
        found.push_back(
            absl::StrCat(place.location_id(), " ", place.work_order_id(), " ", place.quantity()));
      }
    }
  }
  EXPECT_TRUE(trace->Finish().ok());
  EXPECT_THAT(found, ElementsAre("stock  90.000", "WORK_IN_PROCESS W1 10.000"));

  const auto recalls = server_.NewStub<v1::RecallService>();
  v1::OpenRecallRequest opening;
  opening.set_company("acme");
  opening.set_request_id(NextId());
  opening.set_recall_id("RC-1");
  opening.set_reason("metal");
  opening.add_seeds()->set_lot_id(salt_.value().ToString());
  v1::Recall recall;
  ASSERT_TRUE(lots::Send(*recalls, &v1::RecallService::Stub::OpenRecall, opening, recall).ok());
  v1::CompleteWorkOrderRequest completing = Completing("W1", "A");
  completing.set_consume_issued(true);
  v1::CompleteWorkOrderResponse completion;
  const grpc::Status held = Send(&Stub::CompleteWorkOrder, completing, completion);
  EXPECT_EQ(ReasonOf(held), "LOT_HELD");
  ASSERT_EQ(ProblemListOf(held).problems_size(), 1);
  EXPECT_EQ(ProblemListOf(held).problems(0).field(), "consume_issued");
  v1::StreamRecallReportRequest reporting;
  reporting.set_company("acme");
  reporting.set_recall_id("RC-1");
  grpc::ClientContext report_context;
  const auto report = recalls->StreamRecallReport(&report_context, reporting);
  v1::StreamRecallReportResponse part;
  while (report->Read(&part)) {
    for (const v1::MassBalance& balance : part.balances()) {
      EXPECT_EQ(balance.in_quantity(), "100.000");
      EXPECT_EQ(balance.on_hand_quantity(), "90.000");
      EXPECT_EQ(balance.in_process_quantity(), "10.000");
      EXPECT_EQ(balance.difference(), "0.000");
    }
    for (const v1::RecallLot& lot : part.lots()) {
      EXPECT_EQ(lot.place_count(), 2);
      EXPECT_EQ(lot.places(0).work_order_id(), "W1");
    }
  }
  EXPECT_TRUE(report->Finish().ok());
}

TEST_F(IssueRpc, OutputsCarryReferenceNotesAndAttributes) {
  v1::CompleteWorkOrderRequest completing = Completing("W1", "A");
  v1::CompletionOutput& output = *completing.mutable_outputs(0);
  output.set_reference("CUST-7");
  output.set_notes("first\nof two");
  (*output.mutable_attributes())["torque"].set_decimal("12.5");
  v1::CompleteWorkOrderResponse completion;
  ASSERT_TRUE(Send(&Stub::CompleteWorkOrder, completing, completion).ok());
  const auto lots = server_.NewStub<v1::LotService>();
  v1::GetLotRequest get;
  get.set_company("acme");
  get.set_lot_id(completion.outputs(0).lot_id());
  v1::Lot lot;
  ASSERT_TRUE(lots::Send(*lots, &v1::LotService::Stub::GetLot, get, lot).ok());
  EXPECT_EQ(lot.reference(), "CUST-7");
  EXPECT_EQ(lot.notes(), "first\nof two");
  EXPECT_EQ(lot.attributes().at("torque").decimal(), "12.5");
}

}  // namespace
}  // namespace lots
