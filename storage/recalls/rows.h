// Shared by the operations on recalls. Internal to storage/recalls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/holds/members.h"
#include "storage/lot_rows/resolve.h"
#include "storage/pg/pipeline.h"
#include "storage/recalls/recall.h"

// What recalls read, as ReadRecallRow and AddSeedsAndScope know the columns.
#define LOTS_RECALL_COLUMNS                                                                   \
  "recall_id, reason, state, drill, exempt_location_ids, opened_by, opened_at, open_micros, " \
  "closed_by, closed_at, closing_note, only_listed_exempt, version "
// The dispositions in effect of the recall $2: the columns of `d` are those of recall_dispositions.
// The primary key finds them by lot and location.
#define LOTS_DISPOSITION_IN_EFFECT                                                              \
  " NOT EXISTS (SELECT FROM recall_dispositions later WHERE later.company = $1 "                \
  "AND later.recall_id = $2 AND later.lot_id = d.lot_id AND later.location_id = d.location_id " \
  "AND later.kind = d.kind AND later.version > d.version) "
// How much of a row of `balances b` is good, by dispositions of the recall $2.
#define LOTS_GOOD_QUANTITY                                                                \
  "(SELECT COALESCE(sum(d.quantity), 0) FROM recall_dispositions d WHERE d.company = $1 " \
  "AND d.recall_id = $2 AND d.lot_id = b.lot_id AND d.location_id = b.location_id "       \
  "AND d.kind IN ({DISPOSITIONS_ON_HAND}) AND"_sql LOTS_DISPOSITION_IN_EFFECT ")"

namespace lots {

struct WriteContext;

// By product and number.
void SortSeeds(std::vector<RecallSeed>& seeds);

Recall ReadRecallRow(const pg::Row& row, const CompanyId& company);
// Adds the seeds and the scope, as the same snapshot sees them.
absl::Status AddSeedsAndScope(pg::Transaction& snapshot, const CompanyId& company,
                              std::vector<Recall>& recalls);

// The recall as the snapshot sees it, without its effectiveness. RECALL_NOT_FOUND.
absl::StatusOr<Recall> ReadRecall(pg::Transaction& snapshot, const CompanyId& company,
                                  const RecallId& recall_id);
absl::StatusOr<RecallEffectiveness> ReadEffectiveness(pg::Transaction& snapshot,
                                                      const CompanyId& company,
                                                      const RecallId& recall_id);

// Runs a write on one recall once per request_id. Returns the recall as it is afterwards.
absl::StatusOr<Recall> RunRecallWrite(pg::Connection& db, const WriteContext& context,
                                      const RecallId& recall_id,
                                      absl::FunctionRef<absl::Status()> write);

// A recall under its lock: what is done to one recall takes turns.
struct LockedRecall {
  int64_t version = 0;
  bool drill = false;
  std::string reason;
  std::vector<LocationId> exempt_location_ids;
  bool only_listed_exempt = false;
};
// Adds the lock, and the read of what it protects. Members that join meanwhile do not wait for it.
size_t AddRecallLock(pg::Transaction& transaction, const CompanyId& company,
                     const RecallId& recall_id);
// RECALL_NOT_FOUND, RECALL_CLOSED.
absl::StatusOr<LockedRecall> ReadLockedRecall(const pg::Result& rows, const RecallId& recall_id);
// Adds the change of the version, after which the rows of this write are named.
void AddNextVersion(pg::Transaction& transaction, const CompanyId& company,
                    const RecallId& recall_id, int64_t version);

// A lot that is or was a member.
struct KnownMember {
  RecallMember member;
  bool has_ended = false;
};
using KnownMembers = absl::flat_hash_map<LotId, KnownMember>;
// Adds the read of those of the lots that are or were members.
size_t AddMembersRead(pg::Transaction& transaction, const CompanyId& company,
                      const RecallId& recall_id, const std::vector<LotId>& lots);
KnownMembers ReadKnownMembers(const pg::Result& rows);

// The lots of a request, each once, as ResolveLots found them. Appends their ids to `lots`.
std::vector<Problem> ValidateLots(absl::string_view field, const std::vector<LotRef>& refs,
                                  const std::vector<std::optional<ResolvedLot>>& found,
                                  std::vector<LotId>& lots);

size_t AddExemptRead(pg::Transaction& transaction, const CompanyId& company,
                     const std::vector<LocationId>& location_ids);
// LOCATION_NOT_FOUND of each that does not exist.
void ValidateExempt(absl::string_view field, const std::vector<LocationId>& location_ids,
                    const pg::Result& found, std::vector<Problem>& problems);

struct AffectedQuery {
  CompanyId company;
  absl::string_view field;          // of the request, with the seeds
  const std::vector<LotRef>& refs;  // the seeds, as the request names them
  const std::vector<LotId>& seeds;
  bool include_former = false;  // what a seed was in, and is no longer, is a member too
  bool lock = true;
};
// A lot that a seed was in, and is no longer.
struct FormerLot {
  LotId lot_id;
  int depth = 0;
  bool certain = false;
  absl::Time until;
};
struct Affected {
  std::vector<RecallMember> members;  // by lot id
  std::vector<FormerLot> former;      // no members
};
// The seeds and everything that was made of them; locked, level by level. RECALL_TOO_LARGE,
// LOT_NOT_FOUND.
absl::StatusOr<Affected> FindAffected(pg::Transaction& transaction, const AffectedQuery& query);
// Lists what a recall counts apart from its members.
void AddFormerLots(pg::Transaction& transaction, const CompanyId& company,
                   const RecallId& recall_id, const std::vector<FormerLot>& former);

// Sends what was added. RECALL_TOO_LARGE when the recall has too many members by now.
absl::Status CheckMemberCount(pg::Transaction& transaction, const CompanyId& company,
                              const RecallId& recall_id, absl::string_view field);

// Goods of a member that are on hand and not accounted for.
struct UnaccountedGoods {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  LocationId location_id;
  Quantity quantity;
};

}  // namespace lots
