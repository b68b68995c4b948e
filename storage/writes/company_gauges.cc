// Counts what the gauges of one company show.
#include "storage/writes/company_gauges.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/numbers/template.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// A company has hundreds of recalls in its life, not thousands.
constexpr pg::Statement kCountRecalls{"count_open_recalls", R"sql(
  SELECT count(*) FILTER (WHERE NOT drill), count(*) FILTER (WHERE drill)
  FROM recalls WHERE company = $1 AND state = {RECALL_OPEN})sql"_sql};

// The limit is kGaugeLotsMax, and stands in the text so that the planner knows it: it bounds the
// lots that are looked at, not those that are found, for most that expire have long been used up.
constexpr pg::Statement kCountExpiring{"count_expiring_lots", R"sql(
  SELECT count(*) FILTER (WHERE soon.expires_on < $3), count(*)
  FROM (SELECT lot_id, expires_on FROM lots
        WHERE company = $1 AND expires_on >= $2 AND expires_on < $4
        ORDER BY expires_on, lot_id LIMIT 10000) AS soon
  WHERE EXISTS (SELECT FROM balances
                WHERE balances.company = $1 AND balances.lot_id = soon.lot_id
                  AND balances.kind IN ({PLACES_ON_HAND}) AND balances.quantity > 0))sql"_sql};

// The worst first, by the number of #; what they have left is then reckoned by the template's own
// rules. One pass over the company's counters, without an index: a row a product.
constexpr pg::Statement kReadRanges{"read_number_ranges", R"sql(
  SELECT n.next_value, p.number_template, p.counter_reset, n.period
  FROM number_counters n JOIN products p ON p.company = $1 AND p.product_id = n.product_id
  WHERE n.company = $1 AND p.number_template LIKE '%#%'
  ORDER BY n.next_value / power(10, length(p.number_template)
                                    - length(replace(p.number_template, '#', ''))) DESC
  LIMIT $2)sql"};

void AddRange(const pg::Row& row, absl::CivilDay today, CompanyGauges& gauges) {
  const auto number_template = NumberTemplate::Parse(row.Get<absl::string_view>(1));
  if (!number_template.ok()) return;
  const auto period = row.Get<std::optional<absl::CivilDay>>(3);
  if (number_template->IsOver(period, today, row.Get<CounterReset>(2))) return;
  const auto used = static_cast<double>(row.Get<int64_t>(0) - 1);
  const double left =
      std::clamp(1 - used / static_cast<double>(number_template->counter_max()), 0.0, 1.0);
  gauges.number_range_remaining_ratio = std::min(gauges.number_range_remaining_ratio, left);
  if (left < kNumberRangeLowRatio) ++gauges.number_ranges_low;
}

}  // namespace

absl::StatusOr<CompanyGauges> ReadCompanyGauges(pg::Connection& db, const CompanyId& company,
                                                absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  pg::Pipeline pipeline(db);
  const size_t recalls = pipeline.Add(kCountRecalls, company);
  const size_t expiring = pipeline.Add(kCountExpiring, company, today, today + 7, today + 30);
  const size_t ranges = pipeline.Add(kReadRanges, company, kGaugeRangesMax);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  CompanyGauges gauges;
  gauges.recalls_open = results[recalls][0].Get<int64_t>(0);
  gauges.drills_open = results[recalls][0].Get<int64_t>(1);
  gauges.expiring_in_7_days = results[expiring][0].Get<int64_t>(0);
  gauges.expiring_in_30_days = results[expiring][0].Get<int64_t>(1);
  for (const pg::Row row : results[ranges]) AddRange(row, today, gauges);
  return gauges;
}

}  // namespace lots
