// Lines of requests, as the rules plan them before anything is posted.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/rules.h"

namespace lots::simulator {

inline bool IsPlanned(const Lot& lot) { return lot.state == v1::LOT_STATE_PLANNED; }

// Something that comes out.
struct Rules::Made {
  LotIndex lot = kNone;
  const Product* product = nullptr;
  std::string number = {};
  Quantity quantity = {};
  std::string to = {};
  Role role = Role::kProduct;
  bool exact = false;  // of what comes back from a unit
  bool is_new = false;
  bool was_planned = false;
  bool was_apart = false;
  std::optional<Lot> before = {};        // of a serial that was there, and does not go in
  std::optional<absl::Time> since = {};  // of what comes out of a unit: its date in stock
  bool is_sound = true;
};

// Something that goes in.
struct Rules::Used {
  LotIndex lot = kNone;
  Quantity quantity = {};
  std::string from = {};
  LotIndex output = kNone;
  std::optional<absl::CivilDay> expires_on = {};
  bool is_sound = true;
};

// What is in a unit.
struct Rules::Contents {
  // One input of a completion that is at least partly in the unit, the oldest first.
  struct Line {
    int transformation = kNone;
    int input = kNone;
    LotIndex lot = kNone;
    LotIndex unit = kNone;  // of an exact one
    bool exact = false;
    Quantity left = {};
  };
  std::vector<Line> lines = {};
  std::vector<std::pair<int, LotIndex>> makings = {};  // that still hold
  std::map<LotIndex, Quantity> exact = {};
  std::map<LotIndex, Quantity> pooled = {};
  std::set<int> completions = {};
};

struct Rules::Source {
  v1::LotRef ref;
  std::string from = {};
  std::optional<Quantity> quantity = {};  // none: all that is there
  LotIndex lot = kNone;
};

struct Rules::Result {
  std::string number = {};
  std::optional<Quantity> quantity = {};  // none: all of what goes in
  std::string to = {};
  LotIndex lot = kNone;
  bool is_new = false;
  std::optional<Lot> before = {};  // of a serial without goods
  std::optional<ExpiryChange> expiry = {};
};

struct Rules::Reshaping {
  v1::TransformationKind kind = v1::TRANSFORMATION_KIND_UNSPECIFIED;
  std::vector<Source> sources = {};
  std::vector<Result> results = {};
  const Product* product = nullptr;  // of the results
  std::string product_id = {};       // as the request names it
  std::optional<absl::CivilDay> expires_on = {};
  absl::Time occurred_at = {};
  Accepts accepts = {};
  int transformation = kNone;
};

struct Rules::Inheritance {
  bool any = false;
  std::optional<absl::Time> expires_at = {};
  std::set<std::string> exempt = {};
};

}  // namespace lots::simulator
