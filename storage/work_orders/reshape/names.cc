// Which lots a split, merge or relabel means, and numbers for those that have none.

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/number.h"
#include "storage/work_orders/reshape/plan.h"
#include "storage/writes/requests.h"

namespace lots::reshape {
namespace {

Facts FactsOf(const ResolvedLot& lot) {
  return {{"lot_id", lot.lot_id.value().ToString()}, {"number", lot.number}};
}

Problem ProductMismatch(const Source& source, const ResolvedLot& lot, const ResolvedLot& first) {
  Facts facts = FactsOf(lot);
  facts.emplace_back("product_id", lot.product_id.value());
  facts.emplace_back("other_product_id", first.product_id.value());
  return {
      .reason = Reason::kProductMismatch,
      .field = source.lot_field,
      .message = absl::StrCat("lot \"", lot.number, "\" is of product \"", lot.product_id.value(),
                              "\" and lot \"", first.number, "\" of \"", first.product_id.value(),
                              "\": lots of one product are merged; relabel it first"),
      .facts = std::move(facts)};
}

Problem OwnNumber(const Result& result, const ResolvedLot& source) {
  return FieldInvalid(result.number_field, source.number,
                      absl::StrCat("\"", source.number,
                                   "\" is the number of a lot that goes in; give another number, "
                                   "or take that lot out of the sources: it keeps its own goods "
                                   "and gets the others'"));
}

class NameResolver {
 public:
  NameResolver(pg::Connection& db, const ReshapeCommand& command) : db_(db), command_(command) {}

  absl::StatusOr<Names> Run() {
    // The company first: an unknown one has no lots either.
    ASSIGN_OR_RETURN(company_, FindEnabledCompany(db_, command_.context.company));
    RETURN_IF_ERROR(FindSources());
    RETURN_IF_ERROR(FindProduct());
    RETURN_IF_ERROR(NameResults());
    RETURN_IF_ERROR(GiveNumbers());
    return std::move(names_);
  }

 private:
  absl::Status FindSources() {
    std::vector<LotRef> refs;
    for (const Source& source : command_.sources) refs.push_back(source.lot);
    ASSIGN_OR_RETURN(const auto found, ResolveLots(db_, command_.context.company, refs));
    std::vector<Problem> problems;
    for (size_t i = 0; i < refs.size(); ++i) {
      if (found[i].has_value()) {
        names_.sources.push_back(*found[i]);
      } else {
        problems.push_back(LotNotFound(refs[i], command_.sources[i].lot_field));
      }
    }
    if (problems.empty()) ValidateSources(problems);
    return problems.empty() ? absl::OkStatus() : Refuse(std::move(problems));
  }

  void ValidateSources(std::vector<Problem>& problems) const {
    absl::flat_hash_map<std::pair<LotId, LocationId>, size_t> first;
    for (size_t i = 0; i < names_.sources.size(); ++i) {
      const Source& source = command_.sources[i];
      const ResolvedLot& lot = names_.sources[i];
      const bool by_unit = command_.kind == TransformationKind::kRelabel;
      if (lot.tracking == Tracking::kSerial && !by_unit) {
        problems.push_back(SerialNotReshaped(source.lot_field, lot.number, lot.product_id));
      } else if (lot.product_id != names_.sources[0].product_id) {
        problems.push_back(ProductMismatch(source, lot, names_.sources[0]));
      }
      const auto [seen, is_first] = first.emplace(std::pair(lot.lot_id, source.from), i);
      if (is_first) continue;
      problems.push_back(
          ValueTwice(source.lot_field, "lot_id", lot.lot_id.value().ToString(), seen->second));
    }
  }

  absl::Status FindProduct() {
    const ResolvedLot& lot = names_.sources[0];
    ASSIGN_OR_RETURN(
        ProductContext context,
        ReadProductContext(db_, {.company = command_.context.company,
                                 .product_id = command_.product.value_or(lot.product_id)}));
    names_.product = std::move(context.product);
    const LotProduct& product = names_.product;
    // A lot of a retired product may still be split, merged and renumbered.
    if (context.is_retired && product.product_id != lot.product_id) {
      return Refuse(ProductRetired("product_id", product.product_id));
    }
    if (product.tracking == lot.tracking && product.scale == lot.scale) return absl::OkStatus();
    return Refuse(TrackingDiffers(product.product_id, {product.tracking, product.scale}, lot.number,
                                  {lot.tracking, lot.scale}));
  }

  // The numbers that the request gives, and who has them.
  absl::Status NameResults() {
    std::vector<Problem> problems;
    for (size_t i = 0; i < command_.results.size(); ++i) Clean(i, problems);
    std::vector<std::string> keys;
    for (const auto& [key, index] : typed_) keys.push_back(key);
    ASSIGN_OR_RETURN(const auto owners, FindNumberOwners(db_, command_.context.company,
                                                         names_.product.product_id, keys));
    for (size_t i = 0; i < command_.results.size(); ++i) {
      const auto owner = owners.find(KeyOf(names_.results[i].number));
      if (owner == owners.end() || names_.results[i].number.empty()) continue;
      names_.results[i].stored = owner->second.lot_id;
      ValidateOwner(command_.results[i], owner->second, problems);
    }
    return problems.empty() ? absl::OkStatus() : Refuse(std::move(problems));
  }

  std::string KeyOf(const std::string& number) const {
    return NumberKey(number, names_.product.case_sensitive);
  }

  void Clean(size_t index, std::vector<Problem>& problems) {
    const Result& result = command_.results[index];
    Names::Named& named = names_.results.emplace_back();
    if (result.number.empty()) return;
    absl::StatusOr<std::string> clean = CleanNumber(result.number);
    if (!clean.ok()) {
      return problems.push_back(NumberInvalid(result.number_field, result.number, clean.status()));
    }
    named.number = *std::move(clean);
    const auto [first, is_first] = typed_.emplace(KeyOf(named.number), index);
    if (is_first) return;
    problems.push_back(ValueTwice(result.number_field, "number", named.number, first->second));
  }

  // Whether a serial is free is seen under its lock.
  bool MayTake(LotState state) const {
    const bool is_serial = names_.product.tracking == Tracking::kSerial;
    return state == LotState::kActive || (is_serial && state == LotState::kPlanned);
  }

  void ValidateOwner(const Result& result, const NumberOwner& owner,
                     std::vector<Problem>& problems) const {
    const auto source =
        std::find_if(names_.sources.begin(), names_.sources.end(),
                     [&](const ResolvedLot& lot) { return lot.lot_id == owner.lot_id; });
    if (source != names_.sources.end() && !owner.is_former) {
      problems.push_back(OwnNumber(result, *source));
    } else if (owner.is_former || !MayTake(owner.state)) {
      problems.push_back(
          NumberTaken(result.number_field, owner.is_former ? result.number : owner.number, owner));
    }
  }

  absl::Status GiveNumbers() {
    std::vector<size_t> nameless;
    for (size_t i = 0; i < names_.results.size(); ++i) {
      if (names_.results[i].number.empty()) nameless.push_back(i);
    }
    if (nameless.empty()) return absl::OkStatus();
    NumberQuery wanted =
        NumbersOf(command_.context.company, names_.product, static_cast<int64_t>(nameless.size()),
                  DayIn(command_.context.now, company_.zone));
    wanted.field = command_.results[nameless[0]].number_field;
    for (const auto& [key, index] : typed_) wanted.avoided_keys.insert(key);
    ASSIGN_OR_RETURN(std::vector<std::string> numbers, PreviewNumbers(db_, wanted));
    for (size_t i = 0; i < nameless.size(); ++i) {
      names_.results[nameless[i]].number = std::move(numbers[i]);
      names_.results[nameless[i]].is_generated = true;
    }
    return absl::OkStatus();
  }

  pg::Connection& db_;
  const ReshapeCommand& command_;
  CompanyRules company_;
  Names names_;
  absl::flat_hash_map<std::string, size_t> typed_;  // places of given numbers, by key
};

}  // namespace

absl::StatusOr<Names> NameLots(pg::Connection& db, const ReshapeCommand& command) {
  return NameResolver(db, command).Run();
}

}  // namespace lots::reshape
