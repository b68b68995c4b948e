// Reads and lists where lots are, for the tests of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/whereabouts.h"
#include "storage/lots/lists/list.h"
#include "storage/stock/stock.h"
#include "storage/whereabouts/whereabouts.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/base/must.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {

inline constexpr Whereabouts kEveryWhereabouts[] = {
    Whereabouts::kNeverMoved, Whereabouts::kInStock,      Whereabouts::kIssued,
    Whereabouts::kBuiltIn,    Whereabouts::kConsumed,     Whereabouts::kWithCustomer,
    Whereabouts::kAtSupplier, Whereabouts::kScrapped,     Whereabouts::kTakenApart,
    Whereabouts::kReshaped,   Whereabouts::kAdjustedAway,
};

// A lot and its states, "IN_STOCK CONSUMED".
struct Expected {
  std::string product;
  std::string number;
  std::string states;
};

// Reads where lots are. Each test ends with a look at the whole ledger.
class WhereaboutsCalls : public testing::Test {
 protected:
  ~WhereaboutsCalls() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), testing::IsEmpty());
  }

  LotWhereabouts Read(const LotId& lot) {
    return Must(ReadWhereabouts(world_.db(), world_.company(), {lot})).at(lot);
  }
  std::string States(const LotId& lot) { return StatesOf(Read(lot).states); }
  static std::string StatesOf(const std::vector<Whereabouts>& states) {
    return absl::StrJoin(states, " ", [](std::string* out, Whereabouts state) {
      absl::StrAppend(out, Name(state));
    });
  }
  // "bike/B WITH_CUSTOMER anna at shop"; "none".
  static std::string Shown(const std::optional<RelatedUnit>& unit) {
    if (!unit.has_value()) return "none";
    return absl::StrCat(unit->product_id.value(), "/", unit->number, " ", StatesOf(unit->states),
                        Shown(unit->position));
  }
  static std::string Shown(const std::optional<SerialPosition>& position) {
    if (!position.has_value()) return "";
    return absl::StrCat(" ", position->partner_id, " at ", position->location_id.value());
  }

  std::string Filtered(const std::string& filter, int page = 1000) {
    return absl::StrJoin(world_.List({.filter = filter, .show_archived = true}, "number", page),
                         " ");
  }
  std::string Refusal(const std::string& filter) {
    const ListLotsQuery query{
        .query = {.company = world_.company(), .filter = filter}, .limit = 10, .now = world_.now()};
    const absl::Status status = ListLots(world_.db(), query).status();
    return absl::StrCat(RefusalOf(status), " ", status.message());
  }

  // Every lot of the company is expected: the reader and the filter must agree on each.
  void ExpectStates(std::vector<Expected> lots) {
    absl::c_sort(lots, [](const Expected& a, const Expected& b) { return a.number < b.number; });
    for (const Expected& lot : lots) {
      EXPECT_EQ(States(world_.IdOf(lot.product, lot.number)), lot.states) << lot.number;
    }
    for (const Whereabouts state : kEveryWhereabouts) {
      std::vector<std::string> in, out;
      for (const Expected& lot : lots) {
        const std::vector<std::string> states = absl::StrSplit(lot.states, ' ');
        (absl::c_linear_search(states, Name(state)) ? in : out).push_back(lot.number);
      }
      SCOPED_TRACE(Name(state));
      EXPECT_EQ(Filtered(absl::StrCat("whereabouts = ", Name(state))), absl::StrJoin(in, " "));
      EXPECT_EQ(Filtered(absl::StrCat("whereabouts != ", Name(state))), absl::StrJoin(out, " "));
    }
  }

  LotId Serial(absl::string_view number) { return world_.CreateLot("motor", number, "1"); }
  LotId Moved(absl::string_view number, MovementKind kind, absl::string_view to) {
    const LotId lot = Serial(number);
    world_.Move(kind, lot, "1", "stock", to);
    return lot;
  }
  // One unit of an order of its own, in shelf. The first components are exact.
  LotId Make(absl::string_view product, absl::string_view number, const std::vector<LotId>& exact,
             const std::vector<LotId>& pooled = {}, absl::string_view from = "stock") {
    CompletionCommand command =
        world_.CompleteCommand(absl::StrCat("make-", number, "-", ++orders_), product);
    command.source = LocationId(std::string(from));
    command.outputs = {Output(number)};
    for (const LotId& lot : exact) command.components.push_back(Component(lot, "", 0));
    for (const LotId& lot : pooled) command.components.push_back(Component(lot));
    const Completion made = Must(CompleteWorkOrder(world_.db(), command));
    completion_ = made.transformation_id;
    return made.outputs[0].lot_id;
  }
  LotId Relabel(const LotId& lot, const std::string& number) {
    const RelabelLotCommand command{.context = world_.Context("RelabelLot"),
                                    .lot = {.lot_id = lot},
                                    .from = LocationId("shelf"),
                                    .number = number,
                                    .occurred_at = world_.now()};
    return Must(RelabelLot(world_.db(), command)).lots[0].lot_id;
  }
  Disassembly TakeApart(const LotId& unit) {
    return Must(Disassemble(world_.db(), world_.DisassembleCommand(unit)));
  }
  void Undo(const TransformationId& transformation) {
    Must(ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation)));
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  TransformationId completion_;  // of the last Make
  int orders_ = 0;
};

}  // namespace lots
