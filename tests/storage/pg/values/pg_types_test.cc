// What goes to PostgreSQL and comes back, for every type; PostgreSQL's own text is the judge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Company = Strong<struct CompanyTag, std::string>;
enum class Color : int16_t { kRed = 1, kBlue = 2 };

class Types : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { database_ = new TestDatabase(); }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }

  // One row. Composed, because one text serves many types.
  template <class... Args>
  Result Ask(const std::string& sql, const Args&... args) {
    Pipeline pipeline(*db_);
    pipeline.AddComposed("test_types", sql, Params::Of(args...));
    absl::StatusOr<Results> results = pipeline.Send();
    EXPECT_TRUE(results.ok()) << sql << ": " << results.status();
    return results.ok() ? std::move(results->front()) : Result();
  }

  // The value as PostgreSQL writes it.
  template <class T>
  std::string TextOf(const T& value) {
    return Ask("SELECT $1::text", value)[0].template Get<std::string>(0);
  }

  // The value as PostgreSQL sends it back.
  template <class T>
  T Echo(const T& value) {
    return Ask("SELECT $1", value)[0].template Get<T>(0);
  }

  static TestDatabase* database_;
  const std::unique_ptr<Connection> db_ = database_->Connect();
};

TestDatabase* Types::database_ = nullptr;

TEST_F(Types, SimpleValuesAreWhatPostgresqlReads) {
  EXPECT_EQ(TextOf(true), "true");
  EXPECT_EQ(TextOf(false), "false");
  EXPECT_EQ(TextOf(-42), "-42");
  EXPECT_EQ(TextOf(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(TextOf(Color::kBlue), "2");
  EXPECT_EQ(TextOf("größe"), "größe");
  EXPECT_EQ(TextOf(absl::string_view("view")), "view");
  EXPECT_EQ(TextOf(Company("acme")), "acme");
  EXPECT_EQ(TextOf(Bytes{std::string("\0\xff", 2)}), "\\x00ff");
  EXPECT_EQ(TextOf(*Uuid::Parse("0192d3a0-7c1e-7abc-8def-0123456789ab")),
            "0192d3a0-7c1e-7abc-8def-0123456789ab");
}

TEST_F(Types, SimpleValuesComeBack) {
  EXPECT_EQ(Echo(true), true);
  EXPECT_EQ(Echo<int64_t>(std::numeric_limits<int64_t>::max()),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Echo(-7), -7);
  EXPECT_EQ(Echo(Color::kRed), Color::kRed);
  EXPECT_EQ(Echo(std::string("")), "");
  EXPECT_EQ(Echo(Company("acme")), Company("acme"));
  EXPECT_EQ(Echo(Bytes{std::string("\0\xff", 2)}), (Bytes{std::string("\0\xff", 2)}));
  const Uuid id = Uuid::MakeV7();
  EXPECT_EQ(Echo(id), id);
}

TEST_F(Types, IntegersOfEverySizeAreReadAsIntegersAndEnums) {
  const Result result = Ask("SELECT 2::int2, 2::int4, 2::int8, (-2)::int2");

  for (int column = 0; column < 3; ++column) {
    EXPECT_EQ(result[0].Get<int64_t>(column), 2);
    EXPECT_EQ(result[0].Get<int>(column), 2);
    EXPECT_EQ(result[0].Get<Color>(column), Color::kBlue);
  }
  EXPECT_EQ(result[0].Get<int>(3), -2);
}

TEST_F(Types, EnumsAndIntegersFitSmallColumns) {
  database_->Execute("CREATE TABLE small (color int2 NOT NULL)");

  const Result inserted = Ask("INSERT INTO small VALUES ($1), ($2)", Color::kRed, 2);

  EXPECT_EQ(inserted.affected(), 2);
  EXPECT_EQ(Ask("SELECT FROM small WHERE color = $1", Color::kBlue).size(), 1);
}

TEST_F(Types, TextIsReadFromItsKin) {
  const Result result = Ask("SELECT 'a'::varchar(5), 'b'::char(3), 'c'::name, 'd'::text");

  EXPECT_EQ(result[0].Get<std::string>(0), "a");
  EXPECT_EQ(result[0].Get<std::string>(1), "b  ");
  EXPECT_EQ(result[0].Get<std::string>(2), "c");
  EXPECT_EQ(result[0].Get<absl::string_view>(3), "d");
}

TEST_F(Types, QuantitiesAreExact) {
  for (const absl::string_view text :
       {"0", "1", "-1", "0.1", "0.000001", "-0.000001", "9999", "10000", "10000.0001", "100000000",
        "99999999.999999", "1000000000000", "-1000000000000", "123456789012.345678", "0.0001",
        "0.000100", "5000.05"}) {
    const Quantity quantity = *Quantity::Parse(text);
    EXPECT_TRUE(Ask("SELECT $1 = $2::numeric", quantity, text)[0].Get<bool>(0)) << text;
    EXPECT_EQ(Ask("SELECT $1::numeric", text)[0].Get<Quantity>(0), quantity) << text;
  }
}

TEST_F(Types, RandomQuantitiesComeBack) {
  absl::BitGen random;
  std::vector<Quantity> quantities;
  for (int i = 0; i < 2'000; ++i) {
    quantities.push_back(Quantity::FromMicros(absl::Uniform<int64_t>(
        random, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())));
    quantities.push_back(
        Quantity::FromMicros(absl::LogUniform<int64_t>(random, 0, int64_t{1} << 60)));
  }
  quantities.push_back(Quantity::FromMicros(std::numeric_limits<int64_t>::min()));
  quantities.push_back(Quantity::FromMicros(std::numeric_limits<int64_t>::max()));

  std::vector<std::string> texts;
  for (const Quantity quantity : quantities) texts.push_back(quantity.ToString());

  EXPECT_EQ(Echo(quantities), quantities);
  EXPECT_EQ(Ask("SELECT $1::numeric[]", texts)[0].Get<std::vector<Quantity>>(0), quantities);
}

TEST_F(Types, SumsBeyondTheRangeSaturate) {
  const Result result = Ask("SELECT 1e30::numeric, -1e30::numeric, 9223372036855::numeric");

  EXPECT_EQ(result[0].Get<Quantity>(0).micros(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(result[0].Get<Quantity>(1).micros(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(result[0].Get<Quantity>(2).micros(), std::numeric_limits<int64_t>::max());
}

TEST_F(Types, TimesAreMicroseconds) {
  const absl::Time time = absl::FromUnixMicros(1'732'345'678'901'234);
  EXPECT_EQ(TextOf(time), "2024-11-23 07:07:58.901234+00");
  EXPECT_EQ(Echo(time), time);
  EXPECT_EQ(Echo(time + absl::Nanoseconds(999)), time);
  EXPECT_EQ(TextOf(absl::UnixEpoch() - absl::Microseconds(1)), "1969-12-31 23:59:59.999999+00");
  EXPECT_EQ(Echo(absl::UnixEpoch()), absl::UnixEpoch());
  EXPECT_EQ(TextOf(absl::InfiniteFuture()), "infinity");
  EXPECT_EQ(TextOf(absl::InfinitePast()), "-infinity");
  EXPECT_EQ(Echo(absl::InfiniteFuture()), absl::InfiniteFuture());
  EXPECT_EQ(Echo(absl::InfinitePast()), absl::InfinitePast());
}

TEST_F(Types, TimesBeyondTheRangeAreRefusedByPostgresql) {
  for (const absl::Time time :
       {absl::FromUnixSeconds(int64_t{1} << 50), absl::FromUnixSeconds(-(int64_t{1} << 50))}) {
    Pipeline pipeline(*db_);
    pipeline.AddComposed("test_types", "SELECT $1", Params::Of(time));
    EXPECT_FALSE(pipeline.Send().ok()) << time;
  }
}

TEST_F(Types, DaysAreDays) {
  EXPECT_EQ(TextOf(absl::CivilDay(2024, 2, 29)), "2024-02-29");
  EXPECT_EQ(TextOf(absl::CivilDay(1999, 12, 31)), "1999-12-31");
  EXPECT_EQ(Echo(absl::CivilDay(9999, 12, 31)), absl::CivilDay(9999, 12, 31));
  EXPECT_EQ(Echo(absl::CivilDay(1, 1, 1)), absl::CivilDay(1, 1, 1));
}

TEST_F(Types, OptionalsAreValuesOrNull) {
  EXPECT_EQ(Echo(std::optional<int>(5)), 5);
  EXPECT_EQ(Echo(std::optional<int>()), std::nullopt);
  EXPECT_EQ(Echo(std::optional<Company>(Company("acme"))), Company("acme"));
  EXPECT_EQ(Echo(std::optional<std::string>("")), "");
  EXPECT_TRUE(Ask("SELECT $1", std::optional<absl::Time>())[0].IsNull(0));
  EXPECT_FALSE(Ask("SELECT $1", 0)[0].IsNull(0));
}

TEST_F(Types, ArraysAreOneDimensional) {
  EXPECT_EQ(TextOf(std::vector<int>{1, -2, 3}), "{1,-2,3}");
  EXPECT_EQ(TextOf(std::vector<std::string>{"a", "", "c,d"}), "{a,\"\",\"c,d\"}");
  EXPECT_EQ(TextOf(std::vector<bool>{true, false}), "{t,f}");
  EXPECT_EQ(TextOf(std::vector<Uuid>{}), "{}");
  const std::vector<Company> companies = {Company("a"), Company("b")};
  EXPECT_EQ(TextOf(absl::MakeConstSpan(companies).subspan(1)), "{b}");
  EXPECT_EQ(Ask("SELECT array_lower($1, 1)", std::vector<int>{7})[0].Get<int>(0), 1);
}

TEST_F(Types, ArraysComeBack) {
  EXPECT_THAT(Echo(std::vector<Color>{Color::kRed, Color::kBlue}),
              ElementsAre(Color::kRed, Color::kBlue));
  EXPECT_THAT(Echo(std::vector<Company>{Company("a"), Company("")}),
              ElementsAre(Company("a"), Company("")));
  EXPECT_THAT(Echo(std::vector<std::optional<absl::CivilDay>>{absl::CivilDay(2024, 1, 1), {}}),
              ElementsAre(absl::CivilDay(2024, 1, 1), std::nullopt));
  EXPECT_THAT(Echo(std::vector<bool>{true, false}), ElementsAre(true, false));
  EXPECT_THAT(Echo(std::vector<Uuid>{}), IsEmpty());
  EXPECT_THAT(Ask("SELECT '{1,2}'::int2[]")[0].Get<std::vector<int>>(0), ElementsAre(1, 2));
  EXPECT_EQ(Echo(std::optional<std::vector<int>>()), std::nullopt);
}

TEST_F(Types, NullElementsStayInTheirPlaces) {
  const std::vector<std::optional<std::string>> texts = {"a", std::nullopt, "", std::nullopt};

  EXPECT_EQ(TextOf(texts), "{a,NULL,\"\",NULL}");
  EXPECT_EQ(Echo(texts), texts);
}

TEST_F(Types, RowsAreWalkedInOrder) {
  const Result result = Ask("SELECT * FROM generate_series(1, 3)");

  std::vector<int> seen;
  for (const Row row : result) seen.push_back(row.Get<int>(0));

  EXPECT_THAT(seen, ElementsAre(1, 2, 3));
  EXPECT_EQ(result.size(), 3);
  EXPECT_FALSE(result.empty());
}

using TypesDeathTest = Types;

TEST_F(TypesDeathTest, WrongReadsStopTheProgramAndNameTheReader) {
  const Result result =
      Ask("SELECT 1::int8, NULL::int8, 'x'::text, 40000::int4, 1.0000001::numeric, 'NaN'::numeric, "
          "'{1,NULL}'::int8[]");
  const Row row = result[0];

  EXPECT_DEATH(row.Get<std::string>(0), "pg_types_test.cc");
  EXPECT_DEATH(row.Get<int64_t>(1), "pg_types_test.cc");
  EXPECT_DEATH(row.Get<int64_t>(2), "pg_types_test.cc");
  EXPECT_DEATH(row.Get<std::vector<int>>(0), "pg_types_test.cc");
  EXPECT_DEATH(row.Get<int16_t>(3), "a check failed");
  EXPECT_DEATH(row.Get<Quantity>(4), "a check failed");
  EXPECT_DEATH(row.Get<Quantity>(5), "a check failed");
  EXPECT_DEATH(row.Get<std::vector<int>>(6), "a check failed");
  EXPECT_DEATH(row.Get<int>(7), "a check failed");
  EXPECT_DEATH(result[1], "a check failed");
}

}  // namespace
}  // namespace lots::pg
