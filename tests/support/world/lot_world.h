// A company with products and places for tests about lots.
//
//   products   wire (LOT, 3 decimals, W{####}; expires after 30 days, best before 20, removal 25,
//   alert 10)
//              pump (SERIAL, P-{###}) · cable (LOT, case matters, no template) · paper (untracked)
//   places     stock, shelf: INTERNAL · truck: TRANSIT, and the default ones
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/domain/write_context.h"
#include "storage/lots/lists/history.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/pg/connection.h"
#include "tests/support/database/test_database.h"

namespace lots {

enum class MovementKind : int16_t;

class LotWorld {
 public:
  // Creates the company; several share one database. Stops the program when it is refused.
  explicit LotWorld(const TestDatabase& database, absl::string_view company = "acme");
  // A second connection to the same world, for another thread.
  std::unique_ptr<LotWorld> Again(const TestDatabase& database) const;

  pg::Connection& db() { return *db_; }
  const CompanyId& company() const { return company_; }
  absl::Time now() const { return now_; }
  void set_now(absl::Time now) { now_ = now; }

  // A new request_id each time, unless one is given.
  WriteContext Context(absl::string_view method, absl::string_view request_id = "");

  // An order of bare lots with these numbers; "" is generated.
  CreateLotsCommand Order(absl::string_view product, const std::vector<std::string>& numbers,
                          absl::string_view request_id = "");
  // An order of `count` generated ones.
  CreateLotsCommand Count(absl::string_view product, int64_t count,
                          absl::string_view first_number = "");
  // Creates one that must be accepted.
  LotId Create(absl::string_view product, absl::string_view number,
               absl::string_view opening_quantity = "");
  Lot Get(const LotId& lot_id);
  LotCommand Of(const LotId& lot_id, absl::string_view request_id = "");
  UpdateLotCommand Edit(const LotId& lot_id, absl::string_view request_id = "");

  // Records one movement that must be accepted.
  void Move(MovementKind kind, const LotId& lot_id, absl::string_view quantity,
            absl::string_view from, absl::string_view to);
  // Plans serials of the product for a work order.
  std::vector<LotId> Plan(absl::string_view work_order, const std::vector<std::string>& numbers);
  void SetSetting(absl::string_view column, absl::string_view value);
  // Runs a statement without parameters.
  void Execute(const std::string& sql);

  // Every entry of a lot's history, "10 EDITED reference: a > b" or so, walking pages of `page`.
  std::vector<std::string> History(const LotId& lot_id, int page = 1000);
  // The numbers that ListLots answers, page by page.
  std::vector<std::string> List(LotQuery query, absl::string_view order_by = "number",
                                int page = 1000);

 private:
  LotWorld(std::unique_ptr<pg::Connection> db, const LotWorld& other);

  CompanyId company_;
  absl::Time now_;
  std::unique_ptr<pg::Connection> db_;
};

std::string Day(std::optional<absl::CivilDay> day);

}  // namespace lots
