// A story in which every method of the API is called, for tests that hold of every method: what a
// company does, from its settings to the deletion of a lot. Companies that live it have the same
// names and numbers throughout.
#pragma once

#include "absl/types/span.h"

namespace lots {

struct StoryStep {
  const char* method;  // "LotService.GetLot"
  // The request in text format, but for its company and request_id. "$part" stands for an id that
  // an earlier step made, or for what companies have a say in: "$words", "$many" (a quantity of at
  // least 100), "$zone" and "$expiry", "$scale", "$months", "$kind", "$parent", "$lower" and
  // "$upper".
  const char* request;
  // What the ids in the answer are called from now on, in their order: "completion unit".
  const char* made = "";
};

absl::Span<const StoryStep> Story();

// The first steps, which make the catalog: products and locations.
inline constexpr int kCatalogSteps = 3;

}  // namespace lots
