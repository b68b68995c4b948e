// A company with products and places to move goods between, and movements as short texts.
//
//   products    steel (LOT, 3 decimals), bike (SERIAL)
//   locations   stock, shelf (below stock), box (below shelf), yard: INTERNAL · truck: TRANSIT
//               and SUPPLIER, CUSTOMER, PRODUCTION, SCRAP, ADJUSTMENT · acme2: CUSTOMER
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/movement.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"
#include "storage/stock/stock.h"
#include "tests/support/database/test_database.h"

namespace lots {

class StockWorld {
 public:
  // Creates the company, so that several worlds share one database.
  explicit StockWorld(const TestDatabase& database, const std::string& company = "acme");

  // Another connection to the same world, for another thread; it knows the lots there are now.
  StockWorld(const StockWorld& other, std::unique_ptr<pg::Connection> db);

  pg::Connection& db() { return *db_; }
  const CompanyId& company() const { return company_; }

  // What a write carries: a new request_id each time, unless one is given.
  WriteContext Context(absl::string_view method, const std::string& request_id = "");
  absl::Time now() const { return now_; }
  void set_now(absl::Time now) { now_ = now; }

  struct NewLotFacts {
    LotState state = LotState::kActive;
    std::optional<absl::CivilDay> expires_on;
  };
  LotId AddLot(const std::string& number, const std::string& product);
  LotId AddLot(const std::string& number, const std::string& product, NewLotFacts facts);
  LotId Lot(const std::string& number) const { return lots_.at(number); }
  void SetState(const std::string& number, LotState state);

  // Runs one statement without parameters in which acme stands for the company.
  void Execute(const std::string& sql);

  // "RECEIPT L1 10 SUPPLIER>stock @2026-03-05 =d1": the kind, the lot's number, how much ("-": not
  // said), from and to (either may be left out), when, and the delivery that a RETURN names, by the
  // name it was given in `names`.
  NewMovement Parse(absl::string_view text) const;
  RecordMovementsCommand Order(const std::vector<std::string>& movements,
                               const std::string& request_id = "");
  absl::StatusOr<RecordedMovements> Record(const std::vector<std::string>& movements,
                                           const std::string& request_id = "");
  // Records one that must be accepted.
  MovementId Do(const std::string& movement);
  absl::StatusOr<Movement> Reverse(const MovementId& movement, const std::string& request_id = "");

  // Movements by name, for "=name".
  std::map<std::string, MovementId> names;

  // "shelf 5, stock 10": where a lot is, in places that hold goods, by the balances.
  std::string Where(const std::string& number);
  // "10 arrived 03-05 since 03-04" of one place; "0" when it is empty.
  std::string Dates(const std::string& number, const std::string& location);

 private:
  CompanyId company_;
  std::unique_ptr<pg::Connection> db_;
  absl::Time now_;
  std::map<std::string, LotId> lots_;
};

}  // namespace lots
