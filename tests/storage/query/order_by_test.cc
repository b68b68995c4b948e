// Sort orders: grammar, refusals, SQL.
#include "storage/query/order_by.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

constexpr SortField kFields[] = {
    {.name = "create_time", .sql = "c"},
    {.name = "number", .sql = "n"},
    {.name = "product_id", .sql = "p"},
    {.name = "expire_date", .sql = "e", .is_nullable = true},
};
constexpr SortField kId{.name = "lot_id", .sql = "id"};

std::vector<SortKey> Keys(absl::string_view text) {
  absl::StatusOr<std::vector<SortKey>> keys = ParseOrderBy(text, kFields);
  EXPECT_TRUE(keys.ok()) << keys.status();
  AppendTiebreak(kId, *keys);
  return *keys;
}

TEST(ParseOrderBy, ReadsFieldsAndDirections) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"", "id"},
      {" \t ", "id"},
      {"number", "n, id"},
      {"number asc", "n, id"},
      {"create_time desc", "c DESC, id DESC"},
      {"  create_time   desc ,number", "c DESC, n, id"},
      {"number,create_time desc,product_id", "n, c DESC, p, id"},
      {"expire_date", "e, id"},
      {"expire_date desc", "e DESC NULLS LAST, id DESC"},
  };
  for (const auto& [text, sql] : kCases) EXPECT_EQ(OrderBySql(Keys(text)), sql) << text;
}

TEST(ParseOrderBy, SaysWhatIsWrong) {
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"nummer",
       "order_by: unknown field nummer (known: create_time, number, product_id, expire_date)"},
      {"number descending", "order_by: after number only \"asc\" or \"desc\" may stand"},
      {"number DESC", "order_by: after number only \"asc\" or \"desc\" may stand"},
      {"number desc desc", "order_by: after number only \"asc\" or \"desc\" may stand"},
      {"number,", "order_by: a field is missing beside a comma"},
      {",", "order_by: a field is missing beside a comma"},
      {"number, number desc", "order_by: the field number stands there twice"},
      {"number, create_time, product_id, expire_date", "order_by: more than 3 fields"},
      {"n; DROP TABLE lots",
       "order_by: unknown field n; (known: create_time, number, product_id, expire_date)"},
  };
  for (const auto& [text, message] : kCases) {
    const absl::Status status = ParseOrderBy(text, kFields).status();
    EXPECT_EQ(status.message(), message);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ProblemsOf(status)[0].reason, Reason::kFieldInvalid);
    EXPECT_EQ(ProblemsOf(status)[0].field, "order_by");
  }
}

TEST(AppendTiebreak, NotTwice) {
  std::vector<SortKey> keys = {{.field = kId, .is_descending = true}};
  AppendTiebreak(kId, keys);
  EXPECT_EQ(OrderBySql(keys), "id DESC");
}

TEST(AfterSql, OneWayIsOneRowComparison) {
  pg::Params params;
  EXPECT_EQ(AfterSql(Keys("number"), {"A", Uuid()}, params), "((n, id) > ($1, $2))");
  EXPECT_EQ(AfterSql(Keys("create_time desc"), {absl::UnixEpoch(), Uuid()}, params),
            "((c, id) < ($3, $4))");
  EXPECT_EQ(AfterSql(Keys(""), {Uuid()}, params), "((id) > ($5))");
  EXPECT_EQ(params.size(), 5);
}

TEST(AfterSql, MixedDirectionsBoundTheFirstKey) {
  pg::Params params;
  EXPECT_EQ(AfterSql(Keys("create_time desc, number"), {absl::UnixEpoch(), "A", Uuid()}, params),
            "(c <= $1 AND (c < $1 OR ((n, id) > ($2, $3))))");
  EXPECT_EQ(AfterSql(Keys("number, create_time desc"), {"A", absl::UnixEpoch(), Uuid()}, params),
            "(n >= $4 AND (n > $4 OR ((c, id) < ($5, $6))))");
}

TEST(AfterSql, NullsComeLast) {
  const absl::CivilDay day(2026, 1, 31);
  pg::Params params;
  EXPECT_EQ(AfterSql(Keys("expire_date"), {day, Uuid()}, params),
            "(e IS NULL OR (e >= $1 AND (e > $1 OR ((id) > ($2)))))");
  EXPECT_EQ(AfterSql(Keys("expire_date desc"), {day, Uuid()}, params),
            "(e IS NULL OR (e <= $3 AND (e < $3 OR ((id) < ($4)))))");
  EXPECT_EQ(AfterSql(Keys("expire_date desc"), {std::monostate(), Uuid()}, params),
            "(e IS NULL AND ((id) < ($5)))");
  EXPECT_EQ(AfterSql(Keys("number, expire_date"), {"A", std::monostate(), Uuid()}, params),
            "(n >= $6 AND (n > $6 OR (e IS NULL AND ((id) > ($7)))))");
}

TEST(AfterSql, ValuesBecomeParametersAfterThoseThatAreThere) {
  pg::Params params = pg::Params::Of("acme");
  const std::string sql = AfterSql(Keys("number"), {"'; DROP TABLE lots; --", Uuid()}, params);

  EXPECT_EQ(sql, "((n, id) > ($2, $3))");
  EXPECT_EQ(std::string(params.data(1), params.length(1)), "'; DROP TABLE lots; --");
}

TEST(AfterSql, NothingComesAfterWithoutKeys) {
  pg::Params params;
  EXPECT_EQ(AfterSql({}, {}, params), "FALSE");
}

}  // namespace
}  // namespace lots
