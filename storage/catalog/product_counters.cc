// Validates and writes the counters of number templates.
#include "storage/catalog/product_counters.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/refusals.h"
#include "storage/numbers/number.h"
#include "storage/numbers/template.h"

namespace lots {
namespace {

constexpr pg::Statement kRaiseCounter{"raise_counter", R"sql(
  INSERT INTO number_counters (company, product_id, next_value) VALUES ($1, $2, $3)
  ON CONFLICT (company, product_id)
  DO UPDATE SET next_value = greatest(number_counters.next_value, excluded.next_value))sql"};

// Back to a value from which the template makes numbers that no lot has or had.
constexpr pg::Statement kLowerCounter{"lower_counter", R"sql(
  UPDATE number_counters SET next_value = $3 WHERE company = $1 AND product_id = $2)sql"};

// A counter goes on in the period in which its reset is switched on, and begins again with the next
// one.
constexpr pg::Statement kSetPeriod{"set_counter_period", R"sql(
  UPDATE number_counters SET period = $3 WHERE company = $1 AND product_id = $2)sql"};

// The first number between these two that a lot has or had.
constexpr pg::Statement kFindNumberBetween{"find_number_between", R"sql(
  SELECT n.number FROM (
    SELECT l.number, l.number_key FROM lots l
    WHERE l.company = $1 AND l.product_id = $2 AND l.number_key BETWEEN $3 AND $4
    UNION ALL
    SELECT f.number, f.number_key FROM former_numbers f
    WHERE f.company = $1 AND f.product_id = $2 AND f.number_key BETWEEN $3 AND $4) AS n
  ORDER BY n.number_key LIMIT 1)sql"};

bool GoesDown(const ProductChange& change) {
  return change.stored.has_value() && change.wanted.next_number < change.stored->next_number;
}

// A lower counter would make numbers of today that a lot has: the first one, as a problem.
absl::StatusOr<std::optional<Problem>> FindCollision(pg::Connection& db, const CompanyId& company,
                                                     size_t index, const ProductChange& change,
                                                     absl::CivilDay today) {
  const Product& wanted = change.wanted;
  const auto number_template = NumberTemplate::Parse(wanted.number_template);
  if (!number_template.ok()) return std::nullopt;
  const int64_t last = std::min(change.stored->next_number - 1, number_template->counter_max());
  if (wanted.next_number > last) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string low, number_template->Format(today, wanted.next_number));
  ASSIGN_OR_RETURN(const std::string high, number_template->Format(today, last));
  ASSIGN_OR_RETURN(
      const pg::Result found,
      pg::Query(db, kFindNumberBetween, company, wanted.product_id,
                NumberKey(low, wanted.case_sensitive), NumberKey(high, wanted.case_sensitive)));
  if (found.empty()) return std::nullopt;
  return FieldInvalid(
      Indexed("products", index, "next_number"), absl::StrCat(wanted.next_number),
      absl::StrCat("value ", wanted.next_number, " is below the counter, which is at ",
                   change.stored->next_number, ", and number \"", found[0].Get<std::string>(0),
                   "\" between is a lot's: numbers are never made twice"));
}

}  // namespace

absl::Status ValidateCounters(pg::Connection& db, const CompanyId& company,
                              const std::vector<ProductChange>& changes, absl::CivilDay today,
                              std::vector<Problem>& problems) {
  for (size_t i = 0; i < changes.size(); ++i) {
    if (!GoesDown(changes[i])) continue;
    ASSIGN_OR_RETURN(std::optional<Problem> collision,
                     FindCollision(db, company, i, changes[i], today));
    if (collision.has_value()) problems.push_back(*std::move(collision));
  }
  return absl::OkStatus();
}

void AddCounterWrite(pg::Transaction& transaction, const CompanyId& company,
                     const ProductChange& change, absl::CivilDay today) {
  const Product& wanted = change.wanted;
  const bool is_new = !change.stored.has_value();
  if (GoesDown(change)) {
    transaction.Add(kLowerCounter, company, wanted.product_id, wanted.next_number);
  } else if (is_new || wanted.next_number > change.stored->next_number) {
    transaction.Add(kRaiseCounter, company, wanted.product_id, wanted.next_number);
  }
  if (!is_new && wanted.counter_reset == change.stored->counter_reset) return;
  const auto number_template = NumberTemplate::Parse(wanted.number_template);
  if (!number_template.ok()) return;
  transaction.Add(kSetPeriod, company, wanted.product_id,
                  number_template->PeriodOf(today, *wanted.counter_reset));
}

}  // namespace lots
