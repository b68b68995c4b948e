// A database as a factory leaves it after a year, of any size, and the same every time.
//
// Ids and numbers are arithmetic of a lot's place in its company, so that neither the load nor
// pgbench has to look up what it asks for.
#pragma once

#include <cstdint>
#include <string>

#include "storage/base/uuid.h"
#include "storage/pg/connection.h"

namespace lots::bench {

// What a factory of that many lots looks like, in the company `kFactory`; four smaller companies
// stand beside it with a fifth of its lots together. Lots come in groups of ten, in the order of
// their creation:
//   0 to 3  bought in: received, some moved to a bin, used by work orders
//   4       made of three bought lots, and used by work orders
//   5 to 9  serials, made together of a made lot and two bought ones; two of five groups were
//           delivered, and half of these are archived
// Products, partners and the lots that are used have a few favourites and a long tail.
struct Factory {
  int64_t lots = 0;  // of kFactory; a multiple of 80

  int64_t groups() const { return lots / 10; }
  int64_t products() const;  // in all
  int64_t step_milliseconds() const;
};

inline constexpr char kFactory[] = "main";
inline constexpr int64_t kWarehouses = 8;  // WH-1 to WH-8; lot i is in the one of its group
// Serials of the product BOARD that lie in WH-1, so that a large completion has something to use.
inline constexpr int64_t kBoards = 30'000;
// Raised when the same number of lots becomes something else.
inline constexpr int kFactoryVersion = 2;

// The halves of a lot's id. pgbench composes the same in SQL: see SqlOfUuid.
int64_t IdHigh(const Factory& factory, int64_t lot);
int64_t IdLow(int64_t lot);
Uuid LotIdOf(const Factory& factory, int64_t lot);
Uuid BoardIdOf(int64_t board);
// "SN00000123", "L00000120"
std::string NumberOf(int64_t lot);

// An SQL expression for the id with these halves; so cheap that it does not show beside a query.
std::string SqlOfUuid(const std::string& high, const std::string& low);

// Fills an empty migrated database, in minutes for millions: without indexes and foreign keys,
// which are made again as they were. Stops the program when anything fails.
void FillFactory(pg::Connection& db, const Factory& factory);

}  // namespace lots::bench
