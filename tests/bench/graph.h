// Genealogies to measure traces and recalls on.
#pragma once

#include <cstdint>
#include <string>

#include "storage/pg/connection.h"

namespace lots::bench {

struct Graph {
  std::string company;
  int64_t lots = 0;     // about; `reached` is exact
  int64_t reached = 0;  // from the seed, the seed included
  int64_t deliveries = 0;
};

inline constexpr int kGraphLevels = 12;

// Fills a company of its own with a seed (product "part", number "SEED") from which all other lots
// are reached over twelve levels full of diamonds: every transformation makes two lots of three of
// the level before, pooled. All lots are on hand in one place, and a third of them with a customer
// too. Written in bulk behind the ledger, with rows that the ledger would have written.
Graph FillGraph(pg::Connection& db, const std::string& company, int64_t lots);

}  // namespace lots::bench
