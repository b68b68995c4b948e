// OpenRecall: walks, locks and records in one transaction.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/holds/members.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/resolve.h"
#include "storage/numbers/new_id.h"
#include "storage/pg/error.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kReadExempt{"recall_read_exempt_locations", R"sql(
  SELECT location_id FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

// Runs first, so that the second of two recalls of one name waits here. The times are set at the
// end.
constexpr pg::Statement kInsertRecall{"insert_recall", R"sql(
  INSERT INTO recalls (company, recall_id, reason, state, drill, exempt_location_ids,
                       only_listed_exempt, opened_by, opened_at, open_micros, entry_id)
  VALUES ($1, $2, $3, {RECALL_OPEN}, $4, $5, $6, $7, $8, 0, $9))sql"_sql};

constexpr pg::Statement kInsertFormer{"insert_recall_former_lots", R"sql(
  INSERT INTO recall_former_lots (company, recall_id, lot_id, depth, certain, until)
  SELECT $1, $2, n.lot_id, n.depth, n.certain, n.until
  FROM unnest($3::uuid[], $4::bigint[], $5::boolean[], $6::timestamptz[])
    AS n (lot_id, depth, certain, until)
  ON CONFLICT (company, recall_id, lot_id) DO NOTHING)sql"};

constexpr pg::Statement kFinishRecall{"finish_recall_opening", R"sql(
  UPDATE recalls SET opened_at = $3, open_micros = $4 WHERE company = $1 AND recall_id = $2)sql"};

constexpr pg::Statement kCountPlacesOfLots{"recall_count_places_of_lots", R"sql(
  SELECT count(*) FILTER (WHERE p.here), count(*) FILTER (WHERE p.delivered)
  FROM unnest($2::uuid[]) AS affected (lot_id)
  CROSS JOIN LATERAL (
    SELECT bool_or(b.kind IN ({PLACES_ON_HAND})) AS here,
           bool_or(b.kind = {PLACE_CUSTOMER}) AS delivered
    FROM balances b
    WHERE b.company = $1 AND b.lot_id = affected.lot_id AND b.quantity > 0) p)sql"_sql};

TraceQuery WalkOf(const CompanyId& company, std::vector<LotId> seeds) {
  TraceQuery walk{.company = company, .direction = TraceDirection::kDownstream};
  walk.seeds = std::move(seeds);
  // A recall is complete or refused. Only the number of lots limits the walk.
  walk.depth_max = static_cast<int>(kRecallMembersMax);
  walk.node_limit = kRecallMembersMax;
  // What a seed was in before is counted apart.
  walk.include_former = true;
  return walk;
}

// RECALL_EXISTS if a recall of the name was found.
absl::Status CheckIsNew(const absl::StatusOr<Recall>& found) {
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  RETURN_IF_ERROR(found.status());
  return Refuse(RecallExists(*found));
}

// Opens one recall, or computes what opening it would do.
class RecallOpener {
 public:
  RecallOpener(pg::Connection& db, const OpenRecallCommand& command,
               const std::vector<std::optional<ResolvedLot>>& found)
      : command_(command),
        found_(found),
        transaction_(db, command.validate_only ? pg::Transaction::Kind::kSnapshot
                                               : pg::Transaction::Kind::kWrite) {}

  absl::Status Run();
  absl::StatusOr<Recall> DryRun();

 private:
  absl::Status ClaimAndValidate();
  absl::Status FindAffected();
  // The recall as it would be, without its scope.
  Recall Planned() const;

  const OpenRecallCommand& command_;
  const std::vector<std::optional<ResolvedLot>>& found_;
  pg::Transaction transaction_;
  std::vector<LotId> seeds_;
  Affected affected_;
};

absl::Status RecallOpener::ClaimAndValidate() {
  const WriteContext& context = command_.context;
  if (!command_.validate_only) ClaimRequest(transaction_, context, {});
  const size_t company = AddCompanyRead(transaction_, context.company);
  const size_t exempt = AddExemptRead(transaction_, context.company, command_.exempt_location_ids);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  RETURN_IF_ERROR(ReadEnabledCompany(context.company, results[company]).status());
  std::vector<Problem> problems = ValidateLots("seeds", command_.seeds, found_, seeds_);
  std::optional<Problem> bad_id = CheckNewId("recall_id", command_.recall_id.value());
  if (bad_id.has_value()) problems.insert(problems.begin(), *std::move(bad_id));
  ValidateExempt("exempt_location_ids", command_.exempt_location_ids, results[exempt], problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  return absl::OkStatus();
}

absl::Status RecallOpener::FindAffected() {
  ASSIGN_OR_RETURN(affected_,
                   lots::FindAffected(transaction_, {.company = command_.context.company,
                                                     .field = "seeds",
                                                     .refs = command_.seeds,
                                                     .seeds = seeds_,
                                                     .include_former = command_.include_former,
                                                     .lock = !command_.validate_only}));
  return absl::OkStatus();
}

absl::Status RecallOpener::Run() {
  const WriteContext& context = command_.context;
  RETURN_IF_ERROR(ClaimAndValidate());
  transaction_.Add(kInsertRecall, context.company, command_.recall_id, command_.reason,
                   command_.drill, command_.exempt_location_ids, command_.only_listed_exempt,
                   context.actor, context.now, context.entry_id);
  RETURN_IF_ERROR(transaction_.Send().status());
  RETURN_IF_ERROR(FindAffected());
  // All lots are locked now. Movements before this moment are in the scope; later ones wait, and
  // are then refused by the hold.
  const absl::Time opened_at = absl::Now();
  AddFirstMembers(transaction_, context, command_.recall_id, affected_.members, opened_at);
  AddFormerLots(transaction_, context.company, command_.recall_id, affected_.former);
  RETURN_IF_ERROR(transaction_.Send().status());
  const absl::Duration open_duration = absl::Now() - context.now;
  transaction_.Add(kFinishRecall, context.company, command_.recall_id, opened_at,
                   absl::ToInt64Microseconds(open_duration));
  AuditSubject subject{.lots = seeds_, .recall = command_.recall_id};
  for (const RecallMember& lot : affected_.members) subject.lots.push_back(lot.lot_id);
  AddAuditEntry(transaction_, context, subject);
  transaction_.Count(command_.drill ? counters::kDrillOpened : counters::kRecallOpened,
                     absl::ToDoubleSeconds(open_duration));
  return transaction_.Commit().status();
}

Recall RecallOpener::Planned() const {
  Recall recall{.company = command_.context.company,
                .recall_id = command_.recall_id,
                .reason = command_.reason};
  recall.drill = command_.drill;
  recall.exempt_location_ids = command_.exempt_location_ids;
  recall.only_listed_exempt = command_.only_listed_exempt;
  for (const std::optional<ResolvedLot>& seed : found_) {
    recall.seeds.push_back({seed->lot_id, seed->product_id, seed->number});
  }
  SortSeeds(recall.seeds);
  return recall;
}

// In the order of Run, so that both give the same refusals.
absl::StatusOr<Recall> RecallOpener::DryRun() {
  const absl::Time began = absl::Now();
  RETURN_IF_ERROR(ClaimAndValidate());
  RETURN_IF_ERROR(
      CheckIsNew(ReadRecall(transaction_, command_.context.company, command_.recall_id)));
  RETURN_IF_ERROR(FindAffected());
  Recall recall = Planned();
  std::vector<LotId> lot_ids;
  for (const RecallMember& lot : affected_.members) {
    lot_ids.push_back(lot.lot_id);
    recall.scope.certain_count += lot.certain;
    recall.scope.depth = std::max(recall.scope.depth, lot.depth);
  }
  recall.scope.lot_count = static_cast<int64_t>(lot_ids.size());
  recall.scope.former_count = static_cast<int64_t>(affected_.former.size());
  transaction_.Add(kCountPlacesOfLots, command_.context.company, lot_ids);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  recall.scope.on_hand_lot_count = results[0][0].Get<int64_t>(0);
  recall.scope.delivered_lot_count = results[0][0].Get<int64_t>(1);
  recall.open_duration = absl::Now() - began;
  return recall;
}

absl::Status TryOpen(pg::Connection& db, const OpenRecallCommand& command) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, command.context.company, command.seeds));
  const absl::Status opened = RecallOpener(db, command, found).Run();
  if (pg::ViolatesConstraint(opened, "recalls_pkey")) {
    return CheckIsNew(GetRecall(db, command.context.company, command.recall_id));
  }
  // A lot was deleted since the walk: the next run does not find it.
  if (pg::ViolatesConstraint(opened, "recall_members_lot_fkey")) return pg::AsConflict(opened);
  return opened;
}

// A dry run of its own: it reads from a snapshot, and so holds no locks of up to two million lots.
absl::StatusOr<Recall> ValidateOpen(pg::Connection& db, const OpenRecallCommand& command) {
  const auto attempt = [&]() -> absl::StatusOr<Recall> {
    RETURN_IF_ERROR(CheckNotMade(db, command.context));
    ASSIGN_OR_RETURN(const auto found, ResolveLots(db, command.context.company, command.seeds));
    return RecallOpener(db, command, found).DryRun();
  };
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return GetRecall(db, command.context.company, command.recall_id);
  };
  return RunWrite<Recall>(db, {.context = command.context, .rebuild = rebuild}, attempt);
}

}  // namespace

size_t AddExemptRead(pg::Transaction& transaction, const CompanyId& company,
                     const std::vector<LocationId>& location_ids) {
  return transaction.Add(kReadExempt, company, location_ids);
}

void ValidateExempt(absl::string_view field, const std::vector<LocationId>& location_ids,
                    const pg::Result& found, std::vector<Problem>& problems) {
  absl::flat_hash_set<LocationId> existing;
  for (const pg::Row row : found) existing.insert(row.Get<LocationId>(0));
  for (size_t i = 0; i < location_ids.size(); ++i) {
    if (existing.contains(location_ids[i])) continue;
    problems.push_back(LocationNotFound(Indexed(field, i), location_ids[i]));
  }
}

std::vector<Problem> ValidateLots(absl::string_view field, const std::vector<LotRef>& refs,
                                  const std::vector<std::optional<ResolvedLot>>& found,
                                  std::vector<LotId>& lots) {
  std::vector<Problem> problems;
  absl::flat_hash_map<LotId, size_t> first_index;
  for (size_t i = 0; i < found.size(); ++i) {
    if (!found[i].has_value()) {
      problems.push_back(LotNotFound(refs[i], Indexed(field, i)));
      continue;
    }
    const auto [first, is_first] = first_index.emplace(found[i]->lot_id, i);
    if (is_first) {
      lots.push_back(found[i]->lot_id);
    } else {
      problems.push_back(SeedTwice(field, refs[i], i, first->second));
    }
  }
  return problems;
}

absl::StatusOr<Affected> FindAffected(pg::Transaction& transaction, const AffectedQuery& query) {
  TraceQuery walk = WalkOf(query.company, query.seeds);
  walk.lock = query.lock;
  pg::ParallelReads reads(transaction);
  ASSIGN_OR_RETURN(TraceGraph graph, WalkTrace(reads, walk));
  if (!graph.truncated_by.empty()) return Refuse(RecallTooLarge(query.field));
  for (size_t i = 0; i < query.seeds.size(); ++i) {
    if (graph.nodes.contains(query.seeds[i])) continue;
    // The seed was deleted since it was resolved.
    return Refuse(LotNotFound(query.refs[i], Indexed(query.field, i)));
  }
  MarkFormer(graph, walk);
  MarkCertain(graph, walk);
  Affected affected;
  affected.members.reserve(graph.nodes.size());
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& [lot_id, node] = graph.nodes[i];
    if (node.unrelated) continue;
    if (node.former && !query.include_former) {
      affected.former.push_back({lot_id, node.depth, node.certain, graph.UntilOf(i)});
    } else {
      affected.members.push_back({lot_id, node.depth, node.certain});
    }
  }
  // Inserting rows in the order of their index is faster.
  std::sort(affected.members.begin(), affected.members.end(),
            [](const RecallMember& a, const RecallMember& b) { return a.lot_id < b.lot_id; });
  return affected;
}

void AddFormerLots(pg::Transaction& transaction, const CompanyId& company,
                   const RecallId& recall_id, const std::vector<FormerLot>& former) {
  if (former.empty()) return;
  std::vector<LotId> lot_ids;
  std::vector<int64_t> depths;
  std::vector<bool> certain;
  std::vector<absl::Time> until;
  for (const FormerLot& lot : former) {
    lot_ids.push_back(lot.lot_id);
    depths.push_back(lot.depth);
    certain.push_back(lot.certain);
    until.push_back(lot.until);
  }
  transaction.Add(kInsertFormer, company, recall_id, lot_ids, depths, certain, until);
}

absl::StatusOr<Recall> OpenRecall(pg::Connection& db, const OpenRecallCommand& command) {
  if (command.validate_only) return ValidateOpen(db, command);
  return RunRecallWrite(db, command.context, command.recall_id,
                        [&] { return TryOpen(db, command); });
}

}  // namespace lots
