// A bicycle with a frame and a battery, and what happens to it: for the tests of units.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/genealogy/trace.h"
#include "storage/stock/stock.h"
#include "storage/units/composition.h"
#include "storage/units/maintain.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {

// Every write is an hour after the one before. W1 made bikes A and B on the shelf: F1 with motor M1
// is exactly in A, F2 in B; 10 of SALT are pooled, and 2 of PAINT are exactly in A.
class UnitTest : public ::testing::Test {
 protected:
  UnitTest() {
    world_.set_now(absl::Now() - absl::Hours(1000));
    for (const char* number : {"F1", "F2", "F3", "BAD", "GOOD"}) {
      world_.CreateLot("frame", number, "1");
    }
    for (const char* number : {"M1", "M2", "M3"}) world_.CreateLot("motor", number, "1");
    world_.CreateLot("salt", "SALT", "100");
    world_.CreateLot("salt", "PAINT", "100");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output("A"), Output("B")};
    command.components = {Component(Id("F1"), "", 0), Component(Id("M1"), "", 0),
                          Component(Id("F2"), "", 1), Component(Id("PAINT"), "2", 0),
                          Component(Id("SALT"), "10")};
    Complete(command);
  }
  ~UnitTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), testing::IsEmpty());
  }

  // The lot that the constructor or a test made under this number.
  LotId Id(const std::string& number) {
    const auto relabelled = ids_.find(number);
    if (relabelled != ids_.end()) return relabelled->second;
    const std::vector<absl::string_view> created = absl::StrSplit(kLots, ' ');
    const bool is_created = absl::c_linear_search(created, number);
    return is_created ? world_.IdOf(number) : world_.IdOf("bike", number);
  }
  // An hour later; returns the time.
  absl::Time Tick() {
    world_.set_now(world_.now() + absl::Hours(1));
    return world_.now();
  }

  TransformationId Complete(CompletionCommand command) {
    command.occurred_at = Tick();
    command.context.now = world_.now();
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    last_ = made.ok() ? made->transformation_id : TransformationId();
    return last_;
  }
  CompletionCommand Making(const std::string& order, const std::string& unit,
                           const std::string& component) {
    CompletionCommand command = world_.CompleteCommand(order, "bike");
    command.outputs = {Output(unit)};
    command.components = {Component(Id(component), "", 0)};
    return command;
  }

  // "F1@stock" comes out, "F3=1@yard" goes in. The words of a move: NUMBER[=QUANTITY]@PLACE.
  ComponentMove Move(const std::string& text) {
    const std::vector<std::string> parts = absl::StrSplit(text, '@');
    const std::vector<std::string> words = absl::StrSplit(parts[0], '=');
    ComponentMove move;
    move.lot.lot_id = Id(words[0]);
    if (words.size() > 1) move.quantity = Q(words[1]);
    if (parts.size() > 1) move.location = LocationId(parts[1]);
    return move;
  }
  MaintenanceCommand Maintaining(const std::string& unit, const std::vector<std::string>& out,
                                 const std::vector<std::string>& in) {
    MaintenanceCommand command;
    command.context = world_.Context("MaintainUnit");
    command.unit.lot_id = Id(unit);
    for (const std::string& text : out) command.removals.push_back(Move(text));
    for (const std::string& text : in) command.installations.push_back(Move(text));
    command.occurred_at = world_.now();
    command.note = "worn out";
    return command;
  }
  // "OK", or the refusal.
  std::string Maintain(MaintenanceCommand command) {
    command.occurred_at = Tick();
    command.context.now = world_.now();
    const auto done = MaintainUnit(world_.db(), command);
    if (done.ok()) last_ = done->transformation_id;
    return RefusalOf(done.status());
  }
  std::string Maintain(const std::string& unit, const std::vector<std::string>& out,
                       const std::vector<std::string>& in) {
    return Maintain(Maintaining(unit, out, in));
  }
  std::string Reverse(const TransformationId& transformation) {
    Tick();
    const auto done =
        ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation));
    return RefusalOf(done.status());
  }
  // "F1 1 exact; …": what came back, or the refusal.
  std::string Disassemble(const std::string& unit) {
    DisassemblyCommand command = world_.DisassembleCommand(Id(unit));
    command.occurred_at = Tick();
    const auto done = lots::Disassemble(world_.db(), command);
    if (!done.ok()) return RefusalOf(done.status());
    last_ = done->transformation_id;
    std::vector<std::string> lines;
    for (const ReturnedComponent& component : done->components) {
      lines.push_back(absl::StrCat(component.number, " ", component.quantity.ToString()));
    }
    return absl::StrJoin(lines, "; ");
  }
  void Deliver(const std::string& unit, const std::string& partner,
               const std::string& from = "shelf") {
    Tick();
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kDelivery, Id(unit), "", from, "shop");
    command.movements.front().partner_id = partner;
    command.movements.front().occurred_at = world_.now();
    const auto done = RecordMovements(world_.db(), command);
    EXPECT_TRUE(done.ok()) << done.status();
  }
  void SendBack(const std::string& unit, const std::string& partner) {
    Tick();
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kReturn, Id(unit), "", "shop", "shelf");
    command.movements.front().partner_id = partner;
    command.movements.front().occurred_at = world_.now();
    const auto done = RecordMovements(world_.db(), command);
    EXPECT_TRUE(done.ok()) << done.status();
  }
  LotId Relabel(const std::string& unit, const std::string& number) {
    const absl::Time at = Tick();
    const auto done = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                               .lot = {.lot_id = Id(unit)},
                                               .from = LocationId("shelf"),
                                               .product = ProductId("bike"),
                                               .number = number,
                                               .occurred_at = at});
    EXPECT_TRUE(done.ok()) << done.status();
    return ids_[number] = done->lots[0].lot_id;
  }

  // "1 F1 1; 1 SALT 10 pooled": the tree of what is in the unit.
  std::string In(const std::string& unit, CompositionQuery query = {}) {
    query.company = world_.company();
    query.lot.lot_id = Id(unit);
    if (query.level_max == 0) query.level_max = 20;
    if (query.limit == 0) query.limit = 1000;
    const auto composition = GetComposition(world_.db(), query);
    if (!composition.ok()) return RefusalOf(composition.status());
    composition_ = *composition;
    std::vector<std::string> lines;
    for (const CompositionEntry& entry : composition->entries) {
      lines.push_back(absl::StrCat(entry.level, " ", entry.lot.number, " ",
                                   entry.quantity.ToString(), entry.exact ? "" : " pooled",
                                   entry.until.has_value() ? " former" : ""));
    }
    return absl::StrJoin(lines, "; ");
  }
  // "A certain; B possible": what a lot is in, without the lot itself.
  std::string Affected(const std::string& lot, bool include_former = false,
                       TraceDirection direction = TraceDirection::kDownstream,
                       absl::Time as_of = absl::InfiniteFuture(),
                       absl::Time known_at = absl::InfiniteFuture()) {
    TraceQuery query{.company = world_.company(), .direction = direction};
    query.seeds = {Id(lot)};
    query.depth_max = 100;
    query.node_limit = 1000;
    query.as_of = as_of;
    query.known_at = known_at;
    query.include_former = include_former;
    std::vector<std::string> lines;
    const auto summary = Trace(world_.db(), query, [&](const TracePiece& piece) {
      for (const TraceNode& node : piece.nodes) {
        if (node.depth == 0) continue;
        lines.push_back(absl::StrCat(
            node.number, node.certainty == Certainty::kCertain ? " certain" : " possible",
            node.former ? " former" : ""));
      }
    });
    EXPECT_TRUE(summary.ok()) << summary.status();
    return absl::StrJoin(lines, "; ");
  }
  // "anna A": the deliveries of what a lot is in.
  std::string Recipients(const std::string& lot, bool include_former = false) {
    RecipientReader reader({.company = world_.company(),
                            .seeds = {Id(lot)},
                            .show_returned = true,
                            .include_former = include_former});
    std::vector<std::string> lines;
    for (;;) {
      const auto recipients = reader.Next(world_.db());
      EXPECT_TRUE(recipients.ok()) << recipients.status();
      if (!recipients.ok() || !recipients->has_value()) break;
      for (const Recipient& one : **recipients) {
        lines.push_back(absl::StrCat(one.partner_id, " ", one.number, one.former ? " former" : ""));
      }
    }
    return absl::StrJoin(lines, "; ");
  }

  static constexpr absl::string_view kLots = "F1 F2 F3 BAD GOOD M1 M2 M3 SALT PAINT";
  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  std::map<std::string, LotId> ids_;
  TransformationId last_;
  Composition composition_;
};

}  // namespace lots
