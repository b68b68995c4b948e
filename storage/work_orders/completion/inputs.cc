// What a completion consumes, the dates of what it makes, and the movements of both.

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/dates.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/work_orders/completion/completion.h"
#include "storage/work_orders/details.h"

namespace lots::orders {
namespace {

using Day = std::optional<absl::CivilDay>;

Problem NoSuchOutput(const std::string& field, int64_t index, size_t count) {
  return {Reason::kOutputNotInCompletion,
          absl::StrCat(field, ".output_index"),
          absl::StrCat(field, ": there is no output ", index, "; this completion makes ", count,
                       ", counted from 0"),
          {{"index", absl::StrCat(index)}, {"outputs", absl::StrCat(count)}}};
}

UsedLot PlanOne(const CompletionCommand& command, const CompletionComponent& component,
                const LotFacts& lot, const std::string& field, std::vector<Problem>& problems) {
  const bool is_serial = lot.tracking == Tracking::kSerial;
  std::optional<LocationId> from = component.from.has_value() ? component.from : command.source;
  if (component.from_issued) from = WorkInProcess();
  if (component.from_issued && component.from.has_value()) {
    problems.push_back(FieldInvalid(absl::StrCat(field, ".from_location_id"),
                                    component.from->value(),
                                    "what was issued comes from the work order; give from_issued "
                                    "or a location, not both"));
  }
  if (!from.has_value()) {
    problems.push_back(FieldInvalid(absl::StrCat(field, ".from_location_id"), "",
                                    "say where it comes from, here or in source_location_id"));
  }
  if (!component.quantity.has_value() && !is_serial) {
    problems.push_back(FieldInvalid(absl::StrCat(field, ".quantity"), "",
                                    "say how much; only a serial is one by itself"));
  }
  return {.lot_id = lot.lot_id,
          .quantity = component.quantity.value_or(Quantity::FromUnits(is_serial ? 1 : 0)),
          .from = from.value_or(LocationId()),
          .output = {},
          .expires_on = lot.expires_on,
          .field = field,
          .from_issued = component.from_issued};
}

// Takes the component off what was issued to the order.
void TakeFromIssued(const CompletionFacts& facts, UsedLot& used, CompletionPlan& plan,
                    std::vector<Problem>& problems) {
  if (!used.from_issued) return;
  const auto issued = facts.issued.find(used.lot_id);
  if (issued != facts.issued.end()) used.stock_since = issued->second.stock_since;
  TakeIssued(facts.command.work_order, absl::StrCat(used.field, ".quantity"), used.lot_id,
             used.quantity, plan.left, problems);
}

// The first position of each serial; a second one is a problem.
void ValidateTwice(const LotFacts& lot, size_t index, const std::string& field,
                   absl::flat_hash_map<LotId, size_t>& first, std::vector<Problem>& problems) {
  if (lot.tracking != Tracking::kSerial) return;
  const auto [seen, is_first] = first.emplace(lot.lot_id, index);
  if (!is_first) problems.push_back(ValueTwice(field, "number", lot.number, seen->second));
}

// The earliest expiry among what goes in: pooled, and by output.
struct Earliest {
  Day pooled;
  absl::flat_hash_map<LotId, Day> exact;

  explicit Earliest(const std::vector<UsedLot>& used) {
    for (const UsedLot& lot : used) {
      Day& day = lot.output.has_value() ? exact[*lot.output] : pooled;
      day = Earlier(day, lot.expires_on);
    }
  }
  Day Of(const LotId& output) const {
    const auto found = exact.find(output);
    return found == exact.end() ? pooled : Earlier(pooled, found->second);
  }
};

// A date that the lot has is not changed by making more of it.
void Keep(Day stored, Day given, const std::string& field, absl::string_view name, Day& date,
          std::vector<Problem>& problems) {
  date = stored.has_value() ? stored : given;
  if (!stored.has_value() || !given.has_value() || *stored == *given) return;
  problems.push_back(FieldInvalid(absl::StrCat(field, ".", name), absl::FormatCivilTime(*given),
                                  absl::StrCat("the lot has ", absl::FormatCivilTime(*stored),
                                               " already; change it with UpdateLot")));
}

LotDates KeptDates(const MadeLot& made, std::vector<Problem>& problems) {
  const LotDates& stored = made.stored;
  const LotDates& given = made.given;
  LotDates dates;
  Keep(stored.manufactured_on, given.manufactured_on, made.field, "manufacture_date",
       dates.manufactured_on, problems);
  Keep(stored.expires_on, given.expires_on, made.field, "expire_date", dates.expires_on, problems);
  Keep(stored.best_before_on, given.best_before_on, made.field, "best_before_date",
       dates.best_before_on, problems);
  Keep(stored.removal_on, given.removal_on, made.field, "removal_date", dates.removal_on, problems);
  Keep(stored.alert_on, given.alert_on, made.field, "alert_date", dates.alert_on, problems);
  return dates;
}

// What was said of a serial when it was created holds, where the completion says nothing else.
LotDates GivenDates(const MadeLot& made) {
  LotDates given = made.given;
  for (Day LotDates::*date :
       {&LotDates::manufactured_on, &LotDates::expires_on, &LotDates::best_before_on,
        &LotDates::removal_on, &LotDates::alert_on}) {
    if (!(given.*date).has_value()) given.*date = made.stored.*date;
  }
  return given;
}

LotDates FreshDates(const MadeLot& made, absl::CivilDay day) {
  LotDates given = GivenDates(made);
  if (!given.manufactured_on.has_value()) given.manufactured_on = day;
  return DeriveDates(given, made.product->shelf_life);
}

void ValidateDates(const MadeLot& made, std::vector<Problem>& problems) {
  for (Problem& problem : CheckDates(made.dates)) {
    problem.field = absl::StrCat(made.field, ".", problem.field);
    problems.push_back(std::move(problem));
  }
}

// What is made of something that expires earlier expires with it.
void Inherit(MadeLot& made, Day earliest) {
  if (!made.product->inherit_expiry || !earliest.has_value()) return;
  if (made.given.expires_on.has_value()) return;
  if (made.dates.expires_on.has_value() && *made.dates.expires_on <= *earliest) return;
  if (made.kind == MadeLot::Kind::kKept) {
    made.dates = ExpiringOn(made.dates, earliest);
    return;
  }
  LotDates given = GivenDates(made);
  given.manufactured_on = made.dates.manufactured_on;
  given.expires_on = earliest;
  made.dates = ExpiringOn(DeriveDates(given, made.product->shelf_life), earliest);
}

// Of a serial with an expiry date of its own.
void ValidateExpiry(const CompletionCommand& command, const MadeLot& made,
                    std::vector<Problem>& problems) {
  if (made.kind != MadeLot::Kind::kRevived) return;
  std::optional<Problem> later = CheckLaterExpiry(
      absl::StrCat(made.field, ".expire_date"), {made.number, made.lot_id}, made.stored.expires_on,
      made.dates.expires_on, {.accepted = command.accept_later_expiry, .note = command.note});
  if (!later.has_value()) return;
  const bool is_known = std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
    return problem.field == later->field;
  });
  if (!is_known) problems.push_back(*std::move(later));
}

// The ledger names fields as a movement has them; here they have the names of the completion's.
void RenameFields(absl::string_view ledger_field, absl::string_view field, const Posting& posting,
                  size_t first, std::vector<Problem>& problems) {
  const std::string old_field = absl::StrCat(posting.field, ledger_field);
  for (size_t i = first; i < problems.size(); ++i) {
    if (problems[i].field == old_field) problems[i].field = std::string(field);
  }
}

void PostUsed(const Posting& posting, Ledger& ledger, std::vector<Problem>& problems) {
  const size_t first = problems.size();
  ledger.Post(posting, problems);
  RenameFields(".kind", absl::StrCat(posting.field, ".from_location_id"), posting, first, problems);
  RenameFields(".occur_time", "occur_time", posting, first, problems);
  // A chosen lot has no field of its own.
  const bool is_named = absl::StartsWith(posting.field, "components[");
  if (!is_named) RenameFields(".lot", posting.field, posting, first, problems);
}

void PostMade(const Posting& posting, Ledger& ledger, std::vector<Problem>& problems) {
  const size_t first = problems.size();
  ledger.Post(posting, problems);
  const std::string to = posting.field == kPlannedField
                             ? std::string("destination_location_id")
                             : absl::StrCat(posting.field, ".to_location_id");
  RenameFields(".kind", to, posting, first, problems);
  RenameFields(".to_location_id", to, posting, first, problems);
  RenameFields(".lot", posting.field, posting, first, problems);
  RenameFields(".occur_time", "occur_time", posting, first, problems);
}

// New lots enter the ledger, and what was planned is active from here on. Also the lots of outputs
// that are refused: a later output may name the same lot.
void Announce(const CompletionPlan& plan, Ledger& ledger) {
  for (const MadeLot& made : plan.made) {
    if (made.lot_id.value().IsNil()) continue;
    if (made.kind == MadeLot::Kind::kRevived) ledger.SetState(made.lot_id, LotState::kActive);
    if (made.kind != MadeLot::Kind::kNew) continue;
    LotFacts lot;
    lot.lot_id = made.lot_id;
    lot.product_id = made.product->product_id;
    lot.number = made.number;
    lot.tracking = made.product->tracking;
    lot.scale = made.product->scale;
    lot.state = LotState::kActive;
    lot.expires_on = made.dates.expires_on;
    ledger.AddNewLot(lot);
  }
}

// Since when what a completion consumes of each lot had been in stock.
using StockSince = absl::flat_hash_map<LotId, absl::Time>;

// Call before the consumption is posted: an empty place has no date.
void Note(const UsedLot& used, const Ledger& ledger, StockSince& stock_since) {
  const std::optional<absl::Time> since =
      used.from_issued ? used.stock_since
                       : ledger.facts().DatesAt(used.lot_id, used.from).stock_since;
  if (!since.has_value()) return;
  const auto [noted, is_first] = stock_since.emplace(used.lot_id, *since);
  if (!is_first) noted->second = std::min(noted->second, *since);
}

}  // namespace

std::optional<LotId> OutputOf(int64_t index, const CompletionPlan& plan, const std::string& field,
                              std::vector<Problem>& problems) {
  if (index >= 0 && index < static_cast<int64_t>(plan.output_count)) {
    return plan.made[index].lot_id;
  }
  problems.push_back(NoSuchOutput(field, index, plan.output_count));
  return std::nullopt;
}

Posting CompletionPosting(const CompletionCommand& command, const CompletionPlan& plan,
                          MovementKind kind, const std::string& field) {
  return {.movement_id = MovementId(Uuid::MakeV7()),
          .kind = kind,
          .lot_id = {},
          .quantity = {},
          .from = DefaultLocation(LocationKind::kProduction),
          .to = DefaultLocation(LocationKind::kProduction),
          .document = {.type = "work_order", .number = command.work_order.value()},
          .partner_id = "",
          .occurred_at = command.occurred_at,
          .note = command.note,
          .delivery = {},
          .transformation = plan.transformation_id,
          .work_order = command.work_order,
          .field = field};
}

void PlanUsed(const CompletionFacts& facts, const Ledger& ledger, CompletionPlan& plan,
              std::vector<Problem>& problems) {
  const CompletionCommand& command = facts.command;
  absl::flat_hash_map<LotId, size_t> first_serial;
  plan.used.reserve(command.components.size());
  for (size_t i = 0; i < command.components.size(); ++i) {
    const CompletionComponent& component = command.components[i];
    const std::string field = Indexed("components", i);
    const size_t problems_before = problems.size();
    const std::optional<LotId>& id = facts.names.components[i];
    const LotFacts* lot = id.has_value() ? ledger.facts().FindLot(*id) : nullptr;
    if (lot == nullptr) {
      problems.push_back(LotNotFound(component.lot, absl::StrCat(field, ".lot")));
      continue;
    }
    ValidateTwice(*lot, i, field, first_serial, problems);
    UsedLot used = PlanOne(command, component, *lot, field, problems);
    if (component.output_index.has_value()) {
      used.output = OutputOf(*component.output_index, plan, field, problems);
    }
    TakeFromIssued(facts, used, plan, problems);
    used.is_sound = problems.size() == problems_before;
    plan.used.push_back(std::move(used));
  }
  plan.named_count = plan.used.size();
}

void PlanDates(const CompletionCommand& command, const CompanyFacts& company, CompletionPlan& plan,
               std::vector<Problem>& problems) {
  const Earliest earliest(plan.used);
  const absl::CivilDay day = DayIn(command.occurred_at, company.zone);
  for (MadeLot& made : plan.made) {
    if (!made.is_sound || made.kind == MadeLot::Kind::kAgain) continue;
    // What comes out of a unit is as old as it was.
    if (made.role == OutputRole::kReturnedComponent) {
      made.dates = made.stored;
      continue;
    }
    made.dates =
        made.kind == MadeLot::Kind::kKept ? KeptDates(made, problems) : FreshDates(made, day);
    if (made.given != LotDates()) ValidateDates(made, problems);
    Inherit(made, earliest.Of(made.lot_id));
    ValidateExpiry(command, made, problems);
    if (made.kind == MadeLot::Kind::kKept && made.dates != made.stored) {
      made.before = LotBefore{LotState::kActive, made.stored};
    }
  }
}

void PostCompletion(const CompletionCommand& command, const CompletionPlan& plan, Ledger& ledger,
                    std::vector<Problem>& problems) {
  absl::flat_hash_set<LotId> not_consumed;
  StockSince stock_since;
  for (const UsedLot& used : plan.used) {
    Note(used, ledger, stock_since);
    Posting posting = CompletionPosting(command, plan, MovementKind::kConsumption, used.field);
    posting.lot_id = used.lot_id;
    posting.quantity = used.quantity;
    posting.from = used.from;
    posting.is_issued = used.from_issued;
    if (used.from_issued) posting.stock_since = used.stock_since;
    const size_t problems_before = problems.size();
    if (used.is_sound) PostUsed(posting, ledger, problems);
    if (!used.is_sound || problems.size() > problems_before) not_consumed.insert(used.lot_id);
  }
  Announce(plan, ledger);
  for (const MadeLot& made : plan.made) {
    // A reworked unit that could not be consumed is one problem, not two.
    if (!made.is_sound || not_consumed.contains(made.lot_id)) continue;
    const bool comes_out = made.role == OutputRole::kReturnedComponent;
    Posting posting = CompletionPosting(
        command, plan, comes_out ? MovementKind::kRemoval : MovementKind::kProduction, made.field);
    posting.is_return = comes_out;
    posting.stock_since = made.stock_since;
    posting.lot_id = made.lot_id;
    posting.quantity = made.quantity;
    posting.to = made.to;
    // What is left over of a component is as old as it was.
    const auto since = stock_since.find(made.lot_id);
    const bool is_left_over = made.role == OutputRole::kByProduct && since != stock_since.end();
    if (is_left_over) posting.stock_since = since->second;
    PostMade(posting, ledger, problems);
  }
}

}  // namespace lots::orders
