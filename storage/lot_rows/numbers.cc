// Takes and previews numbers, and finds the owners of numbers.
#include "storage/lot_rows/numbers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/numbers/number.h"
#include "storage/numbers/sequence.h"
#include "storage/numbers/template.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// How many numbers one statement looks at while it passes over a run of taken numbers: few round
// trips for a long run, and little wasted on a short one.
constexpr int64_t kNumbersPerProbe = 1'000;

// Takes `count` counter values, none below `floor`. Returns the first.
using TakeRange = absl::FunctionRef<absl::StatusOr<int64_t>(int64_t count, int64_t floor)>;

absl::Status Exhausted(const NumberQuery& query, int64_t needed) {
  const bool counted_up = !query.first_number.empty();
  const absl::string_view remedy =
      counted_up || query.counter_reset != CounterReset::kNever
          ? ""
          : ", or where it has a date a counter_reset (YEAR, MONTH or DAY)";
  return Refuse(Problem{
      .reason = Reason::kNumbersExhausted,
      .field = query.field,
      .message = absl::StrCat("product \"", query.product_id.value(),
                              "\": ", counted_up ? "first number \"" : "template \"",
                              counted_up ? query.first_number : query.number_template,
                              "\" has no room for ", needed,
                              " more numbers; give it a longer counter or another text", remedy),
      .facts = {{"product_id", query.product_id.value()},
                {"template", query.number_template},
                {"needed", absl::StrCat(needed)}}});
}

absl::Status NoTemplate(const NumberQuery& query) {
  return Refuse(Problem{
      .reason = Reason::kNoNumberTemplate,
      .field = query.field,
      .message = absl::StrCat("product \"", query.product_id.value(),
                              "\" has no number template; give a number, or give the product a "
                              "template with UpsertProducts"),
      .facts = {{"product_id", query.product_id.value()}}});
}

constexpr pg::Statement kFindTakenKeys{"find_taken_number_keys", R"sql(
  SELECT number_key FROM lots
  WHERE company = $1 AND product_id = $2 AND number_key = ANY($3)
  UNION ALL
  SELECT number_key FROM former_numbers
  WHERE company = $1 AND product_id = $2 AND number_key = ANY($3))sql"};

// Whether any lot has or had a number between these two. Numbers from a counter are mostly free, so
// one look mostly replaces a look for each number.
constexpr pg::Statement kFindKeyBetween{"find_number_key_between", R"sql(
  SELECT 1
  WHERE EXISTS (SELECT FROM lots l
                WHERE l.company = $1 AND l.product_id = $2 AND l.number_key BETWEEN $3 AND $4)
     OR EXISTS (SELECT FROM former_numbers f
                WHERE f.company = $1 AND f.product_id = $2
                  AND f.number_key BETWEEN $3 AND $4))sql"};

// The keys that a lot has.
absl::StatusOr<absl::flat_hash_set<std::string>> FindTaken(pg::Connection& db,
                                                           const NumberQuery& query,
                                                           const std::vector<std::string>& keys) {
  absl::flat_hash_set<std::string> taken;
  if (keys.empty()) return taken;
  const auto [first, last] = std::minmax_element(keys.begin(), keys.end());
  ASSIGN_OR_RETURN(const pg::Result between,
                   pg::Query(db, kFindKeyBetween, query.company, query.product_id, *first, *last));
  if (between.empty()) return taken;
  ASSIGN_OR_RETURN(const pg::Result found,
                   pg::Query(db, kFindTakenKeys, query.company, query.product_id, keys));
  for (const pg::Row row : found) taken.insert(row.Get<std::string>(0));
  return taken;
}

// The numbers that no lot has and the request does not avoid, in their order.
absl::StatusOr<std::vector<std::string>> KeepFree(pg::Connection& db, const NumberQuery& query,
                                                  std::vector<std::string> numbers) {
  std::vector<std::string> keys;
  keys.reserve(numbers.size());
  for (const std::string& number : numbers) keys.push_back(NumberKey(number, query.case_sensitive));
  ASSIGN_OR_RETURN(const absl::flat_hash_set<std::string> taken, FindTaken(db, query, keys));
  std::vector<std::string> free;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (taken.contains(keys[i]) || query.avoided_keys.contains(keys[i])) continue;
    free.push_back(std::move(numbers[i]));
  }
  return free;
}

absl::StatusOr<std::vector<std::string>> FormatRange(const NumberTemplate& number_template,
                                                     absl::CivilDay day, int64_t first,
                                                     int64_t count) {
  std::vector<std::string> numbers;
  numbers.reserve(count);
  for (int64_t value = first; value < first + count; ++value) {
    ASSIGN_OR_RETURN(std::string number, number_template.Format(day, value));
    numbers.push_back(std::move(number));
  }
  return numbers;
}

// The first counter value, not below `from`, whose number is free; one past the last value when no
// number is free.
absl::StatusOr<int64_t> FirstFree(pg::Connection& db, const NumberQuery& query,
                                  const NumberTemplate& number_template, int64_t from) {
  const int64_t end = number_template.counter_max() + 1;
  while (from < end) {
    const int64_t count = std::min(kNumbersPerProbe, end - from);
    ASSIGN_OR_RETURN(const std::vector<std::string> numbers,
                     FormatRange(number_template, query.day, from, count));
    ASSIGN_OR_RETURN(const std::vector<std::string> free, KeepFree(db, query, numbers));
    if (!free.empty()) {
      return from + (std::find(numbers.begin(), numbers.end(), free[0]) - numbers.begin());
    }
    from += count;
  }
  return end;
}

// An import of thousands of lots with numbers of the template's form leaves a long run of taken
// numbers before the counter. Reading passes over the run, and the counter jumps behind it.
absl::StatusOr<std::vector<std::string>> FromTemplate(pg::Connection& db, const NumberQuery& query,
                                                      const NumberTemplate& number_template,
                                                      TakeRange take) {
  std::vector<std::string> numbers;
  int64_t floor = 1;
  for (int64_t missing = query.count; missing > 0;) {
    ASSIGN_OR_RETURN(const int64_t first, take(missing, floor));
    ASSIGN_OR_RETURN(std::vector<std::string> range,
                     FormatRange(number_template, query.day, first, missing));
    ASSIGN_OR_RETURN(std::vector<std::string> free, KeepFree(db, query, std::move(range)));
    const int64_t end = first + missing;
    for (std::string& number : free) numbers.push_back(std::move(number));
    missing = query.count - static_cast<int64_t>(numbers.size());
    if (missing == 0) break;
    ASSIGN_OR_RETURN(floor, FirstFree(db, query, number_template, end));
  }
  return numbers;
}

absl::StatusOr<std::vector<std::string>> FromFirstNumber(pg::Connection& db,
                                                         const NumberQuery& query) {
  absl::StatusOr<NumberSequence> sequence = NumberSequence::From(query.first_number);
  if (!sequence.ok()) {
    return Refuse(NumberInvalid(query.field, query.first_number, sequence.status()));
  }
  std::vector<std::string> numbers;
  const size_t count = static_cast<size_t>(query.count);
  // The first look is at as many numbers as are needed, because they are mostly all free.
  int64_t look = query.count;
  while (numbers.size() < count) {
    std::vector<std::string> range;
    while (static_cast<int64_t>(range.size()) < look) {
      absl::StatusOr<std::string> number = sequence->Next();
      if (!number.ok()) break;
      range.push_back(*std::move(number));
    }
    if (range.empty()) return Exhausted(query, query.count);
    ASSIGN_OR_RETURN(std::vector<std::string> free, KeepFree(db, query, std::move(range)));
    for (std::string& number : free) {
      if (numbers.size() < count) numbers.push_back(std::move(number));
    }
    look = std::max<int64_t>(kNumbersPerProbe, count - numbers.size());
  }
  return numbers;
}

absl::StatusOr<NumberTemplate> ParseTemplate(const NumberQuery& query) {
  if (query.number_template.empty()) return NoTemplate(query);
  return NumberTemplate::Parse(query.number_template);
}

// One statement inserts the counter or advances it, and locks it until the transaction ends. A
// counter without room for the range is not changed. It begins again with a later period; a server
// whose day is still the one before counts on in the later one.
constexpr pg::Statement kTakeRange{"take_number_range", R"sql(
  INSERT INTO number_counters AS c (company, product_id, next_value, period)
  VALUES ($1, $2, $3 + $4, $6)
  ON CONFLICT (company, product_id) DO UPDATE
  SET next_value = GREATEST(CASE WHEN $6 > c.period THEN 1 ELSE c.next_value END, $3) + $4,
      period = GREATEST(c.period, $6)
  WHERE GREATEST(CASE WHEN $6 > c.period THEN 1 ELSE c.next_value END, $3) + $4 - 1 <= $5
  RETURNING next_value - $4)sql"};

absl::StatusOr<int64_t> TakeRangeIn(pg::Transaction& transaction, const NumberQuery& query,
                                    const NumberTemplate& number_template, int64_t count,
                                    int64_t floor) {
  const int64_t counter_max = number_template.counter_max();
  if (count > counter_max - floor + 1) return Exhausted(query, count);
  const size_t taken =
      transaction.Add(kTakeRange, query.company, query.product_id, floor, count, counter_max,
                      number_template.PeriodOf(query.day, query.counter_reset));
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  if (results[taken].empty()) return Exhausted(query, count);
  return results[taken][0].Get<int64_t>(0);
}

constexpr pg::Statement kReadCounter{"read_number_counter", R"sql(
  SELECT CASE WHEN $3 > period THEN 1 ELSE next_value END
  FROM number_counters WHERE company = $1 AND product_id = $2)sql"};

constexpr pg::Statement kFindOwners{"find_number_owners", R"sql(
  SELECT number_key, lot_id, number, state, false FROM lots
  WHERE company = $1 AND product_id = $2 AND number_key = ANY($3)
  UNION ALL
  SELECT f.number_key, l.lot_id, l.number, l.state, true
  FROM former_numbers f JOIN lots l ON l.company = $1 AND l.lot_id = f.lot_id
  WHERE f.company = $1 AND f.product_id = $2 AND f.number_key = ANY($3))sql"};

}  // namespace

NumberQuery NumbersOf(const CompanyId& company, const LotProduct& product, int64_t count,
                      absl::CivilDay day) {
  NumberQuery query;
  query.company = company;
  query.product_id = product.product_id;
  query.case_sensitive = product.case_sensitive;
  query.number_template = product.number_template;
  query.counter_reset = product.counter_reset;
  query.count = count;
  query.day = day;
  return query;
}

absl::StatusOr<std::vector<std::string>> TakeNumbers(pg::Transaction& transaction,
                                                     pg::Connection& db, const NumberQuery& query) {
  if (!query.first_number.empty()) return FromFirstNumber(db, query);
  ASSIGN_OR_RETURN(const NumberTemplate number_template, ParseTemplate(query));
  return FromTemplate(db, query, number_template, [&](int64_t count, int64_t floor) {
    return TakeRangeIn(transaction, query, number_template, count, floor);
  });
}

absl::StatusOr<std::vector<std::string>> PreviewNumbers(pg::Connection& db,
                                                        const NumberQuery& query) {
  if (!query.first_number.empty()) return FromFirstNumber(db, query);
  ASSIGN_OR_RETURN(const NumberTemplate number_template, ParseTemplate(query));
  ASSIGN_OR_RETURN(const pg::Result counter,
                   pg::Query(db, kReadCounter, query.company, query.product_id,
                             number_template.PeriodOf(query.day, query.counter_reset)));
  int64_t next = counter.empty() ? 1 : counter[0].Get<int64_t>(0);
  const auto take = [&](int64_t count, int64_t floor) -> absl::StatusOr<int64_t> {
    const int64_t first = std::max(next, floor);
    if (count > number_template.counter_max() - first + 1) return Exhausted(query, count);
    next = first + count;
    return first;
  };
  return FromTemplate(db, query, number_template, take);
}

absl::StatusOr<absl::flat_hash_map<std::string, NumberOwner>> FindNumberOwners(
    pg::Connection& db, const CompanyId& company, const ProductId& product_id,
    const std::vector<std::string>& number_keys) {
  ASSIGN_OR_RETURN(const pg::Result found,
                   pg::Query(db, kFindOwners, company, product_id, number_keys));
  absl::flat_hash_map<std::string, NumberOwner> owners;
  for (const pg::Row row : found) {
    NumberOwner owner{.lot_id = row.Get<LotId>(1),
                      .number = row.Get<std::string>(2),
                      .state = row.Get<LotState>(3),
                      .is_former = row.Get<bool>(4)};
    // A lot that took its former number back has it now.
    const auto [known, is_first] = owners.emplace(row.Get<std::string>(0), owner);
    if (!is_first && !owner.is_former) known->second = std::move(owner);
  }
  return owners;
}

Problem NumberTaken(absl::string_view field, absl::string_view number, const NumberOwner& owner) {
  Problem problem{
      .reason = Reason::kLotNumberTaken,
      .field = std::string(field),
      .message = absl::StrCat(
          "number \"", number,
          owner.is_former ? "\" is a former number of lot " : "\" is taken by lot ",
          owner.lot_id.value().ToString(), " (\"", owner.number, "\", ", Name(owner.state),
          owner.is_former ? ") and stays its own; use that lot or another number"
                          : "); use that lot or another number"),
      .facts = {{"number", std::string(number)},
                {"lot_id", owner.lot_id.value().ToString()},
                {"state", std::string(Name(owner.state))}}};
  if (owner.is_former) problem.facts.emplace_back("current_number", owner.number);
  return problem;
}

Problem NumberInvalid(absl::string_view field, absl::string_view number, const absl::Status& why) {
  return Problem{.reason = Reason::kNumberInvalid,
                 .field = std::string(field),
                 .message = std::string(why.message()),
                 .facts = {{"number", std::string(number)}}};
}

}  // namespace lots
