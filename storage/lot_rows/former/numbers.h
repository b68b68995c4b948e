// Former numbers: a number under which a lot was ever ACTIVE stays that lot's, also after the lot
// got another one. Printed labels do not change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

// The constraint that keeps two lots from having one number, the former one's included.
inline constexpr char kFormerNumberConstraint[] = "former_numbers_pkey";

// The SQL of a lot's search_key: `own`, which has the lines of SearchKey, then a line for each
// former number of the lot. $1 is the company.
#define LOTS_SEARCH_KEY(own, lot_id)                                                        \
  own " || COALESCE((SELECT string_agg(chr(10) || f.search_key, '' ORDER BY f.number_key) " \
      "FROM former_numbers f WHERE f.company = $1 AND f.lot_id = " lot_id "), '')"

struct FormerNumber {
  CompanyId company;
  ProductId product_id;
  bool case_sensitive = false;  // of the product
  LotId lot_id;
  absl::string_view number;
};
// Adds the statement that keeps a number that the lot had. Before the lot gets the new one.
void KeepFormerNumber(pg::Transaction& transaction, const FormerNumber& former);

// Adds the statement that fails on kFormerNumberConstraint when one of these keys (NumberKey) is a
// former number of another lot than `own`. After the statement that gave lots these keys: what
// another writer renamed meanwhile is then seen.
void AddFormerNumberCheck(pg::Transaction& transaction, const CompanyId& company,
                          const ProductId& product_id, const std::vector<std::string>& number_keys,
                          const std::optional<LotId>& own = {});

// Adds the statement that frees the former numbers of a lot that is deleted, or gets another
// product.
void AddFormerNumberDeletion(pg::Transaction& transaction, const CompanyId& company,
                             const LotId& lot_id);

}  // namespace lots
