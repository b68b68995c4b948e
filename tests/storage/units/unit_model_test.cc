// Random histories of building, swapping, correcting, recalling, delivering and returning. A model
// that keeps for every unit what is in it over time says what is refused, and answers every
// question at random times of event and record.
#include "tests/support/model/unit_model.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/kinds/movement.h"
#include "storage/holds/holds.h"
#include "storage/recalls/recalls.h"
#include "storage/stock/stock.h"
#include "storage/units/maintain.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/units/unit_chooser.h"
#include "tests/storage/units/unit_compare.h"
#include "tests/support/base/must.h"
#include "tests/support/base/random.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Part = UnitModel::Part;
using Names = std::vector<std::string>;

constexpr int kOperations = 60;
constexpr int kOperationsBetweenQuestions = 5;

std::string ProductOf(const std::string& number) {
  switch (number[0]) {
    case 'F':
      return "frame";
    case 'M':
      return "motor";
    case 'B':
      return "bike";
    default:
      return "salt";
  }
}

// One history. A write is recorded an hour after the one before, and happened within the three
// hours before that. Every write is after the clock of the machine, with which recalls stamp holds.
class History : private UnitChooser {
 public:
  explicit History(uint64_t seed) : UnitChooser(seed) {}

  void Play();

 private:
  // One operation. `product` sets last_ where it makes a step.
  void Do(const std::string& text, const std::function<std::string(UnitModel&)>& model,
          const std::function<absl::Status()>& product);
  void DoSomething();
  void Receive();
  void Make(char kind);
  void Maintain();
  void TakeApart();
  void Correct();
  void Reverse();
  void Move(MovementKind kind);
  void OpenRecall();
  void CloseRecall();
  void Compare();

  CorrectionLine LineOf(const UnitModel::Correction& line) const;
  ComponentMove MoveOf(const Part& part) const;

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  UnitCompare::Ids ids_;
  UnitCompare compare_{world_, model_, ids_};
  std::vector<TransformationId> steps_;
  TransformationId last_;
  Names lines_;                    // the history, for the reader of a failure
  std::string recall_, recalled_;  // the open recall and its seed
  int left_to_close_ = 0;
};

void History::Do(const std::string& text, const std::function<std::string(UnitModel&)>& model,
                 const std::function<absl::Status()>& product) {
  UnitModel next = model_;
  const std::string refusal = model(next);
  lines_.push_back(absl::StrCat(lines_.size() + 1, ". ", text,
                                refusal.empty() ? "" : absl::StrCat(" (refused: ", refusal, ")")));
  const std::string before = refusal.empty() ? "" : database_.AllRows();
  const absl::Status done = product();
  EXPECT_EQ(done.ok(), refusal.empty()) << text << "\nmodel: " << refusal << "\nproduct: " << done;
  if (!refusal.empty() && !done.ok()) {
    EXPECT_TRUE(database_.AllRows() == before) << text << " left something behind";
  }
  if (!refusal.empty() || !done.ok()) return;
  model_ = std::move(next);
  if (static_cast<int>(steps_.size()) < model_.step_count()) steps_.push_back(last_);
}

void History::Receive() {
  const bool is_serial = Chance(65);
  const std::string lot = absl::StrCat(is_serial ? "F" : "S", ++made_);
  const Quantity quantity = Quantity::FromUnits(is_serial ? 1 : random_.Between(5, 20));
  const std::string place = random_.Pick(kOurs);
  const When when = After({});
  ids_[lot] = world_.CreateLot(ProductOf(lot), lot);
  Do(
      absl::StrCat("receive ", TextOf(Part{lot, quantity, place})),
      [&](UnitModel& model) { return model.Receive(lot, is_serial, quantity, place, when); },
      [&] {
        RecordMovementsCommand command = world_.MoveCommand(MovementKind::kReceipt, ids_.at(lot),
                                                            quantity.ToString(), "", place);
        command.movements[0].occurred_at = when.occurred;
        return RecordMovements(world_.db(), command).status();
      });
}

void History::Make(char kind) {
  const Names units = UnitsToMake(kind);
  const std::string to = random_.Pick(kOurs);
  std::vector<Part> used;
  Names serials = units;
  const auto is_new = [&](const std::string& lot) {
    return std::none_of(used.begin(), used.end(),
                        [&](const Part& part) { return part.lot == lot; });
  };
  for (const std::string& unit : units) {
    const char wanted = kind == 'B' && Chance(70) ? 'M' : 'F';
    const auto serial = AnySerial(wanted, !Chance(5));
    if (!serial.has_value() || !is_new(*serial) || *serial == unit) continue;
    used.push_back({*serial, Quantity::FromUnits(1), PlaceOrStock(*serial), unit});
    serials.push_back(*serial);
  }
  for (int i = 0; i < 2; ++i) {
    std::optional<Part> salt = AnySalt();
    if (!salt.has_value() || !is_new(salt->lot)) continue;
    if (Chance(50)) salt->unit = random_.Pick(units);
    used.push_back(*salt);
  }
  if (used.empty()) return;
  std::erase_if(serials, [&](const std::string& lot) { return ids_.count(lot) == 0; });
  const When when = After(serials);
  Do(
      absl::StrCat("make ", absl::StrJoin(units, " "), " of ", TextOf(used)),
      [&](UnitModel& model) { return model.Make(units, used, to, when); },
      [&] {
        CompletionCommand command =
            world_.CompleteCommand(absl::StrCat("W", lines_.size()), ProductOf(units[0]));
        command.destination = LocationId(to);
        command.occurred_at = when.occurred;
        command.accept.held = true;
        for (const std::string& unit : units) {
          command.outputs.push_back(ids_.count(unit) > 0 ? Output(ids_.at(unit)) : Output(unit));
        }
        for (const Part& part : used) {
          std::optional<int64_t> index;
          if (part.unit.has_value()) {
            index = std::find(units.begin(), units.end(), *part.unit) - units.begin();
          }
          command.components.push_back(
              Component(ids_.at(part.lot), part.quantity.ToString(), index));
          command.components.back().from = LocationId(part.place);
        }
        const auto made = CompleteWorkOrder(world_.db(), command);
        if (!made.ok()) return made.status();
        last_ = made->transformation_id;
        for (const NumberedLot& unit : made->outputs) ids_[unit.number] = unit.lot_id;
        return absl::OkStatus();
      });
}

ComponentMove History::MoveOf(const Part& part) const {
  return {.lot = {.lot_id = ids_.at(part.lot)},
          .quantity = part.quantity,
          .location = LocationId(part.place)};
}

void History::Maintain() {
  const auto unit = Any([&](const std::string& lot) { return model_.IsUnit(lot); });
  if (!unit.has_value()) return;
  static const Names kTo = {"stock", "shelf", "yard", "shop", "CUSTOMER", "stock", "yard", "SCRAP"};
  std::vector<Part> removed, installed;
  Names serials = {*unit};
  if (Chance(70)) {
    std::optional<Part> part = SomethingIn(*unit);
    if (part.has_value()) part->place = random_.Pick(kTo);
    if (part.has_value()) removed.push_back(*part);
  }
  if (removed.empty() || Chance(60)) {
    const std::optional<Part> part = SomethingFor(*unit);
    const bool is_swap_of_itself =
        part.has_value() && !removed.empty() && removed[0].lot == part->lot;
    if (part.has_value() && !is_swap_of_itself) installed.push_back(*part);
  }
  if (removed.empty() && installed.empty()) return;
  for (const std::vector<Part>* parts : {&removed, &installed}) {
    for (const Part& part : *parts) {
      if (model_.IsSerial(part.lot)) serials.push_back(part.lot);
    }
  }
  const When when = After(serials);
  Do(
      absl::StrCat("maintain ", *unit, " out ", TextOf(removed), " in ", TextOf(installed)),
      [&](UnitModel& model) { return model.Maintain(*unit, removed, installed, when); },
      [&] {
        MaintenanceCommand command;
        command.context = world_.Context("MaintainUnit");
        command.unit.lot_id = ids_.at(*unit);
        for (const Part& part : removed) command.removals.push_back(MoveOf(part));
        for (const Part& part : installed) command.installations.push_back(MoveOf(part));
        command.occurred_at = when.occurred;
        command.accept.held = true;
        const auto done = MaintainUnit(world_.db(), command);
        if (done.ok()) last_ = done->transformation_id;
        return done.status();
      });
}

void History::TakeApart() {
  const auto unit = Any(
      [&](const std::string& lot) { return model_.IsUnit(lot) && (IsHere(lot) || Chance(10)); });
  if (!unit.has_value()) return;
  const std::string to = random_.Pick(kOurs);
  Names serials = {*unit};
  std::vector<Part> stated;
  const std::map<std::string, Quantity> contents = model_.Composition(*unit);
  for (const auto& [path, quantity] : contents) {
    if (absl::StrContains(path, "/")) continue;
    const bool is_pooled = absl::EndsWith(path, " pooled");
    const std::string lot(absl::StripSuffix(path, " pooled"));
    if (model_.IsSerial(lot)) serials.push_back(lot);
    // What is exactly in it comes back on its own.
    const bool is_exact_too = contents.count(lot) > 0;
    if (is_pooled && !is_exact_too && Chance(50)) stated.push_back({lot, SomeOf(quantity), to});
  }
  const When when = After(serials);
  Do(
      absl::StrCat("take ", *unit, " apart to ", to, " pooled ", TextOf(stated)),
      [&](UnitModel& model) { return model.TakeApart(*unit, to, stated, when); },
      [&] {
        DisassemblyCommand command = world_.DisassembleCommand(ids_.at(*unit));
        command.destination = LocationId(to);
        command.occurred_at = when.occurred;
        for (const Part& part : stated) {
          command.components.push_back(
              {.lot = {.lot_id = ids_.at(part.lot)}, .quantity = part.quantity, .to = {}});
        }
        const auto done = Disassemble(world_.db(), command);
        if (done.ok()) last_ = done->transformation_id;
        return done.status();
      });
}

CorrectionLine History::LineOf(const UnitModel::Correction& line) const {
  CorrectionLine written;
  const std::optional<LotRef> unit =
      line.unit.has_value() ? std::optional(LotRef{.lot_id = ids_.at(*line.unit)}) : std::nullopt;
  if (!line.wrong.empty()) {
    written.wrong = WrongComponent{
        .lot = {.lot_id = ids_.at(line.wrong)}, .quantity = line.quantity, .unit = unit, .to = {}};
  }
  if (!line.right.empty()) {
    written.right = RightComponent{
        .lot = {.lot_id = ids_.at(line.right)},
        .quantity = line.quantity,
        .from = line.from.empty() ? std::nullopt : std::optional(LocationId(line.from)),
        .unit = unit};
  }
  return written;
}

void History::Correct() {
  if (model_.step_count() == 0) return;
  const int step = AnyStep();
  const std::optional<UnitModel::Correction> line = SomethingWrong(step);
  if (!line.has_value()) return;
  Do(
      absl::StrCat("correct step ", step, " of ", line->unit.value_or("all"), ": not ", line->wrong,
                   " but ", line->right, " ", line->quantity.ToString(), " from ", line->from),
      [&](UnitModel& model) { return model.Correct(step, {*line}, now_); },
      [&] {
        const auto done = CorrectGenealogy(world_.db(), {.context = world_.Context("Correct"),
                                                         .transformation_id = steps_[step],
                                                         .reason = "scanned the wrong label",
                                                         .lines = {LineOf(*line)},
                                                         .accept = {.held = true}});
        if (done.ok()) last_ = done->transformation_id;
        return done.status();
      });
}

void History::Reverse() {
  if (model_.step_count() == 0) return;
  const int step = AnyStep();
  Do(
      absl::StrCat("reverse step ", step),
      [&](UnitModel& model) { return model.Reverse(step, now_); },
      [&] {
        return ReverseTransformation(world_.db(), world_.ReverseCompletionCommand(steps_[step]))
            .status();
      });
}

void History::Move(MovementKind kind) {
  const bool is_return = kind == MovementKind::kReturn;
  const auto lot = Any([&](const std::string& each) {
    if (!model_.IsSerial(each)) return kind == MovementKind::kTransfer;
    const bool fits = is_return ? UnitModel::IsCustomer(model_.PlaceOf(each)) : IsHere(each);
    const bool is_unit = model_.IsUnit(each) || Chance(20);
    return (fits && is_unit) || Chance(2);
  });
  if (!lot.has_value()) return;
  Part part{*lot, Quantity::FromUnits(1), PlaceOrStock(*lot)};
  if (!model_.IsSerial(*lot)) {
    part.place = random_.Pick(kOurs);
    const Quantity there = model_.At(*lot, part.place);
    if (!there.IsPositive()) return;
    part.quantity = SomeOf(there);
  }
  static const Names kCustomers = {"shop", "CUSTOMER"};
  const std::string to = random_.Pick(kind == MovementKind::kDelivery ? kCustomers : kOurs);
  if (to == part.place) return;
  const std::string partner = random_.Pick(Names{"anna", "ben"});
  const When when = After({*lot});
  Do(
      absl::StrCat(Name(kind), " ", TextOf(part), " to ", to, " ", partner),
      [&](UnitModel& model) {
        if (is_return) return model.Return(*lot, part.place, to, when);
        if (kind == MovementKind::kTransfer) {
          return model.Transfer(*lot, part.quantity, part.place, to, when);
        }
        return model.Deliver(*lot, part.place, to, partner, when);
      },
      [&] {
        RecordMovementsCommand command =
            world_.MoveCommand(kind, ids_.at(*lot), part.quantity.ToString(), part.place, to);
        command.movements[0].occurred_at = when.occurred;
        if (kind != MovementKind::kTransfer) command.movements[0].partner_id = partner;
        command.accept.held = true;
        return RecordMovements(world_.db(), command).status();
      });
}

void History::OpenRecall() {
  const auto seed = Any([](const std::string&) { return true; });
  if (!seed.has_value()) return;
  recall_ = absl::StrCat("RC-", lines_.size());
  recalled_ = *seed;
  left_to_close_ = static_cast<int>(random_.Between(1, 5));
  const bool include_former = Chance(50);
  lines_.push_back(absl::StrCat(lines_.size() + 1, ". recall ", recalled_,
                                include_former ? " with former units" : ""));
  compare_.RecallOf(recalled_, include_former, recall_);
}

// What is left on hand stays held, and is then released, so that the history goes on.
void History::CloseRecall() {
  const std::map<std::string, bool> members = compare_.MembersOf(recall_);
  lines_.push_back(absl::StrCat(lines_.size() + 1, ". close the recall of ", recalled_));
  Must(lots::CloseRecall(world_.db(), {.context = world_.Context("CloseRecall"),
                                       .recall_id = RecallId(recall_),
                                       .closing_note = "done",
                                       .leave_held = true}));
  recall_.clear();
  ReleaseLotsCommand release{
      .context = world_.Context("ReleaseLots"), .holds = {}, .lots = {}, .note = "looked at"};
  for (const std::string& lot : model_.Lots()) {
    const bool is_on_hand = std::any_of(kOurs.begin(), kOurs.end(), [&](const std::string& place) {
      return model_.At(lot, place).IsPositive();
    });
    const bool is_held = is_on_hand && members.count(lot) > 0;
    EXPECT_EQ(CauseOf(world_.db(), world_.company(), ids_.at(lot), now_), is_held ? "LOT" : "")
        << lot;
    if (is_held) release.lots.push_back({.lot_id = ids_.at(lot)});
  }
  if (!release.lots.empty()) Must(ReleaseLots(world_.db(), release));
}

void History::DoSomething() {
  now_ += absl::Hours(1);
  world_.set_now(now_);
  // A recall stops what nobody may overrule.
  const bool is_free = recall_.empty();
  const int64_t dice = random_.Between(1, 100);
  if (model_.Lots().size() < 8 || dice <= 14) return Receive();
  if (dice <= 26) return Make('M');
  if (dice <= 37) return Make('B');
  if (dice <= 55) return Maintain();
  if (dice <= 65) return Correct();
  if (dice <= 72) return Move(MovementKind::kDelivery);
  if (dice <= 77) return Move(MovementKind::kReturn);
  if (dice <= 81) return Move(MovementKind::kTransfer);
  if (!is_free) return;
  if (dice <= 88) return TakeApart();
  if (dice <= 95) return Reverse();
  OpenRecall();
}

void History::Compare() {
  compare_.Places();
  const Names lots = model_.Lots();
  const UnitModel::Times now, then = RandomTimes(), other = RandomTimes();
  for (int i = 0; i < 5; ++i) {
    const std::string& lot = random_.Pick(lots);
    for (const UnitModel::Times& times : {now, then, other}) compare_.AtTimes(lot, times);
    compare_.RecipientsOf(lot);
    compare_.RecallOf(lot, Chance(50));
  }
}

void History::Play() {
  TRACE_SEED(random_);
  for (int i = 0; i < kOperations && !testing::Test::HasFailure(); ++i) {
    DoSomething();
    if (!recall_.empty()) {
      compare_.NothingEscapes(recall_, recalled_);
      if (--left_to_close_ == 0) CloseRecall();
    }
    const bool is_last = i + 1 == kOperations;
    if (is_last || i % kOperationsBetweenQuestions == 0) Compare();
  }
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), testing::IsEmpty());
  if (testing::Test::HasFailure()) {
    ADD_FAILURE() << "the history:\n" << absl::StrJoin(lines_, "\n");
  }
}

// Four histories; LOTS_TEST_SEED plays one of its own.
TEST(UnitModelTest, EveryQuestionIsAnsweredAsTheModelDoes) {
  if (std::getenv("LOTS_TEST_SEED") != nullptr) {
    History(TestRandom().seed()).Play();
    return;
  }
  for (const uint64_t seed : {1u, 2u, 3u, 4u}) {
    if (!HasFailure()) History(seed).Play();
  }
}

}  // namespace
}  // namespace lots
