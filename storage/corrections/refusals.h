// The refusals of corrections.
#pragma once

#include <string>

namespace lots {

struct Problem;
struct ResolvedLot;

}  // namespace lots

namespace lots::corrections {

struct CorrectedTransformation;
struct UnitFacts;

// TRANSFORMATION_NOT_CORRECTABLE: of another kind, or reversed.
Problem NotCorrectable(const CorrectedTransformation& transformation);
// UNIT_NOT_CORRECTABLE: it did not come out of the transformation; it was disassembled since.
Problem UnitNotMade(const std::string& field, const ResolvedLot& unit);
Problem UnitApart(const std::string& field, const UnitFacts& unit);

}  // namespace lots::corrections
