// Splitting, merging and relabelling as callers of the API see them.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lots/v1/lot.grpc.pb.h"
#include "storage/base/limits.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Lots = v1::LotService::Stub;

class ReshapeRpc : public testing::Test {
 protected:
  std::string Id(const LotId& lot) { return lot.value().ToString(); }
  v1::SplitLotRequest Splitting(const LotId& lot) {
    v1::SplitLotRequest request;
    request.set_company("acme");
    request.set_request_id(absl::StrCat("split-", ++requests_));
    request.mutable_lot()->set_lot_id(Id(lot));
    request.set_location_id("stock");
    v1::SplitPart& part = *request.add_parts();
    part.set_number("P1");
    part.set_quantity("2.5");
    return request;
  }
  v1::MergeLotsRequest Merging(const LotId& lot) {
    v1::MergeLotsRequest request;
    request.set_company("acme");
    request.set_request_id(absl::StrCat("merge-", ++requests_));
    v1::MergeSource& source = *request.add_sources();
    source.mutable_lot()->set_lot_id(Id(lot));
    source.set_location_id("stock");
    request.set_number("M1");
    return request;
  }
  v1::RelabelLotRequest Relabelling(const LotId& lot) {
    v1::RelabelLotRequest request;
    request.set_company("acme");
    request.set_request_id(absl::StrCat("relabel-", ++requests_));
    request.mutable_lot()->set_lot_id(Id(lot));
    request.set_location_id("stock");
    request.set_number("R1");
    return request;
  }
  template <class Request>
  using Method = grpc::Status (Lots::*)(grpc::ClientContext*, const Request&, v1::ReshapeResponse*);
  // "FIELD_INVALID lot, parts" of a refusal; "OK", with the answer in done_.
  template <class Request>
  std::string Outcome(Method<Request> method, const Request& request) {
    const grpc::Status status = Send(*lots_, method, request, done_);
    if (status.ok()) return "OK";
    std::string text = ReasonOf(status);
    const v1::ProblemList list = ProblemListOf(status);
    for (int i = 0; i < list.problems_size(); ++i) {
      absl::StrAppend(&text, i == 0 ? " " : ", ", list.problems(i).field());
    }
    return text;
  }
  std::string Split(const v1::SplitLotRequest& request) {
    return Outcome<v1::SplitLotRequest>(&Lots::SplitLot, request);
  }
  std::string Merge(const v1::MergeLotsRequest& request) {
    return Outcome<v1::MergeLotsRequest>(&Lots::MergeLots, request);
  }
  std::string Relabel(const v1::RelabelLotRequest& request) {
    return Outcome<v1::RelabelLotRequest>(&Lots::RelabelLot, request);
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Lots> lots_ = server_.NewStub<v1::LotService>();
  const LotId salt_ = world_.CreateLot("salt", "A", "10");
  v1::ReshapeResponse done_;
  int requests_ = 0;
};

TEST_F(ReshapeRpc, SplitNamesItsParts) {
  v1::SplitLotRequest request = Splitting(salt_);
  v1::SplitPart& second = *request.add_parts();
  second.set_number("P2");
  second.set_quantity("1");
  second.set_location_id("shelf");
  request.set_note("two customers");
  ASSERT_EQ(Split(request), "OK");
  ASSERT_EQ(done_.lots_size(), 2);
  EXPECT_EQ(done_.lots(0).number(), "P1");
  EXPECT_EQ(done_.lots(1).lot_id(), Id(world_.IdOf("salt", "P2")));
  EXPECT_NE(done_.transformation_id(), "");
  EXPECT_EQ(world_.Where(salt_), "stock 6.5");
  EXPECT_EQ(world_.Where(world_.IdOf("salt", "P2")), "shelf 1");

  const std::string first = done_.ShortDebugString();
  ASSERT_EQ(Split(request), "OK");
  EXPECT_EQ(done_.ShortDebugString(), first);
  EXPECT_EQ(world_.Where(salt_), "stock 6.5");
  request.set_note("another");
  EXPECT_EQ(Split(request), "REQUEST_ID_REUSED request_id");
}

TEST_F(ReshapeRpc, MergeTakesAllOrSome) {
  v1::MergeLotsRequest request = Merging(salt_);
  v1::MergeSource& second = *request.add_sources();
  second.mutable_lot()->set_lot_id(Id(world_.CreateLot("salt", "B", "5")));
  second.set_location_id("stock");
  second.set_quantity("2");
  request.set_location_id("line");
  ASSERT_EQ(Merge(request), "OK");
  ASSERT_EQ(done_.lots_size(), 1);
  EXPECT_EQ(done_.lots(0).number(), "M1");
  EXPECT_EQ(world_.Where(world_.IdOf("salt", "M1")), "line 12");
}

TEST_F(ReshapeRpc, RelabelGivesAnotherProductAndDate) {
  v1::RelabelLotRequest request = Relabelling(salt_);
  request.set_product_id("soup");
  request.set_quantity("4");
  request.mutable_expire_date()->set_year(2031);
  request.mutable_expire_date()->set_month(2);
  request.mutable_expire_date()->set_day(3);
  ASSERT_EQ(Relabel(request), "OK");
  v1::GetLotRequest get;
  get.set_company("acme");
  get.set_lot_id(done_.lots(0).lot_id());
  v1::Lot lot;
  ASSERT_TRUE(Send(*lots_, &Lots::GetLot, get, lot).ok());
  EXPECT_EQ(lot.product_id(), "soup");
  EXPECT_EQ(lot.number(), "R1");
  EXPECT_EQ(lot.on_hand_quantity(), "4.000");
  EXPECT_EQ(lot.expire_date().year(), 2031);
}

TEST_F(ReshapeRpc, FieldsAreChecked) {
  v1::SplitLotRequest split;
  split.set_company("acme");
  EXPECT_EQ(Split(split), "FIELD_INVALID request_id, lot, location_id, parts");
  split = Splitting(salt_);
  split.mutable_parts(0)->set_quantity("0");
  split.mutable_parts(0)->set_location_id(" ");
  split.add_accept(v1::ACCEPTANCE_SHORT);
  EXPECT_EQ(Split(split), "FIELD_INVALID accept[0], parts[0].quantity, parts[0].location_id");
  split = Splitting(salt_);
  for (int i = 0; i < kReshapePartsMax; ++i) split.add_parts()->set_quantity("1");
  EXPECT_EQ(Split(split), "FIELD_INVALID parts");

  v1::MergeLotsRequest merge = Merging(salt_);
  merge.clear_sources();
  EXPECT_EQ(Merge(merge), "FIELD_INVALID sources");
  merge.add_sources()->set_quantity("-1");
  EXPECT_EQ(Merge(merge),
            "FIELD_INVALID sources[0].lot, sources[0].location_id, sources[0].quantity");

  v1::RelabelLotRequest relabel = Relabelling(salt_);
  relabel.set_quantity("one");
  relabel.mutable_expire_date()->set_month(13);
  relabel.set_note(std::string(kNoteCharactersMax + 1, 'x'));
  EXPECT_EQ(Relabel(relabel), "FIELD_INVALID note, quantity, expire_date");
  relabel = Relabelling(salt_);
  relabel.mutable_occur_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 2 * 86'400);
  EXPECT_EQ(Relabel(relabel), "FIELD_INVALID occur_time");
}

TEST_F(ReshapeRpc, RefusalsSayTheirReason) {
  v1::SplitLotRequest split = Splitting(salt_);
  split.mutable_parts(0)->set_quantity("10.001");
  EXPECT_EQ(Split(split), "NOT_ENOUGH parts");
  v1::MergeLotsRequest merge = Merging(salt_);
  merge.add_sources()->CopyFrom(merge.sources(0));
  merge.mutable_sources(1)->mutable_lot()->set_lot_id(Id(world_.CreateLot("soup", "S", "1")));
  EXPECT_EQ(Merge(merge), "PRODUCT_MISMATCH sources[1].lot");
  v1::RelabelLotRequest relabel = Relabelling(salt_);
  relabel.set_product_id("bike");
  EXPECT_EQ(Relabel(relabel), "TRACKING_MISMATCH product_id");
}

TEST_F(ReshapeRpc, AMergeSaysWhatDiffers) {
  v1::UpdateLotRequest edit;
  edit.set_company("acme");
  edit.set_request_id("edit");
  edit.mutable_lot()->set_lot_id(Id(salt_));
  edit.mutable_lot()->set_notes("dry");
  (*edit.mutable_lot()->mutable_attributes())["allergen"].set_text("soy");
  edit.mutable_update_mask()->add_paths("notes");
  edit.mutable_update_mask()->add_paths("attributes");
  v1::Lot lot;
  ASSERT_TRUE(Send(*lots_, &Lots::UpdateLot, edit, lot).ok());
  v1::MergeLotsRequest merge = Merging(salt_);
  v1::MergeSource& second = *merge.add_sources();
  second.mutable_lot()->set_lot_id(Id(world_.CreateLot("salt", "B", "5")));
  second.set_location_id("stock");
  EXPECT_EQ(Merge(merge), "LOTS_DIFFER notes, attributes.allergen");

  merge.set_reference("H-1\nH-2");
  merge.set_notes("two\nlines");
  EXPECT_EQ(Merge(merge), "FIELD_INVALID reference");
  merge.set_reference(std::string(101, 'x'));
  merge.set_notes("");
  EXPECT_EQ(Merge(merge), "FIELD_INVALID reference");
  merge.set_reference("H-7");
  (*merge.mutable_attributes())["allergen"].set_text("soy");
  ASSERT_EQ(Merge(merge), "OK");
  v1::GetLotRequest get;
  get.set_company("acme");
  get.set_lot_id(done_.lots(0).lot_id());
  ASSERT_TRUE(Send(*lots_, &Lots::GetLot, get, lot).ok());
  EXPECT_EQ(lot.reference(), "H-7");
  EXPECT_EQ(lot.notes(), "");
  EXPECT_EQ(lot.attributes().at("allergen").text(), "soy");
}

TEST_F(ReshapeRpc, ALaterExpiryNeedsItsAcceptance) {
  const LotId old_lot =
      world_.CreateLot("salt", "E", {.quantity = "1", .expires_on = absl::CivilDay(2020, 1, 1)});
  v1::RelabelLotRequest relabel = Relabelling(old_lot);
  relabel.mutable_expire_date()->set_year(2040);
  relabel.mutable_expire_date()->set_month(1);
  relabel.mutable_expire_date()->set_day(1);
  EXPECT_EQ(Relabel(relabel), "EXPIRY_LATER expire_date");
  relabel.add_accept(v1::ACCEPTANCE_EXPIRED);
  EXPECT_EQ(Relabel(relabel), "FIELD_INVALID accept[0]");
  relabel.set_accept(0, v1::ACCEPTANCE_LATER_EXPIRY);
  relabel.set_note("report 7");
  EXPECT_EQ(Relabel(relabel), "OK");
  v1::SplitLotRequest split = Splitting(salt_);
  split.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);
  EXPECT_EQ(Split(split), "FIELD_INVALID accept[0]");
}

TEST_F(ReshapeRpc, AHeldLotNeedsAcceptance) {
  v1::HoldLotsRequest hold;
  hold.set_company("acme");
  hold.set_request_id("hold");
  hold.add_targets()->mutable_lot()->set_lot_id(Id(salt_));
  hold.set_reason("lab report 7");
  v1::HoldLotsResponse held;
  ASSERT_TRUE(Send(*lots_, &Lots::HoldLots, hold, held).ok());
  v1::SplitLotRequest request = Splitting(salt_);
  EXPECT_EQ(Split(request), "LOT_HELD lot");
  request.add_accept(v1::ACCEPTANCE_HELD);
  ASSERT_EQ(Split(request), "OK");
  v1::GetLotRequest get;
  get.set_company("acme");
  get.set_lot_id(done_.lots(0).lot_id());
  v1::Lot lot;
  ASSERT_TRUE(Send(*lots_, &Lots::GetLot, get, lot).ok());
  EXPECT_EQ(lot.hold_cause(), v1::HOLD_CAUSE_INHERITED);
}

}  // namespace
}  // namespace lots
