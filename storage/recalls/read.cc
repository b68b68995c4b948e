// GetRecall, ListRecalls, CloseRecall.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/existence.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kGetRecall{"get_recall", R"sql(
  SELECT recall_id, reason, state, drill, exempt_location_ids, opened_by, opened_at, open_micros,
         closed_by, closed_at, closing_note
  FROM recalls WHERE company = $1 AND recall_id = $2)sql"};

constexpr pg::Statement kListRecalls{"list_recalls", R"sql(
  SELECT recall_id, reason, state, drill, exempt_location_ids, opened_by, opened_at, open_micros,
         closed_by, closed_at, closing_note
  FROM recalls
  WHERE company = $1 AND ($2::bigint IS NULL OR state = $2)
    AND ($3::timestamptz IS NULL OR (opened_at, recall_id) < ($3, $4))
  ORDER BY opened_at DESC, recall_id DESC LIMIT $5)sql"};

constexpr pg::Statement kCountMembers{"count_recall_members", R"sql(
  SELECT recall_id, count(*), count(*) FILTER (WHERE certain), max(depth)
  FROM recall_members WHERE company = $1 AND recall_id = ANY($2)
  GROUP BY recall_id)sql"};

constexpr pg::Statement kReadSeeds{"read_recall_seeds", R"sql(
  SELECT m.recall_id, m.lot_id, l.product_id, l.number
  FROM recall_members m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
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
  WHERE m.company = $1 AND m.recall_id = $2)sql"_sql};

constexpr pg::Statement kLockRecall{"lock_recall", R"sql(
  SELECT closed_at FROM recalls WHERE company = $1 AND recall_id = $2 FOR UPDATE)sql"};

constexpr pg::Statement kCloseRecall{"close_recall", R"sql(
  UPDATE recalls SET state = {RECALL_CLOSED}, closed_by = $3, closed_at = $4, closing_note = $5,
         close_entry_id = $6
  WHERE company = $1 AND recall_id = $2)sql"_sql};

Recall RecallOf(const pg::Row& row, const CompanyId& company) {
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
  return recall;
}

std::vector<RecallId> IdsOf(const std::vector<Recall>& recalls) {
  std::vector<RecallId> ids;
  for (const Recall& recall : recalls) ids.push_back(recall.recall_id);
  return ids;
}

// Adds the seeds and the scope, as the same snapshot sees them.
absl::Status AddSeedsAndScope(pg::Transaction& snapshot, const CompanyId& company,
                              std::vector<Recall>& recalls) {
  const std::vector<RecallId> ids = IdsOf(recalls);
  snapshot.Add(kCountMembers, company, ids);
  snapshot.Add(kReadSeeds, company, ids);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  const auto recall_of = [&](const pg::Row& row) -> Recall& {
    const auto id = row.Get<RecallId>(0);
    return *std::find_if(recalls.begin(), recalls.end(),
                         [&](const Recall& recall) { return recall.recall_id == id; });
  };
  for (const pg::Row row : results[0]) {
    recall_of(row).scope = {.lot_count = row.Get<int64_t>(1),
                            .certain_count = row.Get<int64_t>(2),
                            .depth = row.Get<int>(3)};
  }
  for (const pg::Row row : results[1]) {
    recall_of(row).seeds.push_back(
        {row.Get<LotId>(1), row.Get<ProductId>(2), row.Get<std::string>(3)});
  }
  for (Recall& recall : recalls) SortSeeds(recall.seeds);
  return absl::OkStatus();
}

absl::Status TryClose(pg::Connection& db, const CloseRecallCommand& command) {
  const WriteContext& context = command.context;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t locked = transaction.Add(kLockRecall, context.company, command.recall_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  if (results[locked].empty()) return Refuse(RecallNotFound(command.recall_id));
  const auto closed_at = results[locked][0].Get<std::optional<absl::Time>>(0);
  if (closed_at.has_value()) return Refuse(RecallClosed(command.recall_id, *closed_at));
  transaction.Add(kCloseRecall, context.company, command.recall_id, context.actor, absl::Now(),
                  command.closing_note, context.entry_id);
  AddAuditEntry(transaction, context, {.recall = command.recall_id});
  transaction.Count(counters::kRecallClosed);
  return transaction.Commit().status();
}

}  // namespace

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
  recalls.push_back(RecallOf(results[0][0], company));
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

absl::StatusOr<std::vector<Recall>> ListRecalls(pg::Connection& db, const ListRecallsQuery& query) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  std::optional<absl::Time> opened_at;
  std::optional<RecallId> recall_id;
  if (query.after.has_value()) std::tie(opened_at, recall_id) = *query.after;
  snapshot.Add(kListRecalls, query.company, query.state, opened_at, recall_id, query.limit);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  if (results[0].empty()) {
    const AskedResources asked{.company = query.company};
    const size_t read = AddMissingRead(snapshot, asked);
    ASSIGN_OR_RETURN(const pg::Results missing, snapshot.Commit());
    RETURN_IF_ERROR(RefuseMissing(asked, missing[read]));
    return std::vector<Recall>();
  }
  std::vector<Recall> recalls;
  for (const pg::Row row : results[0]) recalls.push_back(RecallOf(row, query.company));
  RETURN_IF_ERROR(AddSeedsAndScope(snapshot, query.company, recalls));
  return recalls;
}

absl::StatusOr<Recall> CloseRecall(pg::Connection& db, const CloseRecallCommand& command) {
  return RunRecallWrite(db, command.context, command.recall_id,
                        [&] { return TryClose(db, command); });
}

}  // namespace lots
