// Where lots are, as commands show it.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// "in stock at RAW since 2026-05-01"; "built in pump/SN-1, in car/C-7: with customer anna at
// CUSTOMER since 2026-05-01"; "in stock, consumed" of a lot. Empty: the answer does not say.
std::string TextOf(const v1::LotWhereabouts& whereabouts, absl::TimeZone zone);

// A line with the lot and its whereabouts; nothing where the answer does not say.
void PrintWhereabouts(const v1::Lot& lot, Session& session);

}  // namespace lots::ctl
