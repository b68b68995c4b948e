// lotctl audit, and from where what it tells of a lot came.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lots/v1/audit.pb.h"
#include "lots/v1/catalog.pb.h"
#include "tests/support/server/ctl_runner.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CtlAudit : public testing::Test {
 protected:
  CtlAudit() {
    lotctl_.Ok({"product", "upsert", "wire", "--tracking", "lot"});
    lotctl_.Ok({"product", "upsert", "pump", "--tracking", "serial", "--producible", "true",
                "--template", "P-{##}"});
    lotctl_.Ok({"--actor", "anna", "--request-id", "lots-1", "lot", "create", "wire", "W1", "W2",
                "W3", "W4"});
    lotctl_.Ok(
        {"--actor", "bob", "work-order", "assign", "MO-1", "--product", "pump", "--count", "1"});
  }

  std::string Listed(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"audit", "list"});
    const CtlEnd end = lotctl_.Run(arguments);
    EXPECT_EQ(end.code, 0) << end.err;
    return end.out;
  }

  TestServer server_;
  CtlRunner lotctl_{server_, "acme"};
};

TEST_F(CtlAudit, TellsWhoDidWhatFromWhereToWhichLots) {
  const std::string table = Listed({"--limit", "0"});

  EXPECT_THAT(table, HasSubstr("anna       unix  LotService/BatchCreateLots"));
  EXPECT_THAT(table, HasSubstr("lots-1"));
  EXPECT_THAT(table, HasSubstr("wire/W1, wire/W2, wire/W3 and 1 more"));
  EXPECT_THAT(table, HasSubstr("MO-1             pump/P-01"));
}

TEST_F(CtlAudit, FindsByWhatIsNamed) {
  const auto of_anna = HasSubstr("BatchCreateLots");
  const auto of_bob = HasSubstr("AssignSerials");
  EXPECT_THAT(Listed({"--by", "anna"}), AllOf(of_anna, Not(of_bob)));
  EXPECT_THAT(Listed({"--work-order", "MO-1"}), AllOf(of_bob, Not(of_anna)));
  EXPECT_THAT(Listed({"--lot", "wire/W4"}), AllOf(of_anna, Not(of_bob)));
  EXPECT_THAT(Listed({"--of-request", "lots-1"}), AllOf(of_anna, Not(of_bob)));
  EXPECT_THAT(Listed({"--method", "WorkOrderService/AssignSerials"}), AllOf(of_bob, Not(of_anna)));
  EXPECT_THAT(Listed({"--filter", "actor = bob OR actor = anna"}), AllOf(of_bob, of_anna));
  EXPECT_THAT(Listed({"--since", "2020-01-01"}), AllOf(of_bob, of_anna));
  EXPECT_THAT(Listed({"--before", "2020-01-01"}), AllOf(Not(of_bob), Not(of_anna)));
  EXPECT_THAT(lotctl_.Run({"audit", "list", "--recall", "RC-1"}).err,
              HasSubstr("no recall \"RC-1\" in this company"));
}

TEST_F(CtlAudit, AnswersJson) {
  const auto page = lotctl_.Answer<v1::ListAuditEntriesResponse>({"audit", "list", "--by", "anna"});
  ASSERT_EQ(page.entries_size(), 1);
  EXPECT_EQ(page.entries(0).lot_count(), 4);
  EXPECT_EQ(page.entries(0).origin().request_id(), "lots-1");
}

TEST_F(CtlAudit, AHistorySaysFromWhere) {
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "wire/W1"}),
              AllOf(HasSubstr("FROM"), HasSubstr("unix")));
}

}  // namespace
}  // namespace lots
