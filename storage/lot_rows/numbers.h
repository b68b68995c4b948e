// Numbers for new lots: from the product's template or counted up from a first number, and who has
// a number already.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/pg/connection.h"

namespace lots {

// How many lots of one product need a number, and where it comes from.
struct NumberQuery {
  CompanyId company;
  ProductId product_id;
  bool case_sensitive = false;  // the product's rule
  std::string number_template;  // the product's
  int64_t count = 0;
  std::string first_number;  // empty: from the template
  absl::CivilDay day;        // what the template's date tokens say: today in the company's zone
  // Keys (NumberKey) that stand elsewhere in the same request.
  absl::flat_hash_set<std::string> avoided_keys;
  std::string field;  // path in the request, for problems
};

// Answers `count` numbers, ascending, that no lot of the product has, void and archived ones
// included.
//
// From a template they are reserved: no other call ever gets them, whether or not lots are made of
// them. The range is reserved at once in a transaction of its own, so that the hot counter row is
// not locked while the lots are written; call this before the main transaction. From a first number
// nothing is reserved: a crossing writer can be quicker, which lots_number_key shows; then ask
// again. So it is with a number that is typed by hand at this very moment.
//
// FAILED_PRECONDITION NO_NUMBER_TEMPLATE, or NUMBERS_EXHAUSTED when the counter (or the length of a
// number) has no room left: then nothing was reserved. INVALID_ARGUMENT NUMBER_INVALID of the first
// number.
absl::StatusOr<std::vector<std::string>> ReserveNumbers(pg::Connection& db,
                                                        const NumberQuery& query);

// What ReserveNumbers would answer now. Reserves nothing.
absl::StatusOr<std::vector<std::string>> PreviewNumbers(pg::Connection& db,
                                                        const NumberQuery& query);

// A lot that has a number.
struct NumberOwner {
  LotId lot_id;
  std::string number;
  LotState state = LotState::kActive;
};

// The product's lots that have these keys (NumberKey), by key.
absl::StatusOr<absl::flat_hash_map<std::string, NumberOwner>> FindNumberOwners(
    pg::Connection& db, const CompanyId& company, const ProductId& product_id,
    const std::vector<std::string>& number_keys);

// ALREADY_EXISTS LOT_NUMBER_TAKEN of a number that `owner` has.
Problem NumberTaken(absl::string_view field, absl::string_view number, const NumberOwner& owner);

// INVALID_ARGUMENT NUMBER_INVALID; `why` is CleanNumber's.
Problem NumberInvalid(absl::string_view field, absl::string_view number, const absl::Status& why);

}  // namespace lots
