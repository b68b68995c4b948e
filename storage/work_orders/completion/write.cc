// What a completion writes, and its answer: the first time and again.

#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/transformation.h"
#include "storage/holds/holds.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/transformations.h"
#include "storage/lot_rows/insert.h"
#include "storage/work_orders/completion/completion.h"
#include "storage/work_orders/details.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"

namespace lots::orders {
namespace {

LotDraft DraftOf(const MadeLot& made) {
  LotDraft draft;
  draft.lot_id = made.lot_id;
  draft.number = made.number;
  draft.dates = made.dates;
  draft.reference = made.given_texts.reference;
  draft.notes = made.given_texts.notes;
  draft.attributes = made.given_texts.attributes;
  return draft;
}

// One statement a product: the order's, and those of by-products that are new lots.
void AddNewLots(pg::Transaction& transaction, const WriteContext& context,
                const CompletionPlan& plan) {
  absl::btree_map<ProductId, std::pair<const ProductRules*, std::vector<LotDraft>>> drafts;
  for (const MadeLot& made : plan.made) {
    if (made.kind != MadeLot::Kind::kNew) continue;
    auto& [product, lots] = drafts[made.product->product_id];
    product = made.product;
    lots.push_back(DraftOf(made));
  }
  for (const auto& [id, entry] : drafts) {
    InsertLots(transaction, context, *entry.first, LotState::kActive, entry.second);
  }
}

LotChanges LotChangesOf(const CompletionPlan& plan) {
  LotChanges changes;
  for (const MadeLot& made : plan.made) {
    const bool changes_row = made.kind == MadeLot::Kind::kRevived ||
                             (made.kind == MadeLot::Kind::kKept && made.dates != made.stored);
    if (!changes_row) continue;
    changes.ids.push_back(made.lot_id);
    changes.states.push_back(LotState::kActive);
    changes.dates.push_back(made.dates);
  }
  return changes;
}

LotDetails DetailsOf(const std::string& number, const LotTexts& texts) {
  LotDetails details;
  details.number = number;
  details.reference = texts.reference;
  details.notes = texts.notes;
  details.attributes = texts.attributes;
  return details;
}

// Of lots that had dates, that get more, or that get texts. A serial that was planned without dates
// has no history of them.
std::vector<DetailsChange> DetailsChangesOf(const CompletionPlan& plan) {
  std::vector<DetailsChange> changes;
  for (const MadeLot& made : plan.made) {
    if (!made.before.has_value()) continue;
    const LotDates& before = made.before->dates;
    const LotTexts texts = made.TextsAfter();
    const bool has_dates = made.kind != MadeLot::Kind::kRevived || before != LotDates();
    if (!has_dates && texts == made.stored_texts) continue;
    DetailsChange& change = changes.emplace_back();
    change.lot_id = made.lot_id;
    change.before = DetailsOf(made.number, made.stored_texts);
    change.after = DetailsOf(made.number, texts);
    if (!has_dates) continue;
    change.before.dates = before;
    change.after.dates = made.dates;
  }
  return changes;
}

// What is taken out of the order's work in process.
IssuedChanges IssuedChangesOf(const CompletionPlan& plan) {
  IssuedChanges changes;
  for (const UsedLot& used : plan.used) {
    if (used.from_issued) AddPosted(used.lot_id, -used.quantity, *used.stock_since, changes);
  }
  return changes;
}

std::vector<InputLine> InputsOf(const CompletionPlan& plan) {
  std::vector<InputLine> lines;
  lines.reserve(plan.used.size());
  for (const UsedLot& used : plan.used) lines.push_back({used.lot_id, used.quantity, used.output});
  return lines;
}

// The lots that the completion took, and of which it gave back at most as much as a by-product.
// That is left over: it was not made. A serial went in and came out as a whole.
absl::btree_set<LotId> LeftOver(const CompletionPlan& plan) {
  absl::btree_map<LotId, Quantity> given;
  for (const MadeLot& made : plan.made) {
    const bool is_serial = made.product->tracking == Tracking::kSerial;
    if (made.role == OutputRole::kByProduct && !is_serial) given[made.lot_id] += made.quantity;
  }
  absl::btree_set<LotId> left_over;
  if (given.empty()) return left_over;
  absl::btree_map<LotId, Quantity> taken;
  for (const UsedLot& used : plan.used) taken[used.lot_id] += used.quantity;
  for (const auto& [lot_id, quantity] : given) {
    if (taken[lot_id] >= quantity) left_over.insert(lot_id);
  }
  return left_over;
}

std::vector<OutputLine> OutputsOf(const CompletionPlan& plan) {
  std::vector<OutputLine> lines;
  lines.reserve(plan.made.size());
  const absl::btree_set<LotId> left_over = LeftOver(plan);
  for (const MadeLot& made : plan.made) {
    OutputLine& line = lines.emplace_back();
    line.lot_id = made.lot_id;
    line.quantity = made.quantity;
    line.role = made.role;
    line.before = made.before;
    line.left_over = made.role == OutputRole::kByProduct && left_over.contains(made.lot_id);
  }
  return lines;
}

// What holds an exact input goes on to its output, what holds a pooled one to all that came out.
void PassOnHolds(pg::Transaction& transaction, const WriteContext& context,
                 const CompletionPlan& plan, const Ledger& ledger) {
  std::vector<HoldInheritance> exact;
  PooledHoldInheritance pooled;
  for (const UsedLot& used : plan.used) {
    if (ledger.facts().HoldsOf(used.lot_id).empty()) continue;
    if (used.output.has_value()) {
      exact.push_back({.input = used.lot_id, .output = *used.output, .certain = true});
    } else {
      pooled.inputs.push_back(used.lot_id);
    }
  }
  if (exact.empty() && pooled.inputs.empty()) return;
  const absl::btree_set<LotId> left_over = LeftOver(plan);
  for (const MadeLot& made : plan.made) {
    // A component that comes out was not made of what went in, and neither was what is left over.
    const bool is_made = made.role == OutputRole::kProduct ||
                         (made.role == OutputRole::kByProduct && !left_over.contains(made.lot_id));
    if (is_made) pooled.outputs.push_back(made.lot_id);
  }
  // Exact ones first: a member is written once, and what is certain must not be only possible.
  AddInheritedHolds(transaction, context, plan.transformation_id, ledger.facts(), exact);
  AddInheritedHolds(transaction, context, plan.transformation_id, ledger.facts(), pooled);
}

// Finished serials are the order's, whether they were planned or not; those that came out as a
// by-product (second grade), too.
std::vector<LotId> FinishedSerials(const CompletionFacts& facts, const CompletionPlan& plan) {
  const ProductRules* const product = facts.of_order.product();
  std::vector<LotId> serials;
  if (product->tracking != Tracking::kSerial) return serials;
  for (const MadeLot& made : plan.made) {
    if (made.product != product || made.role == OutputRole::kReturnedComponent) continue;
    serials.push_back(made.lot_id);
  }
  return serials;
}

Quantity MadeQuantity(const CompletionPlan& plan) {
  Quantity sum;
  for (size_t i = 0; i < plan.output_count; ++i) sum += plan.made[i].quantity;
  return sum;
}

WorkOrderState StateAfter(const CompletionCommand& command) {
  return command.close ? WorkOrderState::kClosed : WorkOrderState::kOpen;
}

// Nil when nothing was posted.
TransformationId TransformationOf(const CompletionPlan& plan) {
  return plan.makes_something() ? plan.transformation_id : TransformationId();
}

NumberedLot NumberedLotOf(const MadeLot& made) {
  return {.number = made.number, .lot_id = made.lot_id};
}

constexpr pg::Statement kFindOutputs{"find_completion_outputs", R"sql(
  SELECT o.lot_id, l.number, o.role
  FROM transformation_outputs o JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id
  WHERE o.company = $1 AND o.transformation_id = $2
  ORDER BY o.line)sql"};

constexpr pg::Statement kFindAdjustments{"find_completion_adjustments", R"sql(
  SELECT movement_id FROM movements
  WHERE company = $1 AND transformation_id = $2 AND kind = {MOVEMENT_ADJUSTMENT}
  ORDER BY movement_id)sql"_sql};

// In the order of posting: the components that the request names come first.
constexpr pg::Statement kFindChosen{"find_chosen_components", R"sql(
  SELECT m.lot_id, l.product_id, l.number, l.scale, m.quantity, m.from_location_id
  FROM movements m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  WHERE m.company = $1 AND m.transformation_id = $2 AND m.kind = {MOVEMENT_CONSUMPTION}
  ORDER BY m.movement_id OFFSET $3)sql"_sql};

constexpr pg::Statement kFindOrderNow{"find_order_of_completion", R"sql(
  SELECT w.state, w.completed_quantity, p.scale
  FROM work_orders w JOIN products p ON p.company = $1 AND p.product_id = w.product_id
  WHERE w.company = $1 AND w.work_order_id = $2)sql"};

void ReadAgain(const pg::Results& results, Completion& completion) {
  for (const pg::Row row : results[0]) {
    const bool is_product = row.Get<OutputRole>(2) == OutputRole::kProduct;
    (is_product ? completion.outputs : completion.by_products)
        .push_back({.number = row.Get<std::string>(1), .lot_id = row.Get<LotId>(0)});
  }
  for (const pg::Row row : results[1]) completion.adjustments.push_back(row.Get<MovementId>(0));
  completion.state = results[2][0].Get<WorkOrderState>(0);
  completion.completed = results[2][0].Get<Quantity>(1);
  completion.scale = results[2][0].Get<int>(2);
  for (const pg::Row row : results[3]) {
    completion.chosen.push_back({.lot_id = row.Get<LotId>(0),
                                 .product_id = row.Get<ProductId>(1),
                                 .number = row.Get<std::string>(2),
                                 .quantity = row.Get<Quantity>(4),
                                 .scale = row.Get<int>(3),
                                 .from = row.Get<LocationId>(5)});
  }
}

std::vector<ChosenComponent> ChosenOf(const CompletionPlan& plan, const Ledger& ledger) {
  std::vector<ChosenComponent> chosen;
  for (size_t i = plan.named_count; i < plan.used.size(); ++i) {
    const UsedLot& used = plan.used[i];
    const LotFacts& lot = *ledger.facts().FindLot(used.lot_id);
    chosen.push_back({.lot_id = used.lot_id,
                      .product_id = lot.product_id,
                      .number = lot.number,
                      .quantity = used.quantity,
                      .scale = lot.scale,
                      .from = used.from});
  }
  return chosen;
}

// What was made first: that is what an order is known by.
AuditSubject SubjectOf(const CompletionCommand& command, const CompletionPlan& plan) {
  AuditSubject subject{.lots = {}, .work_order = command.work_order};
  subject.lots.reserve(plan.made.size() + plan.used.size() + plan.ended.size());
  for (const MadeLot& made : plan.made) subject.lots.push_back(made.lot_id);
  for (const UsedLot& used : plan.used) subject.lots.push_back(used.lot_id);
  for (const PlannedSerial& serial : plan.ended) subject.lots.push_back(serial.lot_id);
  return subject;
}

}  // namespace

namespace {

void AddMaking(pg::Transaction& transaction, const CompletionFacts& facts,
               const CompletionPlan& plan, Ledger& ledger) {
  const CompletionCommand& command = facts.command;
  const WriteContext& context = command.context;
  AddNewLots(transaction, context, plan);
  AddLotChanges(transaction, context.company, LotChangesOf(plan), plan.at);
  AddDetailsChanges(transaction, context, DetailsChangesOf(plan), ledger.facts().recorded_at);
  AddTransformation(transaction, context,
                    {.transformation_id = plan.transformation_id,
                     .kind = TransformationKind::kProduction,
                     .work_order = command.work_order,
                     .occurred_at = command.occurred_at,
                     .recorded_at = ledger.facts().recorded_at,
                     .actor = context.actor,
                     .note = command.note,
                     .reverses = {},
                     .reversed_by = {},
                     .work_place = command.work_place});
  AddInputs(transaction, context.company, plan.transformation_id, InputsOf(plan));
  AddOutputs(transaction, context.company, plan.transformation_id, OutputsOf(plan));
  AddComponentEnds(transaction, context, plan.transformation_id, RemovalsOf(facts, plan));
  ledger.AddWrites(transaction);
  AddIssuedChanges(transaction, context.company, command.work_order, IssuedChangesOf(plan),
                   plan.at);
  PassOnHolds(transaction, context, plan, ledger);
  AddAssignments(transaction, context, command.work_order, FinishedSerials(facts, plan),
                 AssignmentState::kCompleted, plan.at);
}

}  // namespace

void AddCompletionWrites(pg::Transaction& transaction, const CompletionFacts& facts,
                         const CompletionPlan& plan, Ledger& ledger) {
  const CompletionCommand& command = facts.command;
  const WriteContext& context = command.context;
  if (plan.makes_something()) AddMaking(transaction, facts, plan, ledger);
  if (command.close) {
    AddGivingUp(transaction, context, command.work_order, plan.ended, plan.at);
  }
  AddOrderChange(transaction, context.company,
                 {.work_order = command.work_order,
                  .state = StateAfter(command),
                  .completed = MadeQuantity(plan),
                  .planned_quantity = command.planned_quantity,
                  .at = plan.at});
  AddAuditEntry(transaction, context, SubjectOf(command, plan));
  const std::vector<NumberedLot> voided = VoidedOf(plan.ended);
  if (voided.empty() && plan.makes_something()) return;
  std::vector<Uuid> created_ids = UuidsOf(voided);
  created_ids.insert(created_ids.begin(), TransformationOf(plan).value());
  SetCreatedIds(transaction, context, created_ids);
}

Completion AnswerOf(const CompletionFacts& facts, const CompletionPlan& plan,
                    const Ledger& ledger) {
  Completion completion{.transformation_id = TransformationOf(plan),
                        .outputs = {},
                        .by_products = {},
                        .voided = VoidedOf(plan.ended),
                        .adjustments = ledger.adjustments(),
                        .chosen = ChosenOf(plan, ledger),
                        .state = StateAfter(facts.command),
                        .completed = facts.of_order.order->completed + MadeQuantity(plan),
                        .scale = facts.of_order.product()->scale};
  for (size_t i = 0; i < plan.made.size(); ++i) {
    auto& list = i < plan.output_count ? completion.outputs : completion.by_products;
    list.push_back(NumberedLotOf(plan.made[i]));
  }
  return completion;
}

absl::StatusOr<Completion> FindCompletion(pg::Connection& db, const CompletionCommand& command,
                                          const std::vector<Uuid>& created_ids) {
  const CompanyId& company = command.context.company;
  Completion completion;
  completion.transformation_id = TransformationId(created_ids.front());
  const std::vector<Uuid> voided(created_ids.begin() + 1, created_ids.end());
  ASSIGN_OR_RETURN(completion.voided, FindNumbers(db, company, LotIdsOf(voided)));
  pg::Pipeline pipeline(db);
  pipeline.Add(kFindOutputs, company, completion.transformation_id);
  pipeline.Add(kFindAdjustments, company, completion.transformation_id);
  pipeline.Add(kFindOrderNow, company, command.work_order);
  pipeline.Add(kFindChosen, company, completion.transformation_id,
               static_cast<int64_t>(command.components.size()));
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  ReadAgain(results, completion);
  return completion;
}

}  // namespace lots::orders
