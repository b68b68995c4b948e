// Calls SplitLot, MergeLots and RelabelLot, for their tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/ids.h"
#include "storage/work_orders/reshape/reshape.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {

// The commands take lots from the location "stock". Each test ends with a look at the whole ledger.
class ReshapeCalls : public testing::Test {
 protected:
  ~ReshapeCalls() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), testing::IsEmpty());
  }

  SplitLotCommand Splitting(const LotId& lot, std::vector<SplitPart> parts) {
    return {.context = world_.Context("SplitLot"),
            .lot = {.lot_id = lot},
            .from = LocationId("stock"),
            .parts = std::move(parts),
            .occurred_at = world_.now(),
            .note = "two customers"};
  }
  MergeLotsCommand Merging(const std::vector<LotId>& sources, const std::string& number) {
    MergeLotsCommand command{
        .context = world_.Context("MergeLots"), .number = number, .occurred_at = world_.now()};
    for (const LotId& lot : sources) {
      command.sources.push_back({.lot = {.lot_id = lot}, .from = LocationId("stock")});
    }
    return command;
  }
  RelabelLotCommand Relabelling(const LotId& lot, const std::string& number) {
    return {.context = world_.Context("RelabelLot"),
            .lot = {.lot_id = lot},
            .from = LocationId("stock"),
            .number = number,
            .occurred_at = world_.now()};
  }

  // Runs an operation; what it made is in done_.
  std::string Done(absl::StatusOr<Reshaping> answer) {
    if (answer.ok()) done_ = *answer;
    return RefusalOf(answer.status());
  }
  std::string Split(const SplitLotCommand& command) { return Done(SplitLot(world_.db(), command)); }
  std::string Merge(const MergeLotsCommand& command) {
    return Done(MergeLots(world_.db(), command));
  }
  std::string Relabel(const RelabelLotCommand& command) {
    return Done(RelabelLot(world_.db(), command));
  }
  // The lot that came out.
  LotId Out(size_t index = 0) const { return done_.lots.at(index).lot_id; }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  Reshaping done_;
};

}  // namespace lots
