// Pages of a search among so many lots that it matters how seldom a text occurs, compared with what
// the lots' own arithmetic says.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "storage/domain/lot.h"
#include "storage/lots/lists/list.h"
#include "storage/numbers/number.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

constexpr int kEnd = 20'000;

// Its lots are i = 0, step, 2 * step, … below kEnd.
struct Company {
  const char* id;
  const char* letter;  // its numbers begin with it
  int step;
  const char* word;  // all its references begin with it
};
constexpr Company kLarge{"large", "A", 1, "Ours"};
constexpr Company kSmall{"small", "B", 51, "Theirs"};

// $0: the company, $1: its letter, $2: the step, $3: its word, $4: kEnd. Two products share each
// number; times and dates have ties, a third has no date. Rows lie in the table in another order.
constexpr char kLots[] = R"sql(
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
  reference, search_key, notes, attributes, expires_on, state, version, created_by, created_at,
  updated_at)
SELECT '$0', lpad('$2' || lpad(to_hex(i), 8, '0'), 32, '0')::uuid, product_id, tracking, scale,
  false, number, lower(number), reference, lower(number || chr(10) || reference), '', '{}',
  CASE WHEN i % 3 > 0 THEN DATE '2026-01-01' + i * 37 % 500 END,
  CASE WHEN i % 7 = 0 THEN 3 WHEN i % 131 = 0 THEN 4 ELSE 2 END, 1, 'test', at, at
FROM (SELECT i, '$1' || lpad((i / 2)::text, 4, '0') AS number, concat('$3 Common',
          CASE WHEN i % 11 = 0 THEN ' often' END, CASE WHEN i % 307 = 0 THEN ' seldom' END,
          CASE WHEN i % 125 = 0 THEN ' evenly' END,
          CASE WHEN i IN (12240, 15351, 17901) THEN ' thrice' END) AS reference,
        TIMESTAMPTZ '2026-01-01' + i * 6133 % $4 / 3 * interval '1 s' AS at,
        CASE i % 2 WHEN 0 THEN 'wire' ELSE 'pump' END AS product_id
      FROM generate_series(0, $4 - 1, $2) i) l
JOIN products USING (product_id) WHERE company = '$0'
ORDER BY i * 7919 % $4;
)sql";

// The same once more, for the expectations.
std::string Number(const Company& company, int i) {
  return absl::StrFormat("%s%04d", company.letter, i / 2);
}
std::string Reference(const Company& company, int i) {
  return absl::StrCat(company.word, " Common", i % 11 == 0 ? " often" : "",
                      i % 307 == 0 ? " seldom" : "", i % 125 == 0 ? " evenly" : "",
                      i == 12240 || i == 15351 || i == 17901 ? " thrice" : "");
}
bool IsPump(int i) { return i % 2 == 1; }
bool IsArchived(int i) { return i % 7 == 0; }
bool IsVoid(int i) { return !IsArchived(i) && i % 131 == 0; }
bool IsShown(int i) { return !IsArchived(i) && !IsVoid(i); }
bool IsAny(int) { return true; }
int Created(int i) { return i * 6133 % kEnd / 3; }
int HasNoDate(int i) { return i % 3 == 0 ? 1 : 0; }
int Days(int i) { return HasNoDate(i) ? 0 : i * 37 % 500; }

using Key = std::array<int, 4>;
struct Order {
  const char* order_by;
  Key (*key)(int i);  // says the same; ids are in the order of i
};
constexpr Order kByNumber{"number", [](int i) { return Key{i / 2, i}; }};
constexpr Order kByNumberDown{"number desc", [](int i) { return Key{-(i / 2), -i}; }};
constexpr Order kNewest{"create_time desc", [](int i) { return Key{-Created(i), -i}; }};
constexpr Order kOldest{"create_time, number desc", [](int i) {
                          return Key{Created(i), -(i / 2), -i};
                        }};
constexpr Order kByExpiry{"expire_date", [](int i) { return Key{HasNoDate(i), Days(i), i}; }};
constexpr Order kByExpiryDown{"expire_date desc, number", [](int i) {
                                return Key{HasNoDate(i), -Days(i), i / 2, i};
                              }};
constexpr Order kOrders[] = {kByNumber, kByNumberDown, kNewest, kOldest, kByExpiry, kByExpiryDown};

// The last two are so short that a number has to begin with them.
constexpr const char* kTexts[] = {"common", "often", "seldom", "thrice", "nowhere",
                                  "theirs", "777",   "a7",     "b1"};

struct Search {
  std::string text;
  std::string filter = {};
  bool (*passes)(int i) = IsShown;  // says the same as the filter and show_archived
  bool show_archived = false;
};

bool Matches(const Company& company, const std::string& text, int i) {
  const std::string key = SearchKey(Number(company, i), Reference(company, i));
  return text.size() < 3 ? absl::StartsWith(key, text) : absl::StrContains(key, text);
}

std::vector<std::string> Expected(const Company& company, const Search& search,
                                  const Order& order) {
  std::vector<int> found;
  for (int i = 0; i < kEnd; i += company.step) {
    if (search.passes(i) && Matches(company, search.text, i)) found.push_back(i);
  }
  std::sort(found.begin(), found.end(), [&](int a, int b) { return order.key(a) < order.key(b); });
  std::vector<std::string> lines;
  for (const int i : found) {
    lines.push_back(absl::StrCat(Number(company, i), IsPump(i) ? " pump" : " wire"));
  }
  return lines;
}

// Keeps how the pages were found.
struct Ways : pg::StatementObserver {
  void OnStatement(const pg::Statement& statement, absl::Duration, const absl::Status&) override {
    absl::string_view name = statement.name;
    if (absl::ConsumePrefix(&name, "search_lots_")) absl::StrAppend(&used, name, ", ");
  }
  std::string used;
};

class LotsSearchTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>(TestDatabase::kMigrated);
    for (const Company& company : {kLarge, kSmall}) {
      const World products(*database_, company.id);
      database_->Execute(
          absl::Substitute(kLots, company.id, company.letter, company.step, company.word, kEnd));
    }
    database_->Execute("ANALYZE lots");  // says who is large
  }
  static void TearDownTestSuite() { database_.reset(); }

  static ListLotsQuery First(const Company& company, const Search& search, const Order& order,
                             size_t size) {
    return {.query = {.company = CompanyId(company.id),
                      .filter = search.filter,
                      .text = search.text,
                      .show_archived = search.show_archived},
            .order_by = order.order_by,
            .limit = static_cast<int>(size),
            .now = absl::Now()};
  }

  // Reads the first two pages and the last two; all between them is one page.
  void ExpectPages(const Company& company, const Search& search, const Order& order, size_t size) {
    SCOPED_TRACE(absl::StrCat(company.id, ": ", search.text, ", ", search.filter, ", by ",
                              order.order_by, ", pages of ", size));
    const std::vector<std::string> expected = Expected(company, search, order);
    ListLotsQuery next = First(company, search, order, size);
    size_t read = 0;
    do {
      const size_t left = expected.size() - read;
      const bool leaps = read == 2 * size && left > 3 * size;
      next.limit = static_cast<int>(leaps ? left - 2 * size : size);
      const auto page = ListLots(*db_, next);
      ASSERT_TRUE(page.ok()) << page.status();
      std::vector<std::string> lines;
      for (const Lot& lot : page->lots) {
        lines.push_back(absl::StrCat(lot.number, " ", lot.product_id.value()));
      }
      const auto begin = expected.begin() + read;
      ASSERT_EQ(lines, std::vector(begin, begin + std::min<size_t>(left, next.limit)))
          << "after " << read << " of " << expected.size();
      read += lines.size();
      next.after = page->after;
      ASSERT_EQ(next.after.empty(), read == expected.size()) << "after " << read;
    } while (!next.after.empty());
  }

  // How the first pages of the large company are found: "walk, walk, index, " say.
  std::string WaysOf(const Search& search, const Order& order, size_t size, int pages = 1) {
    ListLotsQuery next = First(kLarge, search, order, size);
    ways_.used.clear();
    for (int page = 0; page < pages; ++page) next.after = ListLots(*db_, next)->after;
    return ways_.used;
  }

  static std::unique_ptr<TestDatabase> database_;
  Ways ways_;
  const std::unique_ptr<pg::Connection> db_ =
      *pg::Connection::Open({.conninfo = database_->options().conninfo, .observer = &ways_});
};

std::unique_ptr<TestDatabase> LotsSearchTest::database_;

TEST_F(LotsSearchTest, PagesShowEveryLotThatHasTheTextInItsOrder) {
  for (const std::string text : kTexts) {
    for (const Order& order : kOrders) ExpectPages(kLarge, {text}, order, 7);
  }
}

TEST_F(LotsSearchTest, ASmallCompanyFindsItsOwnBesideALargeOne) {
  for (const std::string text : kTexts) {
    for (const Order& order : kOrders) ExpectPages(kSmall, {text}, order, 7);
  }
}

TEST_F(LotsSearchTest, AFilterLeavesOutWhatItDoesNotName) {
  constexpr auto kIsShownPump = [](int i) { return IsShown(i) && IsPump(i); };
  for (const std::string text : {"often", "seldom", "thrice", "nowhere"}) {
    for (const Order& order : kOrders) {
      ExpectPages(kLarge, {text, "product_id = pump", kIsShownPump}, order, 50);
      ExpectPages(kLarge, {text, "tracking = SERIAL", kIsShownPump}, order, 50);
      ExpectPages(kLarge, {text, "state = VOID", IsVoid}, order, 50);
      ExpectPages(kLarge, {text, "", IsAny, true}, order, 50);
    }
  }
}

TEST_F(LotsSearchTest, APageMayEndWhereAWalkOfLotsEnds) {
  // One in 125, and a row more than the page: 16 rows end with the last of 2,000 lots, the 17th is
  // the first beyond.
  const Search evenly{"evenly", "", IsAny, true};
  EXPECT_EQ(WaysOf(evenly, kByNumber, 15, 3), "walk, walk, walk, ");
  EXPECT_EQ(WaysOf(evenly, kByNumber, 16, 3), "walk, walk, walk, walk, walk, walk, ");

  for (const Order& order : kOrders) {
    for (const size_t size : {14, 15, 16}) ExpectPages(kLarge, evenly, order, size);
  }
}

TEST_F(LotsSearchTest, HowSeldomATextOccursDecidesHowItIsFound) {
  EXPECT_EQ(WaysOf({"common"}, kByNumber, 50), "walk, ");
  EXPECT_EQ(WaysOf({"seldom"}, kByNumber, 7), "walk, walk, ");
  EXPECT_EQ(WaysOf({"thrice"}, kByNumber, 7), "walk, index, ");
  EXPECT_EQ(WaysOf({"nowhere"}, kByNumber, 7), "walk, index, ");
  EXPECT_EQ(WaysOf({"common"}, kByExpiry, 7), "index, ") << "no index has the order";
}

}  // namespace
}  // namespace lots
