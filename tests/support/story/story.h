// A list of calls that uses every method of the API, for tests about every method. The calls are
// the story of a company, from its settings to the deletion of a lot. All companies that play the
// story use the same names and numbers.
#pragma once

#include "absl/types/span.h"

namespace lots {

struct StoryStep {
  const char* method;  // "LotService.GetLot"
  // The request in text format, without company and request_id. "$part" stands for an id that an
  // earlier step made, or for a value that differs between companies (OwnValues): "$words", "$many"
  // (a quantity of at least 100), "$zone" and "$expiry", "$scale", "$months", "$kind", "$parent",
  // "$lower" and "$upper".
  const char* request;
  // The names of the ids in the answer, in their order, for later steps: "completion unit".
  const char* made = "";
};

absl::Span<const StoryStep> Story();

// The number of the first steps, which make the products and locations.
inline constexpr int kCatalogSteps = 3;

}  // namespace lots
