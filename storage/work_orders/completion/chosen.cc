// The components that a completion chooses: automatic ones, and what is left of what was issued.

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/ledger/ledger.h"
#include "storage/work_orders/completion/completion.h"

namespace lots::orders {
namespace {

// What the components of the request take from places.
TakenQuantities TakenBy(const std::vector<UsedLot>& used) {
  TakenQuantities taken;
  for (const UsedLot& lot : used) taken[{lot.lot_id, lot.from}] += lot.quantity;
  return taken;
}

class ChosenPlanner {
 public:
  ChosenPlanner(const CompletionFacts& facts, const Ledger& ledger, CompletionPlan& plan,
                std::vector<Problem>& problems)
      : facts_(facts),
        command_(facts.command),
        ledger_(ledger),
        plan_(plan),
        problems_(problems),
        taken_(TakenBy(plan.used)) {}

  void AddAutomatic(size_t index);
  void AddIssued();

 private:
  Picks Choose(size_t index);

  const CompletionFacts& facts_;
  const CompletionCommand& command_;
  const Ledger& ledger_;
  CompletionPlan& plan_;
  std::vector<Problem>& problems_;
  TakenQuantities taken_;
};

// None, with a problem, when there is too little.
Picks ChosenPlanner::Choose(size_t index) {
  const PickQuery& query = facts_.names.queries[index];
  const PickPlaces& places = facts_.names.places[index];
  const size_t problems_before = problems_.size();
  ValidatePicks(query, places, problems_);
  if (problems_.size() > problems_before) return {};
  const Posting like = CompletionPosting(command_, plan_, MovementKind::kConsumption, query.field);
  Picks chosen = ChoosePicks(query, places, like, ledger_, taken_);
  if (!chosen.missing.IsPositive()) return chosen;
  plan_.short_queries.push_back(query);
  if (!command_.accept.shortage || chosen.picks.empty()) {
    problems_.push_back(ComponentShort(query, query.quantity - chosen.missing));
    return {};
  }
  // What is missing is found at the place that was emptied last, when the lot lies nowhere else.
  chosen.picks.back().quantity += chosen.missing;
  return chosen;
}

void ChosenPlanner::AddAutomatic(size_t index) {
  const std::string& field = facts_.names.queries[index].field;
  const Picks chosen = Choose(index);
  std::optional<LotId> output;
  const std::optional<int64_t>& output_index = command_.auto_components[index].output_index;
  const size_t problems_before = problems_.size();
  if (output_index.has_value()) output = OutputOf(*output_index, plan_, field, problems_);
  for (const Pick& pick : chosen.picks) {
    plan_.used.push_back({.lot_id = pick.lot_id,
                          .quantity = pick.quantity,
                          .from = pick.location_id,
                          .output = output,
                          .expires_on = ledger_.facts().FindLot(pick.lot_id)->expires_on,
                          .field = field,
                          .is_sound = problems_.size() == problems_before});
  }
}

void ChosenPlanner::AddIssued() {
  for (auto& [lot_id, issued] : plan_.left) {
    if (!issued.quantity.IsPositive()) continue;
    const LotFacts* lot = ledger_.facts().FindLot(lot_id);
    plan_.used.push_back({.lot_id = lot_id,
                          .quantity = std::exchange(issued.quantity, Quantity()),
                          .from = WorkInProcess(),
                          .output = {},
                          .expires_on = lot->expires_on,
                          .field = "consume_issued",
                          .from_issued = true,
                          .stock_since = issued.stock_since});
  }
}

}  // namespace

void PlanChosen(const CompletionFacts& facts, const Ledger& ledger, CompletionPlan& plan,
                std::vector<Problem>& problems) {
  ChosenPlanner planner(facts, ledger, plan, problems);
  for (size_t i = 0; i < facts.names.queries.size(); ++i) planner.AddAutomatic(i);
  if (facts.command.consume_issued) planner.AddIssued();
}

}  // namespace lots::orders
