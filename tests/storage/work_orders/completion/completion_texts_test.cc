// Reference, notes and attributes that a completion gives its outputs.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

class CompletionTextsTest : public ::testing::Test {
 protected:
  ~CompletionTextsTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  CompletionCommand Completion(const std::string& number, absl::string_view quantity,
                               absl::string_view product, LotTexts texts) {
    CompletionCommand command = world_.CompleteCommand("W1", product);
    command.outputs = {Output(number, quantity)};
    command.outputs[0].texts = std::move(texts);
    return command;
  }
  std::string Completed(const CompletionCommand& command) {
    return RefusalOf(CompleteWorkOrder(world_.db(), command).status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(CompletionTextsTest, ANewLotHasThem) {
  ASSERT_EQ(Completed(Completion("S-1", "5", "soup", {"REF", "hot", {{"salty", true}}})), "OK");
  const Lot soup = world_.Get(world_.IdOf("soup", "S-1"));
  EXPECT_EQ(soup.reference, "REF");
  EXPECT_EQ(soup.notes, "hot");
  EXPECT_EQ(soup.attributes, (Attributes{{"salty", true}}));
}

TEST_F(CompletionTextsTest, ALotThatGetsMoreMustAgree) {
  ASSERT_EQ(Completed(Completion("S-1", "5", "soup", {"REF", "", {{"salty", true}}})), "OK");
  EXPECT_EQ(Completed(Completion("S-1", "5", "soup", {"REF", "", {{"salty", true}}})), "OK");
  EXPECT_EQ(Completed(Completion("S-1", "5", "soup", {})), "OK");
  EXPECT_EQ(Completed(Completion("S-1", "5", "soup",
                                 {"OTHER", "new", {{"salty", false}, {"sweet", true}}})),
            "FIELD_INVALID outputs[0].reference; FIELD_INVALID outputs[0].notes; "
            "FIELD_INVALID outputs[0].attributes.salty; "
            "FIELD_INVALID outputs[0].attributes.sweet");
  EXPECT_EQ(world_.Get(world_.IdOf("soup", "S-1")).reference, "REF");
}

TEST_F(CompletionTextsTest, APlannedSerialGetsWhatItLacksAndLosesItWithTheReversal) {
  world_.Assign("W1", "bike", {"A"});
  const LotId unit = world_.IdOf("bike", "A");
  const auto completion =
      CompleteWorkOrder(world_.db(), Completion("A", "", "bike", {"REF", "n", {{"red", true}}}));
  ASSERT_TRUE(completion.ok()) << completion.status();
  EXPECT_EQ(world_.Get(unit).reference, "REF");
  EXPECT_EQ(world_.Get(unit).notes, "n");
  ASSERT_TRUE(
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(completion->transformation_id))
          .ok());
  EXPECT_EQ(world_.Get(unit).reference, "");
  EXPECT_EQ(world_.Get(unit).notes, "");
  EXPECT_THAT(world_.Get(unit).attributes, IsEmpty());
}

TEST_F(CompletionTextsTest, ALotThatIsListedAgainHasThemWhereItIsListedFirst) {
  CompletionCommand command = Completion("S-1", "5", "soup", {"REF", "", {}});
  command.outputs.push_back(Output("S-1", "1"));
  command.outputs[1].texts.reference = "REF";
  EXPECT_EQ(Completed(command), "FIELD_INVALID outputs[1]");
}

}  // namespace
}  // namespace lots
