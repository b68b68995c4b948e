// lotctl unit: what the history of a component says of its unit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using CtlUnit = CtlFactory;

TEST_F(CtlUnit, TheHistoryOfAComponentNamesItsUnit) {
  lotctl_.Ok({"work-order", "complete", "WO-7", "--product", "pump", "--finished", "SN-0001",
              "--component", "motor/M-1@RAW:into=0", "--to", "HALL"});
  lotctl_.Ok({"unit", "remove", "pump/SN-0001", "--component", "motor/M-1", "--to", "RAW",
              "--reason", "worn out"});
  lotctl_.Ok(
      {"unit", "install", "pump/SN-0001", "--component", "motor/M-1@RAW", "--reason", "repaired"});
  lotctl_.Ok({"work-order", "disassemble", "pump/SN-0001", "--to", "HALL"});

  EXPECT_THAT(lotctl_.Ok({"lot", "history", "motor/M-1"}),
              AllOf(HasSubstr("maintenance of pump/SN-0001  out 1"),
                    HasSubstr("maintenance of pump/SN-0001  in 1"),
                    HasSubstr("disassembly of pump/SN-0001  out 1")));
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "pump/SN-0001"}),
              AllOf(HasSubstr("maintenance  out 1"), HasSubstr("disassembly  in 1"),
                    Not(HasSubstr("of pump/SN-0001"))));
}

}  // namespace
}  // namespace lots
