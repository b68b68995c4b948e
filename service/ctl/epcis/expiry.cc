// Derives the dates of the plan's lots as the service would, request by request.
#include "service/ctl/epcis/expiry.h"

#include <algorithm>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/output/show.h"

namespace lots::ctl {
namespace {

using Day = std::optional<absl::CivilDay>;

absl::CivilDay DayOf(const google::type::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

// The date of a message that has one.
template <class Message>
Day ExpiryOf(const Message& message) {
  return message.has_expire_date() ? Day(DayOf(message.expire_date())) : std::nullopt;
}

template <class Message>
Day ManufactureOf(const Message& message) {
  return message.has_manufacture_date() ? Day(DayOf(message.manufacture_date())) : std::nullopt;
}

Day Earlier(Day a, Day b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

template <class Request>
bool AcceptsExpired(const Request& request) {
  return absl::c_linear_search(request.accept(), v1::ACCEPTANCE_EXPIRED);
}

class ExpiryChecker {
 public:
  ExpiryChecker(const EpcisPlan& plan, const ExpiryFacts& facts) : plan_(plan), facts_(facts) {
    for (const auto& [key, lot] : facts.history.lots) expiries_[key] = ExpiryOf(lot);
    for (const EpcisNewLot& created : plan.lots) {
      const v1::NewLot& lot = created.lot;
      expiries_.emplace(LotKeyOf(created.product_id, lot.number()),
                        Derived(created.product_id, ManufactureOf(lot), ExpiryOf(lot)));
    }
  }

  std::vector<EpcisFinding> Find() {
    for (size_t i = 0; i < plan_.requests.size(); ++i) {
      if (facts_.history.done.contains(i)) continue;
      const ImportRequest& planned = plan_.requests[i];
      std::visit([&](const auto& request) { Check(planned, request); }, planned.message);
    }
    return std::move(findings_);
  }

 private:
  const v1::Product& ProductOf(const std::string& product_id) const {
    const auto found = facts_.products.find(product_id);
    return found == facts_.products.end() ? v1::Product::default_instance() : found->second;
  }
  Day Derived(const std::string& product_id, Day manufactured, Day given) const {
    const v1::ShelfLife& shelf_life = ProductOf(product_id).shelf_life();
    if (given.has_value() || !manufactured.has_value() || !shelf_life.has_expire_days()) {
      return given;
    }
    return *manufactured + shelf_life.expire_days();
  }
  absl::CivilDay DayIn(const google::protobuf::Timestamp& time) const {
    return absl::ToCivilDay(absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                            facts_.zone);
  }

  void Check(const ImportRequest& planned, const v1::RecordMovementsRequest& request) {
    if (AcceptsExpired(request)) return;
    for (const v1::NewMovement& movement : request.movements()) {
      const bool uses = movement.kind() == v1::MOVEMENT_KIND_DELIVERY ||
                        movement.kind() == v1::MOVEMENT_KIND_CONSUMPTION;
      if (uses) CheckUse(planned, movement.lot(), movement.occur_time());
    }
  }

  void Check(const ImportRequest& planned, const v1::CompleteWorkOrderRequest& request) {
    Day earliest;
    for (const v1::CompletionComponent& component : request.components()) {
      const v1::LotRef& lot = component.lot();
      earliest = Earlier(earliest, expiries_[LotKeyOf(lot.product_id(), lot.number())]);
      if (!AcceptsExpired(request)) CheckUse(planned, lot, request.occur_time());
    }
    const absl::CivilDay day = DayIn(request.occur_time());
    for (const v1::CompletionOutput& output : request.outputs()) {
      Make(request.product_id(), output.number(),
           Derived(request.product_id(), ManufactureOf(output).value_or(day), ExpiryOf(output)),
           output.has_expire_date() ? std::nullopt : earliest);
    }
    for (const v1::CompletionByProduct& by_product : request.by_products()) {
      const v1::LotRef& lot = by_product.lot();
      Make(lot.product_id(), lot.number(), Derived(lot.product_id(), day, std::nullopt), earliest);
    }
  }

  // `fresh`: the date of a unit that the completion makes. A lot is there before, with its own.
  void Make(const std::string& product_id, const std::string& number, Day fresh, Day inherited) {
    Day& expiry = expiries_.emplace(LotKeyOf(product_id, number), fresh).first->second;
    if (ProductOf(product_id).inherit_expiry()) expiry = Earlier(expiry, inherited);
  }

  void CheckUse(const ImportRequest& planned, const v1::LotRef& lot,
                const google::protobuf::Timestamp& time) {
    const Day expiry = expiries_[LotKeyOf(lot.product_id(), lot.number())];
    if (!expiry.has_value() || DayIn(time) <= *expiry) return;
    findings_.push_back({.event_id = planned.event_id,
                         .what = absl::StrCat("uses ", ShowLot(lot.product_id(), lot.number()),
                                              ", of which the company's last day is ",
                                              absl::FormatCivilTime(*expiry)),
                         .remedy = "it is recorded nevertheless, as EXPIRED accepted"});
  }

  const EpcisPlan& plan_;
  const ExpiryFacts& facts_;
  std::map<LotKey, Day> expiries_;
  std::vector<EpcisFinding> findings_;
};

}  // namespace

std::vector<EpcisFinding> FindExpiredUses(const EpcisPlan& plan, const ExpiryFacts& facts) {
  return ExpiryChecker(plan, facts).Find();
}

}  // namespace lots::ctl
