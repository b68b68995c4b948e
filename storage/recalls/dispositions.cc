// SetRecallDisposition.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
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

// Of the kinds that say that goods on hand are good: what is there, and what was recorded before,
// of the kind and of the other ones. Goods that come later would else be accounted for already.
constexpr pg::Statement kReadThere{"recall_read_disposed_goods", R"sql(
  SELECT n.ordinal - 1,
         COALESCE((SELECT GREATEST(b.quantity, 0) FROM balances b
                   WHERE b.company = $1 AND b.lot_id = n.lot_id
                     AND b.location_id = n.location_id), 0),
         COALESCE((SELECT d.quantity FROM recall_dispositions d
                   WHERE d.company = $1 AND d.recall_id = $2 AND d.lot_id = n.lot_id
                     AND d.location_id = n.location_id AND d.kind = n.kind
                     AND)sql" LOTS_DISPOSITION_IN_EFFECT R"sql(), 0),
         COALESCE((SELECT sum(d.quantity) FROM recall_dispositions d
                   WHERE d.company = $1 AND d.recall_id = $2 AND d.lot_id = n.lot_id
                     AND d.location_id = n.location_id AND d.kind <> n.kind
                     AND d.kind IN ({DISPOSITIONS_ON_HAND})
                     AND)sql" LOTS_DISPOSITION_IN_EFFECT R"sql(), 0)
  FROM unnest($3::uuid[], $4::text[], $5::bigint[])
    WITH ORDINALITY AS n (lot_id, location_id, kind, ordinal)
  WHERE n.lot_id IS NOT NULL AND n.kind IN ({DISPOSITIONS_ON_HAND}))sql"_sql};

// What the dispositions of a lot at a place may say at most.
struct Goods {
  Quantity there;
  Quantity before;  // of the kind
  Quantity other;   // good by another kind

  Quantity most() const { return std::max(there, before + other); }
};

constexpr pg::Statement kInsertDispositions{"insert_recall_dispositions", R"sql(
  INSERT INTO recall_dispositions (company, recall_id, lot_id, location_id, kind, version, quantity,
                                   note, link, recorded_by, recorded_at, entry_id)
  SELECT $1, $2, d.lot_id, d.location_id, d.kind, $3, d.quantity, d.note, d.link, $4, $5, $6
  FROM unnest($7::uuid[], $8::text[], $9::bigint[], $10::numeric[], $11::text[], $12::text[])
    AS d (lot_id, location_id, kind, quantity, note, link))sql"};

// Goods on hand are good by one of two kinds.
RecallDispositionKind OtherKind(RecallDispositionKind kind) {
  return kind == RecallDispositionKind::kCleared ? RecallDispositionKind::kReworked
                                                 : RecallDispositionKind::kCleared;
}

using FoundLots = std::vector<std::optional<ResolvedLot>>;

// One call of SetRecallDisposition.
class DispositionWriter {
 public:
  DispositionWriter(pg::Connection& db, const SetRecallDispositionCommand& command)
      : db_(db), command_(command) {}

  absl::Status Attempt();

 private:
  using GoodQuantities = std::map<std::tuple<LotId, LocationId, RecallDispositionKind>, Quantity>;

  size_t AddThereRead(pg::Transaction& transaction) const;
  void Validate(const pg::Result& members, const pg::Result& places, const pg::Result& there,
                std::vector<Problem>& problems) const;
  GoodQuantities GoodOfCall() const;
  void AddRows(pg::Transaction& transaction, int64_t version) const;

  pg::Connection& db_;
  const SetRecallDispositionCommand& command_;
  FoundLots found_;
};

size_t DispositionWriter::AddThereRead(pg::Transaction& transaction) const {
  std::vector<std::optional<LotId>> lots;
  std::vector<LocationId> places;
  std::vector<int64_t> kinds;
  for (size_t i = 0; i < found_.size(); ++i) {
    const RecallDisposition& given = command_.dispositions[i];
    lots.push_back(found_[i].has_value() ? std::optional(found_[i]->lot_id) : std::nullopt);
    places.push_back(given.location_id);
    kinds.push_back(static_cast<int64_t>(given.kind));
  }
  return transaction.Add(kReadThere, command_.context.company, command_.recall_id, lots, places,
                         kinds);
}

void DispositionWriter::Validate(const pg::Result& members, const pg::Result& places,
                                 const pg::Result& there, std::vector<Problem>& problems) const {
  const KnownMembers known = ReadKnownMembers(members);
  absl::flat_hash_set<LocationId> existing;
  for (const pg::Row row : places) existing.insert(row.Get<LocationId>(0));
  const GoodQuantities good = GoodOfCall();
  std::map<size_t, Goods> goods;
  for (const pg::Row row : there) {
    goods[static_cast<size_t>(row.Get<int64_t>(0))] = {.there = row.Get<Quantity>(1),
                                                       .before = row.Get<Quantity>(2),
                                                       .other = row.Get<Quantity>(3)};
  }
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
    } else if (const auto found = goods.find(i);
               found != goods.end() && known.contains(lot.lot_id)) {
      const Goods& place = found->second;
      const auto said = good.find(std::tuple(lot.lot_id, given.location_id, OtherKind(given.kind)));
      const Quantity other = said == good.end() ? place.other : said->second;
      if (given.quantity > Quantity() && given.quantity + other > place.most()) {
        problems.push_back(MoreThanIsThere(at("quantity"), given.quantity, place.there,
                                           place.before + place.other, other));
      }
    }
    const auto [first, is_first] =
        first_index.emplace(std::tuple(lot.lot_id, given.location_id, given.kind), i);
    if (!is_first) {
      problems.push_back(ListedTwice("dispositions", i, first->second,
                                     {{"lot_id", lot.lot_id.value().ToString()}}));
    }
  }
}

// What the call itself says of goods that are good.
DispositionWriter::GoodQuantities DispositionWriter::GoodOfCall() const {
  GoodQuantities good;
  for (size_t i = 0; i < found_.size(); ++i) {
    const RecallDisposition& given = command_.dispositions[i];
    if (!found_[i].has_value()) continue;
    good.emplace(std::tuple(found_[i]->lot_id, given.location_id, given.kind), given.quantity);
  }
  return good;
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
  const size_t there = AddThereRead(transaction);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(const LockedRecall recall, ReadLockedRecall(results[lock], command_.recall_id));
  std::vector<Problem> problems;
  Validate(results[members], results[existing], results[there], problems);
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
