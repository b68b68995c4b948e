// Chooses how a search finds its rows, by how rare its text is.
#include "storage/lots/lists/search.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// Reading so many lots in their order takes a millisecond; each walk is four times the one before.
constexpr int64_t kWalkFirst = 2'000;
constexpr int64_t kWalkGrowth = 4;
// Beyond, the index finds a page sooner, however seldom the text occurs: a lot that the index found
// costs several times as much as one that is next in the order.
constexpr int64_t kWalkMax = 64'000;

absl::StatusOr<pg::Result> QueryComposed(pg::Connection& db, const char* name, std::string sql,
                                         pg::Params params) {
  pg::Pipeline pipeline(db);
  pipeline.AddComposed(name, std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(pg::Results results, pipeline.Send());
  return std::move(results.front());
}

// The page out of `lots`, of which `company` says whose they are.
absl::StatusOr<pg::Result> ReadFrom(pg::Connection& db, const char* name, absl::string_view lots,
                                    absl::string_view conditions, const LotPageSql& page,
                                    pg::Params params) {
  std::string sql =
      absl::StrCat("SELECT" LOTS_ROW_COLUMNS ", l.number_key FROM ", lots,
                   " JOIN companies c ON c.company = $1 WHERE ", conditions, " AND ", page.where,
                   " ORDER BY ", page.order_by, " LIMIT $", params.Add(page.row_count));
  return QueryComposed(db, name, std::move(sql), std::move(params));
}

// Among the next `count` lots alone, in the order of the page: what is found is where the page
// begins.
absl::StatusOr<pg::Result> WalkOnce(pg::Connection& db, const LotPageSql& page, int64_t count) {
  pg::Params params = page.params;
  const std::string next =
      absl::StrCat("(SELECT l.* FROM lots l WHERE l.company = $1", page.after, " ORDER BY ",
                   page.order_by, " LIMIT $", params.Add(count), ") l");
  return ReadFrom(db, "search_lots_walk", next, page.search, page, std::move(params));
}

// A whole page, or nothing: there is none among the next lots, or they have the text so seldom that
// a longer walk would not meet enough of it.
absl::StatusOr<std::optional<pg::Result>> Walk(pg::Connection& db, const LotPageSql& page) {
  for (int64_t count = kWalkFirst;; count = std::min(count * kWalkGrowth, kWalkMax)) {
    ASSIGN_OR_RETURN(pg::Result rows, WalkOnce(db, page, count));
    const int64_t found = static_cast<int64_t>(rows.size());
    if (found == page.row_count) return std::optional(std::move(rows));
    const bool may_fill = found * kWalkMax >= page.row_count * count;
    if (count == kWalkMax || !may_fill) return std::nullopt;
  }
}

// A company that has a good part of all lots. What PostgreSQL knows from sampling will do, and
// where it knows nothing, the company counts as a small one.
constexpr pg::Statement kReadIsLarge{"read_company_is_large", R"sql(
  SELECT 1 FROM pg_stats s
  WHERE s.schemaname = current_schema() AND s.tablename = 'lots' AND s.attname = 'company'
    AND s.most_common_freqs[array_position(s.most_common_vals::text::text[], $1)] >= 0.25)sql"};

// The search index finds the lots that have the text and the lots of the company, each in the order
// of the table, and keeps those that are in both. For a company of ten million lots the second list
// takes ten times as long as the first: it is not asked for when most lots that have the text are
// the company's anyway. IS TRUE says the same of a lot, and no index serves it.
absl::StatusOr<std::string> CompanyBesideSearch(pg::Connection& db, const LotPageSql& page) {
  constexpr absl::string_view kByIndex = "l.company = $1", kByRow = "(l.company = $1) IS TRUE";
  if (page.where_has_index) return std::string(kByIndex);
  ASSIGN_OR_RETURN(const pg::Result large, pg::Query(db, kReadIsLarge, page.company));
  return std::string(large.empty() ? kByIndex : kByRow);
}

absl::StatusOr<pg::Result> ReadByIndex(pg::Connection& db, const LotPageSql& page) {
  ASSIGN_OR_RETURN(const std::string company, CompanyBesideSearch(db, page));
  return ReadFrom(db, "search_lots_index", "lots l",
                  absl::StrCat(company, " AND ", page.search, page.candidates, page.after), page,
                  page.params);
}

}  // namespace

// Lots with a frequent text are found soon by reading lots in the order of the page; the index
// would find all of them first. Lots with a rare text are found by the index; reading in order
// would pass all others. The frequency is measured, not estimated: the statistics of such a column
// can at best tell one in a hundred from none, and the wrong choice takes minutes.
absl::StatusOr<pg::Result> ReadLotPage(pg::Connection& db, const LotPageSql& page) {
  if (page.search.empty()) {
    return ReadFrom(db, "list_lots", "lots l", absl::StrCat("l.company = $1", page.after), page,
                    page.params);
  }
  if (page.order_has_index) {
    ASSIGN_OR_RETURN(std::optional<pg::Result> walked, Walk(db, page));
    if (walked.has_value()) return *std::move(walked);
  }
  return ReadByIndex(db, page);
}

}  // namespace lots
