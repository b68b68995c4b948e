// Fills a database with a year of a factory.
#include "tests/bench/factory.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "storage/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/factory_sql.h"
#include "tests/bench/indexes.h"

namespace lots::bench {
namespace {

constexpr int64_t kFirstMillisecond = 1'735'689'600'000;  // 2025-01-01
constexpr int64_t kYearMilliseconds = 365LL * 24 * 3'600'000;
constexpr int64_t kBoardKind = 7;
constexpr int64_t kLotKind = 1;
constexpr int64_t kSpread = 2'654'435'761;  // Knuth's multiplicative hash
constexpr int64_t kSpreadMask = (int64_t{1} << 58) - 1;

// Version 7 and the variant of RFC 9562; what is left is the kind and the spread place.
int64_t High(int64_t milliseconds, int64_t place) {
  return milliseconds << 16 | 0x7000 | (place & 0xfff);
}

int64_t Low(int64_t kind, int64_t place) {
  return INT64_MIN | kind << 58 | (place * kSpread & kSpreadMask);
}

Uuid UuidOf(int64_t high, int64_t low) {
  std::array<uint8_t, 16> bytes;
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<uint8_t>(low >> (56 - 8 * i));
  }
  return Uuid(bytes);
}

// The boards were there a month before everything else, a second after another.
int64_t BoardMillisecond(int64_t board) { return kFirstMillisecond - 2'592'000'000 + board * 1000; }

struct Company {
  const char* name;
  int64_t part;  // of the factory's lots, as a divisor
};
constexpr Company kCompanies[] = {
    {kFactory, 1}, {"north", 10}, {"south", 20}, {"east", 50}, {"west", 100}};

void Run(pg::Connection& db, const char* script, const Factory& factory, const Company& company) {
  const int64_t groups = std::max<int64_t>(factory.groups() / company.part, 1);
  const std::string sql = absl::StrReplaceAll(
      script, {{"$COMPANY", company.name},
               {"$GROUPS", absl::StrCat(groups)},
               {"$PRODUCTS", absl::StrCat(factory.products())},
               {"$FIRST", absl::StrCat(kFirstMillisecond)},
               {"$STEP", absl::StrCat(kYearMilliseconds / std::max<int64_t>(groups * 10, 1))},
               {"$BOARDS", absl::StrCat(company.part == 1 ? kBoards : 0)}});
  const absl::Status status = db.RunScript("bench_fill", sql);
  CheckOk(status);
}

}  // namespace

int64_t Factory::products() const { return std::clamp<int64_t>(lots / 1'000, 100, 1'000); }
int64_t Factory::step_milliseconds() const { return kYearMilliseconds / lots; }

int64_t IdHigh(const Factory& factory, int64_t lot) {
  return High(kFirstMillisecond + lot * factory.step_milliseconds(), lot);
}

int64_t IdLow(int64_t lot) { return Low(kLotKind, lot); }

Uuid LotIdOf(const Factory& factory, int64_t lot) {
  return UuidOf(IdHigh(factory, lot), IdLow(lot));
}

Uuid BoardIdOf(int64_t board) {
  return UuidOf(High(BoardMillisecond(board), board), Low(kBoardKind, board));
}

std::string NumberOf(int64_t lot) {
  return absl::StrFormat(lot % 10 < 5 ? "L%08d" : "SN%08d", lot);
}

std::string SqlOfUuid(const std::string& high, const std::string& low) {
  return absl::StrCat("(lpad(to_hex((", high, ")::bigint), 16, '0') || to_hex((", low,
                      ")::bigint))::uuid");
}

void FillFactory(pg::Connection& db, const Factory& factory) {
  Check(factory.lots >= 80 && factory.lots % 80 == 0);
  // Rows are right by construction; the foreign keys that are made at the end check them.
  Execute(db, "SET session_replication_role = replica");
  // In the transaction that emptied a table, PostgreSQL need not log what is written to it.
  Execute(db, "BEGIN");
  const Indexes indexes = DropIndexes(db);
  for (const Company& company : kCompanies) {
    Run(db, kFactoryCatalogSql, factory, company);
    Run(db, kFactoryLotsSql, factory, company);
    Run(db, kFactoryOrdersSql, factory, company);
    Run(db, kFactoryStockSql, factory, company);
    Run(db, kFactoryBoardsSql, factory, company);
    Run(db, kFactoryEndSql, factory, company);
  }
  MakeIndexes(db, indexes);
  Execute(db, "COMMIT");
  Execute(db, "SET session_replication_role = DEFAULT");
  // Frozen, so that reading writes nothing.
  Execute(db, "VACUUM (FREEZE, ANALYZE)");
}

}  // namespace lots::bench
