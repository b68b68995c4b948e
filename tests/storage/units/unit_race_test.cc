// Maintenance from many connections at once: whichever is quicker, a component is in one place.
#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "storage/recalls/recalls.h"
#include "tests/storage/units/unit_world.h"

namespace lots {
namespace {

constexpr int kConnections = 8;

class UnitRaceTest : public UnitTest {
 protected:
  // What each of the connections answers to its call, all at the same time.
  std::vector<std::string> AtOnce(std::function<absl::Status(int, pg::Connection&)> call) {
    std::vector<std::string> answers(kConnections);
    std::vector<std::thread> threads;
    for (int i = 0; i < kConnections; ++i) {
      threads.emplace_back([&, i] {
        const auto db = database_.Connect();
        answers[i] = RefusalOf(call(i, *db));
      });
    }
    for (std::thread& thread : threads) thread.join();
    return answers;
  }
  static int64_t Count(const std::vector<std::string>& answers, absl::string_view answer) {
    return std::count(answers.begin(), answers.end(), answer);
  }
};

TEST_F(UnitRaceTest, OneSerialIsInstalledOnce) {
  std::vector<MaintenanceCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(Maintaining(i % 2 == 0 ? "A" : "B", {}, {"F3@stock"}));
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return MaintainUnit(db, commands[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 1);
  EXPECT_EQ(Count(answers, "SERIAL_NOT_THERE installations[0].from_location_id"), kConnections - 1);
}

TEST_F(UnitRaceTest, AComponentComesOutOnce) {
  std::vector<MaintenanceCommand> removals;
  std::vector<DisassemblyCommand> disassemblies;
  for (int i = 0; i < kConnections; ++i) {
    removals.push_back(Maintaining("A", {"PAINT=1.5@stock"}, {}));
    disassemblies.push_back(world_.DisassembleCommand(Id("A")));
  }
  AtOnce([&](int i, pg::Connection& db) {
    return i % 2 == 0 ? MaintainUnit(db, removals[i]).status()
                      : lots::Disassemble(db, disassemblies[i]).status();
  });
  // One disassembly came through; what a removal took before did not come back twice.
  EXPECT_EQ(world_.Where("PAINT"), "stock 100");
  EXPECT_EQ(world_.Where("F1"), "stock 1");
  EXPECT_EQ(world_.Where(Id("A")), "");
}

TEST_F(UnitRaceTest, APooledComponentComesOutOnceAmongSiblings) {
  std::vector<MaintenanceCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(Maintaining(i % 2 == 0 ? "A" : "B", {"SALT=3@stock"}, {}));
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return MaintainUnit(db, commands[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 3);
  EXPECT_EQ(Count(answers, "NOT_A_COMPONENT removals[0]"), kConnections - 3);
  EXPECT_EQ(world_.Where("SALT"), "stock 99");
}

// The recall sees the installation, or the unit joins the recall when it gets the component.
TEST_F(UnitRaceTest, AnInstallationIsNotMissedByARecall) {
  for (int round = 0; round < 5; ++round) {
    const std::string name = absl::StrCat("R", round);
    OpenRecallCommand opening{
        .context = world_.Context("OpenRecall"), .recall_id = RecallId(name), .reason = "cracks"};
    opening.drill = true;
    opening.seeds.push_back({.lot_id = Id("BAD")});
    MaintenanceCommand installation = Maintaining("A", {}, {"BAD@stock"});
    const auto answers = AtOnce([&](int i, pg::Connection& db) -> absl::Status {
      if (i == 0) return OpenRecall(db, opening).status();
      if (i == 1) return MaintainUnit(db, installation).status();
      return absl::OkStatus();
    });
    EXPECT_EQ(Count(answers, "OK"), kConnections);
    const auto recall = GetRecall(world_.db(), world_.company(), RecallId(name));
    ASSERT_TRUE(recall.ok()) << recall.status();
    EXPECT_EQ(recall->scope.lot_count, 2) << round;
    EXPECT_EQ(Maintain("A", {"BAD@stock"}, {}), "OK");
  }
}

}  // namespace
}  // namespace lots
