// Splits, merges and relabels: goods that become other lots as they are.
#include "absl/algorithm/container.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/rules.h"
#include "tests/simulator/rules_lines.h"

namespace lots::simulator {

namespace {

template <class Request>
std::optional<Quantity> QuantityOrAll(const Request& request) {
  if (request.quantity().empty()) return std::nullopt;
  return QuantityOf(request.quantity());
}

}  // namespace

bool Rules::FindSources(Reshaping& reshaping) {
  const bool by_unit = reshaping.kind == v1::TRANSFORMATION_KIND_RELABEL;
  std::set<std::pair<LotIndex, std::string>> seen;
  for (Source& source : reshaping.sources) {
    source.lot = Resolve(source.ref);
    if (source.lot == kNone) {
      Refuse("LOT_NOT_FOUND");
      continue;
    }
    const Product* product = history_.lots[source.lot].product;
    if (reshaping.product == nullptr) reshaping.product = product;
    if (product->is_serial() && !by_unit) Refuse("TRACKING_MISMATCH");
    if (product != reshaping.product) Refuse("PRODUCT_MISMATCH");
    if (!seen.emplace(source.lot, source.from).second) Refuse("DUPLICATE_IN_REQUEST");
  }
  if (!reasons_.empty() || reshaping.product_id.empty()) return reasons_.empty();
  const Product* product = FindProduct(reshaping.product_id);
  if (product == nullptr) return Refuse("PRODUCT_NOT_FOUND");
  if (product->tracking == v1::TRACKING_NONE) Refuse("PRODUCT_NOT_TRACKED");
  const Product& old = *reshaping.product;
  if (product->tracking != old.tracking || product->scale != old.scale) {
    Refuse("TRACKING_MISMATCH");
  }
  reshaping.product = product;
  return reasons_.empty();
}

// Whether a stored lot gets the goods: an ACTIVE lot, or a serial without goods of its own.
bool Rules::MayTakeGoods(LotIndex index) const {
  const Lot& lot = history_.lots[index];
  const bool is_active = lot.state == v1::LOT_STATE_ACTIVE;
  if (!lot.product->is_serial()) return is_active;
  return (is_active || IsPlanned(lot)) && lot.planned_for.empty() && !history_.HasMoved(index);
}

// A number that is free makes a new lot, and a lot that may take goods gets them; but no lot goes
// into itself.
void Rules::NameResults(Reshaping& reshaping) {
  std::set<LotIndex> named;
  for (Result& result : reshaping.results) {
    result.lot = history_.FindLot(reshaping.product->id, result.number);
    if (result.lot == kNone) {
      result.lot = AddLot(*reshaping.product, result.number, v1::LOT_STATE_ACTIVE);
      result.is_new = true;
    } else {
      touched_.insert(result.lot);
      const bool is_own = absl::c_any_of(
          reshaping.sources, [&](const Source& source) { return source.lot == result.lot; });
      const bool is_again = named.count(result.lot) > 0;
      if (is_own) Refuse("FIELD_INVALID");
      if (is_again) Refuse("DUPLICATE_IN_REQUEST");
      const bool is_taken = !MayTakeGoods(result.lot);
      if (!is_own && !is_again && is_taken) Refuse("LOT_NUMBER_TAKEN");
      Lot& lot = history_.lots[result.lot];
      if (!is_taken && lot.product->is_serial()) {
        result.before = lot;
        lot.state = v1::LOT_STATE_ACTIVE;
      }
    }
    named.insert(result.lot);
    const Location* place = FindLocation(result.to);
    if (place == nullptr) Refuse("LOCATION_NOT_FOUND");
    if (place != nullptr && !IsOnHand(place->kind)) Refuse("LOCATION_KIND_MISMATCH");
  }
}

// What goes in comes out, in stock since the earliest of it.
void Rules::PostReshaping(Reshaping& reshaping, Quantity total) {
  reshaping.transformation = AddTransformation(reshaping.kind, reshaping.occurred_at);
  const int posted = reshaping.transformation;
  const bool is_split = reshaping.kind == v1::TRANSFORMATION_KIND_SPLIT;
  std::optional<absl::Time> since;
  for (const Source& source : reshaping.sources) {
    since = Earlier(since, history_.PlacesOf(source.lot)[source.from].stock_since);
  }
  for (const Source& source : reshaping.sources) {
    Movement movement = NewMovement(v1::MOVEMENT_KIND_CONSUMPTION, source.lot, *source.quantity);
    movement.from = source.from;
    movement.to = "PRODUCTION";
    movement.occurred_at = reshaping.occurred_at;
    movement.transformation = posted;
    Post(std::move(movement), reshaping.accepts);
    if (!is_split) {
      history_.transformations[posted].inputs.push_back({source.lot, *source.quantity});
    }
  }
  if (!reasons_.empty()) return;
  for (const Result& result : reshaping.results) {
    const Quantity quantity = result.quantity.value_or(total);
    Movement movement = NewMovement(v1::MOVEMENT_KIND_PRODUCTION, result.lot, quantity);
    movement.from = "PRODUCTION";
    movement.to = result.to;
    movement.occurred_at = reshaping.occurred_at;
    movement.transformation = posted;
    movement.stock_since = since;
    Post(std::move(movement), {});
    Transformation& own = history_.transformations[posted];
    if (is_split) own.inputs.push_back({reshaping.sources[0].lot, quantity, result.lot});
    own.outputs.push_back(
        {result.lot, quantity, Role::kProduct, false, result.before, result.expiry});
  }
}

// A new lot has the earliest expiry date of what it is made of, or the one that is given; a lot
// that gets more takes an earlier one. A serial without goods is dated as a new one, but has dates
// of its own.
void Rules::DateResults(Reshaping& reshaping) {
  std::optional<absl::CivilDay> earliest, made;
  for (const Source& source : reshaping.sources) {
    earliest = EarlierDay(earliest, history_.lots[source.lot].expires_on);
    made = EarlierDay(made, history_.lots[source.lot].manufactured_on);
  }
  for (Result& result : reshaping.results) {
    Lot& lot = history_.lots[result.lot];
    const std::optional<absl::CivilDay> before = lot.expires_on;
    const bool is_anew = result.is_new || result.before.has_value();
    if (is_anew && !lot.manufactured_on.has_value()) lot.manufactured_on = made;
    const std::optional<absl::CivilDay>& given = reshaping.expires_on;
    const bool contradicts = !is_anew && given.has_value() && given != before;
    if (contradicts) Refuse("FIELD_INVALID");
    lot.expires_on = EarlierDay(before, earliest);
    if (!is_anew && lot.expires_on != before) result.expiry = ExpiryChange{before};
    if (!is_anew || !given.has_value()) continue;
    const bool is_later = lot.expires_on.has_value() && *lot.expires_on < *given;
    if (is_later && !reshaping.accepts.later_expiry) Refuse("EXPIRY_LATER");
    lot.expires_on = given;
    if (lot.manufactured_on.has_value() && *lot.manufactured_on > *given) Refuse("FIELD_INVALID");
  }
}

void Rules::Reshape(Reshaping& reshaping) {
  // An expired lot that gets another name is not used by that.
  reshaping.accepts.expired = true;
  if (!FindSources(reshaping)) return;
  NameResults(reshaping);
  DateResults(reshaping);
  Quantity total;
  for (Source& source : reshaping.sources) {
    const Lot& lot = history_.lots[source.lot];
    if (!source.quantity.has_value()) {
      const bool is_serial = lot.product->is_serial();
      const Quantity there =
          is_serial ? Quantity::FromUnits(1) : history_.At(source.lot, source.from);
      // Of nothing, or in a place that does not exist, all is not enough.
      const bool is_there = there.IsPositive() && FindLocation(source.from) != nullptr;
      source.quantity = is_there ? there : Quantity::FromUnits(1);
    }
    total += *source.quantity;
  }
  for (const Result& result : reshaping.results) {
    const Quantity quantity = result.quantity.value_or(total);
    if (!quantity.FitsScale(reshaping.product->scale)) Refuse("QUANTITY_SCALE");
  }
  PostReshaping(reshaping, total);
  if (reasons_.empty()) PassHoldsOn(reshaping.transformation);
}

void Rules::Do(const v1::SplitLotRequest& request) {
  Reshaping split{.kind = v1::TRANSFORMATION_KIND_SPLIT};
  split.occurred_at = request.has_occur_time() ? TimeOf(request.occur_time()) : now_;
  split.accepts = AcceptsOf(request);
  Quantity total;
  for (const v1::SplitPart& part : request.parts()) {
    total += QuantityOf(part.quantity());
    split.results.push_back(
        {.number = part.number(),
         .quantity = QuantityOf(part.quantity()),
         .to = part.location_id().empty() ? request.location_id() : part.location_id()});
  }
  split.sources.push_back({.ref = request.lot(), .from = request.location_id(), .quantity = total});
  Reshape(split);
}

void Rules::Do(const v1::MergeLotsRequest& request) {
  Reshaping merge{.kind = v1::TRANSFORMATION_KIND_MERGE};
  merge.occurred_at = request.has_occur_time() ? TimeOf(request.occur_time()) : now_;
  merge.accepts = AcceptsOf(request);
  for (const v1::MergeSource& source : request.sources()) {
    merge.sources.push_back(
        {.ref = source.lot(), .from = source.location_id(), .quantity = QuantityOrAll(source)});
  }
  merge.results.push_back({.number = request.number(),
                           .to = request.location_id().empty() ? request.sources(0).location_id()
                                                               : request.location_id()});
  Reshape(merge);
}

void Rules::Do(const v1::RelabelLotRequest& request) {
  Reshaping relabel{.kind = v1::TRANSFORMATION_KIND_RELABEL};
  relabel.occurred_at = request.has_occur_time() ? TimeOf(request.occur_time()) : now_;
  relabel.accepts = AcceptsOf(request);
  relabel.product_id = request.product_id();
  if (request.has_expire_date()) relabel.expires_on = DayOf(request.expire_date());
  relabel.sources.push_back(
      {.ref = request.lot(), .from = request.location_id(), .quantity = QuantityOrAll(request)});
  relabel.results.push_back({.number = request.number(), .to = request.location_id()});
  Reshape(relabel);
}

}  // namespace lots::simulator
