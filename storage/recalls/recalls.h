// Recalls: one operation holds everything that bad lots touched. The report then shows where all of
// it is.
//
// Membership in an open recall is itself the hold (lot_holds, migration 0002): OpenRecall writes
// one row for each lot, CloseRecall writes a single row. OpenRecall locks each level of the
// genealogy FOR UPDATE before it reads what was made of that level. So a movement or completion of
// these lots either committed before and is in the recall, or it waits and then sees the
// membership. A lot that is later made of a member becomes a member in the posting that makes the
// lot (AddInheritedHolds).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/lot.h"
#include "storage/domain/write_context.h"
#include "storage/genealogy/graph/types.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/pg/connection.h"

namespace lots {

struct RecallSeed {
  LotId lot_id;
  ProductId product_id;
  std::string number;
};

struct RecallScope {
  int64_t lot_count = 0;  // seeds included
  int64_t certain_count = 0;
  int depth = 0;
  // At this moment. Set by GetRecall, OpenRecall and CloseRecall only.
  int64_t on_hand_lot_count = 0;
  int64_t delivered_lot_count = 0;
};

struct Recall {
  CompanyId company;
  RecallId recall_id;
  std::string reason;
  RecallState state = RecallState::kOpen;
  bool drill = false;
  std::vector<RecallSeed> seeds;  // by product and number
  std::vector<LocationId> exempt_location_ids;
  RecallScope scope;
  std::string opened_by;
  std::optional<absl::Time> opened_at;  // none: a dry run
  absl::Duration open_duration;         // from the request until everything was recorded
  std::string closed_by;
  std::optional<absl::Time> closed_at;
  std::string closing_note;
};

struct OpenRecallCommand {
  WriteContext context;
  RecallId recall_id;
  std::vector<LotRef> seeds;
  std::string reason;
  std::vector<LocationId> exempt_location_ids;
  bool drill = false;
  bool validate_only = false;
};

// Gives every refusal in the comment of the RPC. With `validate_only`, only computes the scope.
absl::StatusOr<Recall> OpenRecall(pg::Connection& db, const OpenRecallCommand& command);

struct CloseRecallCommand {
  WriteContext context;
  RecallId recall_id;
  std::string closing_note;
};

absl::StatusOr<Recall> CloseRecall(pg::Connection& db, const CloseRecallCommand& command);

// RECALL_NOT_FOUND.
absl::StatusOr<Recall> GetRecall(pg::Connection& db, const CompanyId& company,
                                 const RecallId& recall_id);

struct ListRecallsQuery {
  CompanyId company;
  std::optional<RecallState> state;
  // The last recall of the page before; none: the list begins with the newest recall.
  std::optional<std::pair<absl::Time, RecallId>> after;
  int limit = 0;
};

// At most `limit`, newest first. COMPANY_NOT_FOUND.
absl::StatusOr<std::vector<Recall>> ListRecalls(pg::Connection& db, const ListRecallsQuery& query);

// A member in the report.
struct RecallLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  std::string reference;
  std::optional<absl::CivilDay> expires_on;
  bool certain = false;
  int depth = 0;
  absl::Time joined_at;
  std::vector<TracePlace> places;  // the first kTracePlacesShownMax: ours, customers', scrap
  int64_t place_count = 0;
  Quantity on_hand;
  Quantity delivered;
  Quantity recovered;  // sent back since the recall was opened
  Quantity scrapped;
};

// in = out + on_hand + scrapped + recovered. `in`, `out` and `recovered` are sums of movements;
// `on_hand` and `scrapped` come from balances. `difference` is 0 while the ledger is consistent.
struct MassBalance {
  RecallSeed seed;
  int scale = 0;
  Quantity in;
  Quantity out;
  Quantity on_hand;
  Quantity scrapped;
  Quantity recovered;
  Quantity difference;
};

class RecallReportEmitter;

struct RecallReportPiece {
  std::optional<Recall> recall;
  std::vector<MassBalance> balances;
  std::vector<RecallLot> lots;
  std::vector<Recipient> recipients;
};

// Reads the report piece by piece, in the order of the RPC's answer. The recall, the balances, the
// members and the deliveries are of one snapshot. After Pause, the places of the members are of the
// moment at which their piece is read. Memory holds a few words a member and a delivery. For one
// thread at a time.
class RecallReportReader {
 public:
  RecallReportReader(CompanyId company, RecallId recall_id);
  ~RecallReportReader();
  RecallReportReader(const RecallReportReader&) = delete;
  RecallReportReader& operator=(const RecallReportReader&) = delete;

  // Returns the next piece; none: the report is complete. `db` must stay the same until Pause.
  // RECALL_NOT_FOUND.
  absl::StatusOr<std::optional<RecallReportPiece>> Next(pg::Connection& db);
  // Ends the transaction, so that the caller can give the connection back. Next then continues on
  // any connection.
  void Pause();

 private:
  std::unique_ptr<RecallReportEmitter> emitter_;
};

}  // namespace lots
