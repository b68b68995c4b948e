// Everything that is counted of what is written, on one page: what the business metrics of the
// service are made of. A transaction says it (pg::Transaction::Count), and it counts once that has
// committed: not what was refused or rolled back, and not again when a request is repeated.
#pragma once

#include <array>
#include <cstddef>

#include "storage/domain/model.h"
#include "storage/pg/values/statement.h"

namespace lots::tallies {

// Lots as records, planned serials included.
inline constexpr std::array<pg::Tally, 2> kLotsCreated = {
    {{"lots_created", "lot"}, {"lots_created", "serial"}}};
inline constexpr pg::Tally kSerialsAssigned = {"serials_assigned"};

// A row of the ledger each.
inline constexpr std::array<pg::Tally, 8> kMovements = {{{"movements", "receipt"},
                                                         {"movements", "transfer"},
                                                         {"movements", "delivery"},
                                                         {"movements", "return"},
                                                         {"movements", "consumption"},
                                                         {"movements", "production"},
                                                         {"movements", "scrap"},
                                                         {"movements", "adjustment"}}};

// Productions are the completions of work orders.
inline constexpr std::array<pg::Tally, 5> kTransformations = {{{"transformations", "production"},
                                                               {"transformations", "disassembly"},
                                                               {"transformations", "split"},
                                                               {"transformations", "merge"},
                                                               {"transformations", "relabel"}}};
inline constexpr pg::Tally kTransformationsReversed = {"transformations", "reversal"};

inline constexpr pg::Tally kHoldsPlaced = {"holds_placed"};
inline constexpr pg::Tally kHoldsReleased = {"holds_released"};

// Seconds from the request until everything affected was recorded.
inline constexpr pg::Tally kRecallOpened = {"recall_opened", "recall"};
inline constexpr pg::Tally kDrillOpened = {"recall_opened", "drill"};
inline constexpr pg::Tally kRecallClosed = {"recalls_closed"};

// The tally of an enumeration's value, whose numbers start at `first`.
template <size_t kSize, class Enum>
constexpr const pg::Tally& Of(const std::array<pg::Tally, kSize>& tallies, Enum value,
                              Enum first = static_cast<Enum>(1)) {
  return tallies[static_cast<size_t>(value) - static_cast<size_t>(first)];
}

}  // namespace lots::tallies
