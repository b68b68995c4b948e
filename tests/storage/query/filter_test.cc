// Filters: grammar, refusals, SQL.
#include "storage/query/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/query/like.h"
#include "tests/support/base/random.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr FilterEnumValue kStates[] = {{"PLANNED", 1}, {"ACTIVE", 2}};
constexpr FilterField kFields[] = {
    {.name = "number", .sql = "n", .search_sql = "s", .is_number_key = true},
    {.name = "reference", .sql = "r"},
    {.name = "create_time", .type = FilterType::kTime, .sql = "t"},
    {.name = "expire_date", .type = FilterType::kDate, .sql = "d"},
    {.name = "quantity", .type = FilterType::kQuantity, .sql = "q"},
    {.name = "held", .type = FilterType::kBool, .sql = "b"},
    {.name = "state",
     .type = FilterType::kEnum,
     .sql = "e",
     .values = kStates,
     .value_prefix = "LOT_STATE_"},
    {.name = "lot_id", .type = FilterType::kUuid, .sql = "u"},
    {.name = "work_order_id", .type = FilterType::kMember, .sql = "EXISTS (w = $?)"},
    {.name = "cause",
     .type = FilterType::kMember,
     .sql = "c = $?",
     .values = kStates,
     .value_prefix = "LOT_STATE_"},
    {.name = "attributes", .type = FilterType::kAttributes, .sql = "a"},
};

absl::StatusOr<Filter> Compile(absl::string_view text, pg::Params& params) {
  absl::TimeZone berlin;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  return CompileFilter(text, kFields, berlin, params);
}

// The SQL, or the refusal.
std::string Sql(absl::string_view text) {
  pg::Params params;
  const absl::StatusOr<Filter> filter = Compile(text, params);
  return filter.ok() ? filter->sql : std::string(filter.status().message());
}

// Whether the parameters are these, encoded.
template <class... Args>
void ExpectValues(absl::string_view text, const Args&... args) {
  pg::Params params;
  const absl::StatusOr<Filter> filter = Compile(text, params);
  ASSERT_TRUE(filter.ok()) << filter.status();
  const pg::Params expected = pg::Params::Of(args...);
  ASSERT_EQ(params.size(), expected.size()) << text;
  for (int i = 0; i < params.size(); ++i) {
    EXPECT_EQ(params.type(i), expected.type(i)) << text << " $" << i + 1;
    EXPECT_EQ(std::string(params.data(i), params.length(i)),
              std::string(expected.data(i), expected.length(i)))
        << text << " $" << i + 1;
  }
}

TEST(Filter, Structure) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"", "TRUE"},
      {" \t\n", "TRUE"},
      {"held = true", "(b = $1)"},
      {"  held=true  ", "(b = $1)"},
      {"held = true AND held = false", "((b = $1) AND (b = $2))"},
      {"held = true OR held = false", "((b = $1) OR (b = $2))"},
      // OR binds tighter than AND.
      {"held=true AND held=true OR held=true AND held=true",
       "((b = $1) AND ((b = $2) OR (b = $3)) AND (b = $4))"},
      {"(held=true AND held=true) OR held=true", "(((b = $1) AND (b = $2)) OR (b = $3))"},
      {"NOT held=true", "((b = $1) IS NOT TRUE)"},
      {"-held=true", "((b = $1) IS NOT TRUE)"},
      {"NOT(held=true OR held=true)AND held=true",
       "((((b = $1) OR (b = $2)) IS NOT TRUE) AND (b = $3))"},
      {"- (held=true)", "((b = $1) IS NOT TRUE)"},
      {"((held=true))", "(b = $1)"},
      {"held != true", "((b = $1) IS NOT TRUE)"},
  };
  for (const auto& [text, sql] : kCases) EXPECT_EQ(Sql(text), sql) << text;
}

TEST(Filter, MembersOfAnEnum) {
  EXPECT_EQ(Sql("cause = ACTIVE"), "(c = $1)");
  ExpectValues("cause = LOT_STATE_ACTIVE", int64_t{2});
  EXPECT_EQ(Sql("cause != PLANNED"), "((c = $1) IS NOT TRUE)");
  EXPECT_THAT(Sql("cause = OLD"), HasSubstr("PLANNED, ACTIVE"));
}

TEST(Filter, MembersOfAUuidAndOfValuesWithAPredicateEach) {
  static constexpr FilterEnumValue kPlaces[] = {{"HERE", 1, "here"}, {"GONE", 2, "NOT here"}};
  static constexpr FilterField kOwn[] = {
      {.name = "unit", .type = FilterType::kMember, .sql = "inside($?, $?)", .is_uuid = true},
      {.name = "where", .type = FilterType::kMember, .values = kPlaces}};
  const auto sql = [&](absl::string_view text) {
    pg::Params params;
    const auto filter = CompileFilter(text, kOwn, absl::UTCTimeZone(), params);
    return filter.ok() ? absl::StrCat(filter->sql, " of ", params.size())
                       : std::string(filter.status().message());
  };
  EXPECT_EQ(sql("unit = 00000000-0000-0000-0000-00000000000c"), "(inside($1, $1)) of 1");
  EXPECT_THAT(sql("unit = c"), HasSubstr("expected a UUID"));
  EXPECT_EQ(sql("where = GONE OR where = HERE"), "((NOT here) OR (here)) of 0");
  EXPECT_EQ(sql("where != HERE"), "((here) IS NOT TRUE) of 0");
  EXPECT_THAT(sql("where = LOST"), HasSubstr("expected one of HERE, GONE"));
}

// An attribute has one of five types, and a filter does not say which.
TEST(Filter, AttributesByTheirKeys) {
  const auto is = [](const std::string& type, int value) {
    return absl::StrCat("a @> jsonb_build_object($1::text, jsonb_build_object('", type, "', $",
                        value, "::text))");
  };
  EXPECT_EQ(Sql("attributes.colour = red"), absl::StrCat("(a <> '{}' AND (", is("text", 2), "))"));
  ExpectValues("attributes.colour = red", std::string("colour"), std::string("red"));
  ExpectValues("attributes.\"lot size\" = red", std::string("lot size"), std::string("red"));
  ExpectValues("attributes.a.b = red", std::string("a.b"), std::string("red"));
  EXPECT_EQ(Sql("attributes.width = 12.50"),
            absl::StrCat("(a <> '{}' AND (", is("text", 2), " OR ", is("decimal", 3), "))"));
  ExpectValues("attributes.width = 12.50", std::string("width"), std::string("12.50"),
               std::string("12.5"));
  EXPECT_EQ(Sql("attributes.bio = true"),
            absl::StrCat("(a <> '{}' AND (", is("text", 2), " OR ", is("flag", 3), "))"));
  EXPECT_EQ(Sql("attributes.caught != 2026-01-31"),
            absl::StrCat("((a <> '{}' AND (", is("text", 2), " OR ", is("date", 3),
                         " OR (a ? $1::text"
                         " AND (a #>> ARRAY[$1::text, 'time'])::timestamptz >= $4"
                         " AND (a #>> ARRAY[$1::text, 'time'])::timestamptz < $5)"
                         ")) IS NOT TRUE)"));
  EXPECT_EQ(Sql("attributes.colour:*"), "(a <> '{}' AND a ? $1::text)");
  EXPECT_EQ(Sql("attributes.width > 5"), "((a #>> ARRAY[$1::text, 'decimal'])::numeric > $2)");
  EXPECT_EQ(Sql("attributes.grade >= b"), "((a #>> ARRAY[$1::text, 'text']) COLLATE \"C\" >= $2)");
  EXPECT_EQ(Sql("attributes.caught <= 2026-01-31"),
            "((a #>> ARRAY[$1::text, 'date'])::date <= $2 OR "
            "(a #>> ARRAY[$1::text, 'time'])::timestamptz < $3)");
  for (const char* refused : {"attributes = red", "attributes. = red", "attributes.colour : red",
                              "attributes.colour = re*", "attributes.\"a*\" = red",
                              "attributes.\"a = red", "number.x = red"}) {
    pg::Params params;
    EXPECT_FALSE(Compile(refused, params).ok()) << refused;
  }
}

TEST(Filter, EveryTypeAndOperator) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"reference = \"x\"", "(r = $1)"},
      {"reference < x", "(r < $1)"},
      {"reference >= x", "(r >= $1)"},
      {"reference = ab*", "((r >= $1) AND (r < $2))"},
      {"reference != ab*", "(((r >= $1) AND (r < $2)) IS NOT TRUE)"},
      {"reference = *", "(r >= $1)"},
      {"reference:*", "(r <> '')"},
      {"number = sn-1", "(n = $1)"},
      {"number = SN-1", "((n = $1) OR (n = $2))"},
      {"number = SN*", "(((n >= $1) AND (n < $2)) OR ((n >= $3) AND (n < $4)))"},
      {"number : x", "(s LIKE $1)"},
      {"create_time < 2026-01-31T10:00:00Z", "(t < $1)"},
      {"create_time = 2026-01-31", "((t >= $1) AND (t < $2))"},
      {"create_time != 2026-01-31", "(((t >= $1) AND (t < $2)) IS NOT TRUE)"},
      {"create_time:*", "(t IS NOT NULL)"},
      {"expire_date <= 2026-01-31", "(d <= $1)"},
      {"quantity > -12.5", "(q > $1)"},
      {"quantity:*", "(q <> 0)"},
      {"held = false", "(b = $1)"},
      {"state = ACTIVE", "(e = $1)"},
      {"state != LOT_STATE_ACTIVE", "((e = $1) IS NOT TRUE)"},
      {"lot_id = 0190163d-8694-739b-aea5-966c26f8ad91", "(u = $1)"},
      {"work_order_id = MO-1", "(EXISTS (w = $1))"},
      {"work_order_id != MO-1", "((EXISTS (w = $1)) IS NOT TRUE)"},
  };
  for (const auto& [text, sql] : kCases) EXPECT_EQ(Sql(text), sql) << text;
}

TEST(Filter, TextValues) {
  ExpectValues("reference = abc", "abc");
  ExpectValues("reference = \"a b\"", "a b");
  ExpectValues("reference = 'a \"b\"'", "a \"b\"");
  ExpectValues("reference = \"a \\\"b\\\" \\\\ \\*\"", "a \"b\" \\ *");
  ExpectValues("reference = a\\*", "a*");
  ExpectValues("reference = \"\"", "");
  ExpectValues("reference = \"AND\"", "AND");
  ExpectValues("reference = \"'; DROP TABLE lots; --\"", "'; DROP TABLE lots; --");
  ExpectValues("reference = $1", "$1");
  ExpectValues("reference = Lö", "Lö");
  ExpectValues("reference = AB*", "AB", "AC");
  ExpectValues("reference = \"AB\\\\*\"", "AB\\", "AB]");
  ExpectValues("number = SN-1", "SN-1", "sn-1");
  ExpectValues("number > SN-1", "sn-1");
  ExpectValues("number : \"50%_\\\\A\"", "%50\\%\\_\\\\a%");
}

TEST(Filter, OtherValues) {
  const auto utc = [](const absl::CivilSecond& civil) {
    return absl::FromCivil(civil, absl::UTCTimeZone());
  };
  const absl::Time ten = utc(absl::CivilSecond(2026, 1, 31, 10));
  ExpectValues("create_time < 2026-01-31T10:00:00Z", ten);
  ExpectValues("create_time < \"2026-01-31T12:00:00.0000009+02:00\"", ten);
  ExpectValues("create_time > 2026-01-31T10:00:00Z", ten + absl::Microseconds(1));
  ExpectValues("create_time <= 2026-01-31T10:00:00Z", ten + absl::Microseconds(1));
  // A day begins where the company is.
  const absl::Time begin = utc(absl::CivilSecond(2026, 1, 30, 23));
  ExpectValues("create_time >= 2026-01-31", begin);
  ExpectValues("create_time < 2026-01-31", begin);
  ExpectValues("create_time > 2026-01-31", begin + absl::Hours(24));
  ExpectValues("create_time <= 2026-01-31", begin + absl::Hours(24));
  ExpectValues("create_time = 2026-03-29", utc(absl::CivilSecond(2026, 3, 28, 23)),
               utc(absl::CivilSecond(2026, 3, 29, 22)));
  ExpectValues("expire_date = 2028-02-29", absl::CivilDay(2028, 2, 29));
  ExpectValues("quantity = 0.3", Quantity::FromMicros(300'000));
  ExpectValues("held = true AND held = 'false'", true, false);
  ExpectValues("state = PLANNED OR state = LOT_STATE_ACTIVE", int64_t{1}, int64_t{2});
  ExpectValues("work_order_id = MO-1", "MO-1");
}

TEST(Filter, SaysWhatIsWrongAndWhere) {
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"nummer = 1",
       "filter: unknown field nummer (known: number, reference, create_time, expire_date, "
       "quantity, held, state, lot_id, work_order_id, cause, attributes.KEY), at character 1 "
       "(\"nummer = 1\")"},
      {"held = true SN-1", "filter: expected AND, OR or the end, at character 13 (\"SN-1\")"},
      {"held = true AND",
       "filter: expected a comparison such as number = \"SN-1\", at character 16 (the end)"},
      {"AND held = true",
       "filter: expected a comparison such as number = \"SN-1\", at character 1 (\"AND held = "
       "true\")"},
      {"\"SN-1\"",
       "filter: expected a comparison such as number = \"SN-1\", at character 1 (\"\"SN-1\"\")"},
      {"SN-1", "filter: expected one of = != < > <= >= :, at character 3 (\"-1\")"},
      {"held", "filter: expected one of = != < > <= >= :, at character 5 (the end)"},
      {"(held = true", "filter: expected AND, OR or ), at character 13 (the end)"},
      {"held = true)", "filter: expected AND, OR or the end, at character 12 (\")\")"},
      {"held =",
       "filter: expected a value (texts with spaces or signs in quotes), at character 7 (the end)"},
      {"reference = AND",
       "filter: expected a value (texts with spaces or signs in quotes), at character 13 "
       "(\"AND\")"},
      {"reference = 'ö\" ", "filter: a quote that is not closed, at character 13 (\"'ö\" \")"},
      {"reference = \"\\n\"",
       "filter: a \\ before something other than a quote, \\ or *, at character 14 (\"\\n\"\")"},
      {"reference = 'öä' x", "filter: expected AND, OR or the end, at character 18 (\"x\")"},
      {"reference = *a",
       "filter: a * is allowed at the end of a text after = and != only (\\* is the character; : "
       "finds a text anywhere without it), at character 13 (\"*a\")"},
      {"reference > a*",
       "filter: a * is allowed at the end of a text after = and != only (\\* is the character; : "
       "finds a text anywhere without it), at character 13 (\"a*\")"},
      {"state = ACT*",
       "filter: a * is allowed in texts only, and state is none (\\* is the character), at "
       "character 9 (\"ACT*\")"},
      {"reference:a",
       "filter: : is not allowed for reference (allowed: = != < > <= >= :*), at character 10 "
       "(\":a\")"},
      {"state < ACTIVE",
       "filter: < is not allowed for state (allowed: = != :*), at character 7 (\"< ACTIVE\")"},
      {"work_order_id:*",
       "filter: : is not allowed for work_order_id (allowed: = !=), at character 14 (\":*\")"},
      {"number:\"\"", "filter: expected a text to look for, at character 8 (\"\"\"\")"},
      {"state = active", "filter: expected one of PLANNED, ACTIVE, at character 9 (\"active\")"},
      {"held = TRUE", "filter: expected true or false, at character 8 (\"TRUE\")"},
      {"lot_id = 7", "filter: expected a UUID, at character 10 (\"7\")"},
      {"quantity = 1e3",
       "filter: expected a decimal such as 12.5, of at most six places, at character 12 (\"1e3\")"},
      {"expire_date = 2026-02-30",
       "filter: expected a date such as 2026-01-31, at character 15 (\"2026-02-30\")"},
      {"expire_date = 2026-2-3",
       "filter: expected a date such as 2026-01-31, at character 15 (\"2026-2-3\")"},
      {"create_time = infinite-future",
       "filter: expected an instant such as 2026-01-31T10:00:00Z, or a date such as 2026-01-31, "
       "at character 15 (\"infinite-future\")"},
      {"create_time = '2026-01-31T10:00:00Z '",
       "filter: expected an instant such as 2026-01-31T10:00:00Z, or a date such as 2026-01-31, "
       "at character 15 (\"'2026-01-31T10:00:00Z '\")"},
      {"reference = \x01", "filter: a control character, at character 13 (\"\x01\")"},
      {"reference = \xff", "filter: not valid UTF-8, at character 1 (the end)"},
  };
  for (const auto& [text, message] : kCases) EXPECT_EQ(Sql(text), message) << text;
}

TEST(Filter, RefusalIsStructured) {
  pg::Params params;
  const absl::Status status = Compile("held = true AND x = 1", params).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::vector<Problem> problems = ProblemsOf(status);
  ASSERT_EQ(problems.size(), 1);
  EXPECT_EQ(problems[0].reason, Reason::kFilterInvalid);
  EXPECT_EQ(problems[0].field, "filter");
  EXPECT_EQ(problems[0].facts,
            (Facts{{"known_fields",
                    "number, reference, create_time, expire_date, quantity, held, state, lot_id, "
                    "work_order_id, cause, attributes.KEY"},
                   {"position", "17"}}));
}

TEST(Filter, Limits) {
  const auto joined = [](int comparisons) {
    std::string text = "held=true";
    for (int i = 1; i < comparisons; ++i) absl::StrAppend(&text, " AND held=true");
    return text;
  };
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(depth, '('), "held=true", std::string(depth, ')'));
  };
  // 25 comparisons and 24 ANDs are 49 nodes; one NOT more makes 50.
  EXPECT_THAT(Sql(absl::StrCat("NOT ", joined(25))), ::testing::StartsWith("("));
  EXPECT_THAT(Sql(joined(26)), HasSubstr("more than 50 comparisons"));
  EXPECT_EQ(Sql(nested(10)), "(b = $1)");
  EXPECT_THAT(Sql(nested(11)), HasSubstr("more than 10 levels of parentheses"));
  EXPECT_EQ(Sql(std::string(kFilterBytesMax, ' ')), "TRUE");
  EXPECT_THAT(Sql(std::string(kFilterBytesMax + 1, ' ')), HasSubstr("longer than 2048 bytes"));
  // Parentheses side by side are not within each other.
  EXPECT_EQ(Sql(absl::StrCat(nested(10), " OR ", nested(10))), "((b = $1) OR (b = $2))");
}

TEST(Filter, PlaceholdersFollowThoseThatAreThere) {
  pg::Params params = pg::Params::Of("acme", int64_t{7});
  const absl::StatusOr<Filter> filter = Compile("reference = a* AND held = true", params);

  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter->sql, "(((r >= $3) AND (r < $4)) AND (b = $5))");
  EXPECT_EQ(params.size(), 5);
}

TEST(Filter, KnowsWhichFieldsItNames) {
  pg::Params params;
  const absl::StatusOr<Filter> filter = Compile("NOT state = ACTIVE AND held = true", params);

  ASSERT_TRUE(filter.ok());
  EXPECT_THAT(filter->fields, ElementsAre("state", "held"));
  EXPECT_TRUE(filter->Names("state"));
  EXPECT_FALSE(filter->Names("number"));
}

TEST(Filter, TellsWhatEveryRowEquals) {
  const auto equalities = [](const char* text) {
    pg::Params params;
    const absl::StatusOr<Filter> filter = Compile(text, params);
    EXPECT_TRUE(filter.ok()) << filter.status();
    std::vector<std::string> pairs;
    for (const auto& [field, value] : filter->equalities) pairs.push_back(field + "=" + value);
    return pairs;
  };
  EXPECT_THAT(equalities(""), IsEmpty());
  EXPECT_THAT(equalities("number = 1"), ElementsAre("number=1"));
  EXPECT_THAT(equalities("(number = 1 AND held = true) AND reference = \"a b\""),
              ElementsAre("number=1", "held=true", "reference=a b"));
  for (const char* const other : {"number = 1 OR number = 2", "NOT number = 1", "number != 1",
                                  "number = 1*", "number > 1", "number:*"}) {
    EXPECT_THAT(equalities(other), IsEmpty()) << other;
  }
}

// Garbage that is nearly a filter.
std::string AnyFilter(TestRandom& random, absl::string_view marker) {
  const std::vector<std::string> pieces = {
      "number",
      "reference",
      "create_time",
      "expire_date",
      "quantity",
      "held",
      "state",
      "lot_id",
      "work_order_id",
      "=",
      "!=",
      "<",
      ">=",
      ":",
      " AND ",
      " OR ",
      " NOT ",
      "-",
      "(",
      ")",
      "\"",
      "'",
      "\\",
      "*",
      " ",
      "true",
      "2026-01-31",
      "2026-01-31T10:00:00Z",
      "12.5",
      "ACTIVE",
      std::string(marker),
      absl::StrCat("\"", marker, "\""),
      absl::StrCat("'", marker, "*'"),
      "\xff",
      "ö",
      std::string(1, '\0'),
      "$1",
      ";",
      "--",
  };
  std::string text;
  for (int64_t i = random.Between(1, 14); i > 0; --i) text += random.Pick(pieces);
  return text;
}

// A filter that is right, most of the time.
std::string GoodFilter(TestRandom& random, absl::string_view marker, int depth) {
  switch (depth == 0 ? 0 : random.Between(0, 4)) {
    case 1:
      return absl::StrCat(GoodFilter(random, marker, depth - 1), " AND ",
                          GoodFilter(random, marker, depth - 1));
    case 2:
      return absl::StrCat(GoodFilter(random, marker, depth - 1), " OR ",
                          GoodFilter(random, marker, depth - 1));
    case 3:
      return absl::StrCat("NOT (", GoodFilter(random, marker, depth - 1), ")");
    case 4:
      return absl::StrCat("-number = \"", marker, "*\"");
    default:
      return absl::StrCat(random.Between(0, 1) ? "reference" : "number",
                          random.Between(0, 1) ? " = " : " > ", "'", marker, "'");
  }
}

// What may stand in the SQL of kFields: nothing that a caller wrote.
void ExpectOnlyOurSql(absl::string_view text, const std::string& sql, const pg::Params& params) {
  EXPECT_FALSE(absl::StrContains(sql, "zq")) << text << " → " << sql;
  for (const char* outside : {"\"", ";", "--", "\\", "\xff", "ö"}) {
    EXPECT_FALSE(absl::StrContains(sql, outside)) << text << " → " << sql;
  }
  EXPECT_FALSE(absl::StrContains(sql, absl::StrCat("$", params.size() + 1))) << sql;
}

TEST(Filter, RandomTextNeverCrashesAndNeverReachesTheSql) {
  TestRandom random;
  TRACE_SEED(random);

  int compiled = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string text =
        round % 2 ? AnyFilter(random, "zq'--") : GoodFilter(random, "zq\\'; --", 3);
    pg::Params params;
    const absl::StatusOr<Filter> filter = Compile(text, params);
    if (filter.ok()) {
      ++compiled;
      ExpectOnlyOurSql(text, filter->sql, params);
    } else {
      EXPECT_EQ(ProblemsOf(filter.status()).size(), 1) << text;
      EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument) << text;
    }
  }
  EXPECT_GT(compiled, 20'000);
}

TEST(PrefixEnd, IsTheLeastTextAbove) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a9"), "a:");
  EXPECT_EQ(PrefixEnd("\x7f"), "\u0080");
  EXPECT_EQ(PrefixEnd("a\ud7ff"), "a\ue000");
  EXPECT_EQ(PrefixEnd("a\U0010ffff"), "b");
  EXPECT_EQ(PrefixEnd("\U0010ffff\U0010ffff"), std::nullopt);
  EXPECT_EQ(PrefixEnd(""), std::nullopt);
}

}  // namespace
}  // namespace lots
