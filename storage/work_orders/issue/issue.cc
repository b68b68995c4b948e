// IssueComponents.
#include "storage/work_orders/issue/issue.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/components/issued.h"
#include "storage/work_orders/components/picks.h"
#include "storage/work_orders/issue/posted.h"
#include "storage/work_orders/rows.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::IssueHeader;
using orders::OrderRef;
using orders::Pick;
using orders::PickPlaces;
using orders::PickQuery;
using orders::Picks;

// What is read without a lock.
struct IssueNames {
  std::vector<std::optional<LotId>> lots;  // of each line; none: of a product, or unknown
  std::vector<PickQuery> queries;          // of the lines without a lot, in their order
  std::vector<PickPlaces> places;          // of each query
};

std::optional<LocationId> SourceOf(const IssueCommand& command, const IssueLine& line) {
  return line.from.has_value() ? line.from : command.source;
}

absl::StatusOr<IssueNames> FindNames(pg::Connection& db, const IssueCommand& command) {
  IssueNames names;
  names.lots.resize(command.lines.size());
  std::vector<LotRef> refs;
  std::vector<size_t> named;
  Quantity besides;
  for (size_t i = 0; i < command.lines.size(); ++i) {
    const IssueLine& line = command.lines[i];
    if (line.lot.has_value()) {
      refs.push_back(*line.lot);
      named.push_back(i);
      besides += line.quantity.value_or(Quantity::FromUnits(1));
      continue;
    }
    names.queries.push_back({.product_id = line.product_id,
                             .quantity = line.quantity.value_or(Quantity()),
                             .strategy = line.strategy,
                             .from = SourceOf(command, line),
                             .occurred_at = command.occurred_at,
                             .field = Indexed("lines", i)});
  }
  if (!refs.empty()) {
    ASSIGN_OR_RETURN(const auto lots, ResolveLots(db, command.context.company, refs));
    for (size_t i = 0; i < lots.size(); ++i) {
      if (lots[i].has_value()) names.lots[named[i]] = lots[i]->lot_id;
    }
  }
  ASSIGN_OR_RETURN(names.places, orders::FindPlaces(db, command.context, names.queries, besides));
  return names;
}

// One issue under way.
class IssueTransaction {
 public:
  IssueTransaction(pg::Connection& db, const IssueCommand& command, const IssueNames& names)
      : db_(db),
        command_(command),
        names_(names),
        transaction_(db),
        ledger_(command.context, command.accept),
        header_{command.context,     command.work_order, command.work_place,
                command.occurred_at, command.note,       TransformationId(Uuid::MakeV7())} {}

  absl::StatusOr<IssuePosted> Run();

 private:
  absl::StatusOr<orders::OrderFacts> LockAndRead(const OrderRef& order_ref);
  void Touch();
  void Post(std::vector<Problem>& problems);
  void PostNamed(size_t index, std::vector<Problem>& problems);
  void PostPicks(const PickQuery& query, const PickPlaces& places, std::vector<Problem>& problems);
  void PostOne(const LotId& lot, Quantity quantity, const LocationId& from,
               const std::string& field, std::vector<Problem>& problems);

  pg::Connection& db_;
  const IssueCommand& command_;
  const IssueNames& names_;
  pg::Transaction transaction_;
  Ledger ledger_;
  const IssueHeader header_;
  orders::IssuedChanges changes_;
  absl::flat_hash_map<LotId, size_t> first_serial_;
  std::vector<PickQuery> short_;  // those of which something is missing
};

void IssueTransaction::Touch() {
  ledger_.TouchLocation(WorkInProcess());
  if (command_.source.has_value()) ledger_.TouchLocation(*command_.source);
  for (size_t i = 0; i < command_.lines.size(); ++i) {
    const std::optional<LotId>& lot = names_.lots[i];
    if (!lot.has_value()) continue;
    if (command_.lines[i].quantity.has_value()) ledger_.ExpectNoSerial(*lot);
    ledger_.Touch(*lot, WorkInProcess());
    const std::optional<LocationId> from = SourceOf(command_, command_.lines[i]);
    if (from.has_value()) ledger_.Touch(*lot, *from);
  }
  orders::TouchPlaces(names_.places, WorkInProcess(), ledger_);
}

absl::StatusOr<orders::OrderFacts> IssueTransaction::LockAndRead(const OrderRef& order_ref) {
  const WriteContext& context = command_.context;
  ClaimRequest(transaction_, context, {header_.transformation_id.value()});
  const orders::OrderResultIndices indices = orders::AddOrderLock(transaction_, context, order_ref);
  orders::AddWorkInProcess(transaction_, context);
  Touch();
  ledger_.AddLocks(transaction_);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  RETURN_IF_ERROR(ledger_.Load(transaction_, results));
  return orders::ReadOrder(order_ref, results, indices);
}

void IssueTransaction::PostOne(const LotId& lot, Quantity quantity, const LocationId& from,
                               const std::string& field, std::vector<Problem>& problems) {
  const absl::Time since =
      ledger_.facts().DatesAt(lot, from).stock_since.value_or(command_.occurred_at);
  Posting posting = orders::PostingOf(header_, MovementKind::kIssue, from, field);
  posting.lot_id = lot;
  posting.quantity = quantity;
  orders::PostLine(posting, "from_location_id", ledger_, problems);
  orders::AddPosted(lot, quantity, since, changes_);
}

void IssueTransaction::PostNamed(size_t index, std::vector<Problem>& problems) {
  const IssueLine& line = command_.lines[index];
  const std::string field = Indexed("lines", index);
  const std::optional<LotId>& id = names_.lots[index];
  const LotFacts* lot = id.has_value() ? ledger_.facts().FindLot(*id) : nullptr;
  if (lot == nullptr) {
    problems.push_back(LotNotFound(*line.lot, absl::StrCat(field, ".lot")));
    return;
  }
  const size_t problems_before = problems.size();
  const bool is_serial = lot->tracking == Tracking::kSerial;
  if (is_serial) {
    const auto [seen, is_first] = first_serial_.emplace(lot->lot_id, index);
    if (!is_first) problems.push_back(ValueTwice(field, "number", lot->number, seen->second));
  }
  if (!line.quantity.has_value() && !is_serial) {
    problems.push_back(FieldInvalid(absl::StrCat(field, ".quantity"), "",
                                    "say how much; only a serial is one by itself"));
  }
  const std::optional<LocationId> from = SourceOf(command_, line);
  if (!from.has_value()) {
    problems.push_back(FieldInvalid(absl::StrCat(field, ".from_location_id"), "",
                                    "say where it comes from, here or in source_location_id"));
  }
  if (problems.size() > problems_before) return;
  PostOne(lot->lot_id, line.quantity.value_or(Quantity::FromUnits(1)), *from, field, problems);
}

void IssueTransaction::PostPicks(const PickQuery& query, const PickPlaces& places,
                                 std::vector<Problem>& problems) {
  const size_t problems_before = problems.size();
  orders::ValidatePicks(query, places, problems);
  if (problems.size() > problems_before) return;
  // What was posted before is in the facts already.
  orders::TakenQuantities taken;
  const Posting like = orders::PostingOf(header_, MovementKind::kIssue, *query.from, query.field);
  Picks chosen = orders::ChoosePicks(query, places, like, ledger_, taken);
  if (chosen.missing.IsPositive()) {
    short_.push_back(query);
    if (!command_.accept.shortage || chosen.picks.empty()) {
      problems.push_back(orders::ComponentShort(query, query.quantity - chosen.missing));
      return;
    }
    chosen.picks.back().quantity += chosen.missing;
  }
  for (const Pick& pick : chosen.picks) {
    PostOne(pick.lot_id, pick.quantity, pick.location_id, query.field, problems);
  }
}

// Lots that the request names first: what is chosen leaves them alone.
void IssueTransaction::Post(std::vector<Problem>& problems) {
  for (size_t i = 0; i < command_.lines.size(); ++i) {
    if (command_.lines[i].lot.has_value()) PostNamed(i, problems);
  }
  for (size_t i = 0; i < names_.queries.size(); ++i) {
    PostPicks(names_.queries[i], names_.places[i], problems);
  }
}

absl::StatusOr<IssuePosted> IssueTransaction::Run() {
  const WriteContext& context = command_.context;
  const OrderRef order_ref{.work_order = command_.work_order,
                           .product = command_.product,
                           .planned_quantity = command_.planned_quantity};
  ASSIGN_OR_RETURN(const orders::OrderFacts facts, LockAndRead(order_ref));
  std::vector<Problem> problems = orders::ValidateOrder(order_ref, facts);
  if (!problems.empty()) return Refuse(std::move(problems));
  Post(problems);
  RETURN_IF_ERROR(orders::FindMore(transaction_, context, short_, names_.places));
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  const absl::Time at = orders::OrderTime(*facts.order, context.now);
  orders::AddIssueWrites(transaction_, header_, changes_, at, ledger_);
  orders::AddOrderChange(transaction_, context.company,
                         {.work_order = command_.work_order,
                          .state = facts.order->state,
                          .completed = Quantity(),
                          .planned_quantity = command_.planned_quantity,
                          .at = at});
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return orders::FindPosted(db_, context.company, header_.transformation_id);
}

absl::StatusOr<IssuePosted> TryIssue(pg::Connection& db, const IssueCommand& command) {
  ASSIGN_OR_RETURN(const IssueNames names, FindNames(db, command));
  return IssueTransaction(db, command, names).Run();
}

}  // namespace

absl::StatusOr<IssuePosted> IssueComponents(pg::Connection& db, const IssueCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return orders::FindPosted(db, command.context.company, TransformationId(created_ids.front()));
  };
  return RunWrite<IssuePosted>(db,
                               {.context = command.context,
                                .rebuild = rebuild,
                                .runs_max = kOrderWriteRunsMax,
                                .reads_before_claim = true},
                               [&] { return TryIssue(db, command); });
}

}  // namespace lots
