// SetRecallDisposition.
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/refusals.h"
#include "storage/recalls/answers.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

constexpr pg::Statement kReadPlaces{"recall_read_disposition_locations", R"sql(
  SELECT location_id FROM locations WHERE company = $1 AND location_id = ANY($2))sql"};

constexpr pg::Statement kInsertDispositions{"insert_recall_dispositions", R"sql(
  INSERT INTO recall_dispositions (company, recall_id, lot_id, location_id, kind, version, quantity,
                                   note, link, recorded_by, recorded_at, entry_id)
  SELECT $1, $2, d.lot_id, d.location_id, d.kind, $3, d.quantity, d.note, d.link, $4, $5, $6
  FROM unnest($7::uuid[], $8::text[], $9::bigint[], $10::numeric[], $11::text[], $12::text[])
    AS d (lot_id, location_id, kind, quantity, note, link))sql"};

using FoundLots = std::vector<std::optional<ResolvedLot>>;

// One call of SetRecallDisposition.
class DispositionWriter {
 public:
  DispositionWriter(pg::Connection& db, const SetRecallDispositionCommand& command)
      : db_(db), command_(command) {}

  absl::Status Attempt();

 private:
  void Validate(const pg::Result& members, const pg::Result& places,
                std::vector<Problem>& problems) const;
  void AddRows(pg::Transaction& transaction, int64_t version) const;

  pg::Connection& db_;
  const SetRecallDispositionCommand& command_;
  FoundLots found_;
};

void DispositionWriter::Validate(const pg::Result& members, const pg::Result& places,
                                 std::vector<Problem>& problems) const {
  const KnownMembers known = ReadKnownMembers(members);
  absl::flat_hash_set<LocationId> existing;
  for (const pg::Row row : places) existing.insert(row.Get<LocationId>(0));
  std::map<std::tuple<LotId, LocationId, RecallDispositionKind>, size_t> first_index;
  for (size_t i = 0; i < found_.size(); ++i) {
    const RecallDisposition& given = command_.dispositions[i];
    const auto at = [i](absl::string_view field) { return Indexed("dispositions", i, field); };
    if (!existing.contains(given.location_id)) {
      problems.push_back(LocationNotFound(at("location_id"), given.location_id));
    }
    if (!found_[i].has_value()) {
      problems.push_back(LotNotFound(given.lot, at("lot")));
      continue;
    }
    const ResolvedLot& lot = *found_[i];
    if (!known.contains(lot.lot_id)) {
      problems.push_back(LotNotInRecall(at("lot"), {.number = lot.number, .lot_id = lot.lot_id},
                                        command_.recall_id));
    }
    if (!given.quantity.FitsScale(lot.scale)) {
      problems.push_back(QuantityScale(at("quantity"), given.quantity, lot.scale, lot.product_id));
    } else if (lot.tracking == Tracking::kSerial && given.quantity > Quantity::FromUnits(1)) {
      problems.push_back(MoreThanOneUnit(at("quantity"), given.quantity, lot.number));
    }
    const auto [first, is_first] =
        first_index.emplace(std::tuple(lot.lot_id, given.location_id, given.kind), i);
    if (!is_first) {
      problems.push_back(ListedTwice("dispositions", i, first->second,
                                     {{"lot_id", lot.lot_id.value().ToString()}}));
    }
  }
}

void DispositionWriter::AddRows(pg::Transaction& transaction, int64_t version) const {
  std::vector<LotId> lots;
  std::vector<LocationId> places;
  std::vector<int64_t> kinds;
  std::vector<Quantity> quantities;
  std::vector<std::string> notes, links;
  for (size_t i = 0; i < found_.size(); ++i) {
    const RecallDisposition& given = command_.dispositions[i];
    lots.push_back(found_[i]->lot_id);
    places.push_back(given.location_id);
    kinds.push_back(static_cast<int64_t>(given.kind));
    quantities.push_back(given.quantity);
    notes.push_back(given.note);
    links.push_back(given.link);
  }
  const WriteContext& context = command_.context;
  transaction.Add(kInsertDispositions, context.company, command_.recall_id, version, context.actor,
                  absl::Now(), context.entry_id, lots, places, kinds, quantities, notes, links);
  AddNextVersion(transaction, context.company, command_.recall_id, version);
  AddAuditEntry(transaction, context, {.lots = lots, .recall = command_.recall_id});
}

absl::Status DispositionWriter::Attempt() {
  const CompanyId& company = command_.context.company;
  std::vector<LotRef> refs;
  std::vector<LocationId> places;
  for (const RecallDisposition& given : command_.dispositions) {
    refs.push_back(given.lot);
    places.push_back(given.location_id);
  }
  ASSIGN_OR_RETURN(found_, ResolveLots(db_, company, refs));
  std::vector<LotId> lots;
  for (const std::optional<ResolvedLot>& lot : found_) {
    if (lot.has_value()) lots.push_back(lot->lot_id);
  }
  pg::Transaction transaction(db_);
  ClaimRequest(transaction, command_.context, {});
  const size_t lock = AddRecallLock(transaction, company, command_.recall_id);
  const size_t members = AddMembersRead(transaction, company, command_.recall_id, lots);
  const size_t existing = transaction.Add(kReadPlaces, company, places);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(const LockedRecall recall, ReadLockedRecall(results[lock], command_.recall_id));
  std::vector<Problem> problems;
  Validate(results[members], results[existing], problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  AddRows(transaction, recall.version + 1);
  return transaction.Commit().status();
}

}  // namespace

absl::StatusOr<Recall> SetRecallDisposition(pg::Connection& db,
                                            const SetRecallDispositionCommand& command) {
  DispositionWriter writer(db, command);
  return RunRecallWrite(db, command.context, command.recall_id, [&] { return writer.Attempt(); });
}

}  // namespace lots
