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

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"
#include "storage/recalls/recall.h"

namespace lots {

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

}  // namespace lots
