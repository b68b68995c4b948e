// The words of refusals of corrections.
#include "storage/corrections/refusals.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/corrections/facts.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/lot_rows/resolve.h"

namespace lots::corrections {
namespace {

std::string TextOf(const LotId& id) { return id.value().ToString(); }
std::string TextOf(const TransformationId& id) { return id.value().ToString(); }

}  // namespace

Problem NotCorrectable(const CorrectedTransformation& transformation) {
  const std::string id = TextOf(transformation.transformation_id);
  Problem problem{
      Reason::kTransformationNotCorrectable,
      "transformation_id",
      absl::StrCat("transformation ", id,
                   " is neither a completion nor a maintenance; a correction is "
                   "corrected by another one of the same completion"),
      {{"transformation_id", id}, {"kind", absl::StrCat(static_cast<int>(transformation.kind))}}};
  if (!transformation.reversed_by.has_value()) return problem;
  const std::string reversal = TextOf(*transformation.reversed_by);
  problem.message =
      absl::StrCat("transformation ", id, " was reversed by ", reversal, "; nothing is left of it");
  problem.facts.emplace_back("reversed_by", reversal);
  return problem;
}

Problem UnitNotMade(const std::string& field, const ResolvedLot& unit) {
  return {Reason::kUnitNotCorrectable,
          field,
          absl::StrCat("lot \"", unit.number,
                       "\" did not come out of this transformation; name a unit that did"),
          {{"lot_id", TextOf(unit.lot_id)}, {"number", unit.number}}};
}

Problem UnitApart(const std::string& field, const UnitFacts& unit) {
  const std::string disassembly = TextOf(*unit.taken_apart_by);
  return {Reason::kUnitNotCorrectable,
          field,
          absl::StrCat("unit \"", unit.number, "\" was disassembled by ", disassembly,
                       "; reverse that first, or correct the stock of its components"),
          {{"lot_id", TextOf(unit.lot_id)},
           {"number", unit.number},
           {"transformation_id", disassembly}}};
}

}  // namespace lots::corrections
