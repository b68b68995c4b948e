// Chooses the next step of a random history.
#include "tests/simulator/generator.h"

#include <algorithm>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/convert.h"

namespace lots::simulator {

namespace {

void NameLot(const Lot& lot, v1::LotRef& ref) {
  ref.set_product_id(lot.product->id);
  ref.set_number(lot.number);
}

// "S3" of the product's name.
std::string NumberOf(const Product& product, int64_t number) {
  return absl::StrCat(absl::AsciiStrToUpper(absl::string_view(product.id).substr(0, 2)), number);
}

void MakeDryRun(Request& request) {
  std::visit(
      [](auto& message) {
        if constexpr (requires { message.set_validate_only(true); }) {
          message.set_validate_only(true);
        }
      },
      request);
}

}  // namespace

Step Generator::Next(const History& history, int number, absl::Time now) {
  history_ = &history;
  number_ = number;
  now_ = now;
  Step step{.number = number, .at = now};
  if (number % options_.look_every == 0) {
    step.request = LookAtAll();
    return step;
  }
  // Once more, as after a lost answer.
  if (!written_.empty() && Chance(3)) {
    step.request = Pick(written_).request;
    if (Chance(20)) MakeDryRun(step.request);
    return step;
  }
  if (options_.asks && Chance(15)) {
    step.request = Question();
    if (Chance(25)) step.known_after = static_cast<int>(random_.Between(0, number));
    const bool has_as_of = std::visit(
        [](const auto& request) {
          if constexpr (requires { request.has_as_of(); }) return request.has_as_of();
          return false;
        },
        step.request);
    // Of stock either the one or the other is asked.
    if (has_as_of && std::holds_alternative<v1::ListStockRequest>(step.request)) {
      step.known_after = -1;
    }
    return step;
  }
  step.request = Any();
  const int other = Chance(1) && !written_.empty() ? Pick(written_).number : number;
  std::visit(
      [&](auto& request) {
        if constexpr (requires { request.set_request_id(""); }) {
          request.set_request_id(absl::StrCat("request-", other));
        }
      },
      step.request);
  if (Chance(5)) MakeDryRun(step.request);
  if (IsWrite(step)) written_.push_back(step);
  return step;
}

Request Generator::Any() {
  using Maker = Request (Generator::*)();
  static constexpr std::pair<int, Maker> kMakers[] = {
      {14, &Generator::CreateLot},      {26, &Generator::Record},
      {7, &Generator::ReverseMovement}, {4, &Generator::Assign},
      {2, &Generator::Unassign},        {1, &Generator::Cancel},
      {1, &Generator::Reopen},          {18, &Generator::Complete},
      {7, &Generator::Disassemble},     {5, &Generator::ReverseCompletion},
      {4, &Generator::Split},           {3, &Generator::Merge},
      {3, &Generator::Relabel},         {4, &Generator::Hold},
      {4, &Generator::Release},         {2, &Generator::OpenRecall},
      {2, &Generator::CloseRecall},     {2, &Generator::Archive},
      {2, &Generator::Unarchive},
  };
  if (history_->lots.size() < 5) return CreateLot();
  int all = 0;
  for (const auto& [weight, maker] : kMakers) all += weight;
  int64_t left = random_.Between(1, all);
  for (const auto& [weight, maker] : kMakers) {
    left -= weight;
    const bool is_recall = maker == &Generator::OpenRecall || maker == &Generator::CloseRecall;
    if (left <= 0 && (options_.recalls || !is_recall)) return (this->*maker)();
  }
  return Record();
}

Request Generator::Question() {
  const absl::Time then = now_ - absl::Hours(random_.Between(1, 24 * 20));
  const auto fill = [&](auto& request) {
    const int64_t count = random_.Between(1, 3);
    for (int64_t i = 0; i < count; ++i) NameAny(*request.add_seeds());
  };
  const auto trace = [&](auto request) {
    fill(request);
    if (Chance(15)) *request.mutable_as_of() = ToProto(then);
    if (Chance(15)) request.set_depth_max(static_cast<int32_t>(random_.Between(1, 3)));
    return request;
  };
  const int64_t dice = random_.Between(1, 10);
  if (dice <= 4) return trace(v1::TraceDownstreamRequest());
  if (dice <= 6) return trace(v1::TraceUpstreamRequest());
  if (dice <= 7) {
    v1::ListRecipientsRequest request;
    fill(request);
    request.set_show_returned(Chance(50));
    return request;
  }
  if (dice <= 8) {
    v1::SuggestLotsRequest request;
    request.set_product_id(AnyProduct().id);
    request.set_quantity(absl::StrCat(random_.Between(1, 30)));
    request.set_strategy(static_cast<v1::SuggestStrategy>(random_.Between(1, 3)));
    return request;
  }
  v1::ListStockRequest request;
  request.set_product_id(AnyProduct().id);
  if (Chance(60)) *request.mutable_as_of() = ToProto(then);
  return request;
}

std::string Generator::Number(const Product& product) {
  return NumberOf(product, random_.Between(1, options_.numbers));
}

// One of those that have lots.
const Product& Generator::AnyProduct() { return kProducts[random_.Between(0, 7)]; }

LotIndex Generator::AnyLot() {
  if (history_->lots.empty()) return kNone;
  return static_cast<LotIndex>(random_.Between(0, static_cast<int64_t>(history_->lots.size()) - 1));
}

LotIndex Generator::AnyLotOf(absl::string_view product) {
  std::vector<LotIndex> lots;
  for (size_t i = 0; i < history_->lots.size(); ++i) {
    if (history_->lots[i].product->id == product) lots.push_back(static_cast<LotIndex>(i));
  }
  return lots.empty() ? kNone : Pick(lots);
}

// As people type it, now and then; or wrongly.
void Generator::Name(LotIndex lot, v1::LotRef& ref) {
  if (lot == kNone || Chance(1)) {
    ref.set_product_id("salt");
    ref.set_number("NOBODY");
    return;
  }
  NameLot(history_->lots[lot], ref);
  const bool folds = !history_->lots[lot].product->case_sensitive;
  if (folds && Chance(5)) ref.set_number(absl::AsciiStrToLower(ref.number()));
  if (Chance(3)) ref.set_number(absl::StrCat(" ", ref.number()));
}

absl::Time Generator::CameAt(const v1::LotRef& ref) const {
  const LotIndex lot = history_->FindLot(ref.product_id(), ref.number());
  const bool is_serial = lot != kNone && history_->lots[lot].product->is_serial();
  return is_serial ? history_->CameAt(lot) : absl::InfinitePast();
}

void Generator::NameAny(v1::LotRef& ref) { Name(AnyLot(), ref); }

Generator::Stock Generator::AnyStock(absl::string_view product) {
  std::vector<Stock> all;
  for (size_t i = 0; i < history_->lots.size(); ++i) {
    const auto lot = static_cast<LotIndex>(i);
    if (!product.empty() && history_->lots[i].product->id != product) continue;
    for (const auto& [place, there] : history_->PlacesThen(lot, {})) {
      if (IsOnHand(place) && there.IsPositive()) all.push_back({lot, place, there});
    }
  }
  return all.empty() ? Stock{} : Pick(all);
}

std::string Generator::OwnPlace() {
  static const std::vector<std::string> kPlaces = {"STOCK", "STOCK", "SHELF", "TRUCK", "QUAR"};
  if (Chance(2)) return Chance(50) ? "NOWHERE" : "SHOP";
  return Pick(kPlaces);
}

std::string Generator::Some(const Stock& stock) {
  const Product& product = *history_->lots[stock.lot].product;
  if (product.is_serial()) return Chance(3) ? "2" : Chance(50) ? "1" : "";
  if (Chance(5)) return (stock.quantity + Quantity::FromUnits(1)).ToString();
  if (Chance(35)) return stock.quantity.ToString();
  int64_t smallest = 1'000'000;
  for (int i = 0; i < product.scale; ++i) smallest /= 10;
  const int64_t atoms =
      random_.Between(1, std::max<int64_t>(1, stock.quantity.micros() / smallest));
  if (Chance(1)) return Quantity::FromMicros(smallest / 10).ToString();
  return Quantity::FromMicros(atoms * smallest).ToString();
}

std::string Generator::Incoming(const Product& product) {
  if (product.is_serial()) return Chance(2) ? "2" : "1";
  const int64_t units = random_.Between(1, options_.quantity_max);
  return product.scale > 0 && Chance(50) ? absl::StrCat(units, ".", random_.Between(1, 9))
                                         : absl::StrCat(units);
}

}  // namespace lots::simulator
