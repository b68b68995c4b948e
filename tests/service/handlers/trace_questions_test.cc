// ListRecipients, FindCommonOrigins, GetWarranty and ExtendWarranty as callers of the API see them.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lots/v1/trace.grpc.pb.h"
#include "service/handlers/trace.h"
#include "storage/base/limits.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Traces = v1::TraceService::Stub;

// Of a client that takes one message at a time.
class SlowSink : public Sink<v1::ListRecipientsResponse> {
 public:
  void Append(v1::ListRecipientsResponse message) override {
    messages.push_back(std::move(message));
    full_ = true;
  }
  bool full() const override { return full_; }
  void ResumeWith(Rest rest) override { rest_ = std::move(rest); }

  // Goes on once the client has taken what waits; false: nothing is left for later.
  bool Resume(pg::Connection& db) {
    if (!rest_) return false;
    full_ = false;
    const Rest rest = std::exchange(rest_, nullptr);
    EXPECT_TRUE(rest(db, *this).ok());
    return true;
  }

  std::vector<v1::ListRecipientsResponse> messages;

 private:
  bool full_ = false;
  Rest rest_;
};

// Bikes B1 to B3 of frames F1 to F3 and of salt, on shelf; B1 with customer C-1, B2 back from C-2.
class QuestionsRpc : public testing::Test {
 protected:
  QuestionsRpc() {
    server_.database().Execute("UPDATE products SET warranty_months = 24");
    salt_ = world_.CreateLot("salt", "SALT", "9");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    for (int i = 0; i < 3; ++i) {
      const LotId frame = world_.CreateLot("frame", absl::StrCat("F", i + 1), "1");
      command.outputs.push_back(Output(absl::StrCat("B", i + 1)));
      command.components.push_back(Component(frame, "", i));
    }
    command.components.push_back(Component(salt_, "3"));
    EXPECT_TRUE(CompleteWorkOrder(world_.db(), command).ok());
    Move(MovementKind::kDelivery, "B1", "shelf", "shop", "C-1");
    const MovementId delivery = Move(MovementKind::kDelivery, "B2", "shelf", "shop", "C-2");
    Move(MovementKind::kReturn, "B2", "shop", "shelf", "C-2", delivery);
  }

  MovementId Move(MovementKind kind, absl::string_view bike, absl::string_view from,
                  absl::string_view to, const std::string& partner,
                  std::optional<MovementId> delivery = {}) {
    RecordMovementsCommand command =
        world_.MoveCommand(kind, world_.IdOf("bike", bike), "", from, to);
    command.movements[0].partner_id = partner;
    command.movements[0].delivery = delivery;
    command.movements[0].document = {"note", "N-1"};
    const auto moved = RecordMovements(world_.db(), command);
    EXPECT_TRUE(moved.ok()) << moved.status();
    return moved.ok() ? moved->movement_ids[0] : MovementId();
  }
  static void Name(absl::string_view number, v1::LotRef& ref) {
    ref.set_product_id("bike");
    ref.set_number(std::string(number));
  }
  static std::string Outcome(const grpc::Status& status) {
    if (status.ok()) return "OK";
    std::string text = ReasonOf(status);
    const v1::ProblemList list = ProblemListOf(status);
    for (int i = 0; i < list.problems_size(); ++i) {
      absl::StrAppend(&text, i == 0 ? " " : ", ", list.problems(i).field());
    }
    return text;
  }
  // Messages in their order.
  std::string Recipients(v1::ListRecipientsRequest request) {
    request.set_company("acme");
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    const auto reader = traces_->ListRecipients(&context, request);
    messages_.clear();
    v1::ListRecipientsResponse message;
    while (reader->Read(&message)) messages_.push_back(message);
    return Outcome(reader->Finish());
  }
  std::string Origins(v1::FindCommonOriginsRequest request) {
    request.set_company("acme");
    return Outcome(Send(*traces_, &Traces::FindCommonOrigins, request, origins_));
  }
  std::string Warranty(v1::GetWarrantyRequest request) {
    request.set_company("acme");
    return Outcome(Send(*traces_, &Traces::GetWarranty, request, warranty_));
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Traces> traces_ = server_.NewStub<v1::TraceService>();
  LotId salt_;
  std::vector<v1::ListRecipientsResponse> messages_;
  v1::FindCommonOriginsResponse origins_;
  v1::Warranty warranty_;
};

TEST_F(QuestionsRpc, RecipientsComeWholeWithASummaryAtTheEnd) {
  v1::ListRecipientsRequest request;
  request.add_seeds()->set_lot_id(salt_.value().ToString());
  request.set_show_returned(true);
  ASSERT_EQ(Recipients(request), "OK");
  ASSERT_EQ(messages_.size(), 2u);
  ASSERT_EQ(messages_[0].recipients_size(), 2);
  const v1::Recipient& first = messages_[0].recipients(0);
  EXPECT_EQ(first.partner_id(), "C-1");
  EXPECT_EQ(first.location_id(), "shop");
  EXPECT_EQ(first.from_location_id(), "shelf");
  EXPECT_EQ(first.document().number(), "N-1");
  EXPECT_EQ(first.product_id(), "bike");
  EXPECT_EQ(first.number(), "B1");
  EXPECT_EQ(first.delivered_quantity(), "1");
  EXPECT_EQ(first.returned_quantity(), "0");
  EXPECT_EQ(first.net_quantity(), "1");
  EXPECT_FALSE(first.direct());
  EXPECT_EQ(first.depth(), 1);
  EXPECT_EQ(first.certainty(), v1::CERTAINTY_POSSIBLE);
  EXPECT_EQ(messages_[0].recipients(1).net_quantity(), "0");
  EXPECT_EQ(messages_[1].summary().delivery_count(), 2);
  EXPECT_EQ(messages_[1].summary().partner_count(), 2);
  EXPECT_EQ(messages_[1].summary().lot_count(), 4);

  request.clear_seeds();
  Name("B1", *request.add_seeds());
  ASSERT_EQ(Recipients(request), "OK");
  EXPECT_TRUE(messages_[0].recipients(0).direct());
  EXPECT_EQ(messages_[0].recipients(0).certainty(), v1::CERTAINTY_CERTAIN);
}

TEST_F(QuestionsRpc, ASlowClientOfRecipientsHoldsNoConnection) {
  v1::ListRecipientsRequest request;
  Name("B1", *request.add_seeds());
  SlowSink sink;
  {
    const auto db = server_.database().Connect();
    ASSERT_TRUE(
        handlers::ListRecipients(request, Call{.company = world_.company()}, *db, sink).ok());
  }
  ASSERT_EQ(sink.messages.size(), 1u);
  EXPECT_TRUE(sink.Resume(world_.db()));
  EXPECT_FALSE(sink.Resume(world_.db()));
  ASSERT_EQ(sink.messages.size(), 2u);
  EXPECT_EQ(sink.messages[0].recipients(0).number(), "B1");
  EXPECT_EQ(sink.messages[1].summary().delivery_count(), 1);
}

TEST_F(QuestionsRpc, NobodyIsAnAnswerToo) {
  v1::ListRecipientsRequest request;
  Name("B3", *request.add_seeds());
  ASSERT_EQ(Recipients(request), "OK");
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0].summary().lot_count(), 1);
}

TEST_F(QuestionsRpc, RecipientsNameEverySeedThatIsNotThere) {
  v1::ListRecipientsRequest request;
  EXPECT_EQ(Recipients(request), "FIELD_INVALID seeds");
  Name("B1", *request.add_seeds());
  Name("X", *request.add_seeds());
  Name("Y", *request.add_seeds());
  EXPECT_EQ(Recipients(request), "LOT_NOT_FOUND seeds[1], seeds[2]");
  for (int i = 0; i < kTraceSeedsMax; ++i) Name("B1", *request.add_seeds());
  EXPECT_EQ(Recipients(request), "FIELD_INVALID seeds");
}

TEST_F(QuestionsRpc, OriginsAreRankedWithNumbers) {
  v1::FindCommonOriginsRequest request;
  Name("B1", *request.add_failed());
  Name("B2", *request.add_sound());
  Name("B3", *request.add_sound());
  ASSERT_EQ(Origins(request), "OK");
  EXPECT_EQ(origins_.failed_count(), 1);
  EXPECT_EQ(origins_.sound_count(), 2);
  EXPECT_EQ(origins_.origin_count(), 4);
  ASSERT_EQ(origins_.origins_size(), 4);
  const v1::Origin& first = origins_.origins(0);
  EXPECT_EQ(first.kind(), v1::ORIGIN_KIND_LOT);
  EXPECT_EQ(first.lot_id(), world_.IdOf("frame", "F1").value().ToString());
  EXPECT_EQ(first.product_id(), "frame");
  EXPECT_EQ(first.number(), "F1");
  EXPECT_EQ(first.failed_count(), 1);
  EXPECT_EQ(first.sound_count(), 0);
  EXPECT_NEAR(first.p_value(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(first.odds_ratio(), 15, 1e-12);  // 1.5 · 2.5 / (0.5 · 0.5)
  EXPECT_EQ(origins_.origins(1).number(), "SALT");
  EXPECT_EQ(origins_.origins(2).work_order_id(), "W1");
  EXPECT_EQ(origins_.origins(2).lot_id(), "");
  EXPECT_EQ(origins_.origins(3).kind(), v1::ORIGIN_KIND_PRODUCTION_DAY);
  EXPECT_GT(origins_.origins(3).day().year(), 2020);

  request.clear_sound();
  request.set_limit(1);
  ASSERT_EQ(Origins(request), "OK");
  EXPECT_EQ(origins_.sound_count(), 2);
  EXPECT_EQ(origins_.origins_size(), 1);
  EXPECT_EQ(origins_.origin_count(), 4);
}

TEST_F(QuestionsRpc, OriginsCheckTheirUnits) {
  v1::FindCommonOriginsRequest request;
  request.set_limit(kOriginsShownMax + 1);
  EXPECT_EQ(Origins(request), "FIELD_INVALID failed, limit");
  request.set_limit(0);
  Name("B1", *request.add_failed());
  Name("b1", *request.add_sound());
  EXPECT_EQ(Origins(request), "DUPLICATE_IN_REQUEST sound[0]");
  Name("X", *request.add_failed());
  EXPECT_EQ(Origins(request), "LOT_NOT_FOUND failed[1], sound[0]");
  for (int i = 0; i < kSoundUnitsMax; ++i) Name("B1", *request.add_sound());
  EXPECT_EQ(Origins(request), "FIELD_INVALID sound");
}

TEST_F(QuestionsRpc, WarrantyBeginsWithTheDelivery) {
  v1::GetWarrantyRequest request;
  Name("B1", *request.mutable_lot());
  ASSERT_EQ(Warranty(request), "OK");
  EXPECT_EQ(warranty_.state(), v1::WARRANTY_STATE_IN_FORCE);
  EXPECT_EQ(warranty_.warranty_months(), 24);
  EXPECT_EQ(warranty_.product_id(), "bike");
  EXPECT_EQ(warranty_.number(), "B1");
  EXPECT_EQ(warranty_.partner_id(), "C-1");
  EXPECT_EQ(warranty_.document().number(), "N-1");
  EXPECT_NE(warranty_.delivery_movement_id(), "");
  EXPECT_GE(warranty_.end_date().year(), warranty_.start_date().year() + 1);

  // One that came back keeps it, for example while it is repaired.
  Name("B2", *request.mutable_lot());
  ASSERT_EQ(Warranty(request), "OK");
  EXPECT_EQ(warranty_.state(), v1::WARRANTY_STATE_IN_FORCE);
  EXPECT_EQ(warranty_.partner_id(), "C-2");

  Name("B3", *request.mutable_lot());
  ASSERT_EQ(Warranty(request), "OK");
  EXPECT_EQ(warranty_.state(), v1::WARRANTY_STATE_NOT_DELIVERED);
  EXPECT_FALSE(warranty_.has_start_date());
  EXPECT_EQ(warranty_.delivery_movement_id(), "");
}

TEST_F(QuestionsRpc, WarrantyIsAUnits) {
  v1::GetWarrantyRequest request;
  EXPECT_EQ(Warranty(request), "FIELD_INVALID lot");
  Name("X", *request.mutable_lot());
  EXPECT_EQ(Warranty(request), "LOT_NOT_FOUND lot");
  request.mutable_lot()->set_product_id("salt");
  request.mutable_lot()->set_number("SALT");
  EXPECT_EQ(Warranty(request), "TRACKING_MISMATCH lot");
}

TEST_F(QuestionsRpc, WarrantiesAreExtended) {
  v1::ExtendWarrantyRequest request;
  request.set_company("acme");
  request.set_request_id("extend");
  Name("B1", *request.add_lots());
  Name("B3", *request.add_lots());
  request.set_add_months(12);
  request.set_reason("sold with the unit");
  request.mutable_document()->set_type("contract");
  request.mutable_document()->set_number("C-77");
  v1::ExtendWarrantyResponse response;

  ASSERT_EQ(Outcome(Send(*traces_, &Traces::ExtendWarranty, request, response)), "OK");

  ASSERT_EQ(response.warranties_size(), 2);
  EXPECT_EQ(response.warranty_count(), 2);
  EXPECT_FALSE(response.warranties_truncated());
  const v1::Warranty& warranty = response.warranties(0);
  EXPECT_EQ(warranty.number(), "B1");
  EXPECT_EQ(warranty.end_date().year(), warranty.original_end_date().year() + 1);
  ASSERT_EQ(warranty.extensions_size(), 1);
  EXPECT_EQ(warranty.extensions(0).add_months(), 12);
  EXPECT_EQ(warranty.extensions(0).document().number(), "C-77");
  EXPECT_NE(warranty.extensions(0).extension_id(), "");
  EXPECT_EQ(response.warranties(1).state(), v1::WARRANTY_STATE_NOT_DELIVERED);

  v1::GetWarrantyRequest ask;
  Name("B1", *ask.mutable_lot());
  ASSERT_EQ(Warranty(ask), "OK");
  EXPECT_EQ(warranty_.extensions_size(), 1);
  ask.mutable_as_of()->set_seconds(warranty_.extensions(0).record_time().seconds() - 1);
  ASSERT_EQ(Warranty(ask), "OK");
  EXPECT_EQ(warranty_.extensions_size(), 0);
}

TEST_F(QuestionsRpc, AnExtensionSaysHowMuchAndWhy) {
  v1::ExtendWarrantyRequest request;
  request.set_company("acme");
  request.set_request_id("extend");
  v1::ExtendWarrantyResponse response;
  const auto extend = [&] {
    return Outcome(Send(*traces_, &Traces::ExtendWarranty, request, response));
  };
  EXPECT_EQ(extend(), "FIELD_INVALID lots, reason, add_months");
  Name("B1", *request.add_lots());
  request.set_reason("goodwill");
  request.set_add_months(1'201);
  request.set_shortens(true);
  EXPECT_EQ(extend(), "FIELD_INVALID add_months, shortens");
  request.set_add_months(12);
  request.set_shortens(false);
  request.mutable_end_date()->set_year(2099);
  EXPECT_EQ(extend(), "FIELD_INVALID end_date, add_months");
  request.clear_end_date();
  request.clear_request_id();
  EXPECT_EQ(extend(), "FIELD_INVALID request_id");
  request.set_request_id("extend");
  EXPECT_EQ(extend(), "OK");
}

}  // namespace
}  // namespace lots
