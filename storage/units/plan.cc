// Plans a maintenance: which lines end, and what goes in.
#include "storage/units/plan.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/resolve.h"
#include "storage/units/maintain.h"
#include "storage/units/refusals.h"

namespace lots::units {
namespace {

// Of one list of the request: the position of each lot; naming one twice is a problem.
using FirstIndex = absl::flat_hash_map<LotId, size_t>;

class Planner {
 public:
  Planner(const MaintenanceCommand& command, const MaintenanceNames& names, const UnitFacts& facts,
          std::vector<Problem>& problems)
      : command_(command),
        names_(names),
        facts_(facts),
        links_(facts.links.links),
        problems_(problems) {}

  MaintenancePlan Run() {
    if (command_.removals.empty() && command_.installations.empty()) {
      problems_.push_back(FieldInvalid("installations", "", "say what is installed or removed"));
    }
    FirstIndex removed, installed;
    for (size_t i = 0; i < command_.removals.size(); ++i) Remove(i, removed);
    for (size_t i = 0; i < command_.installations.size(); ++i) Install(i, installed);
    return std::move(plan_);
  }

 private:
  // The lot; null, with a problem, when there is none or it is named twice.
  const ResolvedLot* Find(const ComponentMove& move, const std::optional<ResolvedLot>& lot,
                          size_t index, const std::string& field, FirstIndex& first) {
    if (!lot.has_value()) {
      problems_.push_back(LotNotFound(move.lot, absl::StrCat(field, ".lot")));
      return nullptr;
    }
    const auto [seen, is_first] = first.emplace(lot->lot_id, index);
    if (is_first) return &*lot;
    problems_.push_back(ValueTwice(field, "number", lot->number, seen->second));
    return nullptr;
  }

  // The place of the request's entry, or of all of them; none, with a problem.
  std::optional<LocationId> PlaceOf(const ComponentMove& move,
                                    const std::optional<LocationId>& of_all,
                                    const std::string& field, absl::string_view message) {
    if (move.location.has_value()) return move.location;
    if (!of_all.has_value()) problems_.push_back(FieldInvalid(field, "", message));
    return of_all;
  }

  Quantity LeftOf(const LotId& lot, bool exact) const {
    Quantity left;
    for (const UnitLink& link : links_) {
      if (link.lot_id == lot && link.exact == exact) left += link.left;
    }
    return left;
  }

  // Without a quantity: what is exactly in the unit, or the serial.
  std::optional<Quantity> WantedOf(const ComponentMove& move, const ResolvedLot& lot,
                                   const std::string& field) {
    if (move.quantity.has_value()) return move.quantity;
    const Quantity exact = LeftOf(lot.lot_id, true);
    if (exact.IsPositive()) return exact;
    if (lot.tracking == Tracking::kSerial) return Quantity::FromUnits(1);
    problems_.push_back(FieldInvalid(absl::StrCat(field, ".quantity"), "",
                                     "say how much of a pooled component is removed"));
    return std::nullopt;
  }

  void Remove(size_t index, FirstIndex& first) {
    const ComponentMove& move = command_.removals[index];
    const std::string field = Indexed("removals", index);
    const ResolvedLot* lot = Find(move, names_.removals[index], index, field, first);
    if (lot == nullptr) return;
    const std::optional<LocationId> to =
        PlaceOf(move, command_.destination, absl::StrCat(field, ".to_location_id"),
                "say where it goes, here or in destination_location_id");
    const std::optional<Quantity> wanted = WantedOf(move, *lot, field);
    if (!to.has_value() || !wanted.has_value()) return;
    const Quantity exact = LeftOf(lot->lot_id, true), pooled = LeftOf(lot->lot_id, false);
    if (*wanted > exact + pooled) {
      problems_.push_back(
          NotAComponent(field, {lot->number, lot->lot_id}, exact + pooled, *wanted));
      return;
    }
    const Quantity of_exact = std::min(*wanted, exact);
    TakeOut({lot->lot_id, of_exact, *to, true, field});
    TakeOut({lot->lot_id, *wanted - of_exact, *to, false, field});
  }

  // The oldest lines end first.
  void TakeOut(PlannedMove move) {
    if (!move.quantity.IsPositive()) return;
    Quantity rest = move.quantity;
    for (const UnitLink& link : links_) {
      if (link.lot_id != move.lot_id || link.exact != move.exact) continue;
      const Quantity ended = std::min(rest, link.left);
      if (!ended.IsPositive()) continue;
      rest -= ended;
      plan_.ends.push_back(EndOf(link, ended));
    }
    plan_.removals.push_back(std::move(move));
  }

  void Install(size_t index, FirstIndex& first) {
    const ComponentMove& move = command_.installations[index];
    const std::string field = Indexed("installations", index);
    const ResolvedLot* lot = Find(move, names_.installations[index], index, field, first);
    if (lot == nullptr) return;
    const std::optional<LocationId> from =
        PlaceOf(move, command_.source, absl::StrCat(field, ".from_location_id"),
                "say where it comes from, here or in source_location_id");
    const bool is_serial = lot->tracking == Tracking::kSerial;
    if (!move.quantity.has_value() && !is_serial) {
      problems_.push_back(FieldInvalid(absl::StrCat(field, ".quantity"), "",
                                       "say how much; only a serial is one by itself"));
      return;
    }
    if (ContainsUnit(lot->lot_id)) {
      problems_.push_back(ComponentContainsUnit(field, {lot->number, lot->lot_id}, lot->product_id,
                                                {names_.unit->number, names_.unit->lot_id}));
      return;
    }
    if (!from.has_value()) return;
    plan_.installations.push_back({.lot_id = lot->lot_id,
                                   .quantity = move.quantity.value_or(Quantity::FromUnits(1)),
                                   .location = *from,
                                   .field = field});
  }

  // Whether the lot is the unit, or one that the unit is in.
  bool ContainsUnit(const LotId& lot) const {
    const auto& identities = facts_.links.identities;
    if (std::find(identities.begin(), identities.end(), lot) != identities.end()) return true;
    return std::any_of(facts_.units.begin(), facts_.units.end(),
                       [&](const InUnit& above) { return above.unit == lot; });
  }

  const MaintenanceCommand& command_;
  const MaintenanceNames& names_;
  const UnitFacts& facts_;
  const std::vector<UnitLink>& links_;
  std::vector<Problem>& problems_;
  MaintenancePlan plan_;
};

}  // namespace

MaintenancePlan PlanMaintenance(const MaintenanceCommand& command, const MaintenanceNames& names,
                                const UnitFacts& facts, std::vector<Problem>& problems) {
  return Planner(command, names, facts, problems).Run();
}

}  // namespace lots::units
