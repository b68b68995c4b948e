// Everything that is counted of what is written, on one page: what the business metrics of the
// service are made of. A transaction says it (pg::Transaction::Count), and it counts once that has
// committed: not what was refused or rolled back, and not again when a request is repeated.
#pragma once

#include <array>
#include <cstddef>

#include "storage/pg/values/statement.h"

namespace lots::counters {

// Lots as records, planned serials included.
inline constexpr std::array<pg::Counter, 2> kLotsCreated = {
    {{"lots_created", "lot"}, {"lots_created", "serial"}}};
inline constexpr pg::Counter kSerialsAssigned = {"serials_assigned"};

// A row of the ledger each.
inline constexpr std::array<pg::Counter, 13> kMovements = {{{"movements", "receipt"},
                                                            {"movements", "transfer"},
                                                            {"movements", "delivery"},
                                                            {"movements", "return"},
                                                            {"movements", "consumption"},
                                                            {"movements", "production"},
                                                            {"movements", "scrap"},
                                                            {"movements", "adjustment"},
                                                            {"movements", "supplier_return"},
                                                            {"movements", "issue"},
                                                            {"movements", "issue_return"},
                                                            {"movements", "installation"},
                                                            {"movements", "removal"}}};

// In the order of their numbers. Productions are the completions of work orders.
inline constexpr std::array<pg::Counter, 8> kTransformations = {{{"transformations", "production"},
                                                                 {"transformations", "disassembly"},
                                                                 {"transformations", "split"},
                                                                 {"transformations", "merge"},
                                                                 {"transformations", "relabel"},
                                                                 {"transformations", "maintenance"},
                                                                 {"transformations", "correction"},
                                                                 {"transformations", "issue"}}};
inline constexpr pg::Counter kTransformationsReversed = {"transformations", "reversal"};

inline constexpr pg::Counter kHoldsPlaced = {"holds_placed"};
inline constexpr pg::Counter kHoldsReleased = {"holds_released"};

// By verdict.
inline constexpr std::array<pg::Counter, 2> kInspections = {
    {{"inspections", "passed"}, {"inspections", "failed"}}};

// Seconds from the request until everything affected was recorded.
inline constexpr pg::Counter kRecallOpened = {"recall_opened", "recall"};
inline constexpr pg::Counter kDrillOpened = {"recall_opened", "drill"};
inline constexpr pg::Counter kRecallClosed = {"recalls_closed"};

// Requests that were answered as the repeat of an earlier one. RunWrite says it, since no
// transaction writes anything then; a dry run is none.
inline constexpr pg::Counter kRepeats = {"repeats"};

// The counter of an enumeration's value, whose numbers start at `first`.
template <size_t kSize, class Enum>
constexpr const pg::Counter& Of(const std::array<pg::Counter, kSize>& counters, Enum value,
                                Enum first = static_cast<Enum>(1)) {
  return counters[static_cast<size_t>(value) - static_cast<size_t>(first)];
}

}  // namespace lots::counters
