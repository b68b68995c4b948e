// UpdateLot and BatchUpdateLots as their callers see them: masks, etags, fields that other methods
// change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/service/handlers/lots/lot_calls.h"

namespace lots {
namespace {

using ::testing::HasSubstr;

class LotEdits : public LotCalls {};

TEST_F(LotEdits, UpdatesWhatTheMaskNamesAndNothingElse) {
  v1::CreateLotRequest creating = Creating("wire", "a");
  creating.mutable_lot()->set_reference("keep");
  *creating.mutable_lot()->mutable_manufacture_date() = Date(2026, 1, 1);
  const v1::Lot lot = Create(creating);
  v1::UpdateLotRequest request = Editing(lot, {"notes", "expire_date"});
  request.mutable_lot()->set_notes("new");
  request.mutable_lot()->set_reference("not named");
  request.mutable_lot()->set_etag(lot.etag());
  request.clear_request_id();
  EXPECT_EQ(Refusal(request), "EXPIRY_LATER");
  request.add_accept(v1::ACCEPTANCE_HELD);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID accept[0]");
  request.set_accept(0, v1::ACCEPTANCE_LATER_EXPIRY);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID note");
  request.set_note("keeps for ever, report 7");

  v1::Lot updated;
  const grpc::Status status = Send(&Stub::UpdateLot, request, updated);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(updated.notes(), "new");
  EXPECT_EQ(updated.reference(), "keep");
  EXPECT_FALSE(updated.has_expire_date());
  EXPECT_TRUE(updated.has_alert_date());
  EXPECT_EQ(updated.etag(), "\"2\"");
  EXPECT_EQ(Refusal(request), "ETAG_MISMATCH");
}

TEST_F(LotEdits, WithoutAMaskOnlyThePopulatedFieldsChange) {
  v1::CreateLotRequest creating = Creating("wire", "a");
  creating.mutable_lot()->set_reference("keep");
  (*creating.mutable_lot()->mutable_attributes())["grade"].set_text("A");
  (*creating.mutable_lot()->mutable_attributes())["allergen"].set_text("milk");
  v1::UpdateLotRequest request = Editing(Create(creating), {});
  request.mutable_lot()->set_notes("new");
  (*request.mutable_lot()->mutable_attributes())["grade"].set_text("B");
  v1::Lot lot;

  ASSERT_EQ(Outcome(&Stub::UpdateLot, request, lot), "OK");

  EXPECT_EQ(lot.notes(), "new");
  EXPECT_EQ(lot.reference(), "keep");
  EXPECT_EQ(lot.attributes().at("grade").text(), "B");
  EXPECT_EQ(lot.attributes().at("allergen").text(), "milk");
  request = Editing(lot, {"attributes.allergen"});
  ASSERT_EQ(Outcome(&Stub::UpdateLot, request, lot), "OK");
  EXPECT_EQ(lot.attributes_size(), 1);
  EXPECT_EQ(lot.notes(), "new");
}

TEST_F(LotEdits, AWholeLotCanBeSentBackWithOneChange) {
  v1::CreateLotRequest creating = Creating("wire", "a");
  creating.set_opening_quantity("5");
  creating.set_opening_location_id("stock");
  *creating.mutable_lot()->mutable_manufacture_date() = Date(2026, 1, 1);
  const v1::Lot lot = Create(creating);
  v1::UpdateLotRequest request;
  *request.mutable_lot() = lot;
  request.mutable_lot()->set_notes("changed");
  v1::Lot updated;

  ASSERT_EQ(Outcome(&Stub::UpdateLot, request, updated), "OK");

  EXPECT_EQ(updated.notes(), "changed");
  EXPECT_EQ(updated.on_hand_quantity(), "5.000");
  // What an edit does not change is not ignored when it differs.
  *request.mutable_lot() = updated;
  request.mutable_lot()->set_quantity("7");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.quantity");
  *request.mutable_lot() = updated;
  request.mutable_lot()->set_state(v1::LOT_STATE_ARCHIVED);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.state");
  // A mask that names all says no more.
  request.mutable_update_mask()->add_paths("*");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.state");
  *request.mutable_lot() = updated;
  request.mutable_lot()->set_on_hand_quantity("9");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.on_hand_quantity");
  *request.mutable_lot() = updated;
  request.mutable_lot()->set_company("other");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.company");
  *request.mutable_lot() = updated;
  EXPECT_EQ(Refusal(request), "OK");
}

TEST_F(LotEdits, UpdatesAreRefused) {
  const v1::Lot lot = Create(Creating("wire", "a"));
  EXPECT_EQ(Refusal(Editing(lot, {})), "FIELD_INVALID update_mask");
  EXPECT_EQ(Refusal(Editing(lot, {"creator"})), "FIELD_INVALID update_mask");
  EXPECT_EQ(Refusal(Editing(lot, {"product_id"})), "FIELD_INVALID lot.product_id");
  EXPECT_EQ(Refusal(Editing(lot, {"number"})), "NUMBER_INVALID");
  v1::UpdateLotRequest request = Editing(lot, {"notes"});
  request.clear_request_id();
  EXPECT_EQ(Refusal(request), "FIELD_INVALID request_id");
  request = Editing(lot, {"notes"});
  request.mutable_lot()->set_lot_id("no uuid");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.lot_id");
  request.mutable_lot()->set_lot_id(lot.lot_id());
  request.mutable_lot()->set_etag("no etag");
  EXPECT_EQ(Refusal(request), "ETAG_MISMATCH");
}

TEST_F(LotEdits, QuantityAndStateNameTheMethodsThatChangeThem) {
  const v1::Lot lot = Create(Creating("wire", "a"));
  const auto message = [&](const char* field) {
    v1::Lot updated;
    return Send(&Stub::UpdateLot, Editing(lot, {field}), updated).error_message();
  };
  EXPECT_THAT(message("quantity"), HasSubstr("ADJUSTMENT"));
  EXPECT_THAT(message("on_hand_quantity"), HasSubstr("ADJUSTMENT"));
  EXPECT_THAT(message("state"), HasSubstr("ArchiveLot"));
}

TEST_F(LotEdits, AQuantityInANewLotNamesTheOpeningQuantity) {
  v1::CreateLotRequest serial = Creating("pump", "P-1");
  serial.mutable_lot()->set_quantity("3");
  v1::Lot none;

  EXPECT_THAT(Send(&Stub::CreateLot, serial, none).error_message(), HasSubstr("opening_quantity"));
}

TEST_F(LotEdits, ABatchHasAMaskAndAnEtagForEachLot) {
  const v1::Lot one = Create(Creating("wire", "a"));
  const v1::Lot two = Create(Creating("wire", "b"));
  v1::BatchUpdateLotsRequest request;
  request.set_company("acme");
  request.set_request_id("batch");
  v1::LotUpdate& first = *request.add_updates();
  first.mutable_lot()->set_lot_id(two.lot_id());
  first.mutable_lot()->set_etag(two.etag());
  first.mutable_lot()->set_reference("SUP-2");
  first.mutable_lot()->set_notes("not named");
  first.mutable_update_mask()->add_paths("reference");
  v1::LotUpdate& second = *request.add_updates();
  second.mutable_lot()->set_lot_id(one.lot_id());
  second.mutable_lot()->set_notes("dented");
  v1::BatchUpdateLotsResponse response;

  ASSERT_EQ(Outcome(&Stub::BatchUpdateLots, request, response), "OK");

  ASSERT_EQ(response.lots_size(), 2);
  EXPECT_EQ(response.lot_count(), 2);
  EXPECT_FALSE(response.lots_truncated());
  EXPECT_EQ(response.lots(0).number(), "b");
  EXPECT_EQ(response.lots(0).reference(), "SUP-2");
  EXPECT_EQ(response.lots(0).notes(), "");
  EXPECT_EQ(response.lots(1).notes(), "dented");
  // A repeat is answered; the same etag under another id is stale.
  EXPECT_EQ(Outcome(&Stub::BatchUpdateLots, request, response), "OK");
  request.set_request_id("again");
  EXPECT_THAT(Outcome(&Stub::BatchUpdateLots, request, response),
              testing::StartsWith("ETAG_MISMATCH"));
}

TEST_F(LotEdits, ABatchIsRefusedWithEveryProblem) {
  const v1::Lot lot = Create(Creating("wire", "a"));
  v1::BatchUpdateLotsRequest request;
  request.set_company("acme");
  request.set_request_id("batch");
  v1::BatchUpdateLotsResponse response;
  EXPECT_EQ(ReasonOf(Send(&Stub::BatchUpdateLots, request, response)), "FIELD_INVALID");
  request.add_updates()->mutable_lot()->set_lot_id("nonsense");
  request.add_updates()->mutable_lot()->set_lot_id(lot.lot_id());
  v1::LotUpdate& twice = *request.add_updates();
  twice.mutable_lot()->set_lot_id(lot.lot_id());
  twice.mutable_update_mask()->add_paths("state");

  const grpc::Status status = Send(&Stub::BatchUpdateLots, request, response);

  const v1::ProblemList list = ProblemListOf(status);
  std::vector<std::string> fields;
  for (const v1::Problem& problem : list.problems()) fields.push_back(problem.field());
  EXPECT_THAT(fields, testing::ElementsAre("updates[0].lot.lot_id", "updates[1].update_mask",
                                           "updates[2].update_mask", "updates[2]"));
  for (int i = request.updates_size(); i <= 1'000; ++i) request.add_updates();
  EXPECT_EQ(ReasonOf(Send(&Stub::BatchUpdateLots, request, response)), "FIELD_INVALID");
}

// Lots with long notes: the answer says that it has not all of them.
TEST_F(LotEdits, ALargeBatchIsAnsweredInPart) {
  v1::BatchUpdateLotsRequest request;
  request.set_company("acme");
  request.set_request_id("batch");
  v1::BatchCreateLotsResponse created;
  ASSERT_EQ(Outcome(&Stub::BatchCreateLots, Batch(300), created), "OK");
  for (const v1::NumberedLot& numbered : created.lots()) {
    v1::Lot& lot = *request.add_updates()->mutable_lot();
    lot.set_lot_id(numbered.lot_id());
    lot.set_notes(std::string(4'000, 'n'));
    for (int attribute = 0; attribute < 7; ++attribute) {
      (*lot.mutable_attributes())[absl::StrCat("a", attribute)].set_text(std::string(1'000, 'a'));
    }
  }
  v1::BatchUpdateLotsResponse response;

  ASSERT_EQ(Outcome(&Stub::BatchUpdateLots, request, response), "OK");

  EXPECT_EQ(response.lot_count(), 300);
  EXPECT_TRUE(response.lots_truncated());
  EXPECT_GT(response.lots_size(), 100);
  EXPECT_LE(response.ByteSizeLong(), 3u * 1024 * 1024);
}

}  // namespace
}  // namespace lots
