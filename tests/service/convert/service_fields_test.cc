// What requests may carry, and how it is refused.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"

namespace lots {
namespace {

// The message of the only problem, or empty.
std::string MessageOf(const FieldChecker& fields) {
  EXPECT_LE(fields.problems().size(), 1u);
  return fields.ok() ? "" : fields.problems()[0].message;
}

google::type::Date DateOf(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

TEST(Fields, TextsAreCountedInCharacters) {
  FieldChecker fields;
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "ü";

  EXPECT_EQ(fields.Line("name", umlauts, 64), umlauts);
  EXPECT_TRUE(fields.ok());
  EXPECT_EQ(fields.Line("name", umlauts + "u", 64), "");
  EXPECT_NE(MessageOf(fields).find("is too long (65 characters), at most 64"), std::string::npos);
}

TEST(Fields, CharactersThatCannotBeStoredOrSeenAreRefused) {
  const struct {
    std::string text;
    bool line;
    bool text_of_lines;
    bool id;
  } kCases[] = {
      {"plain", true, true, true},
      {"two words", true, true, true},
      {"", true, true, true},
      {"a\nb", false, true, false},
      {"a\tb", false, true, false},
      {std::string("a\0b", 3), false, false, false},
      {"a\x7F", false, false, false},
      {"a\u200Bb", true, true, false},
      {" a", true, true, false},
      {"a ", true, true, false},
      {"\xC3\x28", false, false, false},
      {"Größe 漢字", true, true, true},
  };
  for (const auto& test : kCases) {
    FieldChecker line;
    FieldChecker text;
    FieldChecker id;
    line.Line("f", test.text, 100);
    text.Text("f", test.text, 100);
    id.OptionalId("f", test.text);
    EXPECT_EQ(line.ok(), test.line) << test.text;
    EXPECT_EQ(text.ok(), test.text_of_lines) << test.text;
    EXPECT_EQ(id.ok(), test.id) << test.text;
  }
}

TEST(Fields, ARefusalNamesTheFieldAndTheValue) {
  FieldChecker fields;

  fields.RequiredUuid<LotId>("lot_id", "no-uuid");

  EXPECT_EQ(fields.problems()[0].field, "lot_id");
  EXPECT_EQ(MessageOf(fields), "lot_id: value \"no-uuid\" is not a UUID");
}

TEST(Fields, ALongValueIsCutBetweenCharacters) {
  FieldChecker fields;
  std::string text = "a";
  for (int i = 0; i < 100; ++i) text += "漢";

  fields.Line("f", text, 10);

  for (const auto& [key, value] : fields.problems()[0].facts) {
    EXPECT_LT(value.size(), 100u) << key;
    FieldChecker of_value;
    of_value.Line(key, value, 100);
    EXPECT_TRUE(of_value.ok()) << value;
  }
}

TEST(Fields, CollectEveryProblemOfARequest) {
  FieldChecker fields;

  fields.RequiredId("product_id", "");
  fields.InRange("count", 0, 1, 10);
  fields.RequiredQuantity("quantity", "1e3");

  ASSERT_EQ(fields.problems().size(), 3u);
  EXPECT_EQ(ProblemsOf(fields.status()).size(), 3u);
  EXPECT_EQ(fields.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Fields, QuantitiesArePositiveDecimals) {
  for (const char* good : {"1", "0.000001", "12.500", "1000000000000"}) {
    FieldChecker fields;
    EXPECT_TRUE(fields.RequiredQuantity("q", good).IsPositive()) << good;
    EXPECT_TRUE(fields.ok()) << good;
  }
  for (const char* bad : {"", "0", "0.0", "-1", "1,5", "abc", "1e3", "+1", " 1", "0.0000001",
                          "1000000000001", "NaN"}) {
    FieldChecker fields;
    fields.RequiredQuantity("q", bad);
    EXPECT_FALSE(fields.ok()) << bad;
  }
  FieldChecker fields;
  EXPECT_FALSE(fields.OptionalQuantity("q", "").has_value());
  EXPECT_TRUE(fields.ok());
}

TEST(Fields, DatesAreRealDays) {
  for (const google::type::Date& good :
       {DateOf(2024, 2, 29), DateOf(1, 1, 1), DateOf(9999, 12, 31)}) {
    FieldChecker fields;
    EXPECT_EQ(fields.Date("d", &good), absl::CivilDay(good.year(), good.month(), good.day()));
    EXPECT_TRUE(fields.ok());
  }
  for (const google::type::Date& bad :
       {DateOf(2023, 2, 29), DateOf(0, 1, 1), DateOf(10000, 1, 1), DateOf(2024, 13, 1),
        DateOf(2024, 0, 1), DateOf(2024, 1, 0), DateOf(0, 0, 0), DateOf(-5, 1, 1),
        DateOf(2024, 1, 2147483647)}) {
    FieldChecker fields;
    EXPECT_EQ(fields.Date("d", &bad), std::nullopt);
    EXPECT_FALSE(fields.ok()) << bad.DebugString();
  }
}

TEST(Fields, TimestampsAreBounded) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'700'000'000);
  time.set_nanos(123'456'789);
  FieldChecker fields;

  // The database keeps microseconds.
  EXPECT_EQ(fields.Time("t", &time), absl::FromUnixMicros(1'700'000'000'123'456));
  for (const auto& [seconds, nanos] : std::vector<std::pair<int64_t, int>>{
           {-62'135'596'801, 0}, {253'402'300'800, 0}, {0, -1}, {0, 1'000'000'000}}) {
    FieldChecker of_bad;
    time.set_seconds(seconds);
    time.set_nanos(nanos);
    of_bad.Time("t", &time);
    EXPECT_FALSE(of_bad.ok()) << seconds << " " << nanos;
  }
}

TEST(Fields, WhatHappenedIsAtMostADayAhead) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const google::protobuf::Timestamp tomorrow = ToProto(now + absl::Hours(24));
  const google::protobuf::Timestamp later = ToProto(now + absl::Hours(25));
  FieldChecker fields;

  EXPECT_EQ(fields.OccurTime("occur_time", nullptr, now), now);
  EXPECT_EQ(fields.OccurTime("occur_time", &tomorrow, now), now + absl::Hours(24));
  EXPECT_TRUE(fields.ok());
  fields.OccurTime("occur_time", &later, now);
  EXPECT_FALSE(fields.ok());
}

TEST(Fields, ALotIsNamedOneWay) {
  const std::string uuid = "0190163d-8694-739b-aea5-966c26f8ad91";
  const struct {
    const char* lot_id;
    const char* product_id;
    const char* number;
    bool ok;
  } kCases[] = {
      {uuid.c_str(), "", "", true},
      {"", "steel", "L-1", true},
      {"", "", "", false},
      {"", "steel", "", false},
      {"", "", "L-1", false},
      {uuid.c_str(), "steel", "L-1", false},
      {uuid.c_str(), "", "L-1", false},
      {"x", "", "", false},
  };
  for (const auto& test : kCases) {
    v1::LotRef ref;
    ref.set_lot_id(test.lot_id);
    ref.set_product_id(test.product_id);
    ref.set_number(test.number);
    FieldChecker fields;
    fields.Lot("lot", ref);
    EXPECT_EQ(fields.ok(), test.ok) << ref.ShortDebugString();
  }
}

TEST(Fields, EnumerationsAreKnownAndGiven) {
  FieldChecker fields;

  EXPECT_EQ(fields.RequiredEnum<Tracking>("tracking", v1::TRACKING_SERIAL), Tracking::kSerial);
  EXPECT_EQ(fields.OptionalEnum<Tracking>("tracking", v1::TRACKING_UNSPECIFIED), std::nullopt);
  EXPECT_TRUE(fields.ok());
  fields.RequiredEnum<Tracking>("tracking", v1::TRACKING_UNSPECIFIED);
  fields.OptionalEnum<Tracking>("tracking", static_cast<v1::Tracking>(77));
  ASSERT_EQ(fields.problems().size(), 2u);
  EXPECT_NE(fields.problems()[0].message.find("TRACKING_NONE, TRACKING_LOT, TRACKING_SERIAL"),
            std::string::npos);
}

TEST(Fields, AnEtagThatIsNoneIsStale) {
  EXPECT_EQ(FieldChecker::Etag(""), std::nullopt);
  EXPECT_EQ(FieldChecker::Etag(EtagOf(7)), 7);
  for (const char* etag : {"7", "\"\"", "\"x\"", "\"7", "W/\"7\"", "\""}) {
    EXPECT_EQ(FieldChecker::Etag(etag), -1) << etag;
  }
}

TEST(Fields, AttributesKeepTheirTypes) {
  google::protobuf::Map<std::string, v1::AttributeValue> given;
  given["color"].set_text("red");
  given["weight"].set_decimal("3.750");
  given["tested"].set_flag(true);
  *given["tested on"].mutable_date() = DateOf(2026, 1, 31);
  *given["sampled"].mutable_time() = ToProto(absl::FromUnixSeconds(1));
  FieldChecker fields;

  const Attributes attributes = fields.AttributesOf("attributes", given);

  ASSERT_TRUE(fields.ok());
  ASSERT_EQ(attributes.size(), 5u);
  for (const auto& [key, value] : attributes) {
    const v1::AttributeValue back = ToProto(value);
    EXPECT_EQ(back.value_case(), given[key].value_case()) << key;
  }
  EXPECT_EQ(ToProto(attributes.at("weight")).decimal(), "3.75");
  given["empty"];
  fields.AttributesOf("attributes", given);
  EXPECT_FALSE(fields.ok());
}

TEST(ToProto, KeepsTimesBeforeTheEpochNormal) {
  const google::protobuf::Timestamp time = ToProto(absl::FromUnixMillis(-1));

  EXPECT_EQ(time.seconds(), -1);
  EXPECT_EQ(time.nanos(), 999'000'000);
}

TEST(ToProto, WritesQuantitiesInTheScaleOfTheProduct) {
  Lot lot;
  lot.on_hand = Quantity::FromMicros(12'500'000);
  lot.scale = 3;
  EXPECT_EQ(ToProto(lot).quantity(), "12.500");
  lot.tracking = Tracking::kSerial;
  lot.scale = 0;
  lot.on_hand = Quantity();
  EXPECT_EQ(ToProto(lot).quantity(), "1");
  EXPECT_EQ(ToProto(lot).on_hand_quantity(), "0");
}

}  // namespace
}  // namespace lots
