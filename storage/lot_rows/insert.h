// Inserts new lots. Creation, assignment, completion and reshaping share it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_details.h"
#include "storage/lot_rows/product.h"
#include "storage/pg/pipeline.h"

namespace lots {

enum class LotState : int16_t;
struct WriteContext;

// A lot to insert. CleanNumber has cleaned the number.
struct LotDraft {
  LotId lot_id;
  std::string number;
  std::string reference;
  std::string notes;
  Attributes attributes;
  LotDates dates;
};

// Adds one statement that inserts lots of one product in the given state, created by the context's
// actor at its time. Fails on lots_number_key when a number is taken, and on lots_product_fkey when
// the product's rules changed since they were read.
void InsertLots(pg::Transaction& transaction, const WriteContext& context,
                const LotProduct& product, LotState state, absl::Span<const LotDraft> drafts);

}  // namespace lots
