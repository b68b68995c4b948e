// Holds as callers of the API see them.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "storage/base/limits.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Lots = v1::LotService::Stub;
using Stock = v1::StockService::Stub;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HoldRpc : public testing::Test {
 protected:
  HoldRpc() {
    world_.CreateLot("salt", "L1");
    world_.MustRecord("RECEIPT L1 10 >stock");
  }

  std::string Id(const std::string& number) { return world_.IdOf(number).value().ToString(); }
  template <class Stub, class Request, class Response>
  grpc::Status Send(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    request.set_company("acme");
    return lots::Send(stub, method, request, response);
  }
  v1::HoldLotsRequest Holding(const std::string& number) {
    v1::HoldLotsRequest request;
    request.set_request_id(absl::StrCat("hold-", ++requests_));
    request.add_targets()->mutable_lot()->set_lot_id(Id(number));
    request.set_reason("lab report 7");
    return request;
  }
  v1::ReleaseLotsRequest Releasing() {
    v1::ReleaseLotsRequest request;
    request.set_request_id(absl::StrCat("release-", ++requests_));
    request.set_note("second test was good");
    return request;
  }
  // "FIELD_INVALID targets, reason" of a refusal; "OK".
  template <class Request, class Response>
  std::string Outcome(grpc::Status (Lots::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request) {
    Response response;
    const grpc::Status status = Send(*lots_, method, request, response);
    if (status.ok()) return "OK";
    std::string fields;
    const v1::ProblemList list = ProblemListOf(status);
    for (const v1::Problem& problem : list.problems()) {
      absl::StrAppend(&fields, fields.empty() ? " " : ", ", problem.field());
    }
    return absl::StrCat(ReasonOf(status), fields);
  }
  std::string Outcome(const v1::HoldLotsRequest& request) {
    return Outcome<v1::HoldLotsRequest, v1::HoldLotsResponse>(&Lots::HoldLots, request);
  }
  std::string Outcome(const v1::ReleaseLotsRequest& request) {
    return Outcome<v1::ReleaseLotsRequest, v1::ReleaseLotsResponse>(&Lots::ReleaseLots, request);
  }
  std::string Hold(const v1::HoldLotsRequest& request) {
    v1::HoldLotsResponse response;
    const grpc::Status status = Send(*lots_, &Lots::HoldLots, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.hold_ids_size() == 0 ? "" : response.hold_ids(0);
  }
  grpc::Status Deliver(const std::vector<v1::Acceptance>& accept = {}) {
    v1::RecordMovementsRequest request;
    request.set_request_id(absl::StrCat("move-", ++requests_));
    for (const v1::Acceptance one : accept) request.add_accept(one);
    v1::NewMovement& movement = *request.add_movements();
    movement.set_kind(v1::MOVEMENT_KIND_DELIVERY);
    movement.mutable_lot()->set_lot_id(Id("L1"));
    movement.set_quantity("1");
    movement.set_from_location_id("stock");
    v1::RecordMovementsResponse response;
    return Send(*stock_, &Stock::RecordMovements, request, response);
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Lots> lots_ = server_.NewStub<v1::LotService>();
  const std::unique_ptr<Stock> stock_ = server_.NewStub<v1::StockService>();
  int requests_ = 0;
};

TEST_F(HoldRpc, HoldComesBackWhole) {
  v1::HoldLotsRequest request = Holding("L1");
  request.mutable_targets(0)->set_location_id("stock");
  request.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  request.add_exempt_location_ids("yard");
  request.add_exempt_location_ids("SCRAP");
  const std::string id = Hold(request);

  v1::ListLotLocationsRequest list;
  list.set_lot_id(Id("L1"));
  v1::ListLotLocationsResponse locations;
  ASSERT_TRUE(Send(*lots_, &Lots::ListLotLocations, list, locations).ok());

  ASSERT_THAT(locations.locations(), SizeIs(1));
  EXPECT_EQ(locations.locations(0).hold_cause(), v1::HOLD_CAUSE_PLACE);
  ASSERT_THAT(locations.holds(), SizeIs(1));
  const v1::Hold& hold = locations.holds(0);
  EXPECT_EQ(hold.hold_id(), id);
  EXPECT_EQ(hold.lot_id(), Id("L1"));
  EXPECT_EQ(hold.product_id(), "salt");
  EXPECT_EQ(hold.number(), "L1");
  EXPECT_EQ(hold.cause(), v1::HOLD_CAUSE_PLACE);
  EXPECT_EQ(hold.location_id(), "stock");
  EXPECT_EQ(hold.reason(), "lab report 7");
  EXPECT_THAT(hold.exempt_location_ids(), ElementsAre("SCRAP", "yard"));
  EXPECT_EQ(hold.expire_time().seconds(), request.expire_time().seconds());
  EXPECT_TRUE(hold.has_place_time());
  EXPECT_EQ(hold.releaser(), "");
  EXPECT_FALSE(hold.has_release_time());
}

TEST_F(HoldRpc, EveryAnswerOfALotTellsItsCause) {
  Hold(Holding("L1"));
  v1::GetLotRequest get;
  get.set_lot_id(Id("L1"));
  v1::Lot lot;
  v1::ListLotsRequest list;
  list.set_filter("held = true");
  v1::ListLotsResponse lots;
  v1::SummarizeLotsRequest summarize;
  summarize.set_filter("held = true");
  v1::SummarizeLotsResponse groups;
  v1::ListStockRequest select;
  select.add_lot_ids(Id("L1"));
  v1::ListStockResponse stock;

  ASSERT_TRUE(Send(*lots_, &Lots::GetLot, get, lot).ok());
  ASSERT_TRUE(Send(*lots_, &Lots::ListLots, list, lots).ok());
  ASSERT_TRUE(Send(*lots_, &Lots::SummarizeLots, summarize, groups).ok());
  ASSERT_TRUE(Send(*stock_, &Stock::ListStock, select, stock).ok());

  EXPECT_EQ(lot.hold_cause(), v1::HOLD_CAUSE_LOT);
  ASSERT_THAT(lots.lots(), SizeIs(1));
  EXPECT_EQ(lots.lots(0).hold_cause(), v1::HOLD_CAUSE_LOT);
  ASSERT_THAT(groups.groups(), SizeIs(1));
  ASSERT_THAT(stock.stock(), SizeIs(1));
  EXPECT_EQ(stock.stock(0).hold_cause(), v1::HOLD_CAUSE_LOT);
}

TEST_F(HoldRpc, HeldGoodsAreRefusedUnlessAcceptedOrReleased) {
  const std::string id = Hold(Holding("L1"));

  const grpc::Status refused = Deliver();
  EXPECT_EQ(ReasonOf(refused), "LOT_HELD");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(refused).metadata().at("hold_id"), id);
  EXPECT_TRUE(Deliver({v1::ACCEPTANCE_HELD}).ok());
  EXPECT_TRUE(Deliver({v1::ACCEPTANCE_HELD, v1::ACCEPTANCE_EXPIRED}).ok());
  EXPECT_EQ(ReasonOf(Deliver({v1::ACCEPTANCE_SHORT})), "FIELD_INVALID");

  v1::ReleaseLotsRequest release = Releasing();
  release.add_lots()->set_lot_id(Id("L1"));
  v1::ReleaseLotsResponse released;
  ASSERT_TRUE(Send(*lots_, &Lots::ReleaseLots, release, released).ok());
  EXPECT_THAT(released.hold_ids(), ElementsAre(id));
  EXPECT_TRUE(Deliver().ok());
}

TEST_F(HoldRpc, HistoryTellsTheHoldAndItsEnd) {
  const std::string id = Hold(Holding("L1"));
  v1::ReleaseLotsRequest release = Releasing();
  release.add_hold_ids(id);
  ASSERT_EQ(Outcome(release), "OK");
  v1::ListLotHistoryRequest request;
  request.set_lot_id(Id("L1"));
  v1::ListLotHistoryResponse history;

  ASSERT_TRUE(Send(*lots_, &Lots::ListLotHistory, request, history).ok());

  ASSERT_THAT(history.entries(), SizeIs(4));
  const v1::LotEvent& held = history.entries(2).event();
  EXPECT_EQ(held.kind(), v1::LOT_EVENT_KIND_HELD);
  EXPECT_EQ(held.hold().hold_id(), id);
  EXPECT_EQ(held.hold().number(), "L1");
  EXPECT_EQ(history.entries(3).event().kind(), v1::LOT_EVENT_KIND_RELEASED);
  EXPECT_EQ(history.entries(3).event().hold().release_note(), "second test was good");
  EXPECT_TRUE(history.entries(3).event().hold().has_release_time());
}

TEST_F(HoldRpc, RecallsHoldTheirMembers) {
  AddMember(world_.db(), {.company = world_.company(), .recall = "R1", .lot = world_.IdOf("L1")});
  v1::ListLotLocationsRequest list;
  list.set_lot_id(Id("L1"));
  v1::ListLotLocationsResponse locations;

  ASSERT_TRUE(Send(*lots_, &Lots::ListLotLocations, list, locations).ok());

  ASSERT_THAT(locations.holds(), SizeIs(1));
  EXPECT_EQ(locations.holds(0).cause(), v1::HOLD_CAUSE_RECALL);
  EXPECT_EQ(locations.holds(0).recall_id(), "R1");
  EXPECT_EQ(locations.holds(0).hold_id(), "");
  EXPECT_EQ(ErrorInfoOf(Deliver()).metadata().at("recall_id"), "R1");
}

TEST_F(HoldRpc, MalformedHoldsAreRefusedWithEveryProblem) {
  v1::HoldLotsRequest nothing;
  EXPECT_EQ(Outcome(nothing), "FIELD_INVALID request_id, reason, targets");
  v1::HoldLotsRequest request = Holding("L1");
  request.add_targets()->set_location_id(" x");
  request.add_exempt_location_ids("");
  EXPECT_EQ(Outcome(request),
            "FIELD_INVALID targets[1].lot, targets[1].location_id, exempt_location_ids[0]");
  request = Holding("L1");
  for (int i = 0; i <= kExemptLocationsMax; ++i) request.add_exempt_location_ids("yard");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID exempt_location_ids");
  request = Holding("L1");
  request.set_reason(std::string(kNoteCharactersMax + 1, 'x'));
  EXPECT_EQ(Outcome(request), "FIELD_INVALID reason");
  request.set_reason(" \n ");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID reason");
  request = Holding("L1");
  request.mutable_expire_time()->set_seconds(1'700'000'000);
  EXPECT_EQ(Outcome(request), "FIELD_INVALID expire_time");
}

TEST_F(HoldRpc, MalformedReleasesAreRefusedWithEveryProblem) {
  v1::ReleaseLotsRequest nothing;
  EXPECT_EQ(Outcome(nothing), "FIELD_INVALID request_id, note, hold_ids");
  v1::ReleaseLotsRequest request = Releasing();
  request.add_hold_ids(Hold(Holding("L1")));
  request.add_lots()->set_lot_id(Id("L1"));
  EXPECT_EQ(Outcome(request), "FIELD_INVALID hold_ids");
  request = Releasing();
  request.add_hold_ids("x");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID hold_ids[0]");
  request = Releasing();
  request.add_lots();
  EXPECT_EQ(Outcome(request), "FIELD_INVALID lots[0]");
}

TEST_F(HoldRpc, TenThousandSerialsAreHeldAtOnce) {
  v1::BatchCreateLotsRequest create;
  create.set_request_id("create");
  create.set_product_id("bike");
  create.set_count(static_cast<int32_t>(kHoldsPerCallMax));
  create.set_first_number("B00001");
  v1::BatchCreateLotsResponse created;
  ASSERT_TRUE(Send(*lots_, &Lots::BatchCreateLots, create, created).ok());
  v1::HoldLotsRequest request = Holding("L1");
  request.clear_targets();
  for (const v1::NumberedLot& lot : created.lots()) {
    request.add_targets()->mutable_lot()->set_lot_id(lot.lot_id());
  }
  v1::HoldLotsResponse held, again;

  ASSERT_TRUE(Send(*lots_, &Lots::HoldLots, request, held).ok());
  ASSERT_TRUE(Send(*lots_, &Lots::HoldLots, request, again).ok());

  EXPECT_THAT(held.hold_ids(), SizeIs(kHoldsPerCallMax));
  EXPECT_EQ(held.DebugString(), again.DebugString());
  request.set_request_id("more");
  request.add_targets()->mutable_lot()->set_lot_id(Id("L1"));
  EXPECT_EQ(Outcome(request), "FIELD_INVALID targets");
}

}  // namespace
}  // namespace lots
