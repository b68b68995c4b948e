// A company that makes things: products, places and short ways to say what work orders are tested
// with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/ledger/ledger.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"

namespace lots {

// Workshop has one company with
//   bike, motor, frame     SERIAL; bike and motor are made here, with templates B##### and M####
//   soup, salt             LOT of scale 3; soup is made here, expires after 30 days at the latest
//   and
//                          with its first ingredient; salt has no dates
//   peel                   LOT, a by-product with a template
//   screw                  untracked
// and the INTERNAL places STOCK, LINE and SHELF and the CUSTOMER place SHOP. Stops the program when
// what it sets up is refused.
class Workshop {
 public:
  explicit Workshop(const TestDatabase& database, absl::string_view company = "acme");

  pg::Connection& db() { return *db_; }
  const CompanyId& company() const { return company_; }
  absl::Time now() const { return now_; }

  // A request of its own.
  WriteContext Context(absl::string_view method);

  // New lots on hand; serials since the year 2000.
  LotId Serial(absl::string_view product, absl::string_view number,
               absl::string_view location = "STOCK");
  LotId Lot(absl::string_view product, absl::string_view number, absl::string_view quantity,
            std::optional<absl::CivilDay> expires_on = {}, absl::string_view location = "STOCK");
  // Many serials at once.
  std::vector<LotId> Serials(absl::string_view product, const std::vector<std::string>& numbers);
  void Archive(const LotId& lot);

  // Orders to be changed and given to the operations. The order's product is `product`.
  AssignSerialsCommand Assigning(absl::string_view work_order, absl::string_view product,
                                 std::vector<std::string> numbers);
  AssignSerialsCommand AssigningCount(absl::string_view work_order, absl::string_view product,
                                      int64_t count);
  // From STOCK to SHELF.
  CompletionCommand Completing(absl::string_view work_order, absl::string_view product);
  DisassemblyCommand Disassembling(const LotId& unit);
  CompletionReversalCommand Reversing(const TransformationId& transformation);
  RecordMovementsCommand Moving(MovementKind kind, const LotId& lot, absl::string_view quantity,
                                absl::string_view from, absl::string_view to);

  // "SHELF:1" for every place that holds something of the lot, by place; empty: it is nowhere.
  std::string Where(const LotId& lot);
  std::string StateOf(const LotId& lot);
  LotId IdOf(absl::string_view product, absl::string_view number);

 private:
  static absl::Time OldTimes();
  LotId LotSince(absl::Time since, absl::string_view product, absl::string_view number,
                 absl::string_view quantity, std::optional<absl::CivilDay> expires_on,
                 absl::string_view location);
  void MakeProducts();
  void MakePlaces();

  CompanyId company_;
  absl::Time now_;
  std::unique_ptr<pg::Connection> db_;
  int64_t requests_ = 0;
};

Quantity Q(absl::string_view text);

CompletionOutput Output(absl::string_view number, absl::string_view quantity = "");
CompletionOutput Output(const LotId& lot);
CompletionComponent Used(const LotId& lot, absl::string_view quantity = "",
                         std::optional<int64_t> output_index = {});
CompletionByProduct Besides(absl::string_view product, absl::string_view number,
                            absl::string_view quantity);

}  // namespace lots
