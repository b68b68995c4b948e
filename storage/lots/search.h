// The rows of a page of lots, read in the way that is quick for what is searched for.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/values/params.h"
#include "storage/pg/values/result.h"

namespace lots {

// What the statement of a page is composed of: SQL about `lots l`.
struct LotPageSql {
  CompanyId company;
  pg::Params params;   // $1 is the company; of all of the below
  std::string where;   // what is asked of a lot beside its company and the text
  std::string search;  // "l.search_key LIKE $3"; empty: nothing is searched for
  std::string after;   // " AND …": the lots after the page before; empty: the first page
  std::string order_by;
  int row_count = 0;  // at most so many rows
  // An index has the order, so that the lots that come first can be read without all others.
  bool order_has_index = false;
  // `where` may be so selective that an index of what it names finds less than a search.
  bool where_has_index = false;
};

// LOTS_ROW_COLUMNS and the number's key of the first lots in the order that satisfy all of it.
absl::StatusOr<pg::Result> ReadLotPage(pg::Connection& db, const LotPageSql& page);

}  // namespace lots
