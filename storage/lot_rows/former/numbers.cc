// Writes and guards former numbers.
#include "storage/lot_rows/former/numbers.h"

#include <algorithm>

#include "storage/numbers/number.h"

namespace lots {
namespace {

// A lot that had the number before keeps its row.
constexpr pg::Statement kKeepNumber{"keep_former_number", R"sql(
  INSERT INTO former_numbers (company, product_id, number_key, number, search_key, lot_id)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (company, product_id, number_key) DO NOTHING)sql"};

// A row that should not be is inserted once more, which the primary key refuses. The two bounds
// find that there is none without a look for each key.
constexpr pg::Statement kCheckNumbers{"check_former_numbers", R"sql(
  INSERT INTO former_numbers (company, product_id, number_key, number, search_key, lot_id)
  SELECT f.company, f.product_id, f.number_key, f.number, f.search_key, f.lot_id
  FROM former_numbers f
  WHERE f.company = $1 AND f.product_id = $2 AND f.number_key BETWEEN $3 AND $4
    AND f.number_key IN (SELECT k.number_key FROM unnest($5::text[]) AS k (number_key))
    AND f.lot_id IS DISTINCT FROM $6)sql"};

constexpr pg::Statement kDeleteNumbers{"delete_former_numbers", R"sql(
  DELETE FROM former_numbers WHERE company = $1 AND lot_id = $2)sql"};

}  // namespace

void KeepFormerNumber(pg::Transaction& transaction, const FormerNumber& former) {
  transaction.Add(kKeepNumber, former.company, former.product_id,
                  NumberKey(former.number, former.case_sensitive), former.number,
                  FoldForSearch(former.number), former.lot_id);
}

void AddFormerNumberCheck(pg::Transaction& transaction, const CompanyId& company,
                          const ProductId& product_id, const std::vector<std::string>& number_keys,
                          const std::optional<LotId>& own) {
  if (number_keys.empty()) return;
  const auto [first, last] = std::minmax_element(number_keys.begin(), number_keys.end());
  transaction.Add(kCheckNumbers, company, product_id, *first, *last, number_keys, own);
}

void AddFormerNumberDeletion(pg::Transaction& transaction, const CompanyId& company,
                             const LotId& lot_id) {
  transaction.Add(kDeleteNumbers, company, lot_id);
}

}  // namespace lots
