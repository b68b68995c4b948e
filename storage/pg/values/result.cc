// A libpq result and its rows.
#include "storage/pg/values/result.h"

#include <libpq-fe.h>

#include "absl/strings/numbers.h"

namespace lots::pg {

Row::Field Row::At(int column) const {
  Check(column >= 0 && column < PQnfields(result_));
  // Composed and prepared statements alike are asked for binary columns.
  Check(PQfformat(result_, column) == 1);
  return {PQftype(result_, column),
          absl::string_view(PQgetvalue(result_, row_, column),
                            static_cast<size_t>(PQgetlength(result_, row_, column))),
          PQgetisnull(result_, row_, column) != 0};
}

size_t Result::size() const {
  return result_ == nullptr ? 0 : static_cast<size_t>(PQntuples(result_.get()));
}

int64_t Result::affected() const {
  int64_t rows = 0;
  // Empty for statements that touch no rows, such as BEGIN.
  if (result_ == nullptr || !absl::SimpleAtoi(PQcmdTuples(result_.get()), &rows)) return 0;
  return rows;
}

absl::string_view Result::command() const {
  return result_ == nullptr ? "" : PQcmdStatus(result_.get());
}

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }

}  // namespace lots::pg
