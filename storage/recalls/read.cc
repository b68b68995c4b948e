// Reads recalls, and what all writes of one recall share.
#include <algorithm>
#include <tuple>
#include <utility>

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kGetRecall{"get_recall", "SELECT " LOTS_RECALL_COLUMNS
                                                 "FROM recalls WHERE company = $1 "
                                                 "AND recall_id = $2"};

constexpr pg::Statement kCountMembers{"count_recall_members", R"sql(
  SELECT recall_id, count(*) FILTER (WHERE ended_at IS NULL),
         count(*) FILTER (WHERE certain AND ended_at IS NULL),
         COALESCE(max(depth) FILTER (WHERE ended_at IS NULL), 0),
         count(*) FILTER (WHERE ended_at IS NOT NULL)
  FROM recall_members WHERE company = $1 AND recall_id = ANY($2)
  GROUP BY recall_id)sql"};

constexpr pg::Statement kCountFormer{"count_recall_former_lots", R"sql(
  SELECT recall_id, count(*)
  FROM recall_former_lots WHERE company = $1 AND recall_id = ANY($2)
  GROUP BY recall_id)sql"};

constexpr pg::Statement kReadSeeds{"read_recall_seeds", R"sql(
  SELECT m.recall_id, m.lot_id, l.product_id, l.number, COALESCE(s.added_at, r.opened_at)
  FROM recall_members m
  JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id
  JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  LEFT JOIN recall_seeds s
    ON s.company = $1 AND s.recall_id = m.recall_id AND s.lot_id = m.lot_id
  WHERE m.company = $1 AND m.recall_id = ANY($2) AND m.depth = 0)sql"};

// Counts lot by lot: to count the lots of a join, PostgreSQL would sort everything twice.
constexpr pg::Statement kCountPlaces{"count_places_of_recall", R"sql(
  SELECT count(*) FILTER (WHERE p.here), count(*) FILTER (WHERE p.delivered)
  FROM recall_members m
  CROSS JOIN LATERAL (
    SELECT bool_or(b.kind IN ({PLACES_ON_HAND})) AS here,
           bool_or(b.kind = {PLACE_CUSTOMER}) AS delivered
    FROM balances b
    WHERE b.company = $1 AND b.lot_id = m.lot_id AND b.quantity > 0) p
  WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL)sql"_sql};

// Weaker than FOR UPDATE: a member that joins refers to the recall by a foreign key, and its writer
// has locked lots for which this write may wait.
constexpr pg::Statement kLockRecall{"lock_recall", R"sql(
  SELECT closed_at, version, drill, reason, exempt_location_ids, only_listed_exempt
  FROM recalls WHERE company = $1 AND recall_id = $2 FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kSetVersion{"set_recall_version", R"sql(
  UPDATE recalls SET version = $3 WHERE company = $1 AND recall_id = $2)sql"};

constexpr pg::Statement kReadMembers{"read_known_recall_members", R"sql(
  SELECT lot_id, depth, certain, ended_at IS NOT NULL
  FROM recall_members WHERE company = $1 AND recall_id = $2 AND lot_id = ANY($3))sql"};

constexpr pg::Statement kCountAll{"count_all_recall_members", R"sql(
  SELECT count(*) FROM recall_members WHERE company = $1 AND recall_id = $2)sql"};

std::vector<RecallId> IdsOf(const std::vector<Recall>& recalls) {
  std::vector<RecallId> ids;
  for (const Recall& recall : recalls) ids.push_back(recall.recall_id);
  return ids;
}

}  // namespace

Recall ReadRecallRow(const pg::Row& row, const CompanyId& company) {
  Recall recall{.company = company,
                .recall_id = row.Get<RecallId>(0),
                .reason = row.Get<std::string>(1),
                .state = row.Get<RecallState>(2)};
  recall.drill = row.Get<bool>(3);
  recall.exempt_location_ids = row.Get<std::vector<LocationId>>(4);
  recall.opened_by = row.Get<std::string>(5);
  recall.opened_at = row.Get<absl::Time>(6);
  recall.open_duration = absl::Microseconds(row.Get<int64_t>(7));
  recall.closed_by = row.Get<std::optional<std::string>>(8).value_or("");
  recall.closed_at = row.Get<std::optional<absl::Time>>(9);
  recall.closing_note = row.Get<std::optional<std::string>>(10).value_or("");
  recall.only_listed_exempt = row.Get<bool>(11);
  recall.version = row.Get<int64_t>(12);
  return recall;
}

absl::Status AddSeedsAndScope(pg::Transaction& snapshot, const CompanyId& company,
                              std::vector<Recall>& recalls) {
  const std::vector<RecallId> ids = IdsOf(recalls);
  snapshot.Add(kCountMembers, company, ids);
  snapshot.Add(kReadSeeds, company, ids);
  snapshot.Add(kCountFormer, company, ids);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  const auto recall_of = [&](const pg::Row& row) -> Recall& {
    const auto id = row.Get<RecallId>(0);
    return *std::find_if(recalls.begin(), recalls.end(),
                         [&](const Recall& recall) { return recall.recall_id == id; });
  };
  for (const pg::Row row : results[0]) {
    recall_of(row).scope = {.lot_count = row.Get<int64_t>(1),
                            .certain_count = row.Get<int64_t>(2),
                            .depth = row.Get<int>(3),
                            .excluded_lot_count = row.Get<int64_t>(4)};
  }
  for (const pg::Row row : results[1]) {
    recall_of(row).seeds.push_back({row.Get<LotId>(1), row.Get<ProductId>(2),
                                    row.Get<std::string>(3), row.Get<absl::Time>(4)});
  }
  for (const pg::Row row : results[2]) recall_of(row).scope.former_count = row.Get<int64_t>(1);
  for (Recall& recall : recalls) SortSeeds(recall.seeds);
  return absl::OkStatus();
}

void SortSeeds(std::vector<RecallSeed>& seeds) {
  std::sort(seeds.begin(), seeds.end(), [](const RecallSeed& a, const RecallSeed& b) {
    return std::tie(a.product_id, a.number, a.lot_id) < std::tie(b.product_id, b.number, b.lot_id);
  });
}

absl::StatusOr<Recall> RunRecallWrite(pg::Connection& db, const WriteContext& context,
                                      const RecallId& recall_id,
                                      absl::FunctionRef<absl::Status()> write) {
  const auto attempt = [&]() -> absl::StatusOr<RecallId> {
    RETURN_IF_ERROR(write());
    return recall_id;
  };
  const auto repeat = [&](const std::vector<Uuid>&) -> absl::StatusOr<RecallId> {
    return recall_id;
  };
  RETURN_IF_ERROR(
      RunWrite<RecallId>(db, {.context = context, .rebuild = repeat}, attempt).status());
  return GetRecall(db, context.company, recall_id);
}

absl::StatusOr<Recall> ReadRecall(pg::Transaction& snapshot, const CompanyId& company,
                                  const RecallId& recall_id) {
  snapshot.Add(kGetRecall, company, recall_id);
  snapshot.Add(kCountPlaces, company, recall_id);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  if (results[0].empty()) return Refuse(RecallNotFound(recall_id));
  std::vector<Recall> recalls;
  recalls.push_back(ReadRecallRow(results[0][0], company));
  RETURN_IF_ERROR(AddSeedsAndScope(snapshot, company, recalls));
  recalls.front().scope.on_hand_lot_count = results[1][0].Get<int64_t>(0);
  recalls.front().scope.delivered_lot_count = results[1][0].Get<int64_t>(1);
  return std::move(recalls.front());
}

absl::StatusOr<Recall> GetRecall(pg::Connection& db, const CompanyId& company,
                                 const RecallId& recall_id) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  return ReadRecall(snapshot, company, recall_id);
}

absl::StatusOr<Recall> GetRecallWithEffectiveness(pg::Connection& db, const CompanyId& company,
                                                  const RecallId& recall_id) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  ASSIGN_OR_RETURN(Recall recall, ReadRecall(snapshot, company, recall_id));
  ASSIGN_OR_RETURN(recall.effectiveness, ReadEffectiveness(snapshot, company, recall_id));
  return recall;
}

size_t AddRecallLock(pg::Transaction& transaction, const CompanyId& company,
                     const RecallId& recall_id) {
  return transaction.Add(kLockRecall, company, recall_id);
}

absl::StatusOr<LockedRecall> ReadLockedRecall(const pg::Result& rows, const RecallId& recall_id) {
  if (rows.empty()) return Refuse(RecallNotFound(recall_id));
  const pg::Row row = rows[0];
  const auto closed_at = row.Get<std::optional<absl::Time>>(0);
  if (closed_at.has_value()) return Refuse(RecallClosed(recall_id, *closed_at));
  return LockedRecall{.version = row.Get<int64_t>(1),
                      .drill = row.Get<bool>(2),
                      .reason = row.Get<std::string>(3),
                      .exempt_location_ids = row.Get<std::vector<LocationId>>(4),
                      .only_listed_exempt = row.Get<bool>(5)};
}

void AddNextVersion(pg::Transaction& transaction, const CompanyId& company,
                    const RecallId& recall_id, int64_t version) {
  transaction.Add(kSetVersion, company, recall_id, version);
}

size_t AddMembersRead(pg::Transaction& transaction, const CompanyId& company,
                      const RecallId& recall_id, const std::vector<LotId>& lots) {
  return transaction.Add(kReadMembers, company, recall_id, lots);
}

absl::Status CheckMemberCount(pg::Transaction& transaction, const CompanyId& company,
                              const RecallId& recall_id, absl::string_view field) {
  const size_t count = transaction.Add(kCountAll, company, recall_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  if (results[count][0].Get<int64_t>(0) <= kRecallMembersMax) return absl::OkStatus();
  return Refuse(RecallTooLarge(field));
}

KnownMembers ReadKnownMembers(const pg::Result& rows) {
  KnownMembers members;
  for (const pg::Row row : rows) {
    const RecallMember member{
        .lot_id = row.Get<LotId>(0), .depth = row.Get<int>(1), .certain = row.Get<bool>(2)};
    members[member.lot_id] = {.member = member, .has_ended = row.Get<bool>(3)};
  }
  return members;
}

}  // namespace lots
