// Products and locations that reports describe.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "lots/v1/catalog.pb.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// By their ids; without those that are not registered.
absl::StatusOr<std::map<std::string, v1::Product>> FindProducts(Session& session,
                                                                const std::set<std::string>& ids);
absl::StatusOr<std::map<std::string, v1::Location>> ReadLocations(Session& session);

}  // namespace lots::ctl
