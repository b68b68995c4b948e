// The columns of a lot and their reader, for every statement that answers whole lots.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/pg/values/result.h"

// The columns of `lots l JOIN companies c`; $1 is the company. This is a macro, because the text of
// a statement is one literal.
#define LOTS_ROW_COLUMNS                                                                  \
  " l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.reference, l.notes,"         \
  " l.attributes::text, l.manufactured_on, l.expires_on, l.best_before_on, l.removal_on," \
  " l.alert_on, l.state, l.version, l.created_by, l.created_at, l.updated_at, "           \
  "c.time_zone "
// The same with the computed fields, for a statement about one lot; computed_fields.h reads them
// for many lots. `now` is the parameter with the current time ("$3").
#define LOTS_LOT_COLUMNS(now) \
  LOTS_ROW_COLUMNS ", " LOTS_ON_HAND ", " LOTS_HOLD_CAUSE("l.lot_id", now) " "
// The quantity of `lots l` in INTERNAL and TRANSIT places.
#define LOTS_ON_HAND                                            \
  "(SELECT COALESCE(sum(b.quantity), 0) FROM balances b WHERE " \
  "b.company = $1 AND b.lot_id = l.lot_id AND b.kind IN ({PLACES_ON_HAND}))"_sql

namespace lots {

struct Lot;

// The numbers of columns in LOTS_ROW_COLUMNS and LOTS_LOT_COLUMNS; a statement may read more
// columns after them.
inline constexpr int kRowColumnCount = 19;
inline constexpr int kLotColumnCount = kRowColumnCount + 2;

// Reads the lots of one company. `now` decides what is expired.
class LotReader {
 public:
  LotReader(const CompanyId& company, absl::Time now) : company_(company), now_(now) {}

  // Reads the lot whose LOTS_LOT_COLUMNS begin at `first`.
  Lot Read(const pg::Row& row, int first = 0);
  // Reads the lot whose LOTS_ROW_COLUMNS begin at `first`, without on_hand and hold_cause.
  Lot ReadRow(const pg::Row& row, int first = 0);

 private:
  absl::CivilDay Today(const std::string& time_zone);

  const CompanyId company_;
  const absl::Time now_;
  // All lots of a company have the same zone, so the zone is loaded once.
  std::string time_zone_;
  absl::CivilDay today_;
};

}  // namespace lots
