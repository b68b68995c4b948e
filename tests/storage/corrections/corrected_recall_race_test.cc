// Recalls, corrections, maintenance and deliveries at the same time: what is held stays, and every
// lot that the genealogy reaches at the end is a member.
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/kinds/movement.h"
#include "storage/genealogy/trace.h"
#include "storage/pg/pipeline.h"
#include "storage/recalls/recalls.h"
#include "storage/stock/stock.h"
#include "storage/units/maintain.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/must.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

constexpr size_t kUnits = 24;
constexpr int kDeliverers = 3;

constexpr pg::Statement kMembers{"race_corrected_members", R"sql(
  SELECT lot_id FROM recall_members
  WHERE company = $1 AND recall_id = $2 AND ended_at IS NULL)sql"};

std::set<LotId> MembersOf(World& world) {
  std::set<LotId> members;
  for (const pg::Row row : Must(pg::Query(world.db(), kMembers, world.company(), "RC-1"))) {
    members.insert(row.Get<LotId>(0));
  }
  return members;
}

std::set<LotId> MadeOf(World& world, const LotId& seed) {
  std::set<LotId> made;
  const auto summary = Trace(world.db(),
                             {.company = world.company(),
                              .direction = TraceDirection::kDownstream,
                              .seeds = {seed},
                              .depth_max = kTraceDepthMax,
                              .node_limit = kTraceNodesMax},
                             [&](const TracePiece& piece) {
                               for (const TraceNode& node : piece.nodes) made.insert(node.lot_id);
                             });
  EXPECT_TRUE(summary.ok()) << summary.status();
  return made;
}

// What the threads saw that should not be.
class Surprises {
 public:
  void Add(const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back(what);
  }
  const std::vector<std::string>& seen() const { return seen_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> seen_;
};

class RecallRace : public ::testing::Test {
 protected:
  // Bikes in stock, with salt GOOD in them and not BAD, of which there is plenty.
  RecallRace() {
    bad_ = world_.CreateLot("salt", "BAD", "1000000");
    const LotId good = world_.CreateLot("salt", "GOOD", "1000000");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.destination = LocationId("stock");
    for (size_t i = 0; i < kUnits; ++i) {
      command.outputs.push_back(Output(absl::StrCat("U", i)));
      command.components.push_back(Component(good, "1", static_cast<int64_t>(i)));
    }
    const Completion made = Must(CompleteWorkOrder(world_.db(), command));
    completion_ = made.transformation_id;
    for (const NumberedLot& unit : made.outputs) units_.push_back(unit.lot_id);
  }

  World NewWorld() { return World(world_, database_.Connect()); }

  // A conflict between writers is no answer: the caller repeats.
  template <class Write>
  static absl::Status Repeatedly(const Write& write) {
    for (;;) {
      const absl::Status status = write();
      if (!absl::IsAborted(status)) return status;
    }
  }

  // BAD went into the unit as well, which nobody recorded.
  absl::Status Correct(World& world, size_t unit) {
    return Repeatedly([&] {
      RightComponent right;
      right.lot.lot_id = bad_;
      right.quantity = Q("1");
      right.from = LocationId("stock");
      right.unit.emplace().lot_id = units_[unit];
      CorrectGenealogyCommand command;
      command.context = world.Context("CorrectGenealogy");
      command.transformation_id = completion_;
      command.reason = "forgotten";
      command.lines.emplace_back().right = right;
      command.accept.held = true;
      return CorrectGenealogy(world.db(), command).status();
    });
  }
  // BAD goes into the unit now.
  absl::Status Install(World& world, size_t unit) {
    return Repeatedly([&] {
      MaintenanceCommand command;
      command.context = world.Context("MaintainUnit");
      command.unit.lot_id = units_[unit];
      ComponentMove& bad = command.installations.emplace_back();
      bad.lot.lot_id = bad_;
      bad.quantity = Q("1");
      command.source = LocationId("stock");
      command.occurred_at = world.now();
      command.accept.held = true;
      return MaintainUnit(world.db(), command).status();
    });
  }
  // In one way or the other.
  absl::Status PutIn(World& world, size_t unit) {
    return unit % 4 < 2 ? Correct(world, unit) : Install(world, unit);
  }
  absl::Status Open(World& world) {
    return Repeatedly([&] {
      return OpenRecall(world.db(), {.context = world.Context("OpenRecall"),
                                     .recall_id = RecallId("RC-1"),
                                     .seeds = {{.lot_id = bad_}},
                                     .reason = "glass"})
          .status();
    });
  }
  absl::Status Deliver(World& world, size_t unit) {
    return Repeatedly([&] {
      return RecordMovements(world.db(), world.MoveCommand(MovementKind::kDelivery, units_[unit],
                                                           "1", "stock", "shop"))
          .status();
    });
  }
  RecallLotsCommand Lots(World& world, const char* method, size_t unit) {
    return {.context = world.Context(method),
            .recall_id = RecallId("RC-1"),
            .lots = {{.lot_id = units_[unit]}},
            .evidence = "tested",
            .evidence_link = ""};
  }

  // OK, or the reasons that a write may be refused for here; everything else is a surprise.
  void Expect(const absl::Status& status, absl::string_view what,
              const std::vector<std::string>& reasons) {
    if (status.ok()) return;
    const std::string refusal = RefusalOf(status);
    for (const std::string& reason : reasons) {
      if (absl::StartsWith(refusal, reason)) return;
    }
    surprises_.Add(absl::StrCat(what, ": ", refusal));
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId bad_;
  TransformationId completion_;
  std::vector<LotId> units_;
  Surprises surprises_;
};

// A unit is held from when both are known: that BAD is in it, and that BAD is recalled.
TEST_F(RecallRace, AUnitThatTurnsOutToBeAffectedStays) {
  std::atomic<bool> opened{false};
  std::array<std::atomic<bool>, kUnits> affected{};
  std::array<std::atomic<bool>, kUnits> delivered{};
  std::atomic<size_t> affected_count{0};
  std::vector<std::thread> threads;
  for (size_t first = 0; first < 2; ++first) {
    threads.emplace_back([&, first] {
      World world = NewWorld();
      for (size_t i = first; i < kUnits; i += 2) {
        Expect(PutIn(world, i), "correction or installation", {});
        affected[i] = true;
        ++affected_count;
      }
    });
  }
  for (int number = 0; number < kDeliverers; ++number) {
    threads.emplace_back([&] {
      World world = NewWorld();
      // Until all is known: then each unit has left, or never will.
      for (bool last = false; !last;) {
        last = opened && affected_count == kUnits;
        for (size_t i = 0; i < kUnits; ++i) {
          const bool is_known = opened && affected[i];
          // At first a few leave with each of those, so that there is something to hold.
          if (!last && i > affected_count + 2) continue;
          const absl::Status status = Deliver(world, i);
          if (status.ok()) delivered[i] = true;
          if (status.ok() && is_known) surprises_.Add(absl::StrCat("U", i, " slipped through"));
          Expect(status, "delivery", {"LOT_HELD", "SERIAL_NOT_THERE", "NOT_ENOUGH"});
        }
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return affected_count >= kUnits / 3; }));
  const absl::Status recall = Open(world_);
  opened = true;
  for (std::thread& thread : threads) thread.join();

  ASSERT_TRUE(recall.ok()) << recall;
  EXPECT_THAT(surprises_.seen(), IsEmpty());
  std::set<LotId> all(units_.begin(), units_.end());
  all.insert(bad_);
  EXPECT_EQ(MadeOf(world_, bad_), all);
  EXPECT_EQ(MembersOf(world_), all);
  for (size_t i = 0; i < kUnits; ++i) {
    EXPECT_EQ(world_.Where(units_[i]), delivered[i] ? "shop 1" : "stock 1") << i;
  }
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
}

// A member may leave only while somebody excludes it. Closing with leave_held leaves no gap.
TEST_F(RecallRace, AMemberLeavesOnlyWhileItIsExcluded) {
  for (size_t i = 0; i < kUnits; ++i) ASSERT_TRUE(Correct(world_, i).ok());
  ASSERT_TRUE(Open(world_).ok());
  // Even: held. Odd: it may leave.
  std::array<std::atomic<int>, kUnits> epochs{};
  std::array<std::atomic<bool>, kUnits> delivered{};
  std::atomic<bool> closed{false};
  std::vector<std::thread> threads;
  // Each excludes units of its own, and includes all but every third again.
  for (size_t first = 0; first < 2; ++first) {
    threads.emplace_back([&, first] {
      World world = NewWorld();
      for (size_t i = first; i < kUnits; i += 2) {
        ++epochs[i];
        Expect(Repeatedly([&] {
                 return ExcludeRecallLots(world.db(), Lots(world, "ExcludeRecallLots", i)).status();
               }),
               "exclude", {});
        if (i % 3 == 0) continue;
        const absl::Status included = Repeatedly([&] {
          return IncludeRecallLots(world.db(), Lots(world, "IncludeRecallLots", i)).status();
        });
        Expect(included, "include", {});
        if (included.ok()) ++epochs[i];
      }
    });
  }
  for (int number = 0; number < kDeliverers; ++number) {
    threads.emplace_back([&] {
      World world = NewWorld();
      for (bool last = false; !last;) {
        last = closed;
        for (size_t i = 0; i < kUnits; ++i) {
          const int before = epochs[i];
          const absl::Status status = Deliver(world, i);
          if (status.ok()) delivered[i] = true;
          if (status.ok() && before % 2 == 0 && epochs[i] == before) {
            surprises_.Add(absl::StrCat("U", i, " left while it was held"));
          }
          Expect(status, "delivery", {"LOT_HELD", "SERIAL_NOT_THERE", "NOT_ENOUGH"});
        }
      }
    });
  }
  threads[0].join();
  threads[1].join();
  const absl::Status closing = Repeatedly([&] {
    return CloseRecall(world_.db(), {.context = world_.Context("CloseRecall"),
                                     .recall_id = RecallId("RC-1"),
                                     .closing_note = "done",
                                     .leave_held = true})
        .status();
  });
  closed = true;
  for (size_t i = 2; i < threads.size(); ++i) threads[i].join();

  ASSERT_TRUE(closing.ok()) << closing;
  EXPECT_THAT(surprises_.seen(), IsEmpty());
  for (size_t i = 0; i < kUnits; ++i) {
    const bool may_leave = epochs[i] % 2 == 1;
    if (delivered[i]) continue;
    EXPECT_EQ(ReasonOf(Deliver(world_, i)), may_leave ? "OK" : "LOT_HELD") << i;
  }
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
}

}  // namespace
}  // namespace lots
