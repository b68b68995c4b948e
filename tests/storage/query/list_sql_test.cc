// What filter.h and order_by.h compile to, run by PostgreSQL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"
#include "storage/query/order_by.h"
#include "tests/support/base/random.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

constexpr FilterEnumValue kStates[] = {{"PLANNED", 1}, {"ACTIVE", 2}};
constexpr FilterField kFields[] = {
    {.name = "number", .sql = "number_key", .search_sql = "search_key", .is_number_key = true},
    {.name = "reference", .sql = "reference"},
    {.name = "create_time", .type = FilterType::kTime, .sql = "created_at"},
    {.name = "expire_date", .type = FilterType::kDate, .sql = "expires_on"},
    {.name = "quantity", .type = FilterType::kQuantity, .sql = "quantity"},
    {.name = "held", .type = FilterType::kBool, .sql = "held"},
    {.name = "state", .type = FilterType::kEnum, .sql = "state", .values = kStates},
    {.name = "lot_id", .type = FilterType::kUuid, .sql = "lot_id"},
    {.name = "work_order_id",
     .type = FilterType::kMember,
     .sql = "EXISTS (SELECT FROM orders o WHERE o.item = items.item AND o.id = $?)"},
};

class ListSql : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>();
    database_->Execute(R"sql(
      CREATE TABLE items (
        item text COLLATE "C" NOT NULL, lot_id uuid NOT NULL, number_key text COLLATE "C" NOT NULL,
        search_key text COLLATE "C" NOT NULL, reference text COLLATE "C",
        created_at timestamptz NOT NULL, expires_on date, quantity numeric(20, 6) NOT NULL,
        held boolean NOT NULL, state smallint NOT NULL);
      INSERT INTO items VALUES
        ('a', '00000000-0000-0000-0000-00000000000a', 'sn-1', E'sn-1\nref_1', 'Ref_1',
         '2026-01-30 22:59:59.999999+00', '2026-03-31', 12.5, true, 1),
        ('b', '00000000-0000-0000-0000-00000000000b', 'SN-2', E'sn-2\n', '',
         '2026-01-30 23:00:00+00', NULL, 0, false, 2),
        ('c', '00000000-0000-0000-0000-00000000000c', 'größe-3', E'grösse-3\nref%1', 'Ref%1',
         '2026-01-31 22:59:59.999999+00', '2026-04-01', 0.3, false, 2),
        ('d', '00000000-0000-0000-0000-00000000000d', 'x*', E'x*\n', NULL,
         '2026-01-31 23:00:00+00', '2026-04-01', 100, false, 2);
      CREATE TABLE orders (item text NOT NULL, id text NOT NULL);
      INSERT INTO orders VALUES ('a', 'MO-1'), ('b', 'MO-1'), ('b', 'MO-2');
    )sql");
    connection_ = database_->Connect();
  }
  static void TearDownTestSuite() {
    connection_.reset();
    database_.reset();
  }

  // The first column of the rows that a condition selects.
  static std::vector<std::string> Select(const std::string& sql, pg::Params params) {
    pg::Pipeline pipeline(*connection_);
    pipeline.AddComposed("list_sql_test", sql, std::move(params));
    const absl::StatusOr<pg::Results> results = pipeline.Send();
    EXPECT_TRUE(results.ok()) << results.status() << "\n" << sql;
    std::vector<std::string> rows;
    if (!results.ok()) return rows;
    for (const pg::Row row : results->front()) rows.push_back(row.Get<std::string>(0));
    return rows;
  }

  // The items that a filter selects, "acd", in a company in Berlin.
  static std::string Items(absl::string_view text) {
    absl::TimeZone berlin;
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
    pg::Params params;
    const absl::StatusOr<Filter> filter = CompileFilter(text, kFields, berlin, params);
    if (!filter.ok()) return filter.status().ToString();
    return absl::StrJoin(
        Select(absl::StrCat("SELECT item FROM items WHERE ", filter->sql, " ORDER BY item"),
               std::move(params)),
        "");
  }

  static std::unique_ptr<TestDatabase> database_;
  static std::unique_ptr<pg::Connection> connection_;
};

std::unique_ptr<TestDatabase> ListSql::database_;
std::unique_ptr<pg::Connection> ListSql::connection_;

TEST_F(ListSql, FiltersSelect) {
  const struct {
    const char* text;
    const char* items;
  } kCases[] = {
      {"", "abcd"},
      {"number = SN-1", "a"},
      {"number = SN-2", "b"},
      {"number = sn-2", ""},
      {"number = SN*", "ab"},
      {"number = 'GRÖSSE-3'", ""},
      {"number:GRÖßE", "c"},
      {"number:'_1'", "a"},
      {"number:'%1'", "c"},
      {"number = x\\*", "d"},
      {"reference = Ref*", "ac"},
      {"reference != Ref*", "bd"},
      {"reference = *", "abc"},
      {"reference:*", "ac"},
      {"NOT reference:*", "bd"},
      {"reference < Ref_", "bc"},
      {"create_time = 2026-01-31", "bc"},
      {"create_time < 2026-01-31", "a"},
      {"create_time <= 2026-01-31", "abc"},
      {"create_time > 2026-01-31", "d"},
      {"create_time >= 2026-01-31T00:00:00+01:00", "bcd"},
      {"create_time = 2026-01-30T23:00:00Z", "b"},
      {"create_time > 2026-01-30T23:00:00Z", "cd"},
      {"expire_date <= 2026-03-31", "a"},
      {"NOT expire_date <= 2026-03-31", "bcd"},
      {"expire_date != 2026-03-31", "bcd"},
      {"-expire_date:*", "b"},
      {"quantity = 0.300", "c"},
      {"quantity > 0.3 AND quantity < 100", "a"},
      {"quantity:*", "acd"},
      {"held = true", "a"},
      {"state = ACTIVE", "bcd"},
      {"state != ACTIVE", "a"},
      {"lot_id = 00000000-0000-0000-0000-00000000000c", "c"},
      {"work_order_id = MO-1", "ab"},
      {"work_order_id != MO-2", "acd"},
      {"held = true OR state = ACTIVE AND quantity = 0", "b"},
      {"held = true OR (state = ACTIVE AND quantity = 0)", "ab"},
  };
  for (const auto& [text, items] : kCases) EXPECT_EQ(Items(text), items) << text;
}

TEST_F(ListSql, NothingWrittenInAFilterIsRun) {
  EXPECT_EQ(Items("reference = \"'; DROP TABLE items; --\""), "");
  EXPECT_EQ(Items("number:\"' OR TRUE --\""), "");
  EXPECT_EQ(Items(""), "abcd");
}

constexpr SortField kSortFields[] = {
    {.name = "number", .sql = "t"},
    {.name = "create_time", .sql = "c"},
    {.name = "expire_date", .sql = "d", .is_nullable = true},
    {.name = "quantity", .sql = "q", .is_nullable = true},
};
constexpr SortField kId{.name = "lot_id", .sql = "id"};

class ListOrder : public ListSql {
 protected:
  // Few distinct values, so that every key has equal ones and NULLs for the next one to order.
  static void SetUpTestSuite() {
    ListSql::SetUpTestSuite();
    database_->Execute(R"sql(
      CREATE TABLE sorted AS SELECT
        ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid AS id,
        chr(65 + i % 3) COLLATE "C" AS t,
        '2026-01-01 00:00:00+00'::timestamptz + (i / 2 % 3) * interval '1 microsecond' AS c,
        CASE WHEN i % 5 > 1 THEN '2026-01-01'::date + i % 5 END AS d,
        CASE WHEN i % 7 > 1 THEN (i % 7) * 0.1 END AS q
      FROM generate_series(1, 60) AS i ORDER BY random();
    )sql");
  }

  struct Page {
    std::vector<std::string> rows;
    std::vector<SortValue> last;
  };

  static SortValue Value(const pg::Row& row, const SortKey& key) {
    if (key.field.sql == "t") return row.Get<std::string>(1);
    if (key.field.sql == "c") return row.Get<absl::Time>(2);
    if (key.field.sql == "id") return row.Get<Uuid>(5);
    if (key.field.sql == "d") {
      const auto day = row.Get<std::optional<absl::CivilDay>>(3);
      return day ? SortValue(*day) : SortValue();
    }
    const auto quantity = row.Get<std::optional<Quantity>>(4);
    return quantity ? SortValue(*quantity) : SortValue();
  }

  static Page ReadPage(const std::vector<SortKey>& keys, const std::vector<SortValue>& after,
                       int64_t size) {
    pg::Params params;
    const std::string where = after.empty() ? "TRUE" : AfterSql(keys, after, params);
    const std::string sql =
        absl::StrCat("SELECT id::text AS name, t, c, d, q, id FROM sorted WHERE ", where,
                     " ORDER BY ", OrderBySql(keys), " LIMIT $", params.Add(size));
    pg::Pipeline pipeline(*connection_);
    pipeline.AddComposed("list_sql_test", sql, std::move(params));
    const absl::StatusOr<pg::Results> results = pipeline.Send();
    EXPECT_TRUE(results.ok()) << results.status() << "\n" << sql;
    Page page;
    if (!results.ok()) return page;
    for (const pg::Row row : results->front()) {
      page.rows.push_back(row.Get<std::string>(0));
      page.last.clear();
      for (const SortKey& key : keys) page.last.push_back(Value(row, key));
    }
    return page;
  }
};

// "number desc, expire_date", of one to three different fields.
std::string AnyOrder(TestRandom& random) {
  std::vector<std::string> names = {"number", "create_time", "expire_date", "quantity"};
  std::vector<std::string> parts;
  for (int64_t i = random.Between(1, 3); i > 0; --i) {
    const size_t at = static_cast<size_t>(random.Between(0, names.size() - 1));
    parts.push_back(absl::StrCat(names[at], random.Between(0, 1) ? " desc" : ""));
    names.erase(names.begin() + static_cast<ptrdiff_t>(at));
  }
  return absl::StrJoin(parts, ", ");
}

TEST_F(ListOrder, PagesPutTogetherAreTheWholeInOrder) {
  TestRandom random;
  TRACE_SEED(random);

  for (int round = 0; round < 60; ++round) {
    const std::string text = AnyOrder(random);
    std::vector<SortKey> keys = *ParseOrderBy(text, kSortFields);
    AppendTiebreak(kId, keys);
    const std::vector<std::string> whole = ReadPage(keys, {}, 1'000).rows;
    ASSERT_EQ(whole.size(), 60u);

    const int64_t size = random.Between(1, 9);
    std::vector<std::string> together;
    for (Page page = ReadPage(keys, {}, size); !page.rows.empty();
         page = ReadPage(keys, page.last, size)) {
      together.insert(together.end(), page.rows.begin(), page.rows.end());
      ASSERT_LE(together.size(), whole.size()) << text;
    }

    EXPECT_EQ(together, whole) << text << ", pages of " << size;
  }
}

TEST_F(ListOrder, NullsComeLastInBothDirections) {
  for (const char* text : {"expire_date", "expire_date desc"}) {
    std::vector<SortKey> keys = *ParseOrderBy(text, kSortFields);
    AppendTiebreak(kId, keys);
    const Page first = ReadPage(keys, {}, 1);
    const Page whole = ReadPage(keys, {}, 1'000);
    EXPECT_FALSE(std::holds_alternative<std::monostate>(first.last.front())) << text;
    EXPECT_TRUE(std::holds_alternative<std::monostate>(whole.last.front())) << text;
    EXPECT_THAT(ReadPage(keys, whole.last, 10).rows, IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace lots
