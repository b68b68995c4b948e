// Chooses what happens next in a random history of units: mostly something that may be done, and
// sometimes not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "tests/support/base/random.h"
#include "tests/support/model/unit_model.h"

namespace lots {

// A number begins with what it is: F a frame, M a motor, B a bike, S a lot of salt.
class UnitChooser {
 public:
  using Part = UnitModel::Part;
  using When = UnitModel::When;
  using Names = std::vector<std::string>;

 protected:
  explicit UnitChooser(uint64_t seed)
      : random_(seed),
        start_(absl::FromUnixSeconds((absl::ToUnixSeconds(absl::Now()) / 3600 + 4) * 3600)),
        now_(start_) {}

  bool Chance(int64_t percent) { return random_.Between(1, 100) <= percent; }
  bool IsHere(const std::string& serial) const {
    return UnitModel::IsOnHand(model_.PlaceOf(serial));
  }

  // Mostly after all of these serials came to where they are.
  When After(const Names& serials) {
    absl::Time came = absl::InfinitePast();
    for (const std::string& serial : serials) came = std::max(came, model_.CameAt(serial));
    if (Chance(10)) came = absl::InfinitePast();
    absl::Time at = now_;
    for (int tries = 0; tries < 20; ++tries) {
      const absl::Time wanted = now_ - kSlot * random_.Between(0, 89);
      if (wanted <= came || used_.count(wanted) > 0) continue;
      at = wanted;
      break;
    }
    used_.insert(at);
    return {at, now_};
  }

  // Between what happened and was recorded.
  UnitModel::Times RandomTimes() {
    UnitModel::Times times;
    const int64_t slots = (now_ - start_) / kSlot + 90;
    if (Chance(70)) times.as_of = now_ - kSlot * random_.Between(0, slots) + kSlot / 2;
    const int64_t hours = (now_ - start_) / absl::Hours(1);
    if (Chance(60))
      times.known_at = now_ - absl::Hours(random_.Between(0, hours)) + absl::Minutes(30);
    return times;
  }

  std::optional<std::string> Any(const std::function<bool(const std::string&)>& fits) {
    Names found;
    for (const std::string& lot : model_.Lots()) {
      if (fits(lot)) found.push_back(lot);
    }
    return found.empty() ? std::nullopt : std::optional(random_.Pick(found));
  }

  std::optional<std::string> AnySerial(char kind, bool is_here) {
    return Any([&](const std::string& lot) { return lot[0] == kind && (!is_here || IsHere(lot)); });
  }

  // Some of a lot that is in stock, sometimes more than there is.
  std::optional<Part> AnySalt() {
    const auto lot =
        Any([&](const std::string& each) { return each[0] == 'S' && !model_.Where(each).empty(); });
    if (!lot.has_value()) return std::nullopt;
    const std::string place = random_.Pick(kOurs);
    const Quantity there = model_.At(*lot, place);
    if (!there.IsPositive() && !Chance(10)) return std::nullopt;
    return Part{*lot, there.IsPositive() ? SomeOf(there) : Quantity::FromUnits(1), place};
  }

  std::string PlaceOrStock(const std::string& serial) {
    const std::string place = model_.PlaceOf(serial);
    return place.empty() || place == UnitModel::kInside ? "stock" : place;
  }

  // All, half, or too much.
  Quantity SomeOf(Quantity all) {
    if (Chance(5)) return all + Quantity::FromUnits(1);
    if (Chance(25)) return all;
    const int64_t thousandths = std::max<int64_t>(1, all.micros() / 1'000);
    return Quantity::FromMicros(random_.Between(1, std::max<int64_t>(1, thousandths / 2)) * 1'000);
  }

  // New units, or some that were there before: mostly one that was taken apart.
  Names UnitsToMake(char kind) {
    Names units;
    if (Chance(40)) {
      const auto before = Any([&](const std::string& lot) {
        const bool is_apart =
            model_.PlaceOf(lot) == UnitModel::kInside && model_.UnitsOf(lot).empty();
        return lot[0] == kind && (is_apart || Chance(5));
      });
      if (before.has_value()) units.push_back(*before);
    }
    if (units.empty() || Chance(40)) units.push_back(absl::StrCat(std::string(1, kind), ++made_));
    return units;
  }

  // A component that is in the unit itself; sometimes more of it than is there.
  std::optional<Part> SomethingIn(const std::string& unit) {
    std::vector<Part> parts;
    for (const auto& [path, quantity] : model_.Composition(unit)) {
      const std::string lot(absl::StripSuffix(path, " pooled"));
      if (!absl::StrContains(lot, "/")) parts.push_back({lot, quantity, ""});
    }
    if (parts.empty()) return std::nullopt;
    Part part = random_.Pick(parts);
    if (!model_.IsSerial(part.lot)) part.quantity = SomeOf(part.quantity);
    return part;
  }

  // Goods for the unit: a motor for a bike only, or anything, the bike itself included.
  std::optional<Part> SomethingFor(const std::string& unit) {
    if (Chance(35)) return AnySalt();
    const char kind = unit[0] == 'B' && Chance(50) ? 'M' : 'F';
    const auto serial = Chance(10) ? AnySerial('B', false) : AnySerial(kind, !Chance(10));
    if (!serial.has_value()) return std::nullopt;
    return Part{*serial, Quantity::FromUnits(1), PlaceOrStock(*serial)};
  }

  // Something to correct in a step: a component that is not in it, another one, or a forgotten one.
  // What is pooled is not added once a unit of the step was taken apart.
  std::optional<UnitModel::Correction> SomethingWrong(int step) {
    UnitModel::Correction line{.wrong = "", .right = "", .quantity = {}, .unit = {}};
    const std::vector<Part> recorded = model_.LeftOf(step);
    if (!recorded.empty() && Chance(75)) {
      const Part& part = random_.Pick(recorded);
      line.wrong = part.lot;
      line.unit = part.unit;
      line.quantity = model_.IsSerial(part.lot) ? part.quantity : SomeOf(part.quantity);
      if (Chance(30)) return line;
    } else {
      const Names& units = model_.UnitsOfStep(step);
      if (!units.empty() && Chance(80)) line.unit = random_.Pick(units);
    }
    const bool may_be_pooled =
        model_.KindOf(step) == UnitModel::Kind::kMade && !model_.HasUnitApart(step);
    if (!line.unit.has_value() && !may_be_pooled) {
      return line.wrong.empty() ? std::nullopt : std::optional(line);
    }
    const bool is_serial =
        line.wrong.empty() ? line.unit.has_value() && Chance(60) : model_.IsSerial(line.wrong);
    return is_serial ? WithSerial(line) : WithSalt(line);
  }

  // Often one that is in stock; also one that is in a unit, or has the unit in it.
  std::optional<UnitModel::Correction> WithSerial(UnitModel::Correction line) {
    const bool is_here = Chance(70);
    const auto serial = Any([&](const std::string& lot) {
      return model_.IsSerial(lot) && lot != line.wrong && (!is_here || IsHere(lot));
    });
    if (!serial.has_value()) return std::nullopt;
    line.right = *serial;
    line.quantity = Quantity::FromUnits(1);
    return line;
  }

  // Instead of a wrong one it comes from where that came from.
  std::optional<UnitModel::Correction> WithSalt(UnitModel::Correction line) {
    const std::optional<Part> salt = AnySalt();
    if (!salt.has_value() || salt->lot == line.wrong) return std::nullopt;
    line.right = salt->lot;
    if (!line.wrong.empty()) return line;
    line.quantity = salt->quantity;
    line.from = salt->place;
    return line;
  }

  // Mostly a step of the last ones.
  int AnyStep() {
    const int last = model_.step_count() - 1;
    const int first = Chance(60) ? std::max(0, last - 5) : 0;
    return static_cast<int>(random_.Between(first, last));
  }

  static constexpr absl::Duration kSlot = absl::Minutes(2);
  static inline const Names kOurs = {"stock", "shelf", "yard"};

  TestRandom random_;
  UnitModel model_;
  const absl::Time start_;
  absl::Time now_;             // when the write is recorded: an hour after the one before
  std::set<absl::Time> used_;  // when something happened: no two things at once
  int made_ = 0;               // numbers
};

// "S1=2.5@stock>M1".
inline std::string TextOf(const UnitModel::Part& part) {
  return absl::StrCat(part.lot, "=", part.quantity.ToString(), "@", part.place,
                      part.unit.has_value() ? absl::StrCat(">", *part.unit) : "");
}

inline std::string TextOf(const std::vector<UnitModel::Part>& parts) {
  return absl::StrJoin(parts, " ", [](std::string* out, const UnitModel::Part& part) {
    absl::StrAppend(out, TextOf(part));
  });
}

}  // namespace lots
