// Reads the rows of a page of lots in the way that is quick for the searched text.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/values/params.h"
#include "storage/pg/values/result.h"

namespace lots {

// The parts of a page's statement: SQL about `lots l`.
struct LotPageSql {
  CompanyId company;
  pg::Params params;   // of all the SQL below; $1 is the company
  std::string where;   // the filter
  std::string search;  // "l.search_key LIKE $3"; empty: nothing is searched for
  // " AND …", implied by `search`: what an index finds of it. Not asked for while lots are read in
  // their order.
  std::string candidates;
  std::string after;  // " AND …": the lots after the page before; empty: the first page
  std::string order_by;
  int row_count = 0;  // at most so many rows
  // An index has this order: the first lots can be read without all others.
  bool order_has_index = false;
  // `where` names an indexed field, and may be more selective than the text.
  bool where_has_index = false;
};

// Returns LOTS_ROW_COLUMNS and the number's key of the first matching lots in the order.
absl::StatusOr<pg::Result> ReadLotPage(pg::Connection& db, const LotPageSql& page);

}  // namespace lots
