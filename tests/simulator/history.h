// Everything that ever happened in one company, kept in memory, and what follows from it by
// definition. Nothing is remembered that the movements, transformations, holds and recalls do not
// say: what is where is summed up anew whenever somebody asks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/work_order.pb.h"
#include "storage/base/quantity.h"
#include "tests/simulator/factory.h"

namespace lots::simulator {

// Lots, movements and transformations are named by their position in the history.
using LotIndex = int;
inline constexpr int kNone = -1;

struct Lot {
  const Product* product;
  std::string number;
  v1::LotState state = v1::LOT_STATE_ACTIVE;
  std::optional<absl::CivilDay> manufactured_on;
  std::optional<absl::CivilDay> expires_on;
  std::string planned_for;  // the order of a PLANNED serial; empty: free for any
  bool was_active = false;  // of a PLANNED or VOID one
  bool by_hand = false;     // CreateLot made it
};

struct Movement {
  int step = 0;
  std::string symbol;
  v1::MovementKind kind = v1::MOVEMENT_KIND_UNSPECIFIED;
  LotIndex lot = kNone;
  Quantity quantity;
  std::string from;
  std::string to;
  absl::Time occurred_at;
  std::string partner;
  int delivery = kNone;  // of a RETURN
  int receipt = kNone;   // of a SUPPLIER_RETURN
  int reverses = kNone;
  int transformation = kNone;
  // Of goods that only got another name, or that come back: since when they are in stock.
  std::optional<absl::Time> stock_since;
};

enum class Role { kProduct, kByProduct, kReturned };

// A transformation changed the expiry date of a lot that was there.
struct ExpiryChange {
  std::optional<absl::CivilDay> before;
};

struct Transformation {
  struct Input {
    LotIndex lot;
    Quantity quantity;
    LotIndex output = kNone;  // exact: what it went into

    bool MayBeIn(LotIndex made) const { return output == kNone || output == made; }
  };
  struct Output {
    LotIndex lot;
    Quantity quantity;
    Role role = Role::kProduct;
    bool exact = false;              // of what came back: whether it had been an exact component
    std::optional<Lot> before = {};  // of a serial that was there, and did not go in
    // Of a lot that got more, or a unit that went in: an expiry date that this changed.
    std::optional<ExpiryChange> expiry = {};
  };
  // Something that is no longer in what it went into.
  struct End {
    int transformation = kNone;  // which put it in
    int input = kNone;           // its line there; kNone: `unit` is no longer what was made
    LotIndex unit = kNone;
    Quantity quantity = {};
  };
  int step = 0;
  std::string symbol;
  v1::TransformationKind kind = v1::TRANSFORMATION_KIND_UNSPECIFIED;
  std::string work_order;
  absl::Time occurred_at;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<End> ends;  // what this one took out
  int reverses = kNone;
};

struct Hold {
  int step = 0;
  std::string symbol;  // empty: no answer named its id
  LotIndex lot = kNone;
  v1::HoldCause cause = v1::HOLD_CAUSE_UNSPECIFIED;
  std::string place;
  LotIndex source = kNone;
  std::set<std::string> exempt;
  std::optional<absl::Time> expires_at;
  bool released = false;
};

struct Member {
  bool certain = false;
  int depth = 0;
  int step = 0;  // when it joined
};

struct Recall {
  std::string id;
  int step = 0;
  bool drill = false;
  bool open = true;
  std::set<LotIndex> seeds;
  std::set<std::string> exempt;
  std::map<LotIndex, Member> members;
};

struct WorkOrder {
  const Product* product = nullptr;
  v1::WorkOrderState state = v1::WORK_ORDER_STATE_OPEN;
  Quantity completed;
  std::vector<LotIndex> serials;  // planned and completed ones, in the order of assignment
};

// What one place has of one lot.
struct Presence {
  Quantity quantity;
  std::optional<absl::Time> arrived_at;
  std::optional<absl::Time> stock_since;
};

// A way from a lot into another.
struct Edge {
  LotIndex input;
  LotIndex output;
  bool certain;
};

// What had happened by then, and what was known after a step.
struct Moment {
  absl::Time as_of = absl::InfiniteFuture();
  int known_after = INT_MAX;
};

class History {
 public:
  std::vector<Lot> lots;
  std::vector<Movement> movements;
  std::vector<Transformation> transformations;
  std::vector<Hold> holds;
  std::map<std::string, Recall> recalls;
  std::map<std::string, WorkOrder> work_orders;

  // kNone when there is none. Numbers are compared trimmed, and as the product's case rule says.
  LotIndex FindLot(absl::string_view product, absl::string_view number) const;
  int FindMovement(absl::string_view symbol) const;
  int FindTransformation(absl::string_view symbol) const;

  // The movement or transformation that takes this one back; kNone: it stands.
  int ReversalOf(int movement) const;
  int ReversalOfTransformation(int transformation, int known_after = INT_MAX) const;
  // Whether it says that something happened, and nothing took it back.
  bool Stands(int movement) const;
  bool TransformationStands(int transformation, const Moment& moment = {}) const;

  // Every place that ever had to do with the lot, virtual ones too.
  std::map<std::string, Presence> PlacesOf(LotIndex lot) const;
  // Since when the goods that a movement takes had been in stock.
  std::optional<absl::Time> StockSinceBefore(int movement) const;
  Quantity At(LotIndex lot, absl::string_view place) const;
  Quantity OnHand(LotIndex lot) const;
  // What movements that happened, and were recorded, by then sum to.
  std::map<std::string, Quantity> PlacesThen(LotIndex lot, const Moment& moment) const;
  // The serials that are planned for an order, in the order of assignment.
  std::vector<LotIndex> PlannedOf(const std::string& work_order) const;
  // The lot's movements in the order of history: that of the steps. Movements of one step are
  // recorded one after the other where they share a place, and else at once.
  std::vector<int> RecordOrderOf(LotIndex lot) const;
  // Whether a movement of the lot stands.
  bool HasMoved(LotIndex lot) const;
  // Where the last movement of a serial took it; empty: none stands.
  std::string WhereIs(LotIndex serial) const;
  // When the last movement of a serial happened that stands; InfinitePast: there is none.
  absl::Time CameAt(LotIndex serial) const;
  // What came back of a delivery, and what went back of a receipt.
  Quantity Returned(int delivery) const;
  Quantity SentBack(int receipt) const;

  // Holds.
  bool HoldStands(const Hold& hold, absl::Time now) const;
  // Whether goods of the lot may not go from one place to the other.
  bool IsHeld(LotIndex lot, absl::string_view from, absl::string_view to, absl::Time now) const;
  // The strongest cause; with a place: of what is there.
  v1::HoldCause CauseOf(LotIndex lot, absl::Time now, absl::string_view place = "") const;

  // A lot; of a serial also what it was before it got another number, the unit first.
  std::vector<LotIndex> IdentitiesOf(LotIndex lot) const;

  // The transformation as the genealogy takes it: what is left over of a lot that went in is
  // returned. A serial is never left over.
  Transformation GenealogyOf(int transformation) const;
  // The same, without what had ended by then.
  Transformation WithoutEnded(int transformation, const Moment& moment = {}) const;
  // How much is left of one input, and whether the unit is still what was made.
  Quantity LeftOf(int transformation, int input, const Moment& moment = {}) const;
  bool IsStillMade(int transformation, LotIndex unit, const Moment& moment = {}) const;
  // What was made of what, and is still in it.
  std::vector<Edge> EdgesOf(int transformation, const Moment& moment = {}) const;

 private:
  struct Dates {
    std::optional<absl::Time> arrived_at;
    std::optional<absl::Time> stock_since;
  };
  struct Before {
    Dates from;
    Dates to;
  };
  using Presences = std::map<std::string, Presence>;

  // `since`: the date that the goods left with, when they come back.
  static void Move(const Movement& movement, std::optional<absl::Time> since, Presences& places);
  void TakeBack(int reversal, const Before& before, Presences& places) const;
  bool NothingElseCame(int reversal) const;
};

std::optional<absl::Time> Earlier(std::optional<absl::Time> a, std::optional<absl::Time> b);
std::optional<absl::CivilDay> EarlierDay(std::optional<absl::CivilDay> a,
                                         std::optional<absl::CivilDay> b);

}  // namespace lots::simulator
