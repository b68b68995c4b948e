// What people type at lotctl.
#include <gtest/gtest.h>

#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {
namespace {

constexpr char kUuid[] = "0190163d-8694-739b-aea5-966c26f8ad91";

TEST(LotRef, IsAUuidOrProductAndNumber) {
  EXPECT_EQ(ParseLotRef(kUuid)->lot_id(), kUuid);
  const auto lot = ParseLotRef("pump/SN/1");
  ASSERT_TRUE(lot.ok());
  EXPECT_EQ(lot->product_id(), "pump");
  EXPECT_EQ(lot->number(), "SN/1");
  EXPECT_EQ(lot->lot_id(), "");
}

TEST(LotRef, NothingElse) {
  for (const char* text : {"", "pump", "/SN-1", "pump/", "0190163d"}) {
    const auto lot = ParseLotRef(text);
    EXPECT_EQ(ExitCodeOf(lot.status()), kExitUsage) << text;
  }
}

TEST(LotLine, IsReadFromTheRight) {
  struct Case {
    const char* text;
    const char* name;
    const char* quantity;
    const char* location;
    int index;
  };
  for (const Case& c :
       {Case{"steel/H-1", "steel/H-1", "", "", -1},
        Case{"steel/H-1=2.5", "steel/H-1", "2.5", "", -1},
        Case{"steel/H-1=2.5@RAW", "steel/H-1", "2.5", "RAW", -1},
        Case{"steel/H-1=2.5@RAW>3", "steel/H-1", "2.5", "RAW", 3},
        Case{"steel/H-1>0", "steel/H-1", "", "", 0}, Case{"seal/S@RAW", "seal/S", "", "RAW", -1},
        Case{"seal/A=B", "seal/A=B", "", "", -1}, Case{"seal/A=7=1", "seal/A=7", "1", "", -1},
        Case{"seal/A>B", "seal/A>B", "", "", -1}, Case{"=5@HALL", "", "5", "HALL", -1},
        Case{"", "", "", "", -1}}) {
    const auto line = ParseLotLine(c.text);
    ASSERT_TRUE(line.ok()) << c.text;
    EXPECT_EQ(line->name, c.name) << c.text;
    EXPECT_EQ(line->quantity, c.quantity) << c.text;
    EXPECT_EQ(line->location_id, c.location) << c.text;
    EXPECT_EQ(line->output_index, c.index) << c.text;
  }
}

TEST(LotLine, ADanglingMarkIsAMistake) {
  for (const char* text : {"steel/H-1=", "steel/H-1@", "steel/H-1=2@", "steel/H-1>"}) {
    EXPECT_EQ(ExitCodeOf(ParseLotLine(text).status()), kExitUsage) << text;
  }
}

TEST(Completion, LinesBecomeTheirMessages) {
  EXPECT_EQ(ParseOutput("SN-1=1@HALL")->ShortDebugString(),
            "number: \"SN-1\" quantity: \"1\" to_location_id: \"HALL\"");
  EXPECT_EQ(ParseOutput(kUuid)->lot_id(), kUuid);
  EXPECT_EQ(ParseComponent("steel/H-1=2.5@RAW>0")->ShortDebugString(),
            "lot { product_id: \"steel\" number: \"H-1\" } quantity: \"2.5\" "
            "from_location_id: \"RAW\" output_index: 0");
  EXPECT_FALSE(ParseComponent("steel/H-1=2.5")->has_output_index());
  EXPECT_EQ(ParseByProduct("swarf/=3@BIN")->ShortDebugString(),
            "lot { product_id: \"swarf\" } quantity: \"3\" to_location_id: \"BIN\"");
  EXPECT_FALSE(ParseComponent("H-1=2.5").ok());
}

TEST(Document, IsATypeAndANumber) {
  EXPECT_EQ(ParseDocument("purchase_order:47:11")->ShortDebugString(),
            "type: \"purchase_order\" number: \"47:11\"");
  for (const char* text : {"", "4711", ":4711", "purchase_order:"}) {
    EXPECT_FALSE(ParseDocument(text).ok()) << text;
  }
}

TEST(Attributes, AreTextUnlessTheySayOtherwise) {
  google::protobuf::Map<std::string, v1::AttributeValue> attributes;
  for (const char* text : {"colour=blue", "purity:decimal=99.95", "tested:flag=true",
                           "tested_on:date=2026-01-31", "at:time=2026-01-31T08:00:00Z", "empty="}) {
    EXPECT_TRUE(ParseAttribute(text, attributes).ok()) << text;
  }
  EXPECT_EQ(Show(attributes["colour"]), "blue");
  EXPECT_EQ(Show(attributes["purity"]), "99.95");
  EXPECT_EQ(Show(attributes["tested"]), "yes");
  EXPECT_EQ(Show(attributes["tested_on"]), "2026-01-31");
  EXPECT_EQ(Show(attributes["at"]), "2026-01-31 08:00:00Z");
  for (const char* text :
       {"colour", "=blue", "x:decimal=much", "x:flag=perhaps", "x:size=3", "x:date=tomorrow"}) {
    EXPECT_FALSE(ParseAttribute(text, attributes).ok()) << text;
  }
}

TEST(Times, MayLeaveOutTheZone) {
  EXPECT_EQ(Show(*ParseTime("2026-01-31T10:00:00+02:00")), "2026-01-31 08:00:00Z");
  EXPECT_EQ(Show(*ParseTime("2026-01-31T08:00:00")), "2026-01-31 08:00:00Z");
  EXPECT_EQ(Show(*ParseTime("2026-01-31")), "2026-01-31 00:00:00Z");
  EXPECT_EQ(Show(*ParseDate("2026-01-31")), "2026-01-31");
  for (const char* text : {"", "yesterday", "2026-13-01", "2026-02-30"}) {
    EXPECT_FALSE(ParseTime(text).ok()) << text;
    EXPECT_FALSE(ParseDate(text).ok()) << text;
  }
}

TEST(Acceptances, AreNamed) {
  EXPECT_EQ(*ParseAcceptances({"held", "EXPIRED"}),
            (std::vector<v1::Acceptance>{v1::ACCEPTANCE_HELD, v1::ACCEPTANCE_EXPIRED}));
  EXPECT_FALSE(ParseAcceptances({"unspecified"}).ok());
  EXPECT_FALSE(ParseAcceptances({"late"}).ok());
}

TEST(Filters, TakeValuesAsTheyAre) {
  EXPECT_EQ(FilterText("H-1"), "\"H-1\"");
  EXPECT_EQ(FilterText("a\"b\\c*"), "\"a\\\"b\\\\c\\*\"");
  EXPECT_EQ(JoinFilter({"a = 1", "b = 2"}, "c = 3 OR d = 4"),
            "a = 1 AND b = 2 AND (c = 3 OR d = 4)");
  EXPECT_EQ(JoinFilter({}, "c = 3"), "c = 3");
}

TEST(Enumerations, AreReadAsTheyAreShown) {
  v1::MovementKind kind = v1::MOVEMENT_KIND_UNSPECIFIED;
  EXPECT_TRUE(Parse("receipt", kind));
  EXPECT_EQ(kind, v1::MOVEMENT_KIND_RECEIPT);
  EXPECT_EQ(Show(kind), "receipt");
  EXPECT_FALSE(Parse("unspecified", kind));
  EXPECT_FALSE(Parse("", kind));
  EXPECT_FALSE(Parse("theft", kind));
}

}  // namespace
}  // namespace lots::ctl
