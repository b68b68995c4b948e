// The words of SQL texts.
#include "storage/domain/kinds/sql_words.h"

#include <gtest/gtest.h>

#include "storage/pg/values/codec.h"

namespace lots {
namespace {

#define LOTS_TEST_CONDITION " kind IN ({PLACES_OF_GOODS})"_sql

TEST(SqlWords, AWordIsTheNumberOfItsEnumerator) {
  constexpr const char* kText = R"sql(state = {STATE_ACTIVE} AND kind = {EVENT_RELEASED})sql"_sql;

  EXPECT_STREQ(kText, "state = 2 AND kind = 10");
}

TEST(SqlWords, OneSuffixCountsForLiteralsInARow) {
  EXPECT_STREQ("a <> '{}' AND cause = {CAUSE_RECALL} AND" LOTS_TEST_CONDITION " AND b = '{1,2}'",
               "a <> '{}' AND cause = 4 AND kind IN (1, 2, 4, 6) AND b = '{1,2}'");
}

TEST(SqlWords, EveryWordHasANameOfItsOwn) {
  for (const sql_words::Word& one : sql_words::kWords) {
    EXPECT_NE(one.numbers[0], 0) << one.name;
    for (const sql_words::Word& other : sql_words::kWords) {
      EXPECT_EQ(one.name == other.name, &one == &other) << one.name;
    }
  }
}

}  // namespace
}  // namespace lots
