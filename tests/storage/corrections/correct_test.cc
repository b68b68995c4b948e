// CorrectGenealogy: links and stock after a correction, at every time; refusals; taking it back.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/genealogy/questions/transformation.h"
#include "storage/genealogy/trace.h"
#include "storage/pg/dry_run.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// W1 made bikes A and B: frames F1 and F2 went into one each, and 4 of SALT into both as a whole.
// F3 and 10 of SUGAR are in stock. An hour later somebody looks at it.
class CorrectTest : public ::testing::Test {
 protected:
  CorrectTest() {
    f1_ = world_.CreateLot("frame", "F1", "1");
    f2_ = world_.CreateLot("frame", "F2", "1");
    f3_ = world_.CreateLot("frame", "F3", "1");
    salt_ = world_.CreateLot("salt", "SALT", "10");
    sugar_ = world_.CreateLot("salt", "SUGAR", "10");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output("A"), Output("B")};
    command.components = {Component(f1_, "", 0), Component(f2_, "", 1), Component(salt_, "4")};
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    completion_ = made->transformation_id;
    a_ = made->outputs[0].lot_id;
    b_ = made->outputs[1].lot_id;
    // As the database keeps it.
    made_at_ = absl::FromUnixMicros(absl::ToUnixMicros(world_.now()));
    world_.set_now(made_at_ + absl::Hours(1));
  }
  ~CorrectTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  static WrongComponent Wrong(const LotId& lot, std::optional<LotId> unit = std::nullopt,
                              absl::string_view quantity = "", absl::string_view to = "") {
    WrongComponent wrong{
        .lot = {.lot_id = lot}, .quantity = OptionalQuantity(quantity), .unit = {}, .to = {}};
    if (unit.has_value()) wrong.unit = LotRef{.lot_id = unit};
    if (!to.empty()) wrong.to = LocationId(std::string(to));
    return wrong;
  }
  static RightComponent Right(const LotId& lot, std::optional<LotId> unit = std::nullopt,
                              absl::string_view quantity = "", absl::string_view from = "") {
    RightComponent right{
        .lot = {.lot_id = lot}, .quantity = OptionalQuantity(quantity), .from = {}, .unit = {}};
    if (unit.has_value()) right.unit = LotRef{.lot_id = unit};
    if (!from.empty()) right.from = LocationId(std::string(from));
    return right;
  }
  CorrectGenealogyCommand Command(std::vector<CorrectionLine> lines) {
    return {.context = world_.Context("CorrectGenealogy"),
            .transformation_id = completion_,
            .reason = "scanned the wrong label",
            .lines = std::move(lines),
            .accept = {}};
  }
  // The refusal; "OK" when there is none.
  std::string Run(const CorrectGenealogyCommand& command) {
    const auto corrected = CorrectGenealogy(world_.db(), command);
    if (corrected.ok()) last_ = corrected->transformation_id;
    return RefusalOf(corrected.status());
  }
  std::string Correct(std::vector<CorrectionLine> lines) { return Run(Command(std::move(lines))); }
  std::string Reverse(const TransformationId& transformation) {
    return RefusalOf(
        ReverseTransformation(world_.db(), world_.ReverseCompletionCommand(transformation))
            .status());
  }
  // What a lot was made of, by number: "A F1 SALT".
  std::string MadeOf(const LotId& lot, absl::Time known_at = absl::InfiniteFuture(),
                     absl::Time as_of = absl::InfiniteFuture()) {
    std::vector<std::string> numbers;
    TraceQuery query{.company = world_.company(), .direction = TraceDirection::kUpstream};
    query.seeds = {lot};
    query.depth_max = kTraceDepthMax;
    query.node_limit = kTraceNodesMax;
    query.known_at = known_at;
    query.as_of = as_of;
    const auto summary = Trace(world_.db(), query, [&](const TracePiece& piece) {
      for (const TraceNode& node : piece.nodes) numbers.push_back(node.number);
    });
    EXPECT_TRUE(summary.ok()) << summary.status();
    std::sort(numbers.begin(), numbers.end());
    return absl::StrJoin(numbers, " ");
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId f1_, f2_, f3_, salt_, sugar_, a_, b_;
  TransformationId completion_, last_;
  absl::Time made_at_;
};

TEST_F(CorrectTest, AnotherComponentWentIn) {
  world_.Move(MovementKind::kDelivery, a_, "", "shelf", "shop");

  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");

  EXPECT_EQ(MadeOf(a_), "A F3 SALT");
  EXPECT_EQ(MadeOf(b_), "B F2 SALT");
  EXPECT_EQ(MadeOf(a_, absl::InfiniteFuture(), made_at_), "A F3 SALT");
  EXPECT_EQ(MadeOf(a_, world_.now() - absl::Minutes(1)), "A F1 SALT");
  EXPECT_EQ(world_.Where(f1_), "stock 1");
  EXPECT_EQ(world_.Where(f3_), "");
  EXPECT_EQ(world_.Where(a_), "shop 1");
}

// Not even formerly.
TEST_F(CorrectTest, WhatIsWrongNeverWentIntoTheUnit) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  std::vector<std::string> numbers;
  TraceQuery query{.company = world_.company(), .direction = TraceDirection::kDownstream};
  query.seeds = {f1_};
  query.depth_max = kTraceDepthMax;
  query.node_limit = kTraceNodesMax;
  query.include_former = true;
  const auto summary = Trace(world_.db(), query, [&](const TracePiece& piece) {
    for (const TraceNode& node : piece.nodes) numbers.push_back(node.number);
  });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(numbers, std::vector<std::string>{"F1"});
}

TEST_F(CorrectTest, AComponentWasNeverInIt) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_, "", "SCRAP"), std::nullopt}}), "OK");
  EXPECT_EQ(MadeOf(a_), "A SALT");
  EXPECT_EQ(world_.Where(f1_), "SCRAP 1");
}

TEST_F(CorrectTest, AForgottenComponentIsExactOrPooled) {
  EXPECT_EQ(
      Correct({{std::nullopt, Right(f3_, a_)}, {std::nullopt, Right(sugar_, {}, "2", "stock")}}),
      "OK");
  EXPECT_EQ(MadeOf(a_), "A F1 F3 SALT SUGAR");
  EXPECT_EQ(MadeOf(b_), "B F2 SALT SUGAR");
  EXPECT_EQ(world_.Where(sugar_), "stock 8");
}

TEST_F(CorrectTest, APartOfWhatIsPooledIsReplaced) {
  EXPECT_EQ(Correct({{Wrong(salt_, {}, "1.5"), Right(sugar_)}}), "OK");
  EXPECT_EQ(MadeOf(a_), "A F1 SALT SUGAR");
  EXPECT_EQ(world_.Where(salt_), "stock 7.5");
  EXPECT_EQ(world_.Where(sugar_), "stock 8.5");
  EXPECT_EQ(Correct({{Wrong(salt_), std::nullopt}}), "OK");
  EXPECT_EQ(MadeOf(a_), "A F1 SUGAR");
  EXPECT_EQ(world_.Where(salt_), "stock 10");
}

TEST_F(CorrectTest, TwoUnitsSwapTheirComponents) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f2_)}, {Wrong(f2_, b_), Right(f1_)}}), "OK");
  EXPECT_EQ(MadeOf(a_), "A F2 SALT");
  EXPECT_EQ(MadeOf(b_), "B F1 SALT");
  EXPECT_EQ(world_.Where(f1_), "");
  EXPECT_EQ(world_.Where(f2_), "");
}

// It is consumed from where it is now, although the unit was made before it came there.
TEST_F(CorrectTest, ASerialMayHaveMovedSince) {
  world_.Move(MovementKind::kTransfer, f3_, "", "stock", "yard");
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  EXPECT_EQ(world_.Where(f3_), "");
  EXPECT_EQ(MadeOf(a_, absl::InfiniteFuture(), made_at_), "A F3 SALT");
}

TEST_F(CorrectTest, ARelabelledUnitIsNamedByAnyOfItsNumbers) {
  const auto renamed = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                                .lot = {.lot_id = a_},
                                                .from = LocationId("shelf"),
                                                .product = {},
                                                .number = "A-2",
                                                .occurred_at = world_.now()});
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  const LotId now = renamed->lots[0].lot_id;
  EXPECT_EQ(Correct({{Wrong(f1_, now), Right(f3_)}}), "OK");
  EXPECT_EQ(MadeOf(now), "A A-2 F3 SALT");
}

TEST_F(CorrectTest, AShortageMayBeAccepted) {
  const LotId rare = world_.CreateLot("salt", "RARE");
  CorrectGenealogyCommand command = Command({{std::nullopt, Right(rare, {}, "2", "stock")}});
  EXPECT_EQ(Run(command), "NOT_ENOUGH lines[0].right.quantity");
  command.accept.shortage = true;
  const auto corrected = CorrectGenealogy(world_.db(), command);
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->adjustments.size(), 1u);
  EXPECT_EQ(world_.Where(rare), "");
  const auto repeat = CorrectGenealogy(world_.db(), command);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->transformation_id, corrected->transformation_id);
  EXPECT_EQ(repeat->adjustments, corrected->adjustments);
}

TEST_F(CorrectTest, ARepeatChangesNothing) {
  const CorrectGenealogyCommand command = Command({{Wrong(f1_, a_), Right(f3_)}});
  EXPECT_EQ(Run(command), "OK");
  const TransformationId first = last_;
  EXPECT_EQ(Run(command), "OK");
  EXPECT_EQ(last_, first);
  EXPECT_EQ(world_.Where(f1_), "stock 1");
}

TEST_F(CorrectTest, ADryRunWritesNothing) {
  const std::string before = database_.AllRows();
  {
    const pg::DryRun dry_run(world_.db());
    EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  }
  EXPECT_EQ(database_.AllRows(), before);
}

TEST_F(CorrectTest, RefusalsLeaveNothingBehind) {
  const LotId planned = world_.Assign("W9", "bike", {"P"})[0];
  const LotId gone = world_.CreateLot("salt", "GONE");
  world_.SetState(gone, LotState::kVoid);
  const LotId old = world_.CreateLot("salt", "OLD", "1");
  world_.SetState(old, LotState::kArchived);
  const LotId unknown(Uuid::MakeV7());
  const struct {
    std::vector<CorrectionLine> lines;
    std::string refusal;
  } kCases[] = {
      {{{std::nullopt, std::nullopt}}, "FIELD_INVALID lines[0]"},
      {{{Wrong(f3_, a_), std::nullopt}}, "NOT_A_COMPONENT lines[0].wrong"},
      {{{Wrong(f1_, b_), std::nullopt}}, "NOT_A_COMPONENT lines[0].wrong"},
      {{{Wrong(f1_), std::nullopt}}, "NOT_A_COMPONENT lines[0].wrong"},
      {{{Wrong(salt_, {}, "4.001"), std::nullopt}}, "NOT_A_COMPONENT lines[0].wrong"},
      {{{Wrong(salt_, {}, "3"), std::nullopt}, {Wrong(salt_, {}, "2"), std::nullopt}},
       "NOT_A_COMPONENT lines[1].wrong"},
      {{{Wrong(unknown, a_), std::nullopt}}, "LOT_NOT_FOUND lines[0].wrong.lot"},
      {{{Wrong(f1_, unknown), std::nullopt}}, "LOT_NOT_FOUND lines[0].wrong.unit"},
      {{{Wrong(f1_, f2_), std::nullopt}}, "UNIT_NOT_CORRECTABLE lines[0].wrong.unit"},
      {{{Wrong(f1_, a_, "", "shop"), std::nullopt}},
       "LOCATION_KIND_MISMATCH lines[0].wrong.to_location_id"},
      {{{std::nullopt, Right(unknown, a_)}}, "LOT_NOT_FOUND lines[0].right.lot"},
      {{{std::nullopt, Right(f2_, a_, "", "stock")}},
       "SERIAL_NOT_THERE lines[0].right.from_location_id"},
      {{{std::nullopt, Right(f2_, a_)}}, "FIELD_INVALID lines[0].right.from_location_id"},
      {{{std::nullopt, Right(f3_, a_)}, {std::nullopt, Right(f3_, b_)}},
       "DUPLICATE_IN_REQUEST lines[1].right.lot"},
      {{{std::nullopt, Right(sugar_, a_, "", "stock")}}, "FIELD_INVALID lines[0].right.quantity"},
      {{{std::nullopt, Right(sugar_, a_, "1")}}, "FIELD_INVALID lines[0].right.from_location_id"},
      {{{std::nullopt, Right(sugar_, a_, "11", "stock")}}, "NOT_ENOUGH lines[0].right.quantity"},
      {{{std::nullopt, Right(sugar_, a_, "0.0001", "stock")}},
       "QUANTITY_SCALE lines[0].right.quantity"},
      {{{std::nullopt, Right(a_, a_)}}, "FIELD_INVALID lines[0].right.lot"},
      {{{std::nullopt, Right(gone, a_, "1", "stock")}},
       "LOT_VOID lines[0].right.lot; NOT_ENOUGH lines[0].right.quantity"},
      {{{std::nullopt, Right(old, a_, "1", "stock")}}, "LOT_ARCHIVED lines[0].right.lot"},
      {{{std::nullopt, Right(planned, a_, "", "stock")}},
       "LOT_PLANNED lines[0].right.lot; SERIAL_NOT_THERE lines[0].right.from_location_id"},
  };
  const std::string before = database_.AllRows();
  for (const auto& each : kCases) EXPECT_EQ(Correct(each.lines), each.refusal);
  EXPECT_EQ(database_.AllRows(), before);
}

TEST_F(CorrectTest, ARefusalSaysWhetherTheUnitIsToBeNamed) {
  const auto message = [&](const LotId& lot, std::optional<LotId> unit) {
    const auto done = CorrectGenealogy(world_.db(), Command({{Wrong(lot, unit), std::nullopt}}));
    return std::string(done.status().message());
  };
  EXPECT_THAT(message(f1_, std::nullopt), HasSubstr("give that one as `unit`"));
  EXPECT_THAT(message(f1_, b_), HasSubstr("it is in another unit"));
  EXPECT_THAT(message(salt_, a_), HasSubstr("leave out `unit`"));
  EXPECT_THAT(message(f3_, a_), Not(HasSubstr("`unit`")));
}

TEST_F(CorrectTest, OnlyWhatIsInEffectIsCorrected) {
  CorrectGenealogyCommand command = Command({{Wrong(f1_, a_), Right(f3_)}});
  command.transformation_id = TransformationId(Uuid::MakeV7());
  EXPECT_EQ(Run(command), "TRANSFORMATION_NOT_FOUND transformation_id");
  // A correction is corrected by another one of the completion.
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  command = Command({{Wrong(f3_, a_), Right(f1_)}});
  command.transformation_id = last_;
  EXPECT_EQ(Run(command), "TRANSFORMATION_NOT_CORRECTABLE transformation_id");
  EXPECT_EQ(Correct({{Wrong(f3_, a_), Right(f1_)}}), "OK");
  EXPECT_EQ(MadeOf(a_), "A F1 SALT");

  EXPECT_EQ(Reverse(completion_), "OK");
  EXPECT_EQ(Correct({{Wrong(f1_, a_), std::nullopt}}),
            "TRANSFORMATION_NOT_CORRECTABLE transformation_id");
}

TEST_F(CorrectTest, AUnitThatWasTakenApartIsNotCorrected) {
  ASSERT_TRUE(Disassemble(world_.db(), world_.DisassembleCommand(a_)).ok());
  EXPECT_EQ(Correct({{Wrong(f1_, a_), std::nullopt}}), "UNIT_NOT_CORRECTABLE lines[0].wrong.unit");
  EXPECT_EQ(Correct({{std::nullopt, Right(f3_, a_)}}), "UNIT_NOT_CORRECTABLE lines[0].right.unit");
  // A forgotten pooled component was in both of them, and is in the other one.
  EXPECT_EQ(Correct({{std::nullopt, Right(sugar_, {}, "1", "stock")}}), "OK");
  EXPECT_EQ(MadeOf(b_), "B F2 SALT SUGAR");
  EXPECT_EQ(MadeOf(a_), "A");
}

TEST_F(CorrectTest, ACorrectedUnitComesApartIntoWhatWasInIt) {
  EXPECT_EQ(
      Correct({{Wrong(f1_, a_), Right(f3_)}, {std::nullopt, Right(sugar_, {}, "2", "stock")}}),
      "OK");
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.components = {{.lot = {.lot_id = sugar_}, .quantity = Q("1"), .to = {}}};
  const auto apart = Disassemble(world_.db(), command);
  ASSERT_TRUE(apart.ok()) << apart.status();
  EXPECT_EQ(world_.Where(f3_), "stock 1");
  EXPECT_EQ(world_.Where(f1_), "stock 1");
  EXPECT_EQ(world_.Where(sugar_), "stock 9");
  // The correction has a link that ended.
  EXPECT_EQ(Reverse(last_),
            "RESULT_USED transformation_id; UNIT_NOT_CORRECTABLE transformation_id");
}

TEST_F(CorrectTest, ACorrectionIsTakenBackOnce) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}, {Wrong(salt_, {}, "1"), Right(sugar_)}}), "OK");
  const TransformationId correction = last_;
  EXPECT_EQ(Reverse(correction), "OK");
  EXPECT_EQ(MadeOf(a_), "A F1 SALT");
  EXPECT_EQ(world_.Where(f1_), "");
  EXPECT_EQ(world_.Where(f3_), "stock 1");
  EXPECT_EQ(world_.Where(salt_), "stock 6");
  EXPECT_EQ(world_.Where(sugar_), "stock 10");
  EXPECT_EQ(Reverse(correction), "ALREADY_REVERSED transformation_id");
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
}

TEST_F(CorrectTest, NotWhileWhatCameBackIsUsedElsewhere) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  world_.Move(MovementKind::kTransfer, f1_, "", "stock", "yard");
  EXPECT_EQ(Reverse(last_), "RESULT_USED transformation_id");
}

TEST_F(CorrectTest, TheReversalOfTheCompletionGivesBackWhatWasReallyUsed) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  EXPECT_EQ(Correct({{Wrong(salt_, {}, "1"), Right(sugar_)}}), "OK");
  const TransformationId second = last_;
  // The wrong frame has gone its way.
  world_.Move(MovementKind::kTransfer, f1_, "", "stock", "yard");

  EXPECT_EQ(Reverse(completion_), "OK");

  EXPECT_EQ(world_.Where(f1_), "yard 1");
  EXPECT_EQ(world_.Where(f2_), "stock 1");
  EXPECT_EQ(world_.Where(f3_), "stock 1");
  EXPECT_EQ(world_.Where(salt_), "stock 10");
  EXPECT_EQ(world_.Where(sugar_), "stock 10");
  EXPECT_EQ(MadeOf(a_), "A");
  EXPECT_EQ(Reverse(second), "ALREADY_REVERSED transformation_id");
}

TEST_F(CorrectTest, AnArchivedLotComesBackToLife) {
  world_.SetState(salt_, LotState::kArchived);
  const auto corrected =
      CorrectGenealogy(world_.db(), Command({{Wrong(salt_, {}, "1"), std::nullopt}}));
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->unarchived, std::vector<LotId>{salt_});
  EXPECT_EQ(world_.StateOf(salt_), "ACTIVE");
}

TEST_F(CorrectTest, TheHistoryOfEveryLotSaysIt) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  EXPECT_THAT(world_.History(a_),
              Contains(HasSubstr("CORRECTED W1 component: F1 >  component:  > F3")));
  EXPECT_THAT(world_.History(f1_), Contains(HasSubstr("unit: A > ")));
  EXPECT_THAT(world_.History(f3_), Contains(HasSubstr("unit:  > A")));
}

TEST_F(CorrectTest, GetTransformationShowsBoth) {
  EXPECT_EQ(Correct({{Wrong(f1_, a_), Right(f3_)}}), "OK");
  const auto completion = GetTransformation(world_.db(), world_.company(), completion_);
  ASSERT_TRUE(completion.ok()) << completion.status();
  ASSERT_EQ(completion->corrections.size(), 1u);
  EXPECT_EQ(completion->corrections[0].transformation_id, last_);
  EXPECT_EQ(completion->corrections[0].note, "scanned the wrong label");
  ASSERT_EQ(completion->inputs.size(), 3u);
  EXPECT_EQ(completion->inputs[0].lot.number, "F1");
  EXPECT_EQ(completion->inputs[0].output->number, "A");
  EXPECT_EQ(completion->inputs[0].remaining, Q("0"));
  EXPECT_EQ(completion->inputs[2].remaining, Q("4"));
  EXPECT_EQ(completion->output_count, 2);

  const auto correction = GetTransformation(world_.db(), world_.company(), last_);
  ASSERT_TRUE(correction.ok()) << correction.status();
  EXPECT_EQ(correction->transformation.kind, TransformationKind::kCorrection);
  EXPECT_EQ(correction->transformation.occurred_at, made_at_);
  EXPECT_EQ(correction->corrects, completion_);
  ASSERT_EQ(correction->outputs.size(), 2u);
  EXPECT_EQ(correction->outputs[0].role, OutputRole::kMaintained);
  EXPECT_EQ(correction->outputs[1].role, OutputRole::kReturnedComponent);
  EXPECT_EQ(correction->outputs[1].input->number, "A");

  EXPECT_EQ(
      RefusalOf(GetTransformation(world_.db(), world_.company(), TransformationId(Uuid::MakeV7()))
                    .status()),
      "TRANSFORMATION_NOT_FOUND transformation_id");
}

}  // namespace
}  // namespace lots
