// Numbers for new lots: from the product's template, or counted up from a first number. Also which
// lot has a number already.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/pg/connection.h"

namespace lots {

struct Problem;

// How many lots of one product need a number, and where the numbers come from.
struct NumberQuery {
  CompanyId company;
  ProductId product_id;
  bool case_sensitive = false;  // the product's rule
  std::string number_template;  // the product's
  int64_t count = 0;
  std::string first_number;  // empty: from the template
  absl::CivilDay day;        // for the template's date tokens: today in the company's zone
  // Keys (NumberKey) of numbers that are given in the same request.
  absl::flat_hash_set<std::string> avoided_keys;
  std::string field;  // path in the request, for problems
};

// Returns `count` numbers, ascending, that no lot of the product has; void and archived lots count.
//
// Numbers from a template are reserved: no other call gets them, whether or not lots are made with
// them. The range is reserved in a transaction of its own, so that the hot counter row is not
// locked while the lots are written. Call this function before the main transaction. Numbers
// counted up from a first number are not reserved: another writer may insert one of them first. The
// insert then fails on lots_number_key, and the caller calls again. A number that a person types at
// the same moment has the same effect.
//
// Refuses with FAILED_PRECONDITION NO_NUMBER_TEMPLATE, with NUMBERS_EXHAUSTED when the counter or
// the length of a number has no room left (nothing is reserved then), and with INVALID_ARGUMENT
// NUMBER_INVALID of the first number.
absl::StatusOr<std::vector<std::string>> ReserveNumbers(pg::Connection& db,
                                                        const NumberQuery& query);

// What ReserveNumbers would return now. Reserves nothing.
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
