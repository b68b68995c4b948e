// RecordRecipientResponse.
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
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

constexpr pg::Statement kReadDeliveries{"recall_read_deliveries", R"sql(
  SELECT movement_id, lot_id FROM movements
  WHERE company = $1 AND movement_id = ANY($2) AND kind = {MOVEMENT_DELIVERY}
    AND partner_id = $3 AND reverses_id IS NULL)sql"_sql};

// Of anything: goods of the recall may have come to the partner in a unit that is no member.
constexpr pg::Statement kReadIsRecipient{"recall_read_is_recipient", R"sql(
  SELECT EXISTS (
    SELECT FROM movements
    WHERE company = $1 AND partner_id = $2 AND partner_id <> ''
      AND kind = {MOVEMENT_DELIVERY}))sql"_sql};

constexpr pg::Statement kInsertResponse{"insert_recall_response", R"sql(
  INSERT INTO recall_responses (company, recall_id, partner_id, version, notified_at, notified_how,
                                answered_at, note, link, recorded_by, recorded_at, entry_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12))sql"};

constexpr pg::Statement kInsertQuantities{"insert_recall_response_quantities", R"sql(
  INSERT INTO recall_response_quantities (company, recall_id, partner_id, version, position, lot_id,
                                          movement_id, found, destroyed, returned, sold_on)
  SELECT $1, $2, $3, $4, q.position, q.lot_id, q.movement_id, q.found, q.destroyed, q.returned,
         q.sold_on
  FROM unnest($5::uuid[], $6::uuid[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[])
    WITH ORDINALITY
    AS q (lot_id, movement_id, found, destroyed, returned, sold_on, position))sql"};

// What the recipient had: at least what became of it.
Quantity FoundOf(const RecipientQuantities& given) {
  return given.found.value_or(given.destroyed + given.returned);
}

// One call of RecordRecipientResponse.
class ResponseWriter {
 public:
  ResponseWriter(pg::Connection& db, const RecordRecipientResponseCommand& command)
      : db_(db), command_(command) {}

  absl::Status Attempt();

 private:
  using Deliveries = absl::flat_hash_map<MovementId, LotId>;

  std::vector<Problem> Validate(const KnownMembers& known, const Deliveries& deliveries) const;
  void ValidateQuantities(size_t index, const ResolvedLot& lot,
                          std::vector<Problem>& problems) const;
  void AddRows(pg::Transaction& transaction, int64_t version) const;

  pg::Connection& db_;
  const RecordRecipientResponseCommand& command_;
  std::vector<std::optional<ResolvedLot>> found_;
};

void ResponseWriter::ValidateQuantities(size_t index, const ResolvedLot& lot,
                                        std::vector<Problem>& problems) const {
  const RecipientQuantities& given = command_.quantities[index];
  const std::pair<absl::string_view, Quantity> quantities[] = {
      {"found_quantity", FoundOf(given)},
      {"destroyed_quantity", given.destroyed},
      {"returned_quantity", given.returned},
      {"sold_on_quantity", given.sold_on}};
  for (const auto& [name, quantity] : quantities) {
    const std::string field = Indexed("quantities", index, name);
    if (!quantity.FitsScale(lot.scale)) {
      problems.push_back(QuantityScale(field, quantity, lot.scale, lot.product_id));
    } else if (lot.tracking == Tracking::kSerial && quantity > Quantity::FromUnits(1)) {
      problems.push_back(MoreThanOneUnit(field, quantity, lot.number));
    }
  }
  if (given.destroyed + given.returned <= FoundOf(given)) return;
  const std::string found = FoundOf(given).Format(lot.scale);
  problems.push_back(
      FieldInvalid(Indexed("quantities", index, "found_quantity"), found,
                   absl::StrCat(found, " is less than what was destroyed and returned of it, ",
                                (given.destroyed + given.returned).Format(lot.scale),
                                "; it is everything that the recipient still had")));
}

std::vector<Problem> ResponseWriter::Validate(const KnownMembers& known,
                                              const Deliveries& deliveries) const {
  std::vector<Problem> problems;
  std::map<std::pair<LotId, std::optional<MovementId>>, size_t> first_index;
  for (size_t i = 0; i < found_.size(); ++i) {
    const RecipientQuantities& given = command_.quantities[i];
    if (!found_[i].has_value()) {
      problems.push_back(LotNotFound(given.lot, Indexed("quantities", i, "lot")));
      continue;
    }
    const ResolvedLot& lot = *found_[i];
    if (!known.contains(lot.lot_id)) {
      problems.push_back(LotNotInRecall(Indexed("quantities", i, "lot"),
                                        {.number = lot.number, .lot_id = lot.lot_id},
                                        command_.recall_id));
    }
    if (given.delivery.has_value()) {
      const auto delivery = deliveries.find(*given.delivery);
      if (delivery == deliveries.end() || delivery->second != lot.lot_id) {
        problems.push_back(
            MovementNotFound(Indexed("quantities", i, "delivery_movement_id"), *given.delivery));
      }
    }
    ValidateQuantities(i, lot, problems);
    const auto [first, is_first] = first_index.emplace(std::pair(lot.lot_id, given.delivery), i);
    if (!is_first) {
      problems.push_back(
          ListedTwice("quantities", i, first->second, {{"lot_id", lot.lot_id.value().ToString()}}));
    }
  }
  return problems;
}

void ResponseWriter::AddRows(pg::Transaction& transaction, int64_t version) const {
  const WriteContext& context = command_.context;
  transaction.Add(kInsertResponse, context.company, command_.recall_id, command_.partner_id,
                  version, command_.notified_at, command_.notified_how, command_.answered_at,
                  command_.note, command_.link, context.actor, absl::Now(), context.entry_id);
  std::vector<LotId> lots;
  std::vector<std::optional<MovementId>> deliveries;
  std::vector<Quantity> found, destroyed, returned, sold_on;
  for (size_t i = 0; i < found_.size(); ++i) {
    const RecipientQuantities& given = command_.quantities[i];
    lots.push_back(found_[i]->lot_id);
    deliveries.push_back(given.delivery);
    found.push_back(FoundOf(given));
    destroyed.push_back(given.destroyed);
    returned.push_back(given.returned);
    sold_on.push_back(given.sold_on);
  }
  transaction.Add(kInsertQuantities, context.company, command_.recall_id, command_.partner_id,
                  version, lots, deliveries, found, destroyed, returned, sold_on);
  AddNextVersion(transaction, context.company, command_.recall_id, version);
  AddAuditEntry(transaction, context, {.lots = lots, .recall = command_.recall_id});
}

absl::Status ResponseWriter::Attempt() {
  const CompanyId& company = command_.context.company;
  std::vector<LotRef> refs;
  std::vector<MovementId> named;
  for (const RecipientQuantities& given : command_.quantities) {
    refs.push_back(given.lot);
    if (given.delivery.has_value()) named.push_back(*given.delivery);
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
  const size_t read = transaction.Add(kReadDeliveries, company, named, command_.partner_id);
  const size_t recipient = transaction.Add(kReadIsRecipient, company, command_.partner_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(const LockedRecall recall, ReadLockedRecall(results[lock], command_.recall_id));
  Deliveries deliveries;
  for (const pg::Row row : results[read]) {
    deliveries.emplace(row.Get<MovementId>(0), row.Get<LotId>(1));
  }
  std::vector<Problem> problems = Validate(ReadKnownMembers(results[members]), deliveries);
  if (!results[recipient][0].Get<bool>(0)) {
    problems.insert(problems.begin(),
                    FieldInvalid("partner_id", command_.partner_id,
                                 "nothing was ever delivered to this partner; ListRecipients "
                                 "names those of the recall"));
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  AddRows(transaction, recall.version + 1);
  return transaction.Commit().status();
}

}  // namespace

absl::StatusOr<Recall> RecordRecipientResponse(pg::Connection& db,
                                               const RecordRecipientResponseCommand& command) {
  ResponseWriter writer(db, command);
  return RunRecallWrite(db, command.context, command.recall_id, [&] { return writer.Attempt(); });
}

}  // namespace lots
