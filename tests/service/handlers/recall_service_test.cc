// RecallService as its callers see it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lots/v1/recall.grpc.pb.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/movement.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Stub = v1::RecallService::Stub;
using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RecallRpc : public testing::Test {
 protected:
  // Soup of 1 salt, certainly; 4 of its 10 are with a customer.
  RecallRpc() : salt_(world_.CreateLot("salt", "SALT", "5")) {
    CompletionCommand command = world_.CompleteCommand("W1", "soup");
    command.outputs = {Output("SOUP", "10")};
    command.components = {Component(salt_, "1")};
    EXPECT_TRUE(CompleteWorkOrder(world_.db(), command).ok());
    RecordMovementsCommand delivery = world_.MoveCommand(
        MovementKind::kDelivery, world_.IdOf("soup", "SOUP"), "4", "shelf", "shop");
    delivery.movements.front().partner_id = "rewe";
    delivery.movements.front().document = {"delivery_note", "DN-1"};
    EXPECT_TRUE(RecordMovements(world_.db(), delivery).ok());
  }

  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  v1::OpenRecallRequest Opening(const std::string& recall_id) {
    v1::OpenRecallRequest request;
    request.set_request_id(absl::StrCat("open-", recall_id));
    request.set_recall_id(recall_id);
    v1::LotRef& seed = *request.add_seeds();
    seed.set_product_id("salt");
    seed.set_number("SALT");
    request.set_reason("metal");
    return request;
  }
  v1::Recall Open(const v1::OpenRecallRequest& request) {
    v1::Recall recall;
    const grpc::Status status = Send(&Stub::OpenRecall, request, recall);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return recall;
  }
  v1::CloseRecallRequest Closing(const std::string& recall_id) {
    v1::CloseRecallRequest request;
    request.set_request_id(absl::StrCat("close-", recall_id));
    request.set_recall_id(recall_id);
    request.set_closing_note("destroyed");
    request.set_leave_held(true);
    return request;
  }

  TestServer server_;
  World world_{server_.database()};
  std::unique_ptr<Stub> stub_ = server_.NewStub<v1::RecallService>();
  const LotId salt_;
};

TEST_F(RecallRpc, OpenGetListAndCloseTellTheSameRecall) {
  v1::OpenRecallRequest request = Opening("RC-1");
  request.add_exempt_location_ids("line");
  const v1::Recall opened = Open(request);
  EXPECT_EQ(opened.company(), "acme");
  EXPECT_EQ(opened.recall_id(), "RC-1");
  EXPECT_EQ(opened.reason(), "metal");
  EXPECT_EQ(opened.state(), v1::RECALL_STATE_OPEN);
  EXPECT_THAT(opened.exempt_location_ids(), ElementsAre("line"));
  ASSERT_EQ(opened.seeds_size(), 1);
  EXPECT_EQ(opened.seeds(0).lot_id(), salt_.value().ToString());
  EXPECT_EQ(opened.scope().lot_count(), 2);
  EXPECT_EQ(opened.scope().certain_count(), 2);
  EXPECT_EQ(opened.scope().possible_count(), 0);
  EXPECT_EQ(opened.scope().on_hand_lot_count(), 2);
  EXPECT_EQ(opened.scope().delivered_lot_count(), 1);
  EXPECT_TRUE(opened.has_open_time());
  EXPECT_TRUE(opened.has_open_duration());
  EXPECT_FALSE(opened.has_close_time());

  v1::GetRecallRequest get;
  get.set_recall_id("RC-1");
  v1::Recall got;
  ASSERT_TRUE(Send(&Stub::GetRecall, get, got).ok());
  EXPECT_TRUE(got.has_effectiveness());
  EXPECT_EQ(got.etag(), "\"1\"");
  got.clear_effectiveness();
  EXPECT_EQ(got.SerializeAsString(), opened.SerializeAsString());

  v1::Recall closed;
  ASSERT_TRUE(Send(&Stub::CloseRecall, Closing("RC-1"), closed).ok());
  EXPECT_EQ(closed.state(), v1::RECALL_STATE_CLOSED);
  EXPECT_EQ(closed.closing_note(), "destroyed");
  EXPECT_TRUE(closed.has_close_time());

  v1::Recall again;
  const grpc::Status refused = [&] {
    v1::CloseRecallRequest other = Closing("RC-1");
    other.set_request_id("another");
    return Send(&Stub::CloseRecall, other, again);
  }();
  EXPECT_EQ(refused.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(refused), "RECALL_CLOSED");
}

TEST_F(RecallRpc, PagesGoOnWhereTheLastOneEnded) {
  for (int i = 1; i <= 3; ++i) Open(Opening(absl::StrCat("RC-", i)));
  v1::ListRecallsRequest request;
  request.set_page_size(2);
  v1::ListRecallsResponse page;
  ASSERT_TRUE(Send(&Stub::ListRecalls, request, page).ok());
  ASSERT_EQ(page.recalls_size(), 2);
  EXPECT_EQ(page.recalls(0).recall_id(), "RC-3");
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Send(&Stub::ListRecalls, request, page).ok());
  ASSERT_EQ(page.recalls_size(), 1);
  EXPECT_EQ(page.recalls(0).recall_id(), "RC-1");
  EXPECT_THAT(page.next_page_token(), IsEmpty());

  request.set_state(v1::RECALL_STATE_CLOSED);
  EXPECT_EQ(ReasonOf(Send(&Stub::ListRecalls, request, page)), "PAGE_TOKEN_INVALID");
  request.clear_page_token();
  ASSERT_TRUE(Send(&Stub::ListRecalls, request, page).ok());
  EXPECT_EQ(page.recalls_size(), 0);
  request.clear_state();
  request.set_company("-");
  request.set_page_size(10);
  ASSERT_TRUE(Send(&Stub::ListRecalls, request, page).ok());
  EXPECT_EQ(page.recalls_size(), 3);
  request.set_company("nobody");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListRecalls, request, page)), "COMPANY_NOT_FOUND");
}

TEST_F(RecallRpc, TheReportComesInPieces) {
  Open(Opening("RC-1"));
  v1::StreamRecallReportRequest request;
  request.set_company("acme");
  request.set_recall_id("RC-1");
  grpc::ClientContext context;
  const auto reader = stub_->StreamRecallReport(&context, request);
  v1::StreamRecallReportResponse piece;
  v1::StreamRecallReportResponse all;
  bool first = true;
  while (reader->Read(&piece)) {
    EXPECT_EQ(piece.has_recall(), first);
    first = false;
    all.MergeFrom(piece);
  }
  const grpc::Status status = reader->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();

  ASSERT_EQ(all.balances_size(), 1);
  EXPECT_EQ(all.balances(0).in_quantity(), "5.000");
  EXPECT_EQ(all.balances(0).out_quantity(), "1.000");
  EXPECT_EQ(all.balances(0).on_hand_quantity(), "4.000");
  EXPECT_EQ(all.balances(0).difference(), "0.000");
  ASSERT_EQ(all.lots_size(), 2);
  EXPECT_EQ(all.lots(0).number(), "SALT");
  const v1::RecallLot& soup = all.lots(1);
  EXPECT_EQ(soup.certainty(), v1::CERTAINTY_CERTAIN);
  EXPECT_EQ(soup.depth(), 1);
  EXPECT_EQ(soup.on_hand_quantity(), "6.000");
  EXPECT_EQ(soup.delivered_quantity(), "4.000");
  EXPECT_EQ(soup.recovered_quantity(), "0.000");
  EXPECT_EQ(soup.scrapped_quantity(), "0.000");
  EXPECT_EQ(soup.source_location_id(), "shelf");
  EXPECT_EQ(soup.source_partner_id(), "");
  ASSERT_EQ(soup.places_size(), 2);
  EXPECT_EQ(soup.place_count(), 2);
  EXPECT_EQ(soup.places(1).location_id(), "shop");
  ASSERT_EQ(all.recipients_size(), 1);
  EXPECT_EQ(all.recipients(0).partner_id(), "rewe");
  EXPECT_EQ(all.recipients(0).document().number(), "DN-1");
  EXPECT_EQ(all.recipients(0).net_quantity(), "4.000");
  EXPECT_FALSE(all.recipients(0).direct());
}

TEST_F(RecallRpc, BadFieldsAreNamedAllAtOnce) {
  v1::OpenRecallRequest request;
  request.add_seeds()->set_lot_id("nonsense");
  for (int i = 0; i <= kExemptLocationsMax; ++i) request.add_exempt_location_ids("line");
  v1::Recall recall;
  const grpc::Status status = Send(&Stub::OpenRecall, request, recall);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  std::vector<std::string> fields;
  const v1::ProblemList problems = ProblemListOf(status);
  for (const v1::Problem& problem : problems.problems()) {
    fields.push_back(problem.field());
  }
  EXPECT_THAT(fields, ElementsAre("request_id", "recall_id", "seeds[0].lot_id", "reason",
                                  "exempt_location_ids"));

  v1::CloseRecallRequest closing = Closing("RC-1");
  closing.clear_closing_note();
  EXPECT_EQ(ReasonOf(Send(&Stub::CloseRecall, closing, recall)), "FIELD_INVALID");

  v1::GetRecallRequest get;
  get.set_recall_id("RC-9");
  EXPECT_EQ(ReasonOf(Send(&Stub::GetRecall, get, recall)), "RECALL_NOT_FOUND");
}

TEST_F(RecallRpc, ADryRunAnswersTheScopeWithoutATime) {
  v1::OpenRecallRequest request = Opening("RC-1");
  request.set_validate_only(true);
  const v1::Recall dry = Open(request);
  EXPECT_EQ(dry.scope().lot_count(), 2);
  EXPECT_FALSE(dry.has_open_time());
  v1::GetRecallRequest get;
  get.set_recall_id("RC-1");
  v1::Recall got;
  EXPECT_EQ(Send(&Stub::GetRecall, get, got).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(RecallRpc, WorkOnARecallIsAnsweredWithTheRecall) {
  const v1::Recall opened = Open(Opening("RC-1"));
  v1::Recall recall;
  v1::UpdateRecallRequest update;
  update.mutable_recall()->set_recall_id("RC-1");
  update.mutable_recall()->set_reason("glass");
  update.mutable_recall()->set_etag(opened.etag());
  ASSERT_TRUE(Send(&Stub::UpdateRecall, update, recall).ok());
  EXPECT_EQ(recall.reason(), "glass");
  EXPECT_NE(recall.etag(), opened.etag());
  EXPECT_EQ(ReasonOf(Send(&Stub::UpdateRecall, update, recall)), "ETAG_MISMATCH");

  v1::ExcludeRecallLotsRequest exclude;
  exclude.set_request_id("exclude");
  exclude.set_recall_id("RC-1");
  exclude.add_lots()->set_lot_id(salt_.value().ToString());
  exclude.set_evidence("tested");
  ASSERT_TRUE(Send(&Stub::ExcludeRecallLots, exclude, recall).ok());
  EXPECT_EQ(recall.scope().excluded_lot_count(), 1);
  v1::IncludeRecallLotsRequest include;
  include.set_request_id("include");
  include.set_recall_id("RC-1");
  *include.mutable_lots() = exclude.lots();
  include.set_evidence("not tested");
  ASSERT_TRUE(Send(&Stub::IncludeRecallLots, include, recall).ok());
  EXPECT_EQ(recall.scope().excluded_lot_count(), 0);

  v1::SetRecallDispositionRequest dispose;
  dispose.set_request_id("dispose");
  dispose.set_recall_id("RC-1");
  v1::RecallDisposition& disposition = *dispose.add_dispositions();
  *disposition.mutable_lot() = exclude.lots(0);
  disposition.set_location_id("stock");
  disposition.set_kind(v1::RECALL_DISPOSITION_KIND_CLEARED);
  disposition.set_quantity("4");
  ASSERT_TRUE(Send(&Stub::SetRecallDisposition, dispose, recall).ok());
  v1::RecordRecipientResponseRequest respond;
  respond.set_request_id("respond");
  respond.set_recall_id("RC-1");
  respond.set_partner_id("rewe");
  respond.mutable_notify_time()->set_seconds(1'000);
  ASSERT_TRUE(Send(&Stub::RecordRecipientResponse, respond, recall).ok());
  EXPECT_FALSE(recall.has_effectiveness());
  respond.set_request_id("tomorrow");
  respond.mutable_answer_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(48)));
  EXPECT_EQ(Send(&Stub::RecordRecipientResponse, respond, recall).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);

  v1::GetRecallRequest get;
  get.set_recall_id("RC-1");
  ASSERT_TRUE(Send(&Stub::GetRecall, get, recall).ok());
  EXPECT_EQ(recall.effectiveness().recipient_count(), 1);
  EXPECT_EQ(recall.effectiveness().notified_percent(), 100);
  EXPECT_EQ(recall.effectiveness().answered_percent(), 0);
  // All of the salt, nothing of the soup.
  EXPECT_EQ(recall.effectiveness().on_hand_percent(), 50);
  EXPECT_EQ(recall.effectiveness().unaccounted_lot_count(), 1);
}

TEST_F(RecallRpc, BadFieldsOfWorkAreNamed) {
  v1::Recall recall;
  const auto fields_of = [&](const grpc::Status& status) {
    std::vector<std::string> fields;
    const v1::ProblemList problems = ProblemListOf(status);
    for (const v1::Problem& problem : problems.problems()) fields.push_back(problem.field());
    return fields;
  };
  v1::UpdateRecallRequest update;
  update.mutable_update_mask()->add_paths("state");
  EXPECT_THAT(fields_of(Send(&Stub::UpdateRecall, update, recall)),
              ElementsAre("request_id", "recall.recall_id", "update_mask"));
  EXPECT_THAT(fields_of(Send(&Stub::ExcludeRecallLots, v1::ExcludeRecallLotsRequest(), recall)),
              ElementsAre("request_id", "recall_id", "lots", "evidence"));
  EXPECT_THAT(fields_of(Send(&Stub::IncludeRecallLots, v1::IncludeRecallLotsRequest(), recall)),
              ElementsAre("request_id", "recall_id", "lots", "evidence"));
  v1::SetRecallDispositionRequest dispose;
  dispose.add_dispositions()->set_quantity("-1");
  EXPECT_THAT(
      fields_of(Send(&Stub::SetRecallDisposition, dispose, recall)),
      ElementsAre("request_id", "recall_id", "dispositions[0].lot", "dispositions[0].location_id",
                  "dispositions[0].kind", "dispositions[0].quantity"));
  v1::RecordRecipientResponseRequest respond;
  respond.add_quantities()->set_delivery_movement_id("nonsense");
  EXPECT_THAT(fields_of(Send(&Stub::RecordRecipientResponse, respond, recall)),
              ElementsAre("request_id", "recall_id", "partner_id", "quantities[0].lot",
                          "quantities[0].delivery_movement_id"));
}

}  // namespace
}  // namespace lots
