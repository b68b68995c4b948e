// RecordInspection, GetInspection and ListInspections.
#include "storage/inspections/inspections.h"

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/lots/lots.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class InspectionsTest : public ::testing::Test {
 protected:
  InspectionsTest() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("salt", "L2");
    world_.CreateLot("bike", "S1");
    world_.MustRecord("RECEIPT L1 10 >stock");
    world_.MustRecord("RECEIPT S1 1 >stock");
  }
  ~InspectionsTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  // "L1 passed" an inspection.
  RecordInspectionCommand Inspecting(const std::vector<std::string>& inspections) {
    RecordInspectionCommand command{.context = world_.Context("RecordInspection"),
                                    .plan = "QP-7",
                                    .inspector = "ines",
                                    .inspected_at = world_.now() - absl::Minutes(5)};
    for (const std::string& text : inspections) {
      const size_t blank = text.find(' ');
      NewInspection inspection{.lot = {.lot_id = world_.IdOf(text.substr(0, blank))}};
      if (text.substr(blank + 1) == "failed") inspection.verdict = Verdict::kFailed;
      command.inspections.push_back(std::move(inspection));
    }
    return command;
  }
  RecordedInspections Record(const RecordInspectionCommand& command) {
    const auto recorded = RecordInspection(world_.db(), command);
    EXPECT_TRUE(recorded.ok()) << recorded.status();
    return recorded.ok() ? *recorded : RecordedInspections{};
  }
  std::string Answer(const RecordInspectionCommand& command) {
    return RefusalOf(RecordInspection(world_.db(), command).status());
  }
  std::string Move(const std::string& movement) {
    return ReasonOf(world_.Record({movement}).status());
  }
  // "QP-7 L1 PASSED" a line.
  std::vector<std::string> List(const std::string& filter, int page = 10) {
    ListInspectionsQuery query{.company = world_.company(), .filter = filter, .limit = page};
    std::vector<std::string> lines;
    while (true) {
      const auto found = ListInspections(world_.db(), query);
      EXPECT_TRUE(found.ok()) << filter << ": " << found.status();
      if (!found.ok()) return lines;
      for (const Inspection& one : *found) {
        lines.push_back(absl::StrCat(one.plan, " ", one.number, " ", Name(one.verdict)));
      }
      if (static_cast<int>(found->size()) < page) return lines;
      query.after = InspectionPosition{found->back().recorded_at, found->back().inspection_id};
    }
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(InspectionsTest, AnInspectionComesBackWhole) {
  RecordInspectionCommand command = Inspecting({"L1 passed"});
  NewInspection& inspection = command.inspections.front();
  inspection.note = "as agreed";
  inspection.results = {
      {.name = "viscosity",
       .value = Quantity::Parse("4.1").value(),
       .unit = "mPa.s",
       .lower_limit = Quantity::Parse("-3.5").value(),
       .upper_limit = Quantity::Parse("4.5").value(),
       .passed = true},
      {.name = "colour", .value = std::string("grey"), .passed = std::nullopt},
      {.name = "sealed", .value = true, .passed = true},
      {.name = "sampled on", .value = absl::CivilDay(2026, 3, 1)},
      {.name = "read at", .value = absl::FromUnixSeconds(1'700'000'000)},
      {.name = "smell", .passed = false},
  };
  inspection.documents = {
      {.type = "certificate", .title = "Analysis 4711", .url = "https://docs.example/4711"},
      {.url = "https://docs.example/photo"}};
  const InspectionId id = Record(command).inspections.front();

  const auto found = GetInspection(world_.db(), world_.company(), id);

  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->lot_id, world_.IdOf("L1"));
  EXPECT_EQ(found->product_id, ProductId("salt"));
  EXPECT_EQ(found->plan, "QP-7");
  EXPECT_EQ(found->verdict, Verdict::kPassed);
  EXPECT_EQ(found->inspector, "ines");
  EXPECT_EQ(found->inspected_at, command.inspected_at);
  EXPECT_EQ(found->actor, "tester");
  EXPECT_EQ(found->note, "as agreed");
  ASSERT_THAT(found->results, SizeIs(6));
  for (size_t i = 0; i < 6; ++i) {
    const InspectionResult& given = inspection.results[i];
    const InspectionResult& read = found->results[i];
    EXPECT_EQ(read.name, given.name);
    EXPECT_EQ(read.value, given.value) << given.name;
    EXPECT_EQ(read.unit, given.unit);
    EXPECT_EQ(read.lower_limit, given.lower_limit);
    EXPECT_EQ(read.upper_limit, given.upper_limit);
    EXPECT_EQ(read.passed, given.passed) << given.name;
  }
  ASSERT_THAT(found->documents, SizeIs(2));
  EXPECT_EQ(found->documents[0].type, "certificate");
  EXPECT_EQ(found->documents[0].title, "Analysis 4711");
  EXPECT_EQ(found->documents[1].url, "https://docs.example/photo");
}

TEST_F(InspectionsTest, WhatFailedIsHeldWhenThatIsAsked) {
  RecordInspectionCommand command = Inspecting({"L1 failed", "L2 passed", "S1 failed"});
  ASSERT_THAT(Record(command).placed, IsEmpty());
  EXPECT_EQ(Move("TRANSFER L1 1 stock>yard"), "OK");

  command = Inspecting({"L1 failed", "L2 passed", "S1 failed"});
  command.hold_failed = HoldTerms{.reason = "failed inspection QP-7",
                                  .exempt_location_ids = {LocationId("yard")},
                                  .case_id = "CAPA-7"};
  const RecordedInspections recorded = Record(command);

  ASSERT_THAT(recorded.placed, SizeIs(2));
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");
  EXPECT_EQ(Move("TRANSFER L1 1 stock>yard"), "OK");
  EXPECT_EQ(Move("DELIVERY S1 1 stock>"), "LOT_HELD");
  EXPECT_THAT(HoldsOn(world_.db(), world_.company(), world_.IdOf("L2")), IsEmpty());
  const LotHold hold = GetHold(world_.db(), world_.company(), recorded.placed[0]).value();
  EXPECT_EQ(hold.hold.lot_id, world_.IdOf("L1"));
  EXPECT_EQ(hold.hold.case_id, "CAPA-7");
  EXPECT_EQ(GetInspection(world_.db(), world_.company(), recorded.inspections[0]).value().hold_id,
            recorded.placed[0]);
}

TEST_F(InspectionsTest, WhatPassedAndWaitedIsFreeWhenThatIsAsked) {
  world_.Execute("UPDATE products SET hold_on_receipt = true WHERE product_id = 'salt'");
  world_.MustRecord("RECEIPT L1 5 >stock");
  world_.MustRecord("RECEIPT L2 5 >stock");
  ASSERT_THAT(Record(Inspecting({"L1 passed"})).released, IsEmpty());
  ASSERT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");

  RecordInspectionCommand command = Inspecting({"L1 passed", "L2 failed", "S1 passed"});
  command.release_passed = true;
  const RecordedInspections recorded = Record(command);

  ASSERT_THAT(recorded.released, SizeIs(1));
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
  EXPECT_EQ(Move("DELIVERY L2 1 stock>"), "LOT_HELD");
  const Hold ended = GetHold(world_.db(), world_.company(), recorded.released[0]).value().hold;
  EXPECT_EQ(ended.release_note, "passed inspection QP-7");
  EXPECT_EQ(ended.released_by, "tester");
}

TEST_F(InspectionsTest, OtherHoldsStay) {
  HoldLotsCommand hold{.context = world_.Context("HoldLots"), .reason = "recount"};
  hold.targets.push_back({.lot = {.lot_id = world_.IdOf("L1")}});
  ASSERT_TRUE(HoldLots(world_.db(), hold).ok());
  RecordInspectionCommand command = Inspecting({"L1 passed"});
  command.release_passed = true;

  EXPECT_THAT(Record(command).released, IsEmpty());
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");
}

TEST_F(InspectionsTest, EveryProblemIsSaidAndNothingIsWritten) {
  world_.SetState(world_.IdOf("L2"), LotState::kVoid);
  RecordInspectionCommand command =
      Inspecting({"L1 failed", "L2 passed", "L1 passed", "S1 passed"});
  command.inspections[3].lot = {.lot_id = LotId(Uuid::MakeV7())};
  command.hold_failed =
      HoldTerms{.reason = "bad", .exempt_location_ids = {LocationId("yard"), LocationId("moon")}};

  EXPECT_EQ(Answer(command),
            "LOT_VOID inspections[1].lot; DUPLICATE_IN_REQUEST inspections[2]; "
            "LOT_NOT_FOUND inspections[3].lot; "
            "LOCATION_NOT_FOUND failed_hold.exempt_location_ids[1]");
  EXPECT_THAT(List(""), IsEmpty());
  EXPECT_THAT(HoldsOn(world_.db(), world_.company(), world_.IdOf("L1")), IsEmpty());
}

TEST_F(InspectionsTest, ARepeatIsAnsweredAsTheFirstCall) {
  world_.Execute("UPDATE products SET hold_on_receipt = true WHERE product_id = 'salt'");
  world_.MustRecord("RECEIPT L2 5 >stock");
  RecordInspectionCommand command = Inspecting({"L1 failed", "L2 passed"});
  command.context = world_.Context("RecordInspection", "inspection-1");
  command.hold_failed = HoldTerms{.reason = "bad"};
  command.release_passed = true;
  const RecordedInspections first = Record(command);

  const RecordedInspections again = Record(command);

  EXPECT_EQ(again.inspections, first.inspections);
  EXPECT_EQ(again.placed, first.placed);
  EXPECT_EQ(again.released, first.released);
  EXPECT_THAT(first.placed, SizeIs(1));
  EXPECT_THAT(first.released, SizeIs(1));
  EXPECT_THAT(List(""), SizeIs(2));
}

TEST_F(InspectionsTest, AnInspectionStandsInTheHistoryOfItsLot) {
  RecordInspectionCommand command = Inspecting({"L1 failed"});
  command.hold_failed = HoldTerms{.reason = "bad"};
  // With a clock that is behind, too.
  command.context.now -= absl::Seconds(30);
  Record(command);

  EXPECT_THAT(world_.History(world_.IdOf("L1")),
              ElementsAre(HasSubstr("CREATED"), HasSubstr("RECEIPT"), HasSubstr("INSPECTED"),
                          HasSubstr("HELD")));
}

TEST_F(InspectionsTest, AnInspectedLotIsNotDeleted) {
  Record(Inspecting({"L2 passed"}));
  const absl::Status refused = DeleteLot(world_.db(), world_.LotCommandFor(world_.IdOf("L2")));
  EXPECT_EQ(ReasonOf(refused), "LOT_IN_USE");
  EXPECT_EQ(FactOf(refused, "what"), "inspections");
}

TEST_F(InspectionsTest, ListsFilterAndPage) {
  RecordInspectionCommand first = Inspecting({"L1 failed"});
  first.inspections[0].results = {{.name = "viscosity", .passed = false},
                                  {.name = "colour", .passed = true}};
  Record(first);
  world_.set_now(world_.now() + absl::Hours(1));
  RecordInspectionCommand second = Inspecting({"S1 passed"});
  second.plan = "QP-8";
  second.inspector = "otto";
  Record(second);
  world_.set_now(world_.now() + absl::Hours(1));
  Record(Inspecting({"L1 passed"}));

  const struct {
    std::string filter;
    std::vector<std::string> lines;
  } kCases[] = {
      {"", {"QP-7 L1 PASSED", "QP-8 S1 PASSED", "QP-7 L1 FAILED"}},
      {"plan = \"QP-8\"", {"QP-8 S1 PASSED"}},
      {"verdict = FAILED", {"QP-7 L1 FAILED"}},
      {"verdict = VERDICT_PASSED AND product_id = salt", {"QP-7 L1 PASSED"}},
      {"inspector = otto", {"QP-8 S1 PASSED"}},
      {"failed_result = viscosity", {"QP-7 L1 FAILED"}},
      {"failed_result = colour", {}},
      {absl::StrCat("lot_id = \"", world_.IdOf("L1").value().ToString(), "\""),
       {"QP-7 L1 PASSED", "QP-7 L1 FAILED"}},
      {"inspect_time < 2000-01-01", {}},
      {"record_time > 2000-01-01 AND plan = \"QP-8\"", {"QP-8 S1 PASSED"}},
  };
  for (const auto& one : kCases) EXPECT_EQ(List(one.filter), one.lines) << one.filter;
  EXPECT_EQ(List("", 1), kCases[0].lines);
  EXPECT_EQ(List("", 2), kCases[0].lines);
}

TEST_F(InspectionsTest, WhatDoesNotExistIsRefused) {
  const auto list = [&](const std::string& filter, const char* company) {
    return ReasonOf(
        ListInspections(world_.db(), {.company = CompanyId(company), .filter = filter, .limit = 1})
            .status());
  };
  EXPECT_EQ(list("", "nobody"), "COMPANY_NOT_FOUND");
  EXPECT_EQ(list("product_id = gold", "acme"), "PRODUCT_NOT_FOUND");
  EXPECT_EQ(list("colour = red", "acme"), "FILTER_INVALID");
  EXPECT_EQ(
      ReasonOf(GetInspection(world_.db(), world_.company(), InspectionId(Uuid::MakeV7())).status()),
      "INSPECTION_NOT_FOUND");
}

TEST_F(InspectionsTest, TenThousandUnitsAreOneCall) {
  std::vector<std::string> numbers;
  for (int i = 0; i < 10'000; ++i) numbers.push_back(absl::StrCat("B", i));
  const std::vector<LotId> units = world_.CreateLots("bike", numbers);
  RecordInspectionCommand command{.context = world_.Context("RecordInspection"),
                                  .inspector = "line 3",
                                  .inspected_at = world_.now(),
                                  .hold_failed = HoldTerms{.reason = "torque"}};
  for (size_t i = 0; i < units.size(); ++i) {
    command.inspections.push_back({.lot = {.lot_id = units[i]},
                                   .verdict = i % 100 == 0 ? Verdict::kFailed : Verdict::kPassed,
                                   .results = {{.name = "torque",
                                                .value = Quantity::FromUnits(40),
                                                .unit = "N.m",
                                                .passed = i % 100 != 0}}});
  }

  const RecordedInspections recorded = Record(command);

  EXPECT_THAT(recorded.inspections, SizeIs(10'000));
  EXPECT_THAT(recorded.placed, SizeIs(100));
}

// Deliveries of one lot by several workers, and an inspection that holds it in the middle: whoever
// begins afterwards is refused.
TEST_F(InspectionsTest, NoMovementSlipsPastAnInspectionThatHolds) {
  constexpr int kWorkers = 6;
  world_.MustRecord("RECEIPT L1 100000 >stock");
  std::atomic<int> moved = 0;
  std::atomic<int> refused = 0;
  std::atomic<bool> is_held = false;
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      World own(world_, database_.Connect());
      while (absl::Now() < deadline) {
        const bool was_held = is_held;
        const std::string answer = ReasonOf(own.Record({"DELIVERY L1 1 stock>"}).status());
        if (answer == "OK") {
          EXPECT_FALSE(was_held);
          ++moved;
          continue;
        }
        EXPECT_EQ(answer, "LOT_HELD");
        ++refused;
        return;
      }
    });
  }
  threads.emplace_back([&] {
    World own(world_, database_.Connect());
    while (moved < 20 && absl::Now() < deadline) std::this_thread::yield();
    RecordInspectionCommand command = Inspecting({"L1 failed"});
    command.hold_failed = HoldTerms{.reason = "bad"};
    const auto recorded = RecordInspection(own.db(), command);
    EXPECT_TRUE(recorded.ok()) << recorded.status();
    is_held = true;
  });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(refused, kWorkers);
}

}  // namespace
}  // namespace lots
