// Validates and writes the counters of number templates.
#include "storage/catalog/product_counters.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/refusals.h"
#include "storage/numbers/number.h"
#include "storage/numbers/template.h"

namespace lots {
namespace {

// The next value counts in the period $4: a counter whose period is over would else begin again
// instead of going on with the value. $5 allows a lower value than the counter's; without it, a
// range that was taken meanwhile stays taken. $6: the reset changed, and the period with it.
constexpr pg::Statement kWriteCounter{"write_counter", R"sql(
  INSERT INTO number_counters AS c (company, product_id, next_value, period)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (company, product_id) DO UPDATE
  SET next_value = CASE WHEN $5 THEN $3 ELSE greatest(c.next_value, $3) END,
      period = CASE WHEN $6 THEN $4 ELSE greatest(c.period, $4) END)sql"};

// The first number between these two, and of this pattern, that a lot has or had.
constexpr pg::Statement kFindNumberBetween{"find_number_between", R"sql(
  SELECT n.number FROM (
    SELECT l.number, l.number_key FROM lots l
    WHERE l.company = $1 AND l.product_id = $2 AND l.number_key BETWEEN $3 AND $4
      AND l.number_key ~ $5
    UNION ALL
    SELECT f.number, f.number_key FROM former_numbers f
    WHERE f.company = $1 AND f.product_id = $2 AND f.number_key BETWEEN $3 AND $4
      AND f.number_key ~ $5) AS n
  ORDER BY n.number_key LIMIT 1)sql"};

bool GoesDown(const ProductChange& change) {
  return change.stored.has_value() &&
         change.wanted.next_number < change.stored->product.next_number;
}

// The keys of all numbers of a day, as a regular expression. A counter of zeros differs from one of
// nines in every digit, and from 1 in its check digit; what the three share is text.
absl::StatusOr<std::string> PatternOfDay(const NumberTemplate& number_template, absl::CivilDay day,
                                         bool case_sensitive) {
  std::vector<std::string> keys;
  for (const int64_t counter : {int64_t{0}, int64_t{1}, number_template.counter_max()}) {
    ASSIGN_OR_RETURN(const std::string number, number_template.Format(day, counter));
    keys.push_back(NumberKey(number, case_sensitive));
  }
  std::string pattern = "^";
  for (size_t i = 0; i < keys[0].size(); ++i) {
    const char c = keys[0][i];
    if (c != keys[1][i] || c != keys[2][i]) {
      absl::StrAppend(&pattern, "[0-9]");
      continue;
    }
    if (absl::ascii_ispunct(static_cast<unsigned char>(c))) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return absl::StrCat(pattern, "$");
}

// A lower counter would make numbers of today that a lot has: the first one, as a problem.
absl::StatusOr<std::optional<Problem>> FindCollision(pg::Connection& db, const CompanyId& company,
                                                     size_t index, const ProductChange& change,
                                                     absl::CivilDay today) {
  const Product& wanted = change.wanted;
  const auto number_template = NumberTemplate::Parse(wanted.number_template);
  if (!number_template.ok()) return std::nullopt;
  const int64_t counter = change.stored->product.next_number;
  const int64_t last = std::min(counter - 1, number_template->counter_max());
  if (wanted.next_number > last) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string low, number_template->Format(today, wanted.next_number));
  ASSIGN_OR_RETURN(const std::string high, number_template->Format(today, last));
  // Numbers of other days may lie between: the counter of {###}-{YYYY} stands before the year.
  ASSIGN_OR_RETURN(const std::string pattern,
                   PatternOfDay(*number_template, today, wanted.case_sensitive));
  ASSIGN_OR_RETURN(const pg::Result found,
                   pg::Query(db, kFindNumberBetween, company, wanted.product_id,
                             NumberKey(low, wanted.case_sensitive),
                             NumberKey(high, wanted.case_sensitive), pattern));
  if (found.empty()) return std::nullopt;
  return FieldInvalid(
      Indexed("products", index, "next_number"), absl::StrCat(wanted.next_number),
      absl::StrCat("value ", wanted.next_number, " is below the counter, which is at ", counter,
                   ", and number \"", found[0].Get<std::string>(0),
                   "\" between is a lot's: numbers are never made twice"));
}

}  // namespace

void SetCounter(const StoredCounter& counter, absl::CivilDay today, StoredProduct& stored) {
  Product& product = stored.product;
  const auto number_template = NumberTemplate::Parse(product.number_template);
  stored.counter_is_over = number_template.ok() &&
                           number_template->IsOver(counter.period, today, *product.counter_reset);
  product.next_number = stored.counter_is_over ? 1 : counter.next_value;
}

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
  const bool other_reset = !is_new && wanted.counter_reset != change.stored->product.counter_reset;
  if (!is_new && !other_reset && wanted.next_number == change.stored->product.next_number) return;
  const auto number_template = NumberTemplate::Parse(wanted.number_template);
  const std::optional<absl::CivilDay> period =
      number_template.ok() ? number_template->PeriodOf(today, *wanted.counter_reset) : std::nullopt;
  const bool may_go_down = !is_new && (change.stored->counter_is_over || GoesDown(change));
  transaction.Add(kWriteCounter, company, wanted.product_id, wanted.next_number, period,
                  may_go_down, other_reset);
}

}  // namespace lots
