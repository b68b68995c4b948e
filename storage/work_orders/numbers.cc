// Locks the serials that a request names by number.
#include "storage/work_orders/numbers.h"

#include <utility>

#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/number.h"

namespace lots::orders {
namespace {

// Both keys of each number travel, and the product's rule picks one: so the product need not be
// known before. The keys are arrays and no table: PostgreSQL without statistics expects a single
// lot of the product, and would compare each key with each lot.
#define LOTS_WITH_NUMBERS                                                \
  " JOIN lots l ON l.company = $1 AND l.product_id = w.product_id"       \
  " AND l.number_key = ANY ($3::text[] || $4::text[])"                   \
  " AND CASE WHEN l.case_sensitive THEN l.number_key = ANY ($3::text[])" \
  " ELSE l.number_key = ANY ($4::text[]) END "

constexpr pg::Statement kLockNumbered{"lock_numbered_serials", R"sql(
  SELECT l.lot_id
  FROM work_orders w)sql" LOTS_WITH_NUMBERS R"sql(
  WHERE w.company = $1 AND w.work_order_id = $2
  ORDER BY l.lot_id
  FOR NO KEY UPDATE OF l)sql"};

// A statement of its own after the locks: a transaction that waited sees what another order did
// with the serial meanwhile.
constexpr pg::Statement kReadNumbered{"read_numbered_serials", R"sql(
  SELECT l.lot_id, l.number, l.number_key, l.state,
         (SELECT a.work_order_id FROM assignments a
          WHERE a.company = $1 AND a.lot_id = l.lot_id AND a.state = {ASSIGNMENT_PLANNED}),
         l.active_before
  FROM work_orders w)sql" LOTS_WITH_NUMBERS R"sql(
  WHERE w.company = $1 AND w.work_order_id = $2)sql"_sql};

#undef LOTS_WITH_NUMBERS

}  // namespace

size_t AddNumberedLock(pg::Transaction& transaction, const CompanyId& company,
                       const WorkOrderId& work_order, const std::vector<std::string>& numbers) {
  std::vector<std::string> exact, folded;
  for (const std::string& number : numbers) {
    exact.push_back(NumberKey(number, /*case_sensitive=*/true));
    folded.push_back(NumberKey(number, /*case_sensitive=*/false));
  }
  transaction.Add(kLockNumbered, company, work_order, exact, folded);
  return transaction.Add(kReadNumbered, company, work_order, exact, folded);
}

SerialsByKey ReadNumbered(const pg::Result& rows) {
  SerialsByKey serials;
  for (const pg::Row row : rows) {
    serials.emplace(row.Get<std::string>(2),
                    NumberedSerial{.lot_id = row.Get<LotId>(0),
                                   .number = row.Get<std::string>(1),
                                   .state = row.Get<LotState>(3),
                                   .active_before = row.Get<bool>(5),
                                   .planned_for = row.Get<std::optional<WorkOrderId>>(4)});
  }
  return serials;
}

std::string NumberField(size_t index) { return Indexed("numbers", index); }

std::vector<std::string> CleanNumbers(const std::vector<std::string>& numbers,
                                      std::vector<Problem>& problems) {
  std::vector<std::string> clean(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    absl::StatusOr<std::string> number = CleanNumber(numbers[i]);
    if (number.ok()) {
      clean[i] = *std::move(number);
    } else {
      problems.push_back(NumberInvalid(NumberField(i), numbers[i], number.status()));
    }
  }
  return clean;
}

void ValidateDuplicates(const std::vector<std::string>& numbers, bool case_sensitive,
                        std::vector<Problem>& problems) {
  absl::flat_hash_map<std::string, size_t> first;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i].empty()) continue;
    const auto [seen, is_new] = first.emplace(NumberKey(numbers[i], case_sensitive), i);
    if (!is_new) {
      problems.push_back(ValueTwice(NumberField(i), "number", numbers[i], seen->second));
    }
  }
}

}  // namespace lots::orders
