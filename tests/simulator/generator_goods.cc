// Steps about lots, movements, holds and recalls.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/generator.h"

namespace lots::simulator {

Request Generator::CreateLot() {
  v1::CreateLotRequest request;
  const Product& product = Chance(1) ? kProducts[8] : AnyProduct();
  request.mutable_lot()->set_product_id(product.id);
  request.mutable_lot()->set_number(Number(product));
  if (!product.is_serial() && Chance(35)) {
    const absl::CivilDay today = absl::ToCivilDay(now_, absl::UTCTimeZone());
    *request.mutable_lot()->mutable_expire_date() = ToProto(today + random_.Between(-15, 20));
  }
  if (Chance(60)) {
    request.set_opening_quantity(Incoming(product));
    request.set_opening_location_id(OwnPlace());
  }
  return request;
}

Request Generator::Archive() {
  std::vector<LotIndex> empty;
  for (size_t i = 0; i < history_->lots.size(); ++i) {
    if (history_->OnHand(static_cast<LotIndex>(i)).IsZero()) {
      empty.push_back(static_cast<LotIndex>(i));
    }
  }
  const LotIndex lot = empty.empty() || Chance(20) ? AnyLot() : Pick(empty);
  v1::ArchiveLotRequest request;
  request.set_lot_id(LotSymbol(history_->lots[lot].product->id, history_->lots[lot].number));
  return request;
}

Request Generator::Unarchive() {
  std::vector<LotIndex> archived;
  for (size_t i = 0; i < history_->lots.size(); ++i) {
    if (history_->lots[i].state == v1::LOT_STATE_ARCHIVED) {
      archived.push_back(static_cast<LotIndex>(i));
    }
  }
  const LotIndex lot = archived.empty() || Chance(10) ? AnyLot() : Pick(archived);
  v1::UnarchiveLotRequest request;
  request.set_lot_id(LotSymbol(history_->lots[lot].product->id, history_->lots[lot].number));
  return request;
}

Request Generator::Record() {
  v1::RecordMovementsRequest request;
  const int64_t count = Chance(60) ? 1 : random_.Between(2, 4);
  for (int64_t i = 0; i < count; ++i) AddMovement(*request.add_movements());
  AcceptSome(request);
  if (Chance(25)) request.add_accept(v1::ACCEPTANCE_EXPIRED);
  return request;
}

void Generator::AddMovement(v1::NewMovement& movement) {
  ChooseMovement(movement);
  DateIt(movement, CameAt(movement.lot()));
}

void Generator::ChooseMovement(v1::NewMovement& movement) {
  const int64_t dice = random_.Between(1, 100);
  if (dice <= 25) return AddReceipt(movement);
  if (dice <= 37) return AddReturn(movement);
  const Stock stock = AnyStock();
  if (stock.lot == kNone) return AddReceipt(movement);
  Name(stock.lot, *movement.mutable_lot());
  movement.set_quantity(Some(stock));
  movement.set_from_location_id(Chance(4) ? OwnPlace() : stock.place);
  if (dice <= 60) {
    movement.set_kind(v1::MOVEMENT_KIND_TRANSFER);
    movement.set_to_location_id(OwnPlace());
  } else if (dice <= 82) {
    movement.set_kind(v1::MOVEMENT_KIND_DELIVERY);
    if (Chance(60)) movement.set_to_location_id("SHOP");
    if (Chance(80)) movement.set_partner_id(absl::StrCat("customer-", random_.Between(1, 3)));
  } else if (dice <= 87) {
    movement.set_kind(v1::MOVEMENT_KIND_CONSUMPTION);
  } else if (dice <= 90) {
    movement.set_kind(v1::MOVEMENT_KIND_SUPPLIER_RETURN);
    if (Chance(30)) movement.set_to_location_id("FORGE");
    if (Chance(50)) movement.set_partner_id("supplier-1");
    if (Chance(60)) NameReceipt(movement, stock.lot);
  } else if (dice <= 92) {
    movement.set_kind(v1::MOVEMENT_KIND_SCRAP);
  } else if (dice <= 96) {
    movement.set_kind(v1::MOVEMENT_KIND_ADJUSTMENT);
  } else if (dice <= 98) {
    movement.set_kind(v1::MOVEMENT_KIND_ADJUSTMENT);
    movement.clear_from_location_id();
    movement.set_to_location_id(stock.place);
  } else {
    movement.set_kind(static_cast<v1::MovementKind>(random_.Between(1, 9)));
    movement.set_to_location_id(OwnPlace());
  }
}

// Serials that are nowhere, mostly.
void Generator::AddReceipt(v1::NewMovement& movement) {
  LotIndex lot = AnyLot();
  for (int tries = 0; tries < 4; ++tries) {
    const bool is_serial = history_->lots[lot].product->is_serial();
    if (!is_serial || history_->WhereIs(lot).empty()) break;
    lot = AnyLot();
  }
  movement.set_kind(v1::MOVEMENT_KIND_RECEIPT);
  Name(lot, *movement.mutable_lot());
  movement.set_quantity(Incoming(*history_->lots[lot].product));
  if (Chance(30)) movement.set_from_location_id("FORGE");
  movement.set_to_location_id(OwnPlace());
  // More of what is there already, now and then.
  for (const auto& [place, there] : history_->PlacesThen(lot, {})) {
    if (IsOnHand(place) && there.IsPositive() && Chance(50)) movement.set_to_location_id(place);
  }
  if (Chance(80)) movement.set_partner_id(absl::StrCat("supplier-", random_.Between(1, 3)));
}

void Generator::AddReturn(v1::NewMovement& movement) {
  std::vector<int> deliveries;
  for (size_t i = 0; i < history_->movements.size(); ++i) {
    const bool is_any = Chance(2);
    if (history_->movements[i].kind == v1::MOVEMENT_KIND_DELIVERY || is_any) {
      deliveries.push_back(static_cast<int>(i));
    }
  }
  if (deliveries.empty()) return AddReceipt(movement);
  const int chosen = Pick(deliveries);
  const Movement& delivery = history_->movements[chosen];
  movement.set_kind(v1::MOVEMENT_KIND_RETURN);
  movement.set_delivery_movement_id(Chance(2) ? "@m9999.0" : delivery.symbol);
  Name(Chance(3) ? AnyLot() : delivery.lot, *movement.mutable_lot());
  const Quantity left = delivery.quantity - history_->Returned(chosen);
  movement.set_quantity(Some({delivery.lot, "", left.IsPositive() ? left : delivery.quantity}));
  if (Chance(20)) movement.set_from_location_id(Chance(90) ? delivery.to : "CUSTOMER");
  if (Chance(30)) movement.set_partner_id(Chance(90) ? delivery.partner : "customer-2");
  movement.set_to_location_id(OwnPlace());
  if (!Chance(12)) return;
  // By somebody, of something that was delivered perhaps.
  movement.clear_delivery_movement_id();
  movement.set_from_location_id(Chance(85) ? delivery.to : Chance(30) ? "" : "CUSTOMER");
  movement.set_partner_id(Chance(60) ? delivery.partner : "customer-3");
  if (Chance(40)) NameAny(*movement.mutable_lot());
}

// Mostly of the lot, and then with its place and its partner.
void Generator::NameReceipt(v1::NewMovement& movement, LotIndex lot) {
  std::vector<int> receipts;
  for (size_t i = 0; i < history_->movements.size(); ++i) {
    const bool is_receipt = history_->movements[i].kind == v1::MOVEMENT_KIND_RECEIPT;
    const bool fits = is_receipt && history_->movements[i].lot == lot;
    if (fits || Chance(1)) receipts.push_back(static_cast<int>(i));
  }
  if (receipts.empty()) return;
  const Movement& receipt = history_->movements[Pick(receipts)];
  movement.set_receipt_movement_id(Chance(2) ? "@m9999.0" : receipt.symbol);
  if (Chance(80)) movement.clear_to_location_id();
  if (Chance(80)) movement.clear_partner_id();
  if (Chance(2)) movement.set_kind(v1::MOVEMENT_KIND_SCRAP);
}

Request Generator::ReverseMovement() {
  v1::ReverseMovementRequest request;
  request.set_movement_id("@m9999.0");
  const auto count = static_cast<int64_t>(history_->movements.size());
  if (count == 0 || Chance(2)) return request;
  // What happened lately can mostly be taken back.
  const int64_t lately = Chance(50) ? 2 : 8;
  const int64_t first = Chance(75) ? std::max<int64_t>(0, count - lately) : 0;
  request.set_movement_id(history_->movements[random_.Between(first, count - 1)].symbol);
  return request;
}

Request Generator::Hold() {
  v1::HoldLotsRequest request;
  request.set_reason("looked at");
  const int64_t count = random_.Between(1, 2);
  for (int64_t i = 0; i < count; ++i) {
    v1::HoldTarget& target = *request.add_targets();
    const Stock stock = AnyStock();
    const bool anywhere = stock.lot == kNone || Chance(20);
    Name(anywhere ? AnyLot() : stock.lot, *target.mutable_lot());
    if (Chance(40)) target.set_location_id(anywhere ? OwnPlace() : stock.place);
  }
  ExemptSome(request);
  if (Chance(30)) {
    const int64_t hours = options_.holds_expire ? random_.Between(1, 60) : 24 * 365 * 70;
    *request.mutable_expire_time() = ToProto(now_ + absl::Hours(Chance(90) ? hours : -1));
  }
  return request;
}

Request Generator::Release() {
  v1::ReleaseLotsRequest request;
  request.set_note("found good");
  if (history_->holds.empty() || Chance(5)) {
    NameAny(*request.add_lots());
    return request;
  }
  const lots::simulator::Hold& hold = Pick(history_->holds);
  if (Chance(40) && !hold.symbol.empty()) {
    request.add_hold_ids(Chance(3) ? "@h9999.0" : hold.symbol);
  } else {
    Name(hold.lot, *request.add_lots());
  }
  return request;
}

Request Generator::OpenRecall() {
  v1::OpenRecallRequest request;
  request.set_recall_id(absl::StrCat("R", Chance(90) ? number_ : random_.Between(1, number_)));
  request.set_reason("metal");
  const int64_t count = random_.Between(1, 2);
  for (int64_t i = 0; i < count; ++i) NameAny(*request.add_seeds());
  ExemptSome(request);
  request.set_drill(Chance(25));
  return request;
}

Request Generator::CloseRecall() {
  v1::CloseRecallRequest request;
  request.set_closing_note("destroyed");
  request.set_leave_held(Chance(70));
  request.set_recall_id("R0");
  if (history_->recalls.empty()) return request;
  std::vector<std::string> open, all;
  for (const auto& [id, recall] : history_->recalls) {
    all.push_back(id);
    if (recall.open) open.push_back(id);
  }
  request.set_recall_id(open.empty() || Chance(10) ? Pick(all) : Pick(open));
  return request;
}

}  // namespace lots::simulator
