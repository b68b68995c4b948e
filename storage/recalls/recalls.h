// Recalls: one operation holds everything that bad lots touched. The report then shows where all of
// it is.
//
// Membership in an open recall is itself the hold (lot_holds, migration 0002): OpenRecall writes
// one row for each lot, CloseRecall writes a single row. OpenRecall locks each level of the
// genealogy FOR UPDATE before it reads what was made of that level. So a movement or completion of
// these lots either committed before and is in the recall, or it waits and then sees the
// membership. A lot that is later made of a member becomes a member in the posting that makes the
// lot (AddInheritedHolds).
//
// What is done to one recall takes turns on its row; every write moves its version. What changes
// who is a member locks the lots (storage/holds/members.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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
  // Scrap, quarantine places and suppliers are not exempt on their own.
  bool only_listed_exempt = false;
  bool include_former = false;  // what a seed was in and is no longer is a member too
  bool validate_only = false;
};

// Gives every refusal in the comment of the RPC. With `validate_only`, only computes the scope.
absl::StatusOr<Recall> OpenRecall(pg::Connection& db, const OpenRecallCommand& command);

struct UpdateRecallCommand {
  WriteContext context;
  RecallId recall_id;
  std::vector<std::string> paths;  // of RecallFields: the fields to write
  std::string reason;
  std::vector<LocationId> exempt_location_ids;
  bool only_listed_exempt = false;
  std::vector<LotRef> add_seeds;
  std::optional<int64_t> version;  // none: whichever it is
};

// The paths that UpdateRecall can write.
std::vector<absl::string_view> RecallFields();

// Changes fields and adds seeds, with everything that was made of these.
absl::StatusOr<Recall> UpdateRecall(pg::Connection& db, const UpdateRecallCommand& command);

// Lots whose membership ends, or begins again.
struct RecallLotsCommand {
  WriteContext context;
  RecallId recall_id;
  std::vector<LotRef> lots;
  std::string evidence;
  std::string evidence_link;
};

absl::StatusOr<Recall> ExcludeRecallLots(pg::Connection& db, const RecallLotsCommand& command);
// A lot that never was a member becomes one, with everything that was made of it.
absl::StatusOr<Recall> IncludeRecallLots(pg::Connection& db, const RecallLotsCommand& command);

struct CloseRecallCommand {
  WriteContext context;
  RecallId recall_id;
  std::string closing_note;
  // What is on hand and not accounted for stays held, by ordinary holds.
  bool leave_held = false;
};

// RECALL_UNACCOUNTED names the first kUnaccountedShownMax lots and places.
absl::StatusOr<Recall> CloseRecall(pg::Connection& db, const CloseRecallCommand& command);

// RECALL_NOT_FOUND.
absl::StatusOr<Recall> GetRecall(pg::Connection& db, const CompanyId& company,
                                 const RecallId& recall_id);
// Also how far it has come: looks at every delivery of every member.
absl::StatusOr<Recall> GetRecallWithEffectiveness(pg::Connection& db, const CompanyId& company,
                                                  const RecallId& recall_id);

struct ListRecallsQuery {
  CompanyId company;
  std::optional<RecallState> state;
  std::string filter;              // AIP-160 over the fields that ListRecallsRequest names
  std::string order_by;            // empty: newest first
  std::vector<std::string> after;  // PositionOf the last recall of the page before; empty: none
  int limit = 0;
};

// The sort keys of a listed recall, as text.
std::vector<std::string> PositionOf(const Recall& recall, absl::string_view order_by);

// At most `limit`. COMPANY_NOT_FOUND, LOT_NOT_FOUND and RECALL_NOT_FOUND (of the filter),
// FILTER_INVALID, FIELD_INVALID, PAGE_TOKEN_INVALID.
absl::StatusOr<std::vector<Recall>> ListRecalls(pg::Connection& db, const ListRecallsQuery& query);

}  // namespace lots
