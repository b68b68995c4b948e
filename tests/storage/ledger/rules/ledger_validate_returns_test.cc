// What the ledger refuses of goods that come back from customers and go back to suppliers, as
// tables over plain facts.
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/ledger/rules/accept.h"
#include "storage/ledger/rules/validate.h"
#include "tests/support/world/ledger_facts.h"
#include "tests/support/world/posting_rules.h"

namespace lots {
namespace {

constexpr auto kSupplierReturn = MovementKind::kSupplierReturn;

TEST(ValidatePosting, ReturnNamesADeliveryThatFits) {
  Posting unnamed = ReturnOf(kSteel, "1", "CUSTOMER");
  unnamed.delivery.reset();
  const Given other_place = [](LedgerFacts& facts) {
    Deliver(facts);
    facts.deliveries.begin()->second.to = LocationId("elsewhere");
  };
  ExpectAnswers({
      {"part", Deliver, ReturnOf(kSteel, "1", "CUSTOMER"), "OK"},
      {"all", Deliver, ReturnOf(kSteel, "3", "CUSTOMER", "ann"), "OK"},
      {"unnamed", Deliver, unnamed, "FIELD_INVALID m.delivery_movement_id"},
      {"unknown", At(kSteel, "CUSTOMER", "4"), ReturnOf(kSteel, "1", "CUSTOMER"),
       "RETURN_MISMATCH m.delivery_movement_id"},
      {"other-lot",
       [](LedgerFacts& facts) {
         Deliver(facts);
         PutSerial(facts, kBike, "CUSTOMER");
       },
       ReturnOf(kBike, "1", "CUSTOMER"), "RETURN_MISMATCH m.delivery_movement_id"},
      {"other-place", other_place, ReturnOf(kSteel, "1", "CUSTOMER"),
       "RETURN_MISMATCH m.delivery_movement_id"},
      {"other-customer", Deliver, ReturnOf(kSteel, "1", "CUSTOMER", "bob"),
       "RETURN_MISMATCH m.delivery_movement_id"},
      {"too-much", Deliver, ReturnOf(kSteel, "4", "CUSTOMER"), "RETURN_EXCEEDS_DELIVERY m.quantity",
       "returnable=3.000"},
  });
}

TEST(ValidatePosting, SupplierReturnIsForExpiredGoodsAndForThoseThatTheHoldLetsGo) {
  const MovementId receipt(IdOf(70));
  Posting back = Move(kSupplierReturn, kSteel, "3", "stock", "SUPPLIER");
  Posting named = back;
  named.receipt = receipt;
  const auto received = [=](const LotId& lot, const std::string& from, int left,
                            const std::string& partner = "") -> Given {
    return [=](LedgerFacts& facts) {
      facts.receipts[receipt] = {.lot_id = lot,
                                 .from = LocationId(from),
                                 .partner_id = partner,
                                 .returnable = Quantity::FromUnits(left)};
    };
  };
  const auto from = [=](const std::string& partner) {
    Posting to_partner = named;
    to_partner.partner_id = partner;
    return to_partner;
  };
  Hold hold{.lot_id = kSteel, .reason = "smells"};
  Hold exempting = hold;
  exempting.exempt_location_ids = {LocationId("SUPPLIER")};
  ExpectAnswers({
      {"whatever-it-was", {}, back, "OK"},
      {"of-a-receipt", received(kSteel, "SUPPLIER", 3), named, "OK"},
      {"unknown-receipt", {}, named, "RETURN_MISMATCH m.receipt_movement_id"},
      {"of-another-lot", received(kBike, "SUPPLIER", 3), named,
       "RETURN_MISMATCH m.receipt_movement_id"},
      {"of-another-supplier", received(kSteel, "forge", 3), named,
       "RETURN_MISMATCH m.receipt_movement_id"},
      {"more-than-is-left", received(kSteel, "SUPPLIER", 2), named,
       "RETURN_EXCEEDS_DELIVERY m.quantity", "returnable=2.000"},
      {"expired",
       [](LedgerFacts& facts) { facts.lots.at(kSteel).expires_on = absl::CivilDay(2020, 1, 1); },
       back, "OK"},
      {"held", Held(hold), back, "LOT_HELD m.lot"},
      {"held-but-may-go-back", Held(exempting), back, "OK"},
      {"from-a-customer", At(kSteel, "CUSTOMER", "3"),
       Move(kSupplierReturn, kSteel, "3", "CUSTOMER", "SUPPLIER"), "LOCATION_KIND_MISMATCH m.kind"},
      {"to-scrap",
       {},
       Move(kSupplierReturn, kSteel, "3", "stock", "SCRAP"),
       "LOCATION_KIND_MISMATCH m.kind"},
      {"of-its-partner", received(kSteel, "SUPPLIER", 3, "forge"), from("forge"), "OK"},
      {"of-a-receipt-without-a-partner", received(kSteel, "SUPPLIER", 3), from("forge"), "OK"},
      {"of-another-partner", received(kSteel, "SUPPLIER", 3, "forge"), from("mill"),
       "RETURN_MISMATCH m.receipt_movement_id"},
      {"serial", {}, Move(kSupplierReturn, kBike, "1", "stock", "SUPPLIER"), "OK"},
      {"serial-elsewhere", SerialAt("truck"),
       Move(kSupplierReturn, kBike, "1", "stock", "SUPPLIER"),
       "SERIAL_NOT_THERE m.from_location_id"},
  });
}

// A RETURN of steel from CUSTOMER that names no delivery.
Posting Unnamed(const std::string& quantity, const std::string& partner) {
  Posting posting = ReturnOf(kSteel, quantity, "CUSTOMER", partner);
  posting.delivery.reset();
  return posting;
}

TEST(ValidatePosting, TrueWordsForAReturnOfAnotherPartner) {
  LedgerFacts facts = Warehouse();
  Deliver(facts);
  const auto problems = ValidatePosting(facts, {}, ReturnOf(kSteel, "1", "CUSTOMER", "bob"));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].message.find("went to ann, not to bob"), std::string::npos);

  // The delivery named nobody: whoever sends it back, is named now.
  facts.deliveries.begin()->second.partner_id = "";
  EXPECT_TRUE(ValidatePosting(facts, {}, ReturnOf(kSteel, "1", "CUSTOMER", "bob")).empty());
}

TEST(ValidatePosting, SerialMayHaveASecondOwner) {
  LedgerFacts facts = Warehouse();
  PutSerial(facts, kBike, "CUSTOMER");
  const MovementId delivery(IdOf(77));
  facts.deliveries[delivery] = {.lot_id = kBike,
                                .to = LocationId("CUSTOMER"),
                                .partner_id = "ann",
                                .returnable = Quantity::FromUnits(1)};
  Posting back = ReturnOf(kBike, "1", "CUSTOMER", "bob");
  EXPECT_TRUE(ValidatePosting(facts, {}, back).empty());

  back.delivery.reset();
  EXPECT_EQ(FindDelivery(facts, back), delivery);
}

TEST(ValidatePosting, ReturnWithoutADeliveryComesFromWhereThePartnerHasTheGoods) {
  Posting back = Unnamed("1", "ann");
  back.from = LocationId("shop");
  const Given delivered = [](LedgerFacts& facts) {
    facts.kinds[LocationId("shop")] = LocationKind::kCustomer;
    facts.balances[{kSteel, LocationId("shop")}].kind = LocationKind::kCustomer;
    Deliver(facts);
  };
  const Given is_there = [=](LedgerFacts& facts) {
    delivered(facts);
    Put(facts, kSteel, "shop", "1");
  };
  const Given came_back = [=](LedgerFacts& facts) {
    delivered(facts);
    facts.deliveries.begin()->second.returnable = Quantity();
  };
  Posting of_another = back;
  of_another.partner_id = "bob";
  ExpectAnswers({
      {"elsewhere", delivered, back, "RETURN_MISMATCH m.from_location_id, NOT_ENOUGH m.quantity",
       absl::StrCat("deliveries=", IdOf(77).ToString())},
      {"of-another-partner", delivered, of_another, "OK"},
      {"what-a-reversed-return-left", is_there, back, "OK"},
      {"nothing-is-left-there", came_back, back, "OK"},
  });
}

TEST(ValidatePosting, ReturnWithoutADeliveryIsOfWhatWasNeverDelivered) {
  const auto two = [](LedgerFacts& facts) {
    Deliver(facts);
    facts.deliveries[MovementId(IdOf(78))] = facts.deliveries[MovementId(IdOf(77))];
  };
  ExpectAnswers({
      {"nobody-is-named",
       {},
       Unnamed("1", ""),
       "FIELD_INVALID m.delivery_movement_id, NOT_ENOUGH m.quantity"},
      {"never-delivered", {}, Unnamed("1", "bob"), "OK"},
      {"one-of-two", two, Unnamed("1", "ann"), "RETURN_MISMATCH m.delivery_movement_id"},
      {"of-another-partner", Deliver, Unnamed("1", "bob"),
       "RETURN_MISMATCH m.delivery_movement_id"},
  });
  LedgerFacts facts = Warehouse();
  EXPECT_EQ(MissingAtSource(facts, {}, Unnamed("2", "bob")), Quantity::FromUnits(2));
  // What was brought in for a return that was reversed is there.
  Put(facts, kSteel, "CUSTOMER", "1.5");
  EXPECT_EQ(MissingAtSource(facts, {}, Unnamed("2", "bob")), Quantity::FromMicros(500'000));

  Deliver(facts);
  EXPECT_EQ(FindDelivery(facts, Unnamed("2", "ann")), MovementId(IdOf(77)));
  EXPECT_EQ(FindDelivery(facts, Unnamed("2", "bob")), std::nullopt);
  Posting serial = Unnamed("1", "bob");
  serial.lot_id = kBike;
  EXPECT_EQ(MissingAtSource(facts, {}, serial), Quantity());  // in stock
  EXPECT_EQ(Answer(ValidatePosting(facts, {}, serial)), "SERIAL_NOT_THERE m.from_location_id");
}

}  // namespace
}  // namespace lots
