// What people type at lotctl.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {
namespace {

constexpr char kUuid[] = "0190163d-8694-739b-aea5-966c26f8ad91";

absl::StatusOr<absl::TimeZone> Berlin() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &zone));
  return zone;
}

std::string InBerlin(const google::protobuf::Timestamp& time) { return Show(time, *Berlin()); }

TEST(LotRef, IsAUuidOrProductAndNumberOrANumberAlone) {
  EXPECT_EQ(ParseLotRef(kUuid)->lot_id(), kUuid);
  const auto lot = ParseLotRef("pump/SN/1");
  ASSERT_TRUE(lot.ok());
  EXPECT_EQ(lot->product_id(), "pump");
  EXPECT_EQ(lot->number(), "SN/1");
  EXPECT_EQ(lot->lot_id(), "");
  EXPECT_EQ(ParseLotRef("SN-1")->ShortDebugString(), "number: \"SN-1\"");
}

TEST(LotRef, NothingElse) {
  for (const char* text : {"", "/SN-1", "pump/"}) {
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
  };
  for (const Case& c :
       {Case{"steel/H-1", "steel/H-1", "", ""}, Case{"steel/H-1=2.5", "steel/H-1", "2.5", ""},
        Case{"steel/H-1=2.5@RAW", "steel/H-1", "2.5", "RAW"},
        Case{"seal/S@RAW", "seal/S", "", "RAW"}, Case{"seal/A=B", "seal/A=B", "", ""},
        Case{"seal/A=7=1", "seal/A=7", "1", ""}, Case{"seal/A>B", "seal/A>B", "", ""},
        Case{"=5@HALL", "", "5", "HALL"}, Case{"", "", "", ""},
        Case{"steel/H-1=2@a@b", "steel/H-1", "2", "a@b"},
        Case{"steel/H@1=2@a", "steel/H@1", "2", "a"}, Case{"=2@a@b", "", "2", "a@b"},
        Case{"steel/H-1=2@a=b", "steel/H-1", "2", "a=b"}}) {
    const auto line = ParseLotLine(c.text);
    ASSERT_TRUE(line.ok()) << c.text;
    EXPECT_EQ(line->name, c.name) << c.text;
    EXPECT_EQ(line->quantity, c.quantity) << c.text;
    EXPECT_EQ(line->location_id, c.location) << c.text;
  }
}

TEST(LotLine, ADanglingMarkIsAMistake) {
  for (const char* text : {"steel/H-1=", "steel/H-1@", "steel/H-1=2@"}) {
    EXPECT_EQ(ExitCodeOf(ParseLotLine(text).status()), kExitUsage) << text;
  }
}

// A completion made a lot with the number "=abc".
TEST(LotLine, ANewNumberDoesNotBeginLikeAQuantity) {
  for (const char* text : {"=abc", "=abc@HALL", "=7=1", "=="}) {
    EXPECT_EQ(ExitCodeOf(ParseOutput(text).status()), kExitUsage) << text;
    EXPECT_EQ(ExitCodeOf(ParseNewLotLine(text).status()), kExitUsage) << text;
  }
  EXPECT_EQ(ExitCodeOf(ParseByProduct("swarf/=abc").status()), kExitUsage);
  EXPECT_THAT(std::string(ParseOutput("=abc@HALL").status().message()),
              testing::HasSubstr("'abc' is no quantity"));
  EXPECT_EQ(ParseOutput("=5@HALL")->quantity(), "5");
  EXPECT_EQ(ParseComponent("steel/=abc")->lot().number(), "=abc");  // one that there is
}

// They were taken for a part of the number, under which a lot was then made.
TEST(LotLine, WhatBeginsLikeAQuantityIsOneOrAMistake) {
  struct Case {
    const char* text;
    const char* said;
  };
  for (const Case& c : {Case{"=0,5", "decimals follow a point"}, Case{"H-1=1e3", "write it out"},
                        Case{"H-1=5kg", "is no quantity"}, Case{"H-1=+5", "is no quantity"},
                        Case{"H-1=.5", "is no quantity"}, Case{"H-1=0.12345678", "is no quantity"},
                        Case{"H-1=0,5@RAW", "'0,5'"}}) {
    const absl::Status status = ParseLotLine(c.text).status();
    EXPECT_EQ(ExitCodeOf(status), kExitUsage) << c.text;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(c.said)) << c.text;
  }
}

TEST(Completion, LinesBecomeTheirMessages) {
  EXPECT_EQ(ParseOutput("SN-1=1@HALL")->ShortDebugString(),
            "number: \"SN-1\" quantity: \"1\" to_location_id: \"HALL\"");
  EXPECT_EQ(ParseOutput(kUuid)->lot_id(), kUuid);
  EXPECT_EQ(ParseComponent("steel/H-1=2.5@RAW:into=0")->ShortDebugString(),
            "lot { product_id: \"steel\" number: \"H-1\" } quantity: \"2.5\" "
            "from_location_id: \"RAW\" output_index: 0");
  EXPECT_FALSE(ParseComponent("steel/H-1=2.5")->has_output_index());
  EXPECT_EQ(ParseByProduct("swarf/=3@BIN")->ShortDebugString(),
            "lot { product_id: \"swarf\" } quantity: \"3\" to_location_id: \"BIN\"");
  EXPECT_EQ(ParseComponent("H-1=2.5")->lot().ShortDebugString(), "number: \"H-1\"");
}

// An output of a completion got no dates at the terminal.
TEST(Completion, AnOutputMayHaveDates) {
  EXPECT_EQ(ParseOutput("B-1=200@HALL:expires=2027-06-30")->ShortDebugString(),
            "number: \"B-1\" quantity: \"200\" to_location_id: \"HALL\" "
            "expire_date { year: 2027 month: 6 day: 30 }");
  const auto all = ParseOutput(
      "A:7=2@a@b:alert=2027-01-05:remove-by=2027-01-04:best-before=2027-01-03:expires=2027-01-02:"
      "manufactured=2027-01-01");
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->number(), "A:7");
  EXPECT_EQ(all->to_location_id(), "a@b");
  EXPECT_EQ(Show(all->manufacture_date()), "2027-01-01");
  EXPECT_EQ(Show(all->expire_date()), "2027-01-02");
  EXPECT_EQ(Show(all->best_before_date()), "2027-01-03");
  EXPECT_EQ(Show(all->removal_date()), "2027-01-04");
  EXPECT_EQ(Show(all->alert_date()), "2027-01-05");
  EXPECT_EQ(ParseOutput(":expires=2027-01-02")->number(), "");
  const auto by_id = ParseOutput(std::string(kUuid) + ":expires=2027-01-02");
  ASSERT_TRUE(by_id.ok()) << by_id.status();
  EXPECT_EQ(by_id->lot_id(), kUuid);
  EXPECT_EQ(ParseOutput("LOT:expires")->number(), "LOT:expires");
  EXPECT_EQ(ParseOutput("LOT:a=b")->number(), "LOT:a=b");
}

TEST(Completion, AWrongDateOfAnOutputIsNoPartOfItsNumber) {
  struct Case {
    const char* text;
    const char* said;
  };
  for (const Case& c :
       {Case{"B-1:expires=soon", "'soon' is no date"}, Case{"B-1:expires=", "'' is no date"},
        Case{"B-1:expires=2027-01-01=5", "'2027-01-01=5' is no date"},
        Case{"B-1:expiry=2027-01-01", "':expiry=2027-01-01' is no date of an output"},
        Case{"B-1:alert=2027-01-01:alert=2027-01-02", ":alert= is given twice"}}) {
    const absl::Status status = ParseOutput(c.text).status();
    EXPECT_EQ(ExitCodeOf(status), kExitUsage) << c.text;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(c.said)) << c.text;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(c.text));
  }
}

// Unquoted, a shell sent lotctl's answer to the file 0, and the component became one of the whole
// order.
TEST(Completion, NoPartOfAComponentIsAShellsMark) {
  const absl::Status quoted = ParseComponent("battery/B4>0").status();
  EXPECT_EQ(ExitCodeOf(quoted), kExitUsage);
  EXPECT_THAT(std::string(quoted.message()), testing::HasSubstr("write 'battery/B4:into=0'"));
  EXPECT_EQ(ParseComponent("battery/A>B")->lot().number(), "A>B");
  EXPECT_EQ(ParseComponent("battery/B4:into=3")->output_index(), 3);
  EXPECT_EQ(ParseComponent("battery/A:into=7=1:into=3")->lot().number(), "A:into=7");
  for (const char* text : {"battery/B4:into=", "battery/B4:into=-1", "battery/B4:into=x"}) {
    EXPECT_EQ(ExitCodeOf(ParseComponent(text).status()), kExitUsage) << text;
  }
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
    EXPECT_TRUE(ParseAttribute(text, Berlin, attributes).ok()) << text;
  }
  EXPECT_EQ(Show(attributes["colour"], *Berlin()), "blue");
  EXPECT_EQ(Show(attributes["purity"], *Berlin()), "99.95");
  EXPECT_EQ(Show(attributes["tested"], *Berlin()), "yes");
  EXPECT_EQ(Show(attributes["tested_on"], *Berlin()), "2026-01-31");
  EXPECT_EQ(Show(attributes["at"], *Berlin()), "2026-01-31 09:00:00+01:00");
  for (const char* text :
       {"colour", "=blue", "x:decimal=much", "x:flag=perhaps", "x:size=3", "x:date=tomorrow"}) {
    EXPECT_FALSE(ParseAttribute(text, Berlin, attributes).ok()) << text;
  }
}

TEST(Times, AreMeantInTheCompanysZoneUnlessTheySayOne) {
  const auto shown = [](const char* text) {
    return InBerlin(*ParseTime(text, DayEdge::kBegin, Berlin));
  };
  EXPECT_EQ(shown("2026-01-31T10:00:00+02:00"), "2026-01-31 09:00:00+01:00");
  EXPECT_EQ(shown("2026-01-31T08:00:00Z"), "2026-01-31 09:00:00+01:00");
  EXPECT_EQ(shown("2026-01-31T08:00:00"), "2026-01-31 08:00:00+01:00");
  EXPECT_EQ(shown("2026-07-31T08:00"), "2026-07-31 08:00:00+02:00");
  EXPECT_EQ(shown("2026-01-31 09:00:00+01:00"), "2026-01-31 09:00:00+01:00");  // as it is shown
  EXPECT_EQ(Show(*ParseDate("2026-01-31")), "2026-01-31");
  for (const char* text : {"", "yesterday", "2026-13-01", "2026-02-30", "2026-05", "2026"}) {
    EXPECT_FALSE(ParseTime(text, DayEdge::kBegin, Berlin).ok()) << text;
    EXPECT_FALSE(ParseDate(text).ok()) << text;
  }
}

TEST(Times, ADayAloneIsItsBeginOrItsEndThere) {
  EXPECT_EQ(InBerlin(*ParseTime("2026-05-01", DayEdge::kBegin, Berlin)),
            "2026-05-01 00:00:00+02:00");
  EXPECT_EQ(InBerlin(*ParseTime("2026-05-01", DayEdge::kEnd, Berlin)), "2026-05-02 00:00:00+02:00");
  const auto last = ParseTime("2026-05-01", DayEdge::kLast, Berlin);
  EXPECT_EQ(InBerlin(*last), "2026-05-01 23:59:59+02:00");
  EXPECT_EQ(last->nanos(), 999'999'000);
  // A day of 25 hours.
  EXPECT_EQ(InBerlin(*ParseTime("2026-10-25", DayEdge::kEnd, Berlin)), "2026-10-26 00:00:00+01:00");
}

TEST(Times, TheZoneIsAskedForOnlyWhereItIsNeeded) {
  const auto nobody = []() -> absl::StatusOr<absl::TimeZone> {
    return absl::PermissionDeniedError("no");
  };
  EXPECT_TRUE(ParseTime("2026-01-31T08:00:00Z", DayEdge::kBegin, nobody).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(ParseTime("2026-01-31", DayEdge::kEnd, nobody).status()));
}

TEST(Times, UtcIsShownAsZ) {
  EXPECT_EQ(Show(*ParseTime("2026-01-31T08:00:00Z", DayEdge::kBegin, Berlin), absl::UTCTimeZone()),
            "2026-01-31 08:00:00Z");
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

// "supplier return" was shown, and refused.
template <class Enum>
void ExpectReadAsShown() {
  const google::protobuf::EnumDescriptor& values = *google::protobuf::GetEnumDescriptor<Enum>();
  for (int i = 1; i < values.value_count(); ++i) {
    const Enum value = static_cast<Enum>(values.value(i)->number());
    const std::string shown = Show(value);
    for (const std::string& text :
         {shown, absl::StrReplaceAll(shown, {{" ", "-"}}), absl::StrReplaceAll(shown, {{" ", "_"}}),
          absl::AsciiStrToUpper(shown)}) {
      Enum read = {};
      EXPECT_TRUE(Parse(text, read)) << text;
      EXPECT_EQ(read, value) << text;
    }
  }
}

TEST(Enumerations, AreReadInEveryFormInWhichTheyAreShown) {
  ExpectReadAsShown<v1::Tracking>();
  ExpectReadAsShown<v1::CounterReset>();
  ExpectReadAsShown<v1::LocationKind>();
  ExpectReadAsShown<v1::MovementKind>();
  ExpectReadAsShown<v1::LotState>();
  ExpectReadAsShown<v1::WorkOrderState>();
  ExpectReadAsShown<v1::SuggestStrategy>();
  ExpectReadAsShown<v1::Acceptance>();
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
