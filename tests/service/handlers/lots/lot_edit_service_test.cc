// UpdateLot as its callers see it: masks, etags, fields that other methods change.
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

class LotEdit : public LotCalls {};

TEST_F(LotEdit, UpdatesWhatTheMaskNamesAndNothingElse) {
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

TEST_F(LotEdit, WithoutAMaskOnlyThePopulatedFieldsChange) {
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

TEST_F(LotEdit, AWholeLotCanBeSentBackWithOneChange) {
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

TEST_F(LotEdit, UpdatesAreRefused) {
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

TEST_F(LotEdit, QuantityAndStateNameTheMethodsThatChangeThem) {
  const v1::Lot lot = Create(Creating("wire", "a"));
  const auto message = [&](const char* field) {
    v1::Lot updated;
    return Send(&Stub::UpdateLot, Editing(lot, {field}), updated).error_message();
  };
  EXPECT_THAT(message("quantity"), HasSubstr("ADJUSTMENT"));
  EXPECT_THAT(message("on_hand_quantity"), HasSubstr("ADJUSTMENT"));
  EXPECT_THAT(message("state"), HasSubstr("ArchiveLot"));
}

TEST_F(LotEdit, AQuantityInANewLotNamesTheOpeningQuantity) {
  v1::CreateLotRequest serial = Creating("pump", "P-1");
  serial.mutable_lot()->set_quantity("3");
  v1::Lot none;

  EXPECT_THAT(Send(&Stub::CreateLot, serial, none).error_message(), HasSubstr("opening_quantity"));
}

}  // namespace
}  // namespace lots
