// The company of a test. Tests of the storage and of the service set their company up, write
// commands and read the state of lots through a World.
//
// Every world has the same products:
//
//   product  tracking   decimals  number template
//   bike     SERIAL               B{#####}  made here
//   motor    SERIAL               M{####}   made here
//   pump     SERIAL               P-{###}   made here
//   frame    SERIAL               none      bought
//   soup     LOT        3         S{####}   made here. A lot expires after 30 days, or with the
//                                           first of its components that expires.
//   wire     LOT        3         W{####}   made here. A lot expires after 30 days; best before 20,
//                                           removal 25, alert 10.
//   cable    LOT        0         none      made here. Its numbers distinguish upper and lower
//   case. salt     LOT        3         none      bought peel     LOT        1         P{####}   a
//   by-product screw    untracked                      made here
//
// and the same locations:
//
//   INTERNAL  stock, which contains shelf, which contains box; line; yard
//   TRANSIT   truck
//   CUSTOMER  shop
//   The default locations of every company have the names of their kinds: SUPPLIER, CUSTOMER,
//   PRODUCTION, SCRAP, ADJUSTMENT.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/commands.h"

namespace lots {

enum class LotState : int16_t;
enum class MovementKind : int16_t;
struct AssignSerialsCommand;
struct CompletionCommand;
struct CompletionReversalCommand;
struct CreateLotsCommand;
struct DisassemblyCommand;
struct Lot;
struct LotCommand;
struct LotQuery;
struct Movement;
struct NewMovement;
struct RecordMovementsCommand;
struct RecordedMovements;
struct UpdateLotCommand;
struct WriteContext;

// How CreateLot leaves a lot.
struct InitialLot {
  std::string quantity = "";  // on hand; empty: the lot is nowhere
  std::string location = "stock";
  std::optional<absl::CivilDay> expires_on = std::nullopt;
  std::optional<LotState> state = std::nullopt;  // none: ACTIVE
};

// A helper that returns no status shows a refusal as a failure of the test. It then stops the
// program if it has nothing to return.
class World {
 public:
  // Creates the company. Worlds of several companies can share one database.
  explicit World(const TestDatabase& database, absl::string_view company = "acme");
  // The same company through another connection, for another thread. The new world knows the lots
  // and deliveries that `other` knows now.
  World(const World& other, std::unique_ptr<pg::Connection> db);

  pg::Connection& db() { return *db_; }
  const CompanyId& company() const { return company_; }
  // The time of every write, until the test sets another one. First: when the world was made.
  absl::Time now() const { return now_; }
  void set_now(absl::Time now) { now_ = now; }

  // What a write carries. The actor is "tester". Without a `request_id`, each call has a new one.
  WriteContext Context(absl::string_view method, absl::string_view request_id = "");
  // Runs SQL statements without parameters.
  void Execute(const std::string& sql);
  // Sets a column of the company's row to an SQL expression.
  void SetSetting(absl::string_view column, absl::string_view value);

  // Lots: commands (an empty number is generated) and setting up.
  CreateLotsCommand CreateCommand(absl::string_view product,
                                  const std::vector<std::string>& numbers,
                                  absl::string_view request_id = "");
  CreateLotsCommand CreateCountCommand(absl::string_view product, int64_t count,
                                       absl::string_view first_number = "");
  UpdateLotCommand UpdateCommand(const LotId& lot, absl::string_view request_id = "");
  // Archives, unarchives or deletes a lot.
  LotCommand LotCommandFor(const LotId& lot, absl::string_view request_id = "");
  // A serial that begins with a quantity is there since the year 2000.
  LotId CreateLot(absl::string_view product, absl::string_view number,
                  absl::string_view quantity = "");
  LotId CreateLot(absl::string_view product, absl::string_view number, const InitialLot& initial);
  std::vector<LotId> CreateLots(absl::string_view product, const std::vector<std::string>& numbers,
                                const InitialLot& initial = {});
  // Writes the state into the lot's row, past every rule.
  void SetState(const LotId& lot, LotState state);

  // Movements as short texts (movement_text.h): "RECEIPT L1 10 >stock". A text names a lot by its
  // number.
  NewMovement Parse(absl::string_view text) const;
  RecordMovementsCommand RecordCommand(const std::vector<std::string>& movements,
                                       absl::string_view request_id = "");
  absl::StatusOr<RecordedMovements> Record(const std::vector<std::string>& movements,
                                           absl::string_view request_id = "");
  MovementId MustRecord(const std::string& movement);
  // The deliveries that texts name: "=d" is deliveries["d"].
  std::map<std::string, MovementId> deliveries;

  // Movements of any lot. An empty quantity is not given.
  RecordMovementsCommand MoveCommand(MovementKind kind, const LotId& lot,
                                     absl::string_view quantity, absl::string_view from,
                                     absl::string_view to);
  void Move(MovementKind kind, const LotId& lot, absl::string_view quantity, absl::string_view from,
            absl::string_view to);
  absl::StatusOr<Movement> Reverse(const MovementId& movement, absl::string_view request_id = "");

  // Work orders. An empty product is not given.
  AssignSerialsCommand AssignCommand(absl::string_view work_order, absl::string_view product,
                                     std::vector<std::string> numbers);
  AssignSerialsCommand AssignCountCommand(absl::string_view work_order, absl::string_view product,
                                          int64_t count);
  std::vector<LotId> Assign(absl::string_view work_order, absl::string_view product,
                            std::vector<std::string> numbers);
  // From stock to shelf.
  CompletionCommand CompleteCommand(absl::string_view work_order, absl::string_view product);
  // The components come back to stock.
  DisassemblyCommand DisassembleCommand(const LotId& unit);
  CompletionReversalCommand ReverseCompletionCommand(const TransformationId& transformation);

  // The id of a lot that CreateLot or CreateLots made with this number.
  LotId IdOf(const std::string& number) const { return lots_.at(number); }
  // The id of any lot, as the database has it.
  LotId IdOf(absl::string_view product, absl::string_view number);
  lots::Lot Get(const LotId& lot);
  std::string StateOf(const LotId& lot);
  // "shelf 5, stock 10": every place that holds goods of the lot, in the order of their ids. "":
  // the lot is nowhere.
  std::string Where(const LotId& lot);
  std::string Where(const std::string& number) { return Where(IdOf(number)); }
  // "10 arrived 03-05 since 03-04": the balance of a lot at one location. "0": the location is
  // empty now. "none": the lot never was there.
  std::string Dates(const std::string& number, absl::string_view location);
  // A line for every entry of the lot's history (HistoryLine), read in pages of `page`.
  std::vector<std::string> History(const LotId& lot, int page = 1000);
  // The numbers that ListLots returns, read in pages of `page`.
  std::vector<std::string> List(LotQuery query, absl::string_view order_by = "number",
                                int page = 1000);

 private:
  void MakeProducts();
  void MakeLocations();

  CompanyId company_;
  absl::Time now_;
  std::unique_ptr<pg::Connection> db_;
  std::map<std::string, LotId> lots_;  // by number
};

}  // namespace lots
