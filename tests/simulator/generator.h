// Makes up the steps of a history: mostly what could be done, and every so often what cannot.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/history.h"
#include "tests/simulator/step.h"
#include "tests/support/base/random.h"

namespace lots::simulator {

struct GeneratorOptions {
  uint64_t seed = 0;
  int numbers = 12;           // so many different ones a product: few, so that they meet again
  int quantity_max = 9;       // of what comes in at once
  int look_every = 40;        // steps between two looks at everything
  bool asks = true;           // whether there are questions among the steps
  bool holds_expire = false;  // whether holds may end by themselves, by the history's clock
  bool recalls = true;        // whether there are recalls
};

class Generator {
 public:
  explicit Generator(const GeneratorOptions& options) : options_(options), random_(options.seed) {}

  // The next step after what has happened.
  Step Next(const History& history, int number, absl::Time now);

 private:
  struct Stock {
    LotIndex lot = kNone;
    std::string place;
    Quantity quantity;
  };

  Request Any();
  Request Question();

  // Picking (generator.cc).
  bool Chance(int percent) { return random_.Between(1, 100) <= percent; }
  template <class Container>
  const auto& Pick(const Container& container) {
    return random_.Pick(container);
  }
  std::string Number(const Product& product);
  const Product& AnyProduct();
  LotIndex AnyLot();
  LotIndex AnyLotOf(absl::string_view product);
  void Name(LotIndex lot, v1::LotRef& ref);
  void NameAny(v1::LotRef& ref);
  // Something on hand, of the product if that is named; kNone when there is nothing.
  Stock AnyStock(absl::string_view product = "");
  std::string OwnPlace();
  // A part of it, or all, or now and then too much.
  std::string Some(const Stock& stock);
  std::string Incoming(const Product& product);
  // When a serial came to where it is; InfinitePast of anything else.
  absl::Time CameAt(const v1::LotRef& ref) const;
  template <class Message>
  void DateIt(Message& message, absl::Time earliest = absl::InfinitePast());
  template <class Message>
  void AcceptSome(Message& message);
  template <class Message>
  void ExemptSome(Message& message);

  // Goods (generator_goods.cc).
  Request CreateLot();
  Request Archive();
  Request Unarchive();
  Request Record();
  void AddMovement(v1::NewMovement& movement);
  void ChooseMovement(v1::NewMovement& movement);
  void AddReceipt(v1::NewMovement& movement);
  void AddReturn(v1::NewMovement& movement);
  void NameReceipt(v1::NewMovement& movement, LotIndex lot);
  Request ReverseMovement();
  Request Hold();
  Request Release();
  Request OpenRecall();
  Request CloseRecall();

  // Making (generator_making.cc).
  std::string AnyOrder(const Product*& product);
  Request Assign();
  Request Unassign();
  Request Cancel();
  Request Reopen();
  Request Complete();
  void AddOutputs(v1::CompleteWorkOrderRequest& request, const Product& product);
  void AddComponents(v1::CompleteWorkOrderRequest& request, const Product& product);
  void AddRework(v1::CompleteWorkOrderRequest& request, const Product& product);
  void AddLeftOver(v1::CompleteWorkOrderRequest& request);
  Request Disassemble();
  Request ReverseCompletion();
  Request Split();
  Request Merge();
  LotIndex SplitFrom(LotIndex part) const;
  Request Relabel();

  const GeneratorOptions options_;
  TestRandom random_;
  const History* history_ = nullptr;
  int number_ = 0;
  absl::Time now_;
  std::vector<Step> written_;  // so far, for being repeated
};

// The message has a time only if it is dated; else it is of the moment. A time before the earliest
// is refused.
template <class Message>
void Generator::DateIt(Message& message, absl::Time earliest) {
  if (Chance(30)) return;
  const absl::Time at = now_ - absl::Hours(random_.Between(1, 24 * 20));
  message.mutable_occur_time()->set_seconds(absl::ToUnixSeconds(at));
  if (at >= earliest || Chance(10)) return;
  const int64_t seconds = absl::ToInt64Seconds(now_ - earliest);
  const absl::Time later =
      earliest + absl::Seconds(random_.Between(0, std::max<int64_t>(0, seconds)));
  *message.mutable_occur_time() = ToProto(later);
}

template <class Message>
void Generator::AcceptSome(Message& message) {
  if (Chance(15)) message.add_accept(v1::ACCEPTANCE_HELD);
}

template <class Message>
void Generator::ExemptSome(Message& message) {
  static const std::vector<std::string> kPlaces = {"QUAR", "SCRAP", "SHOP", "TRUCK", "NOWHERE"};
  if (!Chance(35)) return;
  const int count = static_cast<int>(random_.Between(1, 2));
  for (int i = 0; i < count; ++i) {
    const std::string& place = kPlaces[random_.Between(0, Chance(3) ? 4 : 3)];
    const auto& named = message.exempt_location_ids();
    if (std::find(named.begin(), named.end(), place) != named.end()) continue;
    message.add_exempt_location_ids(place);
  }
}

}  // namespace lots::simulator
