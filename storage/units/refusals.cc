// The words of these refusals.
#include "storage/units/refusals.h"

#include "absl/strings/str_cat.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/rules/facts.h"
#include "storage/lot_rows/resolve.h"

namespace lots::units {
namespace {

std::string StateOf(const std::optional<Place>& here) {
  if (!here.has_value()) return "is nowhere";
  if (here->kind == LocationKind::kScrap) return "was scrapped";
  if (here->kind == LocationKind::kProduction) return "was taken apart or used up";
  return absl::StrCat("is at ", here->location_id.value(), ", which is ", Name(here->kind));
}

}  // namespace

Problem UnitNotInUse(const ResolvedLot& unit, const std::optional<Place>& here) {
  Problem problem{
      .reason = Reason::kUnitNotInUse,
      .field = "lot",
      .message = absl::StrCat(LotOfProduct(unit.number, unit.product_id), " ", StateOf(here),
                              "; components are installed in and removed from a unit at an "
                              "INTERNAL, TRANSIT or CUSTOMER location, or in another unit"),
      .facts = {{"lot_id", unit.lot_id.value().ToString()}, {"number", unit.number}}};
  if (here.has_value()) problem.facts.emplace_back("location_id", here->location_id.value());
  return problem;
}

}  // namespace lots::units
