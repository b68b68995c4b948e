// Steps about work orders, units, and lots that become other lots.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/generator.h"

namespace lots::simulator {

namespace {

// What something is usually made of.
std::vector<std::string> IngredientsOf(const Product& product) {
  const absl::string_view id = product.id;
  if (id == "soup") return {"salt", "brine", "peel"};
  if (id == "brine") return {"salt", "salt", "steel"};
  if (id == "pack") return {"cell", "cell", "steel"};
  return {"pack", "pack", "cell", "steel", "soup"};
}

}  // namespace

// An open one, mostly.
std::string Generator::AnyOrder(const Product*& product) {
  static const std::vector<std::string> kMade = {"soup", "brine", "pack", "pack", "bike", "bike"};
  product = FindProduct(Chance(1) ? "cell" : Pick(kMade));
  std::string id;
  for (int tries = 0; tries < 6; ++tries) {
    id = absl::StrCat("W-", product->id, "-", random_.Between(1, 2 + number_ / 40));
    const auto found = history_->work_orders.find(id);
    if (found == history_->work_orders.end()) return id;
    if (found->second.state == v1::WORK_ORDER_STATE_OPEN) return id;
  }
  return id;
}

Request Generator::Assign() {
  const Product* product = nullptr;
  v1::AssignSerialsRequest request;
  request.set_work_order_id(AnyOrder(product));
  if (Chance(97)) request.set_product_id(product->id);
  const int64_t count = random_.Between(1, 3);
  for (int64_t i = 0; i < count; ++i) request.add_numbers(Number(*product));
  return request;
}

Request Generator::Unassign() {
  v1::UnassignSerialsRequest request;
  const Product* product = nullptr;
  request.set_work_order_id(AnyOrder(product));
  request.set_keep(Chance(50));
  const auto order = history_->work_orders.find(request.work_order_id());
  const bool is_known = order != history_->work_orders.end() && !order->second.serials.empty();
  request.add_numbers(is_known ? history_->lots[Pick(order->second.serials)].number
                               : Number(*product));
  return request;
}

Request Generator::Cancel() {
  v1::CancelWorkOrderRequest request;
  const Product* product = nullptr;
  request.set_work_order_id(AnyOrder(product));
  return request;
}

Request Generator::Reopen() {
  v1::ReopenWorkOrderRequest request;
  const Product* product = nullptr;
  request.set_work_order_id(AnyOrder(product));
  for (const auto& [id, order] : history_->work_orders) {
    if (order.state != v1::WORK_ORDER_STATE_OPEN && Chance(50)) request.set_work_order_id(id);
  }
  return request;
}

Request Generator::Complete() {
  v1::CompleteWorkOrderRequest request;
  const Product* product = nullptr;
  request.set_work_order_id(AnyOrder(product));
  const bool is_known = history_->work_orders.count(request.work_order_id()) > 0;
  if (Chance(is_known ? 40 : 98)) request.set_product_id(Chance(98) ? product->id : "bike");
  if (Chance(98)) request.set_destination_location_id(OwnPlace());
  if (is_known && Chance(2)) {
    request.set_close(true);
    return request;
  }
  AddOutputs(request, *product);
  AddComponents(request, *product);
  if (Chance(12)) AddRework(request, *product);
  if (Chance(12)) AddLeftOver(request);
  if (Chance(20)) {
    v1::CompletionByProduct& other = *request.add_by_products();
    const Product& peel = *FindProduct(Chance(95) ? "peel" : product->id);
    other.mutable_lot()->set_product_id(peel.id);
    other.mutable_lot()->set_number(Number(peel));
    other.set_quantity(absl::StrCat(random_.Between(1, 3)));
    if (Chance(30)) other.set_to_location_id("SCRAP");
  }
  request.set_close(Chance(6));
  AcceptSome(request);
  if (Chance(25)) request.add_accept(v1::ACCEPTANCE_EXPIRED);
  if (Chance(12)) request.add_accept(v1::ACCEPTANCE_SHORT);
  absl::Time earliest = absl::InfinitePast();
  for (const auto& component : request.components()) {
    earliest = std::max(earliest, CameAt(component.lot()));
  }
  for (const auto& output : request.outputs()) {
    v1::LotRef ref;
    ref.set_product_id(product->id);
    ref.set_number(output.number());
    earliest = std::max(earliest, CameAt(ref));
  }
  DateIt(request, earliest);
  return request;
}

void Generator::AddOutputs(v1::CompleteWorkOrderRequest& request, const Product& product) {
  const auto order = history_->work_orders.find(request.work_order_id());
  if (product.is_serial() && order != history_->work_orders.end()) {
    const auto planned = static_cast<int64_t>(history_->PlannedOf(order->first).size());
    const int64_t taken = random_.Between(0, std::min<int64_t>(planned, 2));
    request.set_planned_serial_count(static_cast<int32_t>(Chance(3) ? planned + 1 : taken));
  }
  const int64_t wanted = random_.Between(request.planned_serial_count() > 0 ? 0 : 1, 2);
  for (int64_t i = 0; i < wanted; ++i) {
    v1::CompletionOutput& output = *request.add_outputs();
    output.set_number(Number(product));
    if (!product.is_serial()) output.set_quantity(absl::StrCat(random_.Between(1, 4)));
    if (Chance(10)) output.set_to_location_id(OwnPlace());
  }
}

void Generator::AddComponents(v1::CompleteWorkOrderRequest& request, const Product& product) {
  const int outputs = request.outputs_size() + request.planned_serial_count();
  const int64_t count = random_.Between(Chance(95) ? 1 : 0, 3);
  for (int64_t i = 0; i < count; ++i) {
    const std::string ingredient = Pick(IngredientsOf(product));
    Stock stock = AnyStock(ingredient);
    if (stock.lot == kNone) stock = AnyStock();
    if (Chance(4)) stock = {AnyLotOf(ingredient), OwnPlace(), Quantity::FromUnits(1)};
    if (stock.lot == kNone) return;
    v1::CompletionComponent& component = *request.add_components();
    Name(stock.lot, *component.mutable_lot());
    component.set_quantity(Some(stock));
    component.set_from_location_id(stock.place);
    if (Chance(45)) {
      const int index = static_cast<int>(random_.Between(0, std::max(0, outputs - 1)));
      component.set_output_index(Chance(2) ? outputs : index);
    }
  }
}

// A unit or lot that is worked on again goes in and comes out.
void Generator::AddRework(v1::CompleteWorkOrderRequest& request, const Product& product) {
  const Stock stock = AnyStock(product.id);
  if (stock.lot == kNone) return;
  v1::CompletionComponent& component = *request.add_components();
  Name(stock.lot, *component.mutable_lot());
  component.set_from_location_id(stock.place);
  v1::CompletionOutput& output = *request.add_outputs();
  output.set_number(history_->lots[stock.lot].number);
  if (!product.is_serial()) {
    component.set_quantity(Some(stock));
    output.set_quantity(Chance(80) ? component.quantity() : "1");
  }
  if (Chance(60)) component.set_output_index(request.outputs_size() - 1);
}

// Some of a component is not used, or now and then more than that comes back.
void Generator::AddLeftOver(v1::CompleteWorkOrderRequest& request) {
  if (request.components_size() == 0) return;
  const auto index = static_cast<int>(random_.Between(0, request.components_size() - 1));
  const v1::CompletionComponent& component = request.components(index);
  const Product* product = FindProduct(component.lot().product_id());
  if (product == nullptr || product->tracking != v1::TRACKING_LOT) return;
  v1::CompletionByProduct& left_over = *request.add_by_products();
  *left_over.mutable_lot() = component.lot();
  left_over.set_quantity(Chance(70) ? "1" : component.quantity());
}

Request Generator::Disassemble() {
  v1::DisassembleRequest request;
  Stock stock = AnyStock(Chance(50) ? "pack" : "bike");
  if (stock.lot == kNone || Chance(4)) stock.lot = AnyLot();
  Name(stock.lot, *request.mutable_lot());
  request.set_destination_location_id(OwnPlace());
  if (Chance(20) && !stock.place.empty()) request.set_from_location_id(stock.place);
  DateIt(request, CameAt(request.lot()));
  // Some of what its completions used, exact or pooled.
  for (const Transformation& made : history_->transformations) {
    const bool is_its = std::any_of(made.outputs.begin(), made.outputs.end(),
                                    [&](const auto& output) { return output.lot == stock.lot; });
    if (!is_its) continue;
    for (const auto& input : made.inputs) {
      if (!Chance(55) || request.components_size() > 3) continue;
      auto& component = *request.add_components();
      Name(input.lot, *component.mutable_lot());
      if (Chance(70)) component.set_quantity(Some({input.lot, "", input.quantity}));
      if (Chance(25)) component.set_to_location_id("SCRAP");
    }
  }
  return request;
}

Request Generator::ReverseCompletion() {
  v1::ReverseCompletionRequest request;
  request.set_transformation_id("@t9999");
  const auto count = static_cast<int64_t>(history_->transformations.size());
  if (count == 0 || Chance(2)) return request;
  const int64_t first = Chance(75) ? std::max<int64_t>(0, count - 3) : 0;
  request.set_transformation_id(
      history_->transformations[random_.Between(first, count - 1)].symbol);
  return request;
}

Request Generator::Split() {
  v1::SplitLotRequest request;
  static const std::vector<std::string> kSplit = {"salt", "soup", "brine", "steel", "cell"};
  Stock stock = AnyStock(kSplit[random_.Between(0, Chance(3) ? 4 : 3)]);
  if (stock.lot == kNone) stock = {AnyLot(), "STOCK", Quantity::FromUnits(1)};
  const Product& product = *history_->lots[stock.lot].product;
  Name(stock.lot, *request.mutable_lot());
  request.set_location_id(Chance(96) ? stock.place : OwnPlace());
  const int64_t parts = random_.Between(1, 2);
  for (int64_t i = 0; i < parts; ++i) {
    v1::SplitPart& part = *request.add_parts();
    part.set_number(Number(product));
    part.set_quantity(Some(stock));
    if (part.quantity().empty()) part.set_quantity("1");
    if (Chance(25)) part.set_location_id(OwnPlace());
  }
  AcceptSome(request);
  DateIt(request);
  return request;
}

Request Generator::Merge() {
  v1::MergeLotsRequest request;
  static const std::vector<std::string> kMerged = {"salt", "soup", "brine", "steel"};
  const std::string& product = Pick(kMerged);
  const int64_t sources = random_.Between(1, 3);
  LotIndex whole = kNone;
  for (int64_t i = 0; i < sources; ++i) {
    Stock stock = AnyStock(Chance(98) ? product : "");
    if (stock.lot == kNone) stock = {AnyLot(), "STOCK", Quantity::FromUnits(1)};
    if (i == 0) whole = SplitFrom(stock.lot);
    v1::MergeSource& source = *request.add_sources();
    Name(stock.lot, *source.mutable_lot());
    source.set_location_id(stock.place);
    if (Chance(50)) source.set_quantity(Some(stock));
  }
  request.set_number(Number(*FindProduct(product)));
  if (whole != kNone && Chance(50)) request.set_number(history_->lots[whole].number);
  if (Chance(30)) request.set_location_id(OwnPlace());
  AcceptSome(request);
  DateIt(request);
  return request;
}

// The lot from which the part was split off; kNone: it was not.
LotIndex Generator::SplitFrom(LotIndex part) const {
  for (const Transformation& own : history_->transformations) {
    if (own.kind != v1::TRANSFORMATION_KIND_SPLIT || own.inputs.empty()) continue;
    const bool made_it = std::any_of(own.outputs.begin(), own.outputs.end(),
                                     [&](const auto& output) { return output.lot == part; });
    if (made_it) return own.inputs[0].lot;
  }
  return kNone;
}

Request Generator::Relabel() {
  v1::RelabelLotRequest request;
  Stock stock = AnyStock();
  if (stock.lot == kNone) stock = {AnyLot(), "STOCK", Quantity::FromUnits(1)};
  const Product* product = history_->lots[stock.lot].product;
  Name(stock.lot, *request.mutable_lot());
  request.set_location_id(Chance(97) ? stock.place : OwnPlace());
  if (Chance(50)) request.set_quantity(Some(stock));
  if (Chance(40)) {
    static const std::vector<std::string> kOther = {"salt", "soup", "brine", "pack",
                                                    "bike", "cell", "screw"};
    product = FindProduct(Pick(kOther));
    request.set_product_id(product->id);
  }
  request.set_number(Number(*product));
  AcceptSome(request);
  DateIt(request, CameAt(request.lot()));
  if (Chance(10)) {
    const absl::CivilDay today = absl::ToCivilDay(now_, absl::UTCTimeZone());
    *request.mutable_expire_date() = ToProto(today + random_.Between(0, 20));
    if (Chance(50)) {
      request.add_accept(v1::ACCEPTANCE_LATER_EXPIRY);
      request.set_note("tested again");
    }
  }
  return request;
}

}  // namespace lots::simulator
