// The view FULL of lots: where they are and who has them, in each method that answers lots.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "storage/domain/kinds/movement.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/service/handlers/lots/lot_calls.h"
#include "tests/support/base/must.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kStatesRead[] =
    "lots_db_query_seconds_count{statement=\"read_states_of_whereabouts\"}";

// Bike B is with anna; the motor M is in it, and the frame F in the motor.
class LotViews : public LotCalls {
 protected:
  LotViews() {
    frame_ = world_.CreateLot("frame", "F", "1");
    motor_ = Make("motor", "M", frame_);
    bike_ = Make("bike", "B", motor_);
    RecordMovementsCommand delivery =
        world_.MoveCommand(MovementKind::kDelivery, bike_, "1", "stock", "shop");
    delivery.movements[0].partner_id = "anna";
    delivery_ = Must(RecordMovements(world_.db(), delivery)).movement_ids[0];
  }
  LotId Make(const std::string& product, const std::string& number, const LotId& component) {
    CompletionCommand command = world_.CompleteCommand(absl::StrCat("W-", number), product);
    command.destination = LocationId("stock");
    command.outputs = {Output(number)};
    command.components = {Component(component, "", 0)};
    return Must(CompleteWorkOrder(world_.db(), command)).outputs[0].lot_id;
  }
  static std::string IdOf(const LotId& lot) { return lot.value().ToString(); }
  v1::Lot Get(const LotId& lot, v1::LotView view) {
    v1::GetLotRequest request;
    request.set_lot_id(IdOf(lot));
    request.set_view(view);
    v1::Lot answer;
    const grpc::Status status = Send(&Stub::GetLot, request, answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }

  LotId frame_, motor_, bike_;
  MovementId delivery_;
};

TEST_F(LotViews, AnswersWhoHasASerial) {
  const v1::LotWhereabouts bike = Get(bike_, v1::LOT_VIEW_FULL).whereabouts();
  EXPECT_THAT(bike.states(), ElementsAre(v1::WHEREABOUTS_WITH_CUSTOMER));
  EXPECT_EQ(bike.position().location_id(), "shop");
  EXPECT_EQ(bike.position().location_kind(), v1::LOCATION_KIND_CUSTOMER);
  EXPECT_EQ(bike.position().partner_id(), "anna");
  EXPECT_EQ(bike.position().movement_id(), delivery_.value().ToString());
  EXPECT_TRUE(bike.position().has_since_time());
  EXPECT_FALSE(bike.has_unit());

  const v1::LotWhereabouts frame = Get(frame_, v1::LOT_VIEW_FULL).whereabouts();
  EXPECT_THAT(frame.states(), ElementsAre(v1::WHEREABOUTS_BUILT_IN));
  EXPECT_FALSE(frame.has_position());
  EXPECT_EQ(frame.unit().lot_id(), IdOf(motor_));
  EXPECT_EQ(frame.unit().product_id(), "motor");
  EXPECT_EQ(frame.unit().number(), "M");
  EXPECT_THAT(frame.unit().states(), ElementsAre(v1::WHEREABOUTS_BUILT_IN));
  EXPECT_FALSE(frame.unit().has_position());
  EXPECT_EQ(frame.outermost_unit().lot_id(), IdOf(bike_));
  EXPECT_EQ(frame.outermost_unit().position().partner_id(), "anna");
  EXPECT_FALSE(frame.has_successor());
}

TEST_F(LotViews, OtherViewsReadNothingMore) {
  const double before = server_.Metric(kStatesRead);
  EXPECT_FALSE(Get(bike_, v1::LOT_VIEW_UNSPECIFIED).has_whereabouts());
  EXPECT_FALSE(Get(bike_, v1::LOT_VIEW_BASIC).has_whereabouts());
  v1::ListLotsResponse lots;
  ASSERT_TRUE(Send(&Stub::ListLots, v1::ListLotsRequest(), lots).ok());
  EXPECT_EQ(server_.Metric(kStatesRead), before);
  EXPECT_TRUE(Get(bike_, v1::LOT_VIEW_FULL).has_whereabouts());
  EXPECT_EQ(server_.Metric(kStatesRead), before + 1);
}

TEST_F(LotViews, EachListOfLotsHasTheView) {
  v1::BatchGetLotsRequest get;
  get.add_lot_ids(IdOf(bike_));
  get.add_lot_ids(IdOf(motor_));
  get.set_view(v1::LOT_VIEW_FULL);
  v1::BatchGetLotsResponse got;
  ASSERT_TRUE(Send(&Stub::BatchGetLots, get, got).ok());
  EXPECT_THAT(got.lots(0).whereabouts().states(), ElementsAre(v1::WHEREABOUTS_WITH_CUSTOMER));
  EXPECT_EQ(got.lots(1).whereabouts().unit().number(), "B");

  v1::FindLotsRequest find;
  find.add_numbers("F");
  find.add_numbers("nowhere");
  find.set_view(v1::LOT_VIEW_FULL);
  v1::FindLotsResponse found;
  ASSERT_TRUE(Send(&Stub::FindLots, find, found).ok());
  EXPECT_EQ(found.matches(0).lots(0).whereabouts().outermost_unit().number(), "B");
  EXPECT_THAT(found.matches(1).lots(), IsEmpty());

  v1::ListLotsRequest list;
  list.set_filter("whereabouts = BUILT_IN");
  list.set_order_by("number");
  list.set_view(v1::LOT_VIEW_FULL);
  v1::ListLotsResponse listed;
  ASSERT_TRUE(Send(&Stub::ListLots, list, listed).ok());
  ASSERT_EQ(listed.lots_size(), 2);
  EXPECT_EQ(listed.lots(0).whereabouts().unit().number(), "M");
  EXPECT_EQ(listed.lots(1).whereabouts().unit().number(), "B");
}

TEST_F(LotViews, FiltersFindWhatIsInAUnit) {
  v1::ListLotsRequest list;
  list.set_filter(absl::StrCat("unit_lot_id = \"", IdOf(bike_), "\""));
  list.set_order_by("number");
  list.set_page_size(1);
  v1::ListLotsResponse listed;
  ASSERT_TRUE(Send(&Stub::ListLots, list, listed).ok());
  ASSERT_EQ(listed.lots_size(), 1);
  EXPECT_EQ(listed.lots(0).number(), "F");
  list.set_page_token(listed.next_page_token());
  ASSERT_TRUE(Send(&Stub::ListLots, list, listed).ok());
  ASSERT_EQ(listed.lots_size(), 1);
  EXPECT_EQ(listed.lots(0).number(), "M");
  EXPECT_EQ(listed.next_page_token(), "");
}

TEST_F(LotViews, MistakesAreRefused) {
  v1::GetLotRequest get;
  get.set_lot_id(IdOf(bike_));
  get.set_view(static_cast<v1::LotView>(7));
  v1::Lot lot;
  EXPECT_EQ(Outcome(&Stub::GetLot, get, lot), "FIELD_INVALID view");
  v1::ListLotsRequest list;
  list.set_view(static_cast<v1::LotView>(7));
  v1::ListLotsResponse listed;
  EXPECT_EQ(Outcome(&Stub::ListLots, list, listed), "FIELD_INVALID view");
  v1::CreateLotRequest create = Creating("motor", "M-2");
  create.mutable_lot()->mutable_whereabouts()->add_states(v1::WHEREABOUTS_IN_STOCK);
  EXPECT_EQ(Refusal(create), "FIELD_INVALID lot.whereabouts");
}

}  // namespace
}  // namespace lots
