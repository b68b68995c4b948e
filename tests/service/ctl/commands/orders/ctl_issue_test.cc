// lotctl work-order issue and return, and completions of what was issued or chosen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "lots/v1/issue.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/work_order.pb.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using CtlIssue = CtlFactory;

TEST_F(CtlIssue, ComponentsAreIssuedUsedUpAndReturned) {
  EXPECT_THAT(lotctl_.Ok({"work-order", "issue", "WO-7", "--product", "pump", "steel/H-1=10",
                          "motor/M-1", "--from", "RAW", "--operation", "10", "--work-centre",
                          "WELD", "--subcontractor", "smith"}),
              AllOf(HasSubstr("ISSUED"), HasSubstr("steel/H-1"), HasSubstr("10.000"),
                    HasSubstr("motor/M-1")));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-1"}),
              AllOf(HasSubstr("WORK_IN_PROCESS (10.000 in WO-7)"), HasSubstr("90.000 on hand")));
  EXPECT_THAT(lotctl_.Ok({"trace", "downstream", "steel/H-1"}), HasSubstr("of WO-7"));
  EXPECT_THAT(lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-0001", "--issued",
                          "motor/M-1:into=0", "--auto", "steel=2.5@RAW:into=0", "--strategy",
                          "fifo", "--to", "HALL", "--operation", "20", "--reference", "CUST-7",
                          "--attribute", "torque:decimal=12.5"}),
              AllOf(HasSubstr("TAKEN"), HasSubstr("2.500")));
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "pump/SN-0001"}),
              AllOf(HasSubstr("CUST-7"), HasSubstr("torque")));
  EXPECT_THAT(lotctl_.Ok({"work-order", "get", "WO-7"}),
              AllOf(HasSubstr("steel/H-1"), HasSubstr("10.000"), HasSubstr("WELD"),
                    Not(HasSubstr("motor/M-1"))));
  EXPECT_THAT(lotctl_.Ok({"work-order", "return", "WO-7", "steel/H-1=4", "--to", "RAW"}),
              AllOf(HasSubstr("RETURNED"), HasSubstr("4.000")));
  lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-0002", "--to", "HALL",
              "--consume-issued", "--close"});
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-1"}),
              AllOf(HasSubstr("91.500 on hand"), Not(HasSubstr("WORK_IN_PROCESS"))));
}

TEST_F(CtlIssue, LotsOfAProductAreChosen) {
  const auto issued = lotctl_.Answer<v1::IssueComponentsResponse>(
      {"work-order", "issue", "WO-7", "--product", "pump", "--auto", "steel=3@RAW", "--auto",
       "motor=2", "--from", "RAW"});
  ASSERT_EQ(issued.lines_size(), 3);
  EXPECT_EQ(issued.lines(0).number(), "H-1");
  const auto returned = lotctl_.Answer<v1::ReturnComponentsResponse>(
      {"work-order", "return", "WO-7", "--everything", "--to", "HALL"});
  EXPECT_EQ(returned.lines_size(), 3);
}

TEST_F(CtlIssue, AComponentToBeChosenNamesAProductAndAQuantity) {
  const std::string usage = "give PRODUCT=QUANTITY, as in screw=12";
  for (const auto& [text, problem] : {std::pair("steel=abc", "'steel=abc' names no quantity"),
                                      std::pair("steel", "'steel' names no quantity"),
                                      std::pair("steel/H-1=2", "'steel/H-1=2' names no product")}) {
    for (const char* command : {"issue", "complete"}) {
      EXPECT_THAT(lotctl_
                      .Run({"work-order", command, "WO-7", "--product", "pump", "--auto", text,
                            "--from", "RAW"})
                      .err,
                  AllOf(HasSubstr(problem), HasSubstr(usage)))
          << command;
    }
  }
}

TEST_F(CtlIssue, AnOrderWithIssuedComponentsIsNotCancelled) {
  lotctl_.Ok({"work-order", "issue", "WO-7", "--product", "pump", "steel/H-1=10", "--from", "RAW"});
  EXPECT_THAT(lotctl_.Run({"work-order", "cancel", "WO-7"}).err,
              HasSubstr("'lotctl work-order return'"));
}

}  // namespace
}  // namespace lots
