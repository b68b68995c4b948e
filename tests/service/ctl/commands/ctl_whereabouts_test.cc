// lotctl says where lots are, and lists those that are somewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lots/v1/lot.pb.h"
#include "service/ctl/output/show.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::HasSubstr;
using testing::Not;

// The pump SN-0001, with motor M-1 in it, is with anna; motor M-2 lies in RAW.
class CtlWhereabouts : public CtlFactory {
 protected:
  void SetUp() override {
    CtlFactory::SetUp();
    MakePump();
    lotctl_.Ok(
        {"stock", "move", "delivery", "pump/SN-0001", "--from", "HALL", "--partner", "anna"});
  }
  std::string Listed(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"lot", "list", "--order-by", "number"});
    std::string numbers;
    for (const auto& page : lotctl_.Messages<v1::ListLotsResponse>(flags)) {
      for (const v1::Lot& lot : page.lots()) numbers += lot.number() + " ";
    }
    return numbers;
  }
};

TEST_F(CtlWhereabouts, LotsAreShownWithWhoHasThem) {
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "pump/SN-0001"}),
              testing::ContainsRegex("where: +with customer anna at CUSTOMER since [0-9-]+\n"));
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "motor/M-1"}),
              testing::ContainsRegex("where: +built in pump/SN-0001: with customer anna at "));
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "motor/M-2"}),
              testing::ContainsRegex("where: +in stock at RAW since "));
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "steel/H-1"}),
              testing::ContainsRegex("where: +in stock, consumed\n"));
  const std::string both = lotctl_.Ok({"lot", "get", "motor/M-1", "motor/M-2"});
  EXPECT_THAT(both, HasSubstr("motor/M-1: built in pump/SN-0001: with customer"));
  EXPECT_THAT(both, HasSubstr("motor/M-2: in stock at RAW"));
  const std::string found = lotctl_.Ok({"lot", "find", "M-1", "M-9"});
  EXPECT_THAT(found, HasSubstr("motor/M-1: built in pump/SN-0001: with customer"));
  EXPECT_THAT(found, HasSubstr("no lot has the number M-9"));
}

TEST_F(CtlWhereabouts, LotsAreListedByWhereTheyAre) {
  EXPECT_EQ(Listed({"--where", "with-customer"}), "SN-0001 ");
  EXPECT_EQ(Listed({"--where", "built-in"}), "M-1 ");
  EXPECT_EQ(Listed({"--where", "in-stock"}), "H-1 M-2 ");
  EXPECT_EQ(Listed({"--where", "never-moved"}), "SN-0002 ");
  EXPECT_EQ(Listed({"--where", "scrapped"}), "");
  EXPECT_EQ(Listed({"--in-unit", "pump/SN-0001"}), "M-1 ");
  EXPECT_THAT(lotctl_.Ok({"lot", "summary", "--where", "in-stock"}), Not(HasSubstr("pump")));
}

TEST_F(CtlWhereabouts, EveryStateCanBeAskedFor) {
  for (int i = 1; i < v1::Whereabouts_descriptor()->value_count(); ++i) {
    std::string word = ctl::Show(static_cast<v1::Whereabouts>(i));
    for (char& c : word) {
      if (c == ' ') c = '-';
    }
    // Where no lot is, standard error says so.
    const CtlEnd end = lotctl_.Run({"lot", "list", "--where", word});
    EXPECT_EQ(end.code, 0) << word << end.err;
  }
  EXPECT_THAT(lotctl_.Run({"lot", "list", "--where", "lost"}).err,
              HasSubstr("--where: lost not in {never-moved,in-stock,"));
  EXPECT_THAT(lotctl_.Run({"lot", "list", "--in-unit", "SN-9"}).err,
              HasSubstr("there is no lot SN-9"));
}

}  // namespace
}  // namespace lots
