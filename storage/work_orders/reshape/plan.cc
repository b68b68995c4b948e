// What a split, merge or relabel takes and makes: quantities, dates, movements.

#include "storage/work_orders/reshape/plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/dates.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/lot_rows/numbers.h"
#include "storage/work_orders/details.h"
#include "storage/work_orders/reshape/agree.h"

namespace lots::reshape {
namespace {

using orders::Earlier;
using orders::ExpiringOn;
using Day = std::optional<absl::CivilDay>;

// The expiry date of one lot may be before the other dates of all of them.
LotDates EarliestOf(const LotDates& a, const LotDates& b) {
  return ExpiringOn({.manufactured_on = Earlier(a.manufactured_on, b.manufactured_on),
                     .best_before_on = Earlier(a.best_before_on, b.best_before_on),
                     .removal_on = Earlier(a.removal_on, b.removal_on),
                     .alert_on = Earlier(a.alert_on, b.alert_on)},
                    Earlier(a.expires_on, b.expires_on));
}

Problem OtherExpiry(Day stored, absl::CivilDay given, const std::string& number) {
  const std::string has = stored.has_value() ? absl::FormatCivilTime(*stored) : "none";
  return FieldInvalid(
      "expire_date", absl::FormatCivilTime(given),
      absl::StrCat("is a new lot's, and lot \"", number, "\" exists with expiry date ", has,
                   "; leave it out, or change that with UpdateLot"));
}

Quantity SmallestOf(int scale) {
  int64_t micros = 1'000'000;
  for (int i = 0; i < scale; ++i) micros /= 10;
  return Quantity::FromMicros(micros);
}

class Planner {
 public:
  Planner(const ReshapeCommand& command, const Names& names, const StoredLots& stored,
          Ledger& ledger, const TransformationId& transformation, std::vector<Problem>& problems)
      : command_(command),
        names_(names),
        stored_(stored),
        ledger_(ledger),
        transformation_(transformation),
        problems_(problems) {}

  Plan Run() {
    for (size_t i = 0; i < command_.sources.size(); ++i) AddSource(i);
    if (command_.kind == TransformationKind::kMerge) Agree();
    for (size_t i = 0; i < command_.results.size(); ++i) AddResult(i);
    // A movement of a quantity that is refused would be refused for the same reason again.
    if (!problems_.empty()) return std::move(plan_);
    for (size_t i = 0; i < command_.sources.size(); ++i) PostSource(i);
    if (!problems_.empty()) return std::move(plan_);
    for (size_t i = 0; i < command_.results.size(); ++i) PostResult(i);
    return std::move(plan_);
  }

 private:
  void AddSource(size_t index) {
    const Source& source = command_.sources[index];
    const ResolvedLot& lot = names_.sources[index];
    const bool is_serial = lot.tracking == Tracking::kSerial;
    const Quantity there =
        is_serial ? Quantity::FromUnits(1) : ledger_.facts().QuantityAt(lot.lot_id, source.from);
    Quantity used = source.quantity.value_or(there);
    // All of nothing: the ledger says what is there, and whatever else is wrong.
    if (!source.quantity.has_value() && used.IsZero()) used = SmallestOf(lot.scale);
    // A split validates each part instead.
    const bool is_whole = command_.kind != TransformationKind::kSplit;
    if (is_whole) ValidateScale(source.quantity_field, used);
    plan_.used.push_back(used);
    total_ += used;
    since_ = Earlier(since_, ledger_.facts().DatesAt(lot.lot_id, source.from).stock_since);
    Inherit(stored_.details.at(lot.lot_id), index == 0);
  }

  void ValidateScale(const std::string& field, Quantity quantity) {
    const LotProduct& product = names_.product;
    if (quantity.FitsScale(product.scale)) return;
    problems_.push_back(QuantityScale(field, quantity, product.scale, product.product_id));
  }

  // A split and a relabel have one source, whose details are all inherited.
  void Inherit(const LotDetails& source, bool is_first) {
    if (is_first) {
      inherited_ = source;
    } else {
      inherited_.dates = EarliestOf(inherited_.dates, source.dates);
    }
  }

  // A merge has what all sources agree on, and the lot that they are added to.
  void Agree() {
    std::vector<const LotDetails*> lots;
    for (const ResolvedLot& source : names_.sources)
      lots.push_back(&stored_.details.at(source.lot_id));
    const std::optional<LotId>& stored = names_.results[0].stored;
    if (stored.has_value()) lots.push_back(&stored_.details.at(*stored));
    const LotDetails agreed = AgreedOn(lots, command_.said, problems_);
    inherited_.reference = agreed.reference;
    inherited_.notes = agreed.notes;
    inherited_.attributes = agreed.attributes;
  }

  void AddResult(size_t index) {
    const Result& result = command_.results[index];
    const Names::Named& named = names_.results[index];
    Made made{.lot_id = named.stored.value_or(LotId(Uuid::MakeV7())),
              .number = named.number,
              .is_new = !named.stored.has_value(),
              .quantity = result.quantity.value_or(total_),
              .to = result.to,
              .details = inherited_};
    if (result.quantity.has_value()) ValidateScale(result.quantity_field, made.quantity);
    ValidatePlace(result);
    if (made.is_new) {
      GiveExpiry({inherited_.number, names_.sources[0].lot_id}, made);
    } else if (names_.product.tracking == Tracking::kSerial) {
      TakeSerial(result, made);
    } else {
      AddToStored(result, made);
    }
    plan_.made.push_back(std::move(made));
  }

  // Production may also go to SCRAP; here nothing is thrown away.
  void ValidatePlace(const Result& result) {
    // The ledger validates the place of a source.
    for (const Source& source : command_.sources) {
      if (source.from == result.to) return;
    }
    const std::optional<LocationKind> kind = ledger_.facts().FindKind(result.to);
    if (kind.has_value() && !IsOnHand(*kind)) {
      problems_.push_back(OutputAtKindMismatch(result.location_field, result.to, *kind));
    }
  }

  // The expiry date that the request gives. `earliest` is the lot that expires first.
  void GiveExpiry(const NumberedLot& earliest, Made& made) {
    if (!command_.expires_on.has_value()) return;
    const Day before = made.details.dates.expires_on;
    made.details.dates = ExpiringOn(made.details.dates, *command_.expires_on);
    std::optional<Problem> later =
        CheckLaterExpiry("expire_date", earliest, before, command_.expires_on,
                         {.accepted = command_.accept_later_expiry, .note = command_.note});
    if (later.has_value()) problems_.push_back(*std::move(later));
    std::vector<Problem> wrong = CheckDates(made.details.dates);
    std::move(wrong.begin(), wrong.end(), std::back_inserter(problems_));
  }

  // An ACTIVE lot that gets more.
  void AddToStored(const Result& result, Made& made) {
    const LotDetails& stored = stored_.details.at(made.lot_id);
    const LotDates& dates = stored.dates;
    made.number = stored.number;
    made.details = stored;
    if (command_.kind == TransformationKind::kMerge) {
      made.details.reference = inherited_.reference;
      made.details.notes = inherited_.notes;
      made.details.attributes = inherited_.attributes;
    } else {
      ValidateAdded(inherited_, stored, problems_);
    }
    const Day expires_on = Earlier(dates.expires_on, inherited_.dates.expires_on);
    if (expires_on != dates.expires_on) made.details.dates = ExpiringOn(dates, expires_on);
    if (made.details.dates != dates) made.before = LotBefore{stored.state, dates};
    if (stored.state != LotState::kActive) RefuseNumber(result, made, stored);
    if (command_.expires_on.has_value() && command_.expires_on != dates.expires_on) {
      problems_.push_back(OtherExpiry(dates.expires_on, *command_.expires_on, stored.number));
    }
  }

  // A serial that has no goods becomes the unit. It keeps what was said of it, and has the unit's
  // details besides.
  void TakeSerial(const Result& result, Made& made) {
    const LotDetails& stored = stored_.details.at(made.lot_id);
    made.number = stored.number;
    const bool is_living = stored.state == LotState::kActive || stored.state == LotState::kPlanned;
    if (!is_living || stored_.taken_serials.contains(made.lot_id)) {
      return RefuseNumber(result, made, stored);
    }
    made.before = LotBefore{stored.state, stored.dates};
    made.details = FilledFrom(stored, inherited_);
    ValidateAdded(FilledFrom(inherited_, stored), made.details, problems_);
    const Day expires_on = Earlier(stored.dates.expires_on, inherited_.dates.expires_on);
    made.details.dates = ExpiringOn(made.details.dates, expires_on);
    const bool is_sources = expires_on == inherited_.dates.expires_on;
    GiveExpiry(is_sources ? NumberedLot{inherited_.number, names_.sources[0].lot_id}
                          : NumberedLot{stored.number, made.lot_id},
               made);
  }

  void RefuseNumber(const Result& result, const Made& made, const LotDetails& stored) {
    problems_.push_back(NumberTaken(result.number_field, stored.number,
                                    {made.lot_id, stored.number, stored.state}));
  }

  Posting PostingOf(MovementKind kind, const LotId& lot_id, Quantity quantity) const {
    return {.movement_id = MovementId(Uuid::MakeV7()),
            .kind = kind,
            .lot_id = lot_id,
            .quantity = quantity,
            .from = DefaultLocation(LocationKind::kProduction),
            .to = DefaultLocation(LocationKind::kProduction),
            .occurred_at = command_.occurred_at,
            .note = command_.note,
            .transformation = transformation_};
  }

  void PostSource(size_t index) {
    const Source& source = command_.sources[index];
    Posting posting =
        PostingOf(MovementKind::kConsumption, names_.sources[index].lot_id, plan_.used[index]);
    posting.from = source.from;
    Post(posting, source.lot_field, source.quantity_field, source.location_field);
  }

  void PostResult(size_t index) {
    const Result& result = command_.results[index];
    const Made& made = plan_.made[index];
    if (made.is_new) {
      Announce(made);
    } else {
      ledger_.SetState(made.lot_id, LotState::kActive);
    }
    Posting posting = PostingOf(MovementKind::kProduction, made.lot_id, made.quantity);
    posting.to = made.to;
    posting.stock_since = since_;
    Post(posting, result.number_field, result.quantity_field, result.location_field);
  }

  void Announce(const Made& made) {
    LotFacts lot;
    lot.lot_id = made.lot_id;
    lot.product_id = names_.product.product_id;
    lot.number = made.number;
    lot.tracking = names_.product.tracking;
    lot.scale = names_.product.scale;
    lot.expires_on = made.details.dates.expires_on;
    ledger_.AddNewLot(lot);
  }

  // The ledger names fields as a movement has them; here they have the names of the request's.
  void Post(const Posting& posting, const std::string& lot, const std::string& quantity,
            const std::string& location) {
    const size_t first = problems_.size();
    ledger_.Post(posting, problems_);
    for (size_t i = first; i < problems_.size(); ++i) {
      std::string& field = problems_[i].field;
      if (field == "lot") field = lot;
      if (field == "quantity") field = quantity;
      if (field == "kind" || absl::EndsWith(field, "_location_id")) field = location;
    }
  }

  const ReshapeCommand& command_;
  const Names& names_;
  const StoredLots& stored_;
  Ledger& ledger_;
  const TransformationId& transformation_;
  std::vector<Problem>& problems_;
  Plan plan_;
  Quantity total_;
  std::optional<absl::Time> since_;  // the earliest of what goes in
  LotDetails inherited_;
};

}  // namespace

Plan PlanReshaping(const ReshapeCommand& command, const Names& names, const StoredLots& stored,
                   Ledger& ledger, const TransformationId& transformation,
                   std::vector<Problem>& problems) {
  return Planner(command, names, stored, ledger, transformation, problems).Run();
}

}  // namespace lots::reshape
