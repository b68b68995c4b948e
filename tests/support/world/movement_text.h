// Movements as short texts.
#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"

namespace lots {

struct NewMovement;

// The meaning of the names in a text.
struct MovementNames {
  const std::map<std::string, LotId>& lots;
  const std::map<std::string, MovementId>& deliveries;
};

// "RETURN L1 10 shop>stock @2026-03-05 =d1 #ann" is, in this order:
//
//   RETURN       the kind
//   L1           the number of the lot
//   10           the quantity; "-": not given
//   shop>stock   from and to; either may be empty, for the default location
//   @2026-03-05  the day or (RFC 3339) the moment when it happened; without it: `now`
//   =d1          the name of the delivery that a RETURN gives back
//   #ann         the partner
//
// The last three may be left out. A wrong text or an unknown name ends the test.
NewMovement ParseMovement(absl::string_view text, const MovementNames& names, absl::Time now);

}  // namespace lots
