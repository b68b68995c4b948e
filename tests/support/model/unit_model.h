// What is in units over time, kept as plain lists of facts: what went in, what came out, what was
// recorded wrongly. Tests do the same things to a UnitModel and to the product, and compare the
// answers.
//
// Lots are named by their numbers. A step is one write that says what is in what, and is known by
// its index. Every operation returns why it is refused; "": it is done. What is refused changes
// nothing.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "storage/base/quantity.h"

namespace lots {

// A question is about what had happened by `as_of`, as it was recorded by `known_at`.
struct UnitTimes {
  absl::Time as_of = absl::InfiniteFuture();
  absl::Time known_at = absl::InfiniteFuture();
};

class UnitModel {
 public:
  // When something happened, and when it was recorded.
  struct When {
    absl::Time occurred;
    absl::Time recorded;
  };
  using Times = UnitTimes;
  // A quantity of a lot that goes from or to a place; into one unit, or (none) into all that is
  // made.
  struct Part {
    std::string lot;
    Quantity quantity;
    std::string place;
    std::optional<std::string> unit = {};
  };
  // What a correction takes out and puts in. An empty lot: nothing.
  struct Correction {
    std::string wrong;
    std::string right;
    Quantity quantity;                // of both
    std::optional<std::string> unit;  // none: pooled
    std::string from = {};            // of the right one; empty: where the product looks for it
  };
  enum class Kind { kMade, kMaintained, kCorrected, kTakenApart };

  std::string Receive(const std::string& lot, bool is_serial, Quantity quantity,
                      const std::string& place, When when);
  // Makes units of serial components and of quantities.
  std::string Make(const std::vector<std::string>& units, const std::vector<Part>& used,
                   const std::string& to, When when);
  std::string Maintain(const std::string& unit, const std::vector<Part>& removed,
                       const std::vector<Part>& installed, When when);
  // What is exactly in it comes to `to`; `stated` says what is pooled.
  std::string TakeApart(const std::string& unit, const std::string& to,
                        const std::vector<Part>& stated, When when);
  std::string Correct(int step, const std::vector<Correction>& lines, absl::Time recorded);
  // `step` and, of what was made or maintained, its corrections.
  std::string Reverse(int step, absl::Time recorded);
  std::string Transfer(const std::string& lot, Quantity quantity, const std::string& from,
                       const std::string& to, When when);
  std::string Deliver(const std::string& serial, const std::string& from, const std::string& to,
                      const std::string& partner, When when);
  std::string Return(const std::string& serial, const std::string& from, const std::string& to,
                     When when);

  // The tree of what is in the unit, by path: "M1/F1" and, of what one of several units has, "M1/S2
  // pooled" with their quantities.
  std::map<std::string, Quantity> Composition(const std::string& unit, Times times = {}) const;
  // "1 M1 1", "2 A 1": the units that the lot is in, sorted.
  std::vector<std::string> UnitsOf(const std::string& lot, Times times = {}) const;
  // The lots that it went into, or is made of, and whether certainly.
  std::map<std::string, bool> Trace(const std::string& lot, bool downstream,
                                    Times times = {}) const;
  // What the lot went into and is no longer in, and whether certainly: at one moment the whole path
  // was there.
  std::map<std::string, bool> Former(const std::string& lot) const;
  // "anna A": the deliveries of the lot and of what it is in that did not come back, sorted.
  std::vector<std::string> Recipients(const std::string& lot) const;
  // "shelf 1, stock 9.5".
  std::string Where(const std::string& lot) const;

  // For choosing what to do next.
  std::vector<std::string> Lots() const;
  bool IsSerial(const std::string& lot) const { return lots_.at(lot).is_serial; }
  bool IsUnit(const std::string& lot) const { return units_.count(lot) > 0; }
  // Where a serial is: "" nowhere, kInside in a unit, or used up.
  std::string PlaceOf(const std::string& serial) const;
  Quantity At(const std::string& lot, const std::string& place) const;
  // When the serial came to where it is; InfinitePast: it is nowhere.
  absl::Time CameAt(const std::string& serial) const;
  int step_count() const { return static_cast<int>(steps_.size()); }
  Kind KindOf(int step) const { return steps_[step].kind; }
  // The lines of a step with what is left of each in its unit now, and of its corrections.
  std::vector<Part> LeftOf(int step) const;
  const std::vector<std::string>& UnitsOfStep(int step) const { return steps_[step].units; }
  // Whether one of the step's units was taken apart since.
  bool HasUnitApart(int step) const;

  static constexpr char kInside[] = "PRODUCTION";
  static bool IsOnHand(const std::string& place);
  static bool IsCustomer(const std::string& place);

 private:
  struct End {
    int step = 0;             // that took it out
    std::optional<int> line;  // none: the unit is no longer what was made
    std::string unit = {};    // then: which
    Quantity quantity = {};
  };
  struct Step {
    Kind kind = Kind::kMade;
    absl::Time occurred, recorded;
    std::optional<absl::Time> reversed;
    std::optional<int> corrects;
    std::vector<Part> lines;
    std::vector<std::string> units;  // that were made or maintained
    std::vector<End> ends;           // of its lines
  };
  struct Movement {
    std::string lot;
    Quantity quantity;
    std::string from, to;
    absl::Time occurred;
    std::optional<int> step = {};
    std::optional<size_t> delivery = {};  // that it sends back
    bool reversed = false;
  };
  struct Delivery {
    std::string lot, place, partner;
    Quantity outstanding;
  };
  struct LotFacts {
    bool is_serial = false;
    bool planned = false;  // its making was reversed: there is no such unit yet
    std::map<std::string, Quantity> at;
  };
  // A link that is in effect: some of a line is in a unit.
  struct Link {
    int step = 0, line = 0;
    std::string lot, unit;
    Quantity left;
    bool exact = false, certain = false;
  };
  // A link and when it was there.
  struct Span {
    std::string unit;
    bool certain = false;
    absl::Time begin, end;
  };
  enum class Move { kIn, kTransfer, kDeliver, kReturn, kConsume, kProduce, kInstall, kRemove };

  // Does what `change` does, or nothing.
  template <class Change>
  std::string Try(const Change& change);
  std::string Post(Move kind, Movement movement);
  std::string PostSerial(const Movement& movement) const;
  static bool Fits(Move kind, const std::string& from, const std::string& to);
  std::optional<size_t> DeliveryOf(const std::string& lot, const std::string& place) const;
  void Apply(const Movement& movement, bool forward);
  int AddStep(Kind kind, absl::Time occurred, absl::Time recorded);

  bool InEffect(const Step& step, Times times) const;
  Quantity Left(int step, int line, Times times) const;
  bool IsApart(int step, const std::string& unit, Times times) const;
  bool WasTakenApartAfter(int step, const std::string& unit) const;
  std::vector<Link> Links(Times times) const;
  std::vector<Link> ContentsOf(const std::string& unit) const;
  bool Contains(const std::string& outer, const std::string& inner) const;
  std::vector<int> CorrectionsOf(int step) const;
  std::vector<size_t> MovementsOfReversal(int step) const;
  bool HasLaterWork(int step) const;
  std::vector<Span> SpansOf(const std::string& lot) const;
  void Follow(const std::string& lot, Span through, std::vector<std::string>& path,
              std::map<std::string, std::pair<absl::Time, bool>>& reached) const;
  void AddContents(const std::string& unit, const std::vector<Link>& links, const std::string& path,
                   std::vector<std::string>& on_path, std::map<std::string, Quantity>& tree) const;

  // Ends what is in the unit of the lot: of what is exactly in it, and of what is pooled, so much.
  void EndLinks(const std::vector<Link>& links, const std::string& lot, bool exact,
                Quantity quantity, int step);
  std::string TakeOutWrong(int corrected, const Correction& line, int step,
                           std::vector<Movement>& returned);
  std::string UseRight(int corrected, const Correction& line, const std::string& wrong_place,
                       int step);
  std::string Undo(const std::vector<size_t>& movements);

  std::map<std::string, LotFacts> lots_;
  std::set<std::string> units_;
  std::vector<Step> steps_;
  std::vector<Movement> movements_;
  std::vector<Delivery> deliveries_;
};

}  // namespace lots
