// How requests and answers name a lot.
#pragma once

#include <optional>
#include <string>

#include "storage/domain/ids.h"

namespace lots {

// How a request names a lot: by id, or by product and number.
struct LotRef {
  std::optional<LotId> lot_id;
  ProductId product_id;  // with number
  std::string number;
};

struct NumberedLot {
  std::string number;
  LotId lot_id;
  bool is_deleted = false;  // only in the answer of a repeated write that made it
};

}  // namespace lots
