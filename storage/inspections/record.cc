// RecordInspection: inspections of many lots, with the holds that they place and end.
#include <cstdint>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/refusals.h"
#include "storage/inspections/inspections.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/resolve.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/lot_queue.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// As HoldLots locks them.
constexpr pg::Statement kLockLots{"lock_lots_to_inspect", R"sql(
  SELECT lot_id, state, number, product_id FROM lots
  WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY tracking DESC, lot_id FOR UPDATE)sql"};

// The holds that wait for an inspection of the lots: one of each lot at the most.
constexpr pg::Statement kLockWaiting{"lock_waiting_holds", R"sql(
  SELECT lot_id, hold_id FROM holds
  WHERE company = $1 AND lot_id = ANY($2) AND awaits_inspection AND released_at IS NULL
  ORDER BY hold_id FOR UPDATE)sql"};

constexpr pg::Statement kFindPlaces{"inspections_find_places", R"sql(
  SELECT location_id FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

// An inspection sorts in history after the movements that it waited for.
constexpr pg::Statement kInsertInspections{"insert_inspections", R"sql(
  INSERT INTO inspections (company, inspection_id, lot_id, plan, verdict, inspector, inspected_at,
                           recorded_at, actor, note, hold_id, released_hold_id, entry_id)
  SELECT $1, n.inspection_id, n.lot_id, $8, n.verdict, $9, $10,
         GREATEST($11, (
           SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
           WHERE b.company = $1 AND b.lot_id = n.lot_id AND b.last_recorded_at > '-infinity')),
         $12, n.note, n.hold_id, n.released_hold_id, $13
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::uuid[], $7::uuid[])
    AS n (inspection_id, lot_id, verdict, note, hold_id, released_hold_id))sql"};

constexpr pg::Statement kInsertResults{"insert_inspection_results", R"sql(
  INSERT INTO inspection_results (company, inspection_id, line, name, text_value, number_value,
                                  flag_value, date_value, time_value, unit, lower_limit,
                                  upper_limit, passed)
  SELECT $1, n.inspection_id, n.line, n.name, n.text_value, n.number_value, n.flag_value,
         n.date_value, n.time_value, n.unit, n.lower_limit, n.upper_limit, n.passed
  FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::numeric[], $7::bool[],
              $8::date[], $9::timestamptz[], $10::text[], $11::numeric[], $12::numeric[],
              $13::bool[])
    AS n (inspection_id, line, name, text_value, number_value, flag_value, date_value, time_value,
          unit, lower_limit, upper_limit, passed))sql"};

constexpr pg::Statement kInsertDocuments{"insert_inspection_documents", R"sql(
  INSERT INTO inspection_documents (company, inspection_id, line, document_type, title, url)
  SELECT $1, n.inspection_id, n.line, n.document_type, n.title, n.url
  FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[])
    AS n (inspection_id, line, document_type, title, url))sql"};

constexpr pg::Statement kFindHoldsOfInspections{"find_holds_of_inspections", R"sql(
  SELECT inspection_id, hold_id, released_hold_id FROM inspections
  WHERE company = $1 AND inspection_id = ANY($2))sql"};

// The arrays of kInsertResults.
struct ResultColumns {
  std::vector<InspectionId> inspection_id;
  std::vector<int64_t> line;
  std::vector<std::string> name, unit;
  std::vector<std::optional<std::string>> text;
  std::vector<std::optional<Quantity>> number, lower_limit, upper_limit;
  std::vector<std::optional<bool>> flag, passed;
  std::vector<std::optional<absl::CivilDay>> date;
  std::vector<std::optional<absl::Time>> time;

  void Append(const InspectionId& id, int64_t index, const InspectionResult& result) {
    inspection_id.push_back(id);
    line.push_back(index);
    name.push_back(result.name);
    text.push_back(ValueOf<std::string>(result));
    number.push_back(ValueOf<Quantity>(result));
    flag.push_back(ValueOf<bool>(result));
    date.push_back(ValueOf<absl::CivilDay>(result));
    time.push_back(ValueOf<absl::Time>(result));
    unit.push_back(result.unit);
    lower_limit.push_back(result.lower_limit);
    upper_limit.push_back(result.upper_limit);
    passed.push_back(result.passed);
  }

 private:
  template <class T>
  static std::optional<T> ValueOf(const InspectionResult& result) {
    const T* value = result.value.has_value() ? std::get_if<T>(&*result.value) : nullptr;
    return value == nullptr ? std::nullopt : std::optional<T>(*value);
  }
};

struct InspectedLot {
  LotState state;
  std::string number;
  ProductId product_id;
};

// What is known under the locks.
struct InspectionFacts {
  absl::flat_hash_map<LotId, InspectedLot> lots;
  absl::flat_hash_map<LotId, HoldId> waiting;
  absl::flat_hash_set<LocationId> places;
};

// One call of RecordInspection. The ids of the inspections are made once; every attempt locks,
// reads and validates again.
class Recorder {
 public:
  Recorder(pg::Connection& db, const RecordInspectionCommand& command)
      : db_(db), command_(command) {
    for (size_t i = 0; i < command.inspections.size(); ++i) made_.push_back(Uuid::MakeV7());
  }

  absl::Status Prepare();
  absl::StatusOr<RecordedInspections> Attempt();

 private:
  absl::StatusOr<InspectionFacts> LockAndRead(pg::Transaction& transaction) const;
  std::vector<Problem> Validate(const InspectionFacts& facts) const;
  void ValidateLot(size_t index, const InspectionFacts& facts,
                   std::vector<Problem>& problems) const;
  void ValidateExemptions(const InspectionFacts& facts, std::vector<Problem>& problems) const;
  RecordedInspections AddHoldWrites(pg::Transaction& transaction, const InspectionFacts& facts);
  void AddInspections(pg::Transaction& transaction) const;
  void AddResults(pg::Transaction& transaction) const;
  void AddDocuments(pg::Transaction& transaction) const;
  void CountVerdicts(pg::Transaction& transaction) const;

  InspectionId IdOf(size_t index) const { return InspectionId(made_[index]); }

  pg::Connection& db_;
  const RecordInspectionCommand& command_;
  std::vector<Uuid> made_;  // the inspections' ids
  std::vector<std::optional<LotId>> lots_;
  std::vector<std::optional<HoldId>> placed_, released_;  // of each inspection
};

absl::Status Recorder::Prepare() {
  std::vector<LotRef> refs;
  for (const NewInspection& inspection : command_.inspections) refs.push_back(inspection.lot);
  ASSIGN_OR_RETURN(const auto resolved, ResolveLots(db_, command_.context.company, refs));
  for (const std::optional<ResolvedLot>& lot : resolved) {
    lots_.push_back(lot.has_value() ? std::optional(lot->lot_id) : std::nullopt);
  }
  return absl::OkStatus();
}

absl::StatusOr<InspectionFacts> Recorder::LockAndRead(pg::Transaction& transaction) const {
  const CompanyId& company = command_.context.company;
  std::vector<LotId> ids;
  for (const std::optional<LotId>& id : lots_) {
    if (id.has_value()) ids.push_back(*id);
  }
  std::vector<LocationId> exempt;
  if (command_.hold_failed.has_value()) exempt = command_.hold_failed->exempt_location_ids;
  ClaimRequest(transaction, command_.context, made_);
  const size_t settings = AddCompanyRead(transaction, company);
  AddTurnAtLots(transaction, company, ids);
  const size_t lots = transaction.Add(kLockLots, company, ids);
  const size_t waiting = transaction.Add(kLockWaiting, company, ids);
  const size_t places = transaction.Add(kFindPlaces, company, exempt);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  RETURN_IF_ERROR(ReadEnabledCompany(company, results[settings]).status());
  InspectionFacts facts;
  for (const pg::Row row : results[lots]) {
    facts.lots[row.Get<LotId>(0)] = {.state = row.Get<LotState>(1),
                                     .number = row.Get<std::string>(2),
                                     .product_id = row.Get<ProductId>(3)};
  }
  for (const pg::Row row : results[waiting]) {
    facts.waiting[row.Get<LotId>(0)] = row.Get<HoldId>(1);
  }
  for (const pg::Row row : results[places]) facts.places.insert(row.Get<LocationId>(0));
  return facts;
}

void Recorder::ValidateLot(size_t index, const InspectionFacts& facts,
                           std::vector<Problem>& problems) const {
  const std::string field = Indexed("inspections", index, "lot");
  const auto lot = lots_[index].has_value() ? facts.lots.find(*lots_[index]) : facts.lots.end();
  if (lot == facts.lots.end()) {
    problems.push_back(LotNotFound(command_.inspections[index].lot, field));
  } else if (lot->second.state == LotState::kVoid) {
    const InspectedLot& inspected = lot->second;
    problems.push_back(LotVoid(field, {inspected.number, lot->first},
                               LotOfProduct(inspected.number, inspected.product_id),
                               ": it was never produced, so there is nothing to inspect"));
  }
}

void Recorder::ValidateExemptions(const InspectionFacts& facts,
                                  std::vector<Problem>& problems) const {
  if (!command_.hold_failed.has_value()) return;
  const std::vector<LocationId>& exempt = command_.hold_failed->exempt_location_ids;
  for (size_t i = 0; i < exempt.size(); ++i) {
    if (facts.places.contains(exempt[i])) continue;
    problems.push_back(LocationNotFound(Indexed("failed_hold.exempt_location_ids", i), exempt[i]));
  }
}

std::vector<Problem> Recorder::Validate(const InspectionFacts& facts) const {
  std::vector<Problem> problems;
  absl::flat_hash_map<LotId, size_t> first_index;
  for (size_t i = 0; i < lots_.size(); ++i) {
    ValidateLot(i, facts, problems);
    if (!lots_[i].has_value()) continue;
    const auto [first, is_first] = first_index.emplace(*lots_[i], i);
    if (is_first) continue;
    problems.push_back(
        ListedTwice("inspections", i, first->second, {{"lot_id", lots_[i]->value().ToString()}}));
  }
  ValidateExemptions(facts, problems);
  return problems;
}

// Which hold each inspection places or ends, and the statements for that.
RecordedInspections Recorder::AddHoldWrites(pg::Transaction& transaction,
                                            const InspectionFacts& facts) {
  RecordedInspections recorded;
  std::vector<NewHold> holds;
  placed_.assign(made_.size(), std::nullopt);
  released_.assign(made_.size(), std::nullopt);
  for (size_t i = 0; i < made_.size(); ++i) {
    recorded.inspections.push_back(IdOf(i));
    const bool has_failed = command_.inspections[i].verdict == Verdict::kFailed;
    if (has_failed && command_.hold_failed.has_value()) {
      placed_[i] = HoldId(Uuid::MakeV7());
      recorded.placed.push_back(*placed_[i]);
      holds.push_back({.hold_id = *placed_[i], .lot_id = *lots_[i]});
    }
    const auto waiting = facts.waiting.find(*lots_[i]);
    if (has_failed || !command_.release_passed || waiting == facts.waiting.end()) continue;
    released_[i] = waiting->second;
    recorded.released.push_back(waiting->second);
  }
  if (!holds.empty()) AddHolds(transaction, command_.context, *command_.hold_failed, holds);
  if (!recorded.released.empty()) {
    AddReleases(transaction, command_.context, recorded.released,
                command_.plan.empty() ? "passed its inspection"
                                      : absl::StrCat("passed inspection ", command_.plan));
  }
  return recorded;
}

void Recorder::AddInspections(pg::Transaction& transaction) const {
  std::vector<LotId> lots;
  std::vector<Verdict> verdicts;
  std::vector<std::string> notes;
  for (size_t i = 0; i < made_.size(); ++i) {
    lots.push_back(*lots_[i]);
    verdicts.push_back(command_.inspections[i].verdict);
    notes.push_back(command_.inspections[i].note);
  }
  const WriteContext& context = command_.context;
  transaction.Add(kInsertInspections, context.company, made_, lots, verdicts, notes, placed_,
                  released_, command_.plan, command_.inspector, command_.inspected_at, context.now,
                  context.actor, context.entry_id);
}

void Recorder::AddResults(pg::Transaction& transaction) const {
  ResultColumns c;
  for (size_t i = 0; i < made_.size(); ++i) {
    int64_t line = 0;
    for (const InspectionResult& result : command_.inspections[i].results) {
      c.Append(IdOf(i), ++line, result);
    }
  }
  if (c.name.empty()) return;
  transaction.Add(kInsertResults, command_.context.company, c.inspection_id, c.line, c.name, c.text,
                  c.number, c.flag, c.date, c.time, c.unit, c.lower_limit, c.upper_limit, c.passed);
}

void Recorder::AddDocuments(pg::Transaction& transaction) const {
  std::vector<InspectionId> ids;
  std::vector<int64_t> lines;
  std::vector<std::string> types, titles, urls;
  for (size_t i = 0; i < made_.size(); ++i) {
    int64_t line = 0;
    for (const InspectionDocument& document : command_.inspections[i].documents) {
      ids.push_back(IdOf(i));
      lines.push_back(++line);
      types.push_back(document.type);
      titles.push_back(document.title);
      urls.push_back(document.url);
    }
  }
  if (ids.empty()) return;
  transaction.Add(kInsertDocuments, command_.context.company, ids, lines, types, titles, urls);
}

void Recorder::CountVerdicts(pg::Transaction& transaction) const {
  std::map<Verdict, int64_t> count_of;
  for (const NewInspection& inspection : command_.inspections) ++count_of[inspection.verdict];
  for (const auto& [verdict, count] : count_of) {
    transaction.Count(counters::Of(counters::kInspections, verdict), static_cast<double>(count));
  }
}

absl::StatusOr<RecordedInspections> Recorder::Attempt() {
  pg::Transaction transaction(db_);
  ASSIGN_OR_RETURN(const InspectionFacts facts, LockAndRead(transaction));
  std::vector<Problem> problems = Validate(facts);
  if (!problems.empty()) return Refuse(std::move(problems));
  // The inspections name their holds, so the holds are written first.
  RecordedInspections recorded = AddHoldWrites(transaction, facts);
  AddInspections(transaction);
  AddResults(transaction);
  AddDocuments(transaction);
  AuditSubject subject;
  for (const std::optional<LotId>& lot : lots_) subject.lots.push_back(*lot);
  AddAuditEntry(transaction, command_.context, subject);
  CountVerdicts(transaction);
  RETURN_IF_ERROR(transaction.Commit().status());
  return recorded;
}

// The answer of a repeat: the inspections name the holds that they placed and ended.
absl::StatusOr<RecordedInspections> Rebuild(pg::Connection& db, const CompanyId& company,
                                            const std::vector<Uuid>& created_ids) {
  ASSIGN_OR_RETURN(const pg::Result found,
                   pg::Query(db, kFindHoldsOfInspections, company, created_ids));
  using MaybeHold = std::optional<HoldId>;
  absl::flat_hash_map<Uuid, std::pair<MaybeHold, MaybeHold>> holds;
  for (const pg::Row row : found) {
    holds[row.Get<Uuid>(0)] = {row.Get<MaybeHold>(1), row.Get<MaybeHold>(2)};
  }
  RecordedInspections recorded;
  for (const Uuid& id : created_ids) {
    recorded.inspections.emplace_back(id);
    const auto& [placed, released] = holds.at(id);
    if (placed.has_value()) recorded.placed.push_back(*placed);
    if (released.has_value()) recorded.released.push_back(*released);
  }
  return recorded;
}

}  // namespace

absl::StatusOr<RecordedInspections> RecordInspection(pg::Connection& db,
                                                     const RecordInspectionCommand& command) {
  Recorder recorder(db, command);
  RETURN_IF_ERROR(recorder.Prepare());
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return Rebuild(db, command.context.company, created_ids);
  };
  return RunWrite<RecordedInspections>(db, {.context = command.context, .rebuild = rebuild},
                                       [&] { return recorder.Attempt(); });
}

}  // namespace lots
