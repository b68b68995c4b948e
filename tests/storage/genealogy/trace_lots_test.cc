// The queues of lots and transformations, and the order of lots.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/graph/answer.h"
#include "storage/genealogy/graph/lots.h"

namespace lots {
namespace {

TraceLot LotOf(const std::string& product, const std::string& number) {
  TraceLot lot;
  lot.product_id = ProductId(product);
  lot.number = number;
  lot.number_key = number;
  return lot;
}

// Expects the lot's fields from the front of the queue.
void ExpectNext(TraceLotQueue& queue, const TraceLot& lot) {
  TraceNode node;
  queue.Pop(node);
  EXPECT_EQ(node.product_id, lot.product_id);
  EXPECT_EQ(node.number, lot.number);
  EXPECT_EQ(node.reference, lot.reference);
  EXPECT_EQ(node.state, lot.state);
  EXPECT_EQ(node.expires_on, lot.expires_on);
}

TEST(TraceLotQueue, GivesEverythingBackInTheOrderItCame) {
  TraceLot plain = LotOf("milk", "L1");
  TraceLot full = LotOf("milk", "L2");
  full.reference = "SUPPLIER-7";
  full.state = LotState::kArchived;
  full.expires_on = absl::CivilDay(2026, 12, 24);
  TraceLot old = LotOf("cheese", "L1");
  old.expires_on = absl::CivilDay(1969, 7, 20);
  TraceLotQueue queue;

  for (const TraceLot& lot : {plain, full, old, plain}) queue.Push(lot);

  for (const TraceLot& lot : {plain, full, old, plain}) ExpectNext(queue, lot);
}

TEST(TraceLotQueue, HoldsTheLongestTextsAndManyLots) {
  TraceLotQueue queue;
  std::vector<TraceLot> lots;
  for (int i = 0; i < 20'000; ++i) {
    lots.push_back(LotOf(absl::StrCat("p", i / 7), absl::StrCat("number ", i)));
    if (i % 1'000 == 0) {
      lots.back().number = std::string(256, 'n');
      lots.back().reference = std::string(400, 'r');
    }
    queue.Push(lots.back());
  }

  for (const TraceLot& lot : lots) ExpectNext(queue, lot);
}

TEST(TraceLotQueue, LotsMayComeAfterOthersWent) {
  TraceLotQueue queue;
  for (int i = 0; i < 10; ++i) {
    const TraceLot lot = LotOf("milk", absl::StrCat("L", i));
    queue.Push(lot);
    ExpectNext(queue, lot);
  }
}

TEST(TransformationQueue, GivesEverythingBackInTheOrderItCame) {
  const auto step = [](std::optional<WorkOrderId> work_order, const char* actor, std::string note) {
    Transformation made;
    made.work_order = std::move(work_order);
    made.occurred_at = absl::FromUnixMicros(1'700'000'000'000'001);
    made.recorded_at = absl::FromUnixMicros(-1);
    made.actor = actor;
    made.note = std::move(note);
    return made;
  };
  const std::vector<Transformation> steps = {
      step(WorkOrderId("MO-1"), "ann", ""), step(std::nullopt, "ann", std::string(16'000, 'n')),
      step(WorkOrderId("MO-2"), "", "by night"), step(WorkOrderId(""), "bob", "")};
  TransformationQueue queue;

  for (const Transformation& each : steps) queue.Push(each);

  for (const Transformation& each : steps) {
    const Transformation popped = queue.Pop();
    EXPECT_EQ(popped.work_order, each.work_order);
    EXPECT_EQ(popped.occurred_at, each.occurred_at);
    EXPECT_EQ(popped.recorded_at, each.recorded_at);
    EXPECT_EQ(popped.actor, each.actor);
    EXPECT_EQ(popped.note, each.note);
  }
}

TEST(TraceLots, AreSortedByProductThenNumberThenId) {
  TraceLot second = LotOf("cheese", "2");
  TraceLot third = LotOf("milk", "1");
  TraceLot fourth = LotOf("milk", "1");
  fourth.lot_id = LotId(Uuid::MakeV7());
  std::vector<TraceLot> lots = {fourth, third, second, LotOf("cheese", "10")};

  SortTraceLots(lots);

  EXPECT_EQ(lots[0].number, "10");
  EXPECT_EQ(lots[1].number, "2");
  EXPECT_EQ(lots[2].lot_id, LotId());
  EXPECT_EQ(lots[3].lot_id, fourth.lot_id);
}

}  // namespace
}  // namespace lots
