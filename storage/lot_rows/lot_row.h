// The columns of a lot and their reader, side by side, for every statement that answers whole lots.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/pg/values/result.h"

// Of `lots l JOIN companies c`; $1 is the company. A macro, because a statement's text is one
// literal.
#define LOTS_ROW_COLUMNS                                                                  \
  " l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.reference, l.notes,"         \
  " l.attributes::text, l.manufactured_on, l.expires_on, l.best_before_on, l.removal_on," \
  " l.alert_on, l.state, l.version, l.created_by, l.created_at, l.updated_at, "           \
  "c.time_zone "
// And what stands elsewhere: for single lots, of many lot_standing.h reads it. `now` is the
// parameter that says when it is ("$3").
#define LOTS_LOT_COLUMNS(now) \
  LOTS_ROW_COLUMNS ", " LOTS_ON_HAND ", " LOTS_HOLD_CAUSE("l.lot_id", now) " "
// What is on hand of `lots l`: in INTERNAL and TRANSIT places.
#define LOTS_ON_HAND                                            \
  "(SELECT COALESCE(sum(b.quantity), 0) FROM balances b WHERE " \
  "b.company = $1 AND b.lot_id = l.lot_id AND b.kind IN (1, 2))"

namespace lots {

// How many columns these have; further ones may follow.
inline constexpr int kRowColumnCount = 19;
inline constexpr int kLotColumnCount = kRowColumnCount + 2;

// Reads the lots of one company. `now` decides what is expired.
class LotReader {
 public:
  LotReader(const CompanyId& company, absl::Time now) : company_(company), now_(now) {}

  // The lot whose columns begin at `first`: LOTS_LOT_COLUMNS.
  Lot Read(const pg::Row& row, int first = 0);
  // LOTS_ROW_COLUMNS: without on_hand and hold_cause.
  Lot ReadRow(const pg::Row& row, int first = 0);

 private:
  absl::CivilDay Today(const std::string& time_zone);

  const CompanyId company_;
  const absl::Time now_;
  // All lots of a company share the zone, so it is looked up once.
  std::string time_zone_;
  absl::CivilDay today_;
};

}  // namespace lots
