// Between which kinds of location each kind of movement goes.
#pragma once

#include "absl/strings/string_view.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/movement.h"

namespace lots {

struct Posting;

// Whether the movement may go from a location of one kind to one of another; MovementKind in the
// proto says the same.
bool KindsFit(const Posting& posting, LocationKind from, LocationKind to);
// "goes from SUPPLIER to INTERNAL or TRANSIT".
absl::string_view KindsWanted(MovementKind kind);

}  // namespace lots
